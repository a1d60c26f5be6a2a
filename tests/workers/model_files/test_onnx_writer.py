"""ONNX files that are written: ONNX Runtime computes with them what the engine computes."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import ACTIVATIONS, KINDS, MERGES, Layer, Shape
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.layers.normalization import Standardization
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files.onnx_writing import activations, writer
from tests.core import strategies
from tests.workers.model_files.onnx_oracle import compare_layers, run

WITHIN = 1e-6
"""Of the largest value of a layer that reads the same values in both."""

MIXED = 3e-6
"""For values that are mixed from neighbours: their shares are float32 numbers that are rounded in another order."""

ACCUMULATED = 1e-5
"""For a whole random network, whose layers read values that differ already: sums have another order in float32."""

WRITTEN = sorted(name for name, kind in KINDS.items() if not issubclass(kind, PassThrough))


def picture(shape: Shape) -> np.ndarray:
    return np.random.default_rng(7).random(shape, np.float32)


def build(shape: Shape, *stack: Layer, inputs: tuple[tuple[str, ...], ...] = (), seed: int = 1) -> Network:
    """Return a network of these layers for values from -2 to 2, and an answer behind them."""
    whole = (layers.Rescaling(name="scaled", scale=4.0, offset=-2.0), *stack)
    sources = ((PICTURE,), *inputs)
    for layer in (layers.Flatten(name="flat"), layers.Dense(name="answer", units=10), layers.Softmax(name="softmax")):
        sources = (*sources, (whole[-1].name,))
        whole = (*whole, layer)
    chosen = sources if inputs else ()
    return strategies.network(Architecture(name="drawn", input_shape=shape, layers=whole, inputs=chosen), seed)


@pytest.mark.parametrize("name", model_store.names())
def test_a_network_of_the_app_gives_the_same_probabilities(name: str):
    network = model_store.load(name)
    found = compare_layers(network, picture(network.architecture.input_shape))
    assert found[network.architecture.layers[-1].name] <= WITHIN
    assert max(found.values()) <= 2 * WITHIN


@pytest.mark.parametrize("kind", WRITTEN)
@settings(max_examples=12)
@given(data=st.data())
def test_every_kind_computes_the_same(kind: str, data: st.DataObject):
    shape = data.draw(strategies.image_shapes(channels=4))
    layer = data.draw(strategies.layers_for(shape, name="layer", kind=kind))
    network = build(shape, layer, seed=data.draw(strategies.seeds()))
    if isinstance(layer, Standardization):
        # Of values that are nearly alike float32, which ONNX Runtime computes in, keeps too few digits.
        even = build(shape, replace(layer, epsilon=0.1))
        assert compare_layers(even, picture(shape), least=1.0)["layer"] <= ACCUMULATED
        return
    mixes = getattr(layer, "interpolation", "") == "bilinear"
    assert compare_layers(network, picture(shape))["layer"] <= (MIXED if mixes else WITHIN)


@pytest.mark.parametrize(("activation", "flat"), list(product(sorted(ACTIVATIONS), (False, True))))
def test_every_activation_computes_the_same(activation: str, flat: bool):
    layer = layers.Dense(name="dense", units=9, activation=activation)
    stack = (layers.Flatten(name="row"), layer) if flat else (layer, layers.ZeroPadding2D(name="frame"))
    apart = layers.Activation(name="apart", activation=activation)
    found = compare_layers(build((6, 5, 3), *stack, apart), picture((6, 5, 3)))
    assert found["dense"] <= WITHIN
    assert found["apart"] <= 2 * WITHIN


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, n) for kind in MERGES for n in (2, 3) if (kind, n) != ("Subtract", 3)]
)
def test_every_merge_computes_the_same(kind: str, number: int):
    """Of maps that lie in ONNX's own order, of others, and of units that are repeated for every cell."""
    convs = [layers.Conv2D(name=f"c{i}", filters=3, kernel_size=(3, 3), padding="same") for i in range(number)]
    reads = ("scaled",)
    merge = MERGES[kind](name="merge")
    alike = build((5, 4, 3), *convs, merge, inputs=(*[reads] * number, tuple(conv.name for conv in convs)))
    assert compare_layers(alike, picture((5, 4, 3)))["merge"] <= WITHIN
    mixed = build((5, 4, 3), convs[0], merge, inputs=(reads, ("c0", "scaled", "c0")[:number]))
    assert compare_layers(mixed, picture((5, 4, 3)))["merge"] <= WITHIN
    if kind != "Concatenate":
        pool = layers.GlobalMaxPooling2D(name="pool")
        spread = build((5, 4, 3), pool, merge, inputs=(reads, ("pool", "scaled", "scaled")[:number]))
        assert compare_layers(spread, picture((5, 4, 3)))["merge"] <= WITHIN


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_maps_are_put_together_along_every_axis(axis: int):
    convs = [layers.Conv2D(name=f"c{i}", filters=3, kernel_size=(1, 1)) for i in range(2)]
    merge = layers.Concatenate(name="merge", axis=axis)
    network = build((5, 4, 2), *convs, merge, inputs=(("scaled",), ("scaled",), ("c0", "c1")))
    assert compare_layers(network, picture((5, 4, 2)))["merge"] <= WITHIN


