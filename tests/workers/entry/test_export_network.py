"""Networks that are exported compute elsewhere what they compute here."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import KINDS, MERGES, Dense, Flatten, Layer
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.network import Network
from cnnviz.jobs.exports import exporter, forms
from cnnviz.jobs.exports.exporter import ExportedNetwork, Exporter
from cnnviz.jobs.sandbox import model_upload
from cnnviz.workers.entry import export_network
from cnnviz.workers.model_files import reader
from tests.core import strategies
from tests.core.networks import small_network
from tests.workers.test_graphs import draw as draw_graph

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

WITHIN = 1e-6
"""Of the largest value of a layer."""


def take_out(network: Network, title: str = "Taken") -> bytes:
    """Return the `.keras` file as the child makes it, in this process."""
    data = exporter.write_safetensors(ExportedNetwork(network, title))
    return export_network.export(forms.KERAS.name, data, lambda: None)


def load(data: bytes, folder: Path) -> Any:
    import cnnviz.workers.keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    path = folder / "taken.keras"
    path.write_bytes(data)
    return keras.models.load_model(path)


def measure_difference(network: Network, model: Any, picture: np.ndarray | None = None) -> float:
    """Return the largest difference between the engine and Keras, in parts of the largest value.

    Of every layer, which reads in Keras what it has read here, and of the answer of the whole network.
    """
    import keras

    shape = network.architecture.input_shape
    picture = np.random.default_rng(1).random(shape, dtype=np.float32) if picture is None else picture
    traced = trace(network, picture)
    worst = 0.0
    for ours in traced.layers:
        read = [keras.ops.convert_to_tensor(traced.get_values(source)[np.newaxis]) for source in ours.sources]
        theirs = model.get_layer(ours.name)(read if ours.layer.role == "merging" else read[0], training=False)
        worst = max(worst, compare(ours.after, np.asarray(theirs)[0]))
    whole = np.asarray(model(picture.reshape(1, *shape), training=False))[0]
    return max(worst, compare(traced.probabilities, whole))


def compare(ours: np.ndarray, theirs: np.ndarray) -> float:
    assert ours.shape == theirs.shape
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6))


@pytest.mark.parametrize("name", model_store.names())
def test_networks_of_the_app_compute_the_same_in_keras(name: str, tmp_path: Path) -> None:
    network = model_store.load(name)
    digit = datasets.load(allow_download=False).x_test[1] / np.float32(255)
    (picture,) = colour_digits.prepare_inputs(digit[np.newaxis], network.architecture.input_shape, colour_digits.TEST)
    assert measure_difference(network, load(take_out(network), tmp_path), picture) <= WITHIN


def draw_every_kind(data: st.DataObject) -> Architecture:
    """Return a network in which a layer of each kind, with drawn settings, reads the picture."""
    shape = data.draw(st.tuples(st.integers(4, 9), st.integers(4, 9), st.integers(2, 4)))
    stack: list[Layer] = []
    inputs: list[tuple[str, ...]] = []
    flat: list[str] = []
    for kind in (*sorted(KINDS), *sorted(MERGES)):
        layer = (
            data.draw(strategies.layers_for(shape, name=f"of_{kind}", kind=kind).filter(is_small(shape)))
            if kind in KINDS
            else MERGES[kind](name=f"of_{kind}")
        )
        stack += [layer, Flatten(name=f"flat_{kind}")]
        inputs += [(PICTURE,) if kind in KINDS else (PICTURE, PICTURE), (layer.name,)]
        flat.append(f"flat_{kind}")
    stack += [layers.Concatenate(name="all"), Dense(name="answer", units=3, activation="softmax")]
    inputs += [tuple(flat), ("all",)]
    return Architecture("every-kind", tuple(stack), shape, tuple(inputs), ("kiwi", "plum", "fig & co"))


def is_small(shape: layers.Shape) -> Callable[[Layer], bool]:
    return lambda layer: (
        strategies._continuous(layer) and int(np.prod(layer.output_shape(shape))) <= strategies.MAX_VALUES
    )


@settings(
    max_examples=strategies.count_examples(2),
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data(), seed=strategies.seeds())
def test_every_kind_of_layer_computes_the_same_in_keras(
    data: st.DataObject, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    architecture = draw_every_kind(data)
    network = strategies.network(architecture, seed)
    taken = take_out(network)
    assert measure_difference(network, load(taken, tmp_path_factory.mktemp("taken"))) <= WITHIN
    found = reader.read(taken, "taken.keras")
    assert found.architecture.classes == architecture.classes
    assert sorted(found.weights) == sorted(network.weights)
    for layer, arrays in network.weights.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(found.weights[layer][name], array)


@pytest.mark.parametrize("seed", range(4))
def test_branches_compute_the_same_in_keras(seed: int, tmp_path: Path) -> None:
    network = strategies.network(draw_graph(seed), seed)
    assert measure_difference(network, load(take_out(network), tmp_path)) <= WITHIN


def test_what_keras_has_no_place_for_stays_in_the_file() -> None:
    network = small_network.network()
    network = replace(network, card=small_network.card(network, pen_accuracy=0.75, pen_note="mine"))
    with zipfile.ZipFile(io.BytesIO(take_out(network, "My best"))) as archive:
        told = json.loads(archive.read("metadata.json"))
        model = json.loads(archive.read("config.json"))
    assert told["cnnviz"] == {
        "classes": list("0123456789"),
        "title": "My best",
        "data": "mnist",
        "test_accuracy": 0.97,
        "pen_accuracy": 0.75,
    }
    assert told["keras_version"]
    assert model["config"]["name"] == "my_best"


def test_many_names_of_classes_are_left_out() -> None:
    classes = tuple(f"{number}{'x' * 60}" for number in range(300))
    layers_of = (Flatten(name="flatten"), Dense(name="dense", units=300, activation="softmax"))
    taken = take_out(strategies.network(Architecture("many", layers_of, (4, 4, 1), classes=classes), 1))
    assert reader.read(taken, "many.keras").architecture.classes == tuple(map(str, range(300)))


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["a", "b"], ("0", "1", "2")),
        (["a", "b", "\n"], ("a", "b", "2")),
        ("abc", ("0", "1", "2")),
        ({"a": 1}, ("0", "1", "2")),
        (None, ("0", "1", "2")),
        ([["a"], 2, 3], ("0", "2", "3")),
    ],
)
def test_classes_whose_names_cannot_be_shown_have_numbers(names: Any, read: tuple[str, ...]) -> None:
    layers_of = (Flatten(name="flatten"), Dense(name="dense", units=3, activation="softmax"))
    taken = take_out(strategies.network(Architecture("few", layers_of, (4, 4, 1), classes=("x", "y", "z")), 1))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(taken)) as before, zipfile.ZipFile(written, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "metadata.json":
                content = json.dumps({"cnnviz": {"classes": names}}).encode()
            after.writestr(entry, content)
    assert reader.read(written.getvalue(), "few.keras").architecture.classes == read


def test_a_child_makes_the_file_and_another_reads_the_weights_bit_for_bit(tmp_path: Path) -> None:
    network = model_store.load("pen")
    exported = ExportedNetwork(network, "pen", network.card.plan if network.card else None)
    told: list[str] = []
    made = exporter._ask(forms.KERAS, exported, lambda _, message: told.append(message))
    assert told == [exporter.WAITING, *exporter.STEPS]
    assert measure_difference(network, load(made, tmp_path)) <= WITHIN
    again = model_upload.read(Exporter().make(forms.SAFETENSORS, exported), "pen.safetensors")
    assert again.architecture == network.architecture
    assert again.card is None
    for layer, arrays in network.weights.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(again.weights[layer][name], array)


def test_a_child_that_cannot_make_a_form_fails_in_words() -> None:
    exported = ExportedNetwork(small_network.network(), "small")
    with pytest.raises(Refusal, match=r"The \.odd file could not be made"):
        Exporter().make(replace(forms.KERAS, name="odd", ending=".odd"), exported)


def test_the_program_of_a_network_from_a_file_makes_the_same_layers() -> None:
    from cnnviz.workers import keras_model

    network = strategies.network(draw_graph(1), 1)
    program = Exporter().make(forms.PROGRAM, ExportedNetwork(network, "From a file"))
    scope: dict[str, Any] = {}
    exec(program.decode(), scope)
    assert scope["classes"] == list(network.architecture.classes)
    for layer in scope["model"].layers:
        keras_model.set_weights(layer, network.weights_of(layer.name))
    assert measure_difference(network, scope["model"]) <= WITHIN
