"""Every kind of file that must not be taken is refused in words: which layer or value, and what to do."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import model_upload
from tests.workers.model_files import hostile_archives, hostile_onnx, hostile_weights
from tests.workers.model_files.forked_reader import ForkedReader, request
from tests.workers.model_files.make_files import (
    WEIGHTS,
    call,
    chain,
    functional,
    hdf5,
    keras,
    layer,
    legacy,
    members,
    packed,
    sequential,
    small_layers,
    small_network,
)

pytestmark = pytest.mark.process

PICTURE = layer("InputLayer", "picture", batch_shape=[None, 8, 8, 1])
DENSE = layer("Dense", "answer", units=10, activation="softmax")
FLATTEN = layer("Flatten", "flatten")


@pytest.fixture(scope="module")
def reader() -> Iterator[ForkedReader]:
    with ForkedReader() as opened:
        yield opened


def refusal(reader: ForkedReader, data: bytes, name: str = "net.keras") -> str:
    """Return why a file is refused, as the visitor reads it."""
    (answer,) = reader.read(request(data, name))
    if not answer.content:
        return str(Refusal(model_upload.STOPPED))
    with pytest.raises(Refusal) as caught:
        model_upload.build(answer.content)
    text = str(caught.value)
    assert len(text) <= 300
    assert "Traceback" not in text
    assert "/work" not in text
    assert "site-packages" not in text
    assert answer.peak < 200_000_000
    return text


def with_layer(kind: str, **config: Any) -> bytes:
    """Return a file whose second layer is another one."""
    layers = small_layers()
    return keras(sequential([layers[0], layer(kind, "odd", **config), *layers[1:]]))


def changed(**changes: Any) -> bytes:
    return keras(small_network(**changes))


def of_shape(*shape: Any) -> bytes:
    return keras(sequential([layer("InputLayer", "picture", batch_shape=[None, *shape]), *small_layers()[1:]]))


LAYERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "Lambda": (lambda: with_layer("Lambda", function={"class_name": "__lambda__"}), "Layer odd is of the kind Lambda"),
    "wrapper": (lambda: with_layer("TimeDistributed", layer=DENSE), "Layer odd is of the kind TimeDistributed"),
    "lookup": (lambda: with_layer("StringLookup", vocabulary="/etc/passwd"), "Layer odd is of the kind StringLookup"),
    "TFSMLayer": (lambda: with_layer("TFSMLayer", filepath="/tmp"), "Layer odd is of the kind TFSMLayer"),
    "custom class": (
        lambda: keras(
            sequential(
                [PICTURE, {**layer("Conv2D", "own", filters=2), "registered_name": "mine>Conv"}, *small_layers()[1:]]
            )
        ),
        "Layer own is of the kind mine>Conv",
    ),
    "custom module": (
        lambda: keras(sequential([PICTURE, {**DENSE, "module": "os.path"}])),
        "Layer answer is of the kind Dense",
    ),
    "function reference": (
        lambda: changed(activation={"module": "builtins", "class_name": "function", "config": "system"}),
        "Layer conv (Conv2D) has activation='system'",
    ),
    "object as activation": (
        lambda: changed(activation={"module": "builtins", "class_name": "Popen", "config": {"args": "ls"}}),
        "Layer conv (Conv2D) has activation='Popen'",
    ),
    "unknown argument": (lambda: changed(shell="ls"), "Layer conv (Conv2D) has the argument shell='ls'"),
    "channels first": (lambda: changed(data_format="channels_first"), "data_format='channels_first'"),
    "other axis": (
        lambda: with_layer("BatchNormalization", axis=1),
        "Layer odd (BatchNormalization) has axis=1|is missing",
    ),
    "int8": (
        lambda: changed(dtype={"class_name": "QuantizedDTypePolicy", "config": {"name": "int8_from_float32"}}),
        "dtype=",
    ),
    "subclassed model": (
        lambda: keras({"class_name": "MyNet", "config": {"layers": [PICTURE]}}),
        "Only Sequential and",
    ),
    "no activation, one unit": (
        lambda: keras(sequential([PICTURE, FLATTEN, layer("Dense", "answer", units=1)])),
        "ends in one number without an activation",
    ),
    "several sigmoids": (
        lambda: keras(sequential([PICTURE, FLATTEN, layer("Dense", "answer", units=10, activation="sigmoid")])),
        "several answers can be right at once",
    ),
}

SIZES: dict[str, tuple[Callable[[], bytes], str]] = {
    "filters": (lambda: changed(filters=10**9), "Layer conv (Conv2D): `filters` must be a whole number from 1 to 4096"),
    "filters beyond floats": (lambda: changed(filters=10**23), "`filters` must be a whole number"),
    "no filters": (lambda: changed(filters=0), "`filters` must be a whole number"),
    "negative": (lambda: changed(kernel_size=[-3, 3]), "`kernel_size` must be a whole number"),
    "boolean": (lambda: changed(filters=True), "`filters` must be a whole number"),
    "text": (lambda: changed(filters="2"), "`filters` must be a whole number"),
    "units": (
        lambda: keras(
            sequential(
                [PICTURE, FLATTEN, layer("Dense", "big", units=60_000), layer("Dense", "bigger", units=60_000), DENSE]
            )
        ),
        "parameters",
    ),
    "picture": (lambda: of_shape(100_000, 100_000, 1), "`input_shape`"),
    "channels": (lambda: of_shape(8, 8, 10**6), "`input_shape channels`"),
    "negative picture": (lambda: of_shape(-8, 8, 1), "The input must be one image"),
    "boolean picture": (lambda: of_shape(True, 8, 1), "The input must be one image"),
    "padding": (lambda: with_layer("ZeroPadding2D", padding=10**6), "Layer odd (ZeroPadding2D): `padding`"),
    "many layers": (
        lambda: keras(sequential([PICTURE, *(layer("ReLU", f"r{n}") for n in range(3_000)), FLATTEN, DENSE])),
        "This network has 3,003 layers; up to 400 are read",
    ),
    "name of 5 MB": (lambda: keras(sequential([PICTURE, FLATTEN, {**DENSE, "name": "x" * 5_000_000}])), "config.json"),
    "name of 100 kB": (
        lambda: keras(sequential([PICTURE, FLATTEN, {**DENSE, "name": "x" * 100_000}])),
        "1,000 characters",
    ),
    "models in models": (lambda: keras(nested(9)), "more than 6 deep"),
}


def nested(depth: int) -> dict[str, Any]:
    inner = layer("ReLU", "relu")
    for number in range(depth):
        inner = {**sequential([PICTURE, inner]), "name": f"m{number}"}
        inner["config"]["name"] = f"m{number}"
    return sequential([PICTURE, inner, FLATTEN, DENSE])


JSONS: dict[str, tuple[Callable[[], bytes], str]] = {
    "deep": (lambda: keras("[" * 100_000 + "]" * 100_000), "nested too deeply"),
    "deep and open": (lambda: keras("[" * 100_000), "nested too deeply"),
    "NaN": (lambda: keras(json.dumps(small_network()).replace('"filters": 2', '"filters": NaN')), "NaN"),
    "infinity": (lambda: keras(json.dumps(small_network()).replace('"filters": 2', '"filters": 1e999')), "too large"),
    "long number": (
        lambda: keras(json.dumps(small_network()).replace('"filters": 2', f'"filters": {"9" * 5_000}')),
        "too many digits",
    ),
    "key twice": (
        lambda: keras(json.dumps(small_network()).replace('"filters": 2', '"filters": 2, "filters": 3')),
        "'filters' is there twice",
    ),
    "a text without an end": (lambda: keras(b'["' + b'\\"' * 900_000), "not sound JSON"),
    "the last of many keys twice": (
        lambda: keras("{" + ",".join(f'"{place}":0' for place in range(150_000)) + ',"149999":0}'),
        "'149999' is there twice",
    ),
    "no JSON": (lambda: keras(b"\x80\x04cos\nsystem\n"), "not sound JSON"),
    "no UTF-8": (lambda: keras(b'{"class_name": "\xff"}'), "not sound JSON"),
    "no model": (lambda: keras("3"), "no class or no configuration"),
    "no layers": (lambda: keras(sequential([])), "a model in it has no layers"),
    "layers of text": (lambda: keras(sequential(["Dense"])), "no class or no configuration"),  # type: ignore[list-item]
    "only a picture": (lambda: keras(sequential([PICTURE])), "no layer that computes anything"),
    "no size": (lambda: keras(sequential(small_layers()[1:])), "does not say how large a picture"),
    "any size": (lambda: of_shape(None, None, 1), "Save it with a fixed size"),
    "1-D": (
        lambda: keras(sequential([layer("InputLayer", "row", batch_shape=[None, 784]), DENSE])),
        "must be one image",
    ),
    "3-D": (lambda: of_shape(8, 8, 8, 1), "must be one image"),
    "metadata": (lambda: packed({**members(), "metadata.json": b"{"}), "metadata.json"),
}


def graph(*layers: tuple[dict[str, Any], Any], **more: Any) -> bytes:
    return keras(functional([(PICTURE, ()), *layers], **more))


def called_again(*reads: str) -> bytes:
    """Return a network whose ReLU is called for each of `reads` once more, of which nothing reads the answers."""
    config = functional(chain(PICTURE, layer("ReLU", "relu"), FLATTEN, DENSE))
    config["config"]["layers"][1]["inbound_nodes"] += [call(name) for name in reads]
    return keras(config)


def branches(*layers: tuple[dict[str, Any], Any]) -> bytes:
    """Return a network in which `one` and `two` give eight and four maps of the picture."""
    convolutions = [layer("Conv2D", name, filters=n, kernel_size=[1, 1]) for name, n in (("one", 8), ("two", 4))]
    return graph(
        *((each, ("picture",)) for each in convolutions), *layers, (FLATTEN, ("merged",)), (DENSE, ("flatten",))
    )


GRAPHS: dict[str, tuple[Callable[[], bytes], str]] = {
    "loop": (
        lambda: graph(
            (layer("ReLU", "a"), ("b",)), (layer("ReLU", "b"), ("a",)), (FLATTEN, ("b",)), (DENSE, ("flatten",))
        ),
        "read one another in a circle",
    ),
    "itself": (lambda: graph((layer("ReLU", "a"), ("a",)), (FLATTEN, ("a",)), (DENSE, ("flatten",))), "in a circle: a"),
    "missing": (lambda: graph((FLATTEN, ("ghost",)), (DENSE, ("flatten",))), "Layer ghost is read in this network"),
    "dead node": (
        lambda: graph((layer("ReLU", "idle"), ("picture",)), (FLATTEN, ("picture",)), (DENSE, ("flatten",))),
        "Layer idle does not lead to the answer",
    ),
    "reads nothing": (lambda: graph((FLATTEN, ()), (DENSE, ("flatten",))), "Layer flatten reads nothing"),
    "two inputs": (
        lambda: graph(
            (layer("InputLayer", "second", batch_shape=[None, 8, 8, 1]), ()),
            (FLATTEN, ("picture",)),
            (DENSE, ("flatten",)),
            inputs=[["picture", 0, 0], ["second", 0, 0]],
        ),
        "2 inputs, but one picture goes in here",
    ),
    "an input that is not said": (
        lambda: graph(
            (layer("InputLayer", "second", batch_shape=[None, 8, 8, 1]), ()),
            (FLATTEN, ("picture",)),
            (DENSE, ("flatten",)),
        ),
        "2 inputs",
    ),
    "two outputs": (
        lambda: graph((FLATTEN, ("picture",)), (DENSE, ("flatten",)), outputs=[["flatten", 0, 0], ["answer", 0, 0]]),
        "2 outputs, but one picture goes in here and one answer",
    ),
    "output nowhere": (lambda: graph((FLATTEN, ("picture",)), (DENSE, ("flatten",)), outputs=["ghost", 0, 0]), "ghost"),
    "branches that do not fit": (
        lambda: branches((layer("Add", "merged"), ("one", "two"))),
        "Layer merged (Add)",
    ),
    "one layer for two": (
        lambda: branches((layer("ReLU", "merged"), ("one", "two"))),
        "Layer merged (ReLU)",
    ),
    "window larger than its input": (
        lambda: graph(
            (layer("Conv2D", "wide", filters=2, kernel_size=[9, 9]), ("picture",)),
            (FLATTEN, ("wide",)),
            (DENSE, ("flatten",)),
        ),
        "Layer wide (Conv2D)",
    ),
    "a call for nothing": (lambda: called_again("relu"), "Layer relu does not lead to the answer"),
    "calls without end": (lambda: called_again(*["relu"] * 400), "up to 400 are read"),
    "an output that is not there": (
        lambda: graph((FLATTEN, ("picture",)), (DENSE, ("flatten",)), outputs=["answer", 0, 1]),
        "Layer answer has several outputs",
    ),
    "same name": (
        lambda: keras(sequential([PICTURE, layer("ReLU", "a"), layer("ReLU", "a"), FLATTEN, DENSE])),
        "Two layers of this network are called a",
    ),
    "operation of Keras": (
        lambda: graph(
            ({**layer("Sin", "sin"), "module": "keras.src.ops.numpy"}, ("picture",)),
            (FLATTEN, ("sin",)),
            (DENSE, ("flatten",)),
        ),
        "Layer sin is of the kind Sin",
    ),
}


LEGACY: dict[str, tuple[Callable[[], bytes], str]] = {
    "weights alone": (lambda: hdf5(), "no description of a network"),
    "description of numbers": (lambda: legacy(model_config=np.zeros(5)), "no text"),
    "many descriptions": (lambda: legacy(model_config=["{}"] * 5), "too long a text"),
    "long description": (lambda: legacy(model_config=" " * 3_000_000), "too long a text"),
    "no layer": (lambda: legacy(arrays={"conv/kernel:0": ("other", np.zeros(3))}), "conv” is missing"),
    "no weights": (
        lambda: legacy(arrays={"kernel": ("conv", np.zeros(3)), "k": ("answer", np.zeros(3))}),
        "needs 2 arrays",
    ),
    "cut": (lambda: legacy()[:-500], "damaged or cut short"),
}

ALL = {
    f"{group}: {name}": case
    for group, cases in {
        "layers": LAYERS,
        "sizes": SIZES,
        "JSON": JSONS,
        "graph": GRAPHS,
        "archive": hostile_archives.CASES,
        "HDF5": hostile_weights.CASES,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("case", ALL)
def test_a_hostile_keras_file_is_refused_in_words(reader: ForkedReader, case: str) -> None:
    make, words = ALL[case]
    text = refusal(reader, make())
    assert any(each in text for each in words.split("|")), text


@pytest.mark.parametrize("case", LEGACY)
def test_a_hostile_older_file_is_refused_in_words(reader: ForkedReader, case: str) -> None:
    make, words = LEGACY[case]
    assert words in refusal(reader, make(), "net.h5")


@pytest.mark.parametrize("case", hostile_onnx.CASES)
def test_a_hostile_onnx_file_is_refused_in_words(reader: ForkedReader, case: str) -> None:
    make, words = hostile_onnx.CASES[case]
    text = refusal(reader, make(), "net.onnx")
    assert any(each in text for each in words.split("|")), text


def test_the_files_that_are_changed_are_read_as_they_are(reader: ForkedReader) -> None:
    """Otherwise a refusal above would say nothing."""
    for data, name in ((keras(), "a.keras"), (legacy(), "a.h5"), (packed(members(), zipfile.ZIP_DEFLATED), "a.keras")):
        (answer,) = reader.read(request(data, name))
        network = model_upload.build(answer.content).network
        np.testing.assert_array_equal(network.weights["conv"]["kernel"], WEIGHTS["layers/conv2d/vars/0"])
        np.testing.assert_array_equal(network.weights["answer"]["bias"], WEIGHTS["layers/dense/vars/1"])