@settings(max_examples=60)
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_a_random_network_gives_the_same_probabilities(architecture: Architecture, seed: int):
    assume(not any(isinstance(layer, Standardization) for layer in architecture.layers))
    network = strategies.network(architecture, seed)
    found = compare_layers(network, picture(architecture.input_shape))
    assert found["softmax"] <= ACCUMULATED


def test_several_pictures_are_read_at_once():
    network = model_store.load("cnn-32-64")
    pictures = np.random.default_rng(2).random((3, 28, 28, 1), np.float32)
    data = writer.write(network)
    (together,) = run(data, pictures)
    assert together.shape == (3, 10)
    for each, alone in zip(pictures, together, strict=True):
        np.testing.assert_allclose(run(data, each[np.newaxis])[0][0], alone, atol=1e-6)


def test_a_file_says_what_it_reads_and_what_it_answers():
    shape = (9, 8, 3)
    stack = (layers.Flatten(name="flatten"), layers.Dense(name="answer", units=3, activation="softmax"))
    architecture = Architecture(name="kana", layers=stack, input_shape=shape, classes=("あ", "い", "う"))
    data = writer.write(strategies.network(architecture, 3))
    model = onnx.load_from_string(data)
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(said.pop("classes")) == ["あ", "い", "う"]
    assert said == {"title": "kana", "input_layout": "NHWC", "input_range": "0 to 1"}
    (read,), (answer,) = model.graph.input, model.graph.output
    assert (read.name, answer.name) == ("picture", "probabilities")
    sides = [side.dim_param or side.dim_value for side in read.type.tensor_type.shape.dim]
    assert sides == ["batch", 9, 8, 3]
    assert [(each.domain, each.version) for each in model.opset_import] == [("", writer.OPSET)]
    assert writer.write(strategies.network(architecture, 3)) == data


def test_neighbours_in_one_order_of_axes_are_not_swapped_between():
    network = model_store.load("cnn-32-64-64")
    model = onnx.load_from_string(writer.write(network))
    assert [node.op_type for node in model.graph.node].count("Transpose") == 2


def test_names_of_layers_cannot_be_taken_for_the_ends():
    stack = (layers.Flatten(name="picture"), layers.Dense(name="probabilities", units=10, activation="softmax"))
    network = strategies.network(Architecture(name="odd", layers=stack), 3)
    assert compare_layers(network, picture((28, 28, 1)))["probabilities"] <= WITHIN


def test_every_kind_of_the_engine_is_written_and_others_are_refused_in_words():
    missing = [name for name in WRITTEN if KINDS[name] not in writer.WRITERS]
    assert missing == []
    assert ACTIVATIONS.keys() - {"softmax"} == activations.ACTIVATIONS.keys()

    class Other(layers.Flatten):
        kind = "Other"

    network = strategies.network(
        Architecture(name="new", layers=(Other(name="odd"), layers.Dense(name="a", units=10, activation="softmax"))), 3
    )
    with pytest.raises(Refusal, match="Layer odd is of the kind Other"):
        writer.write(network)
