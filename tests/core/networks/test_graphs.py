"""Architectures with branches: their order, shapes, limits, classes, JSON and Keras program."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from cnnviz.core.networks import browser_file, keras_source
from cnnviz.core.networks.architecture import DIGITS, PICTURE, TUTORIALS, Architecture
from cnnviz.core.networks.draft import ArchitectureDraft
from cnnviz.core.networks.summary import summarize
from cnnviz.core.networks.training_plan import TrainingPlan
from tests.core import strategies


def conv(name: str, filters: int = 4) -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), padding="same", activation="relu")


def answer(classes: int = 10) -> Dense:
    return Dense(name="answer", units=classes, activation="softmax")


RESIDUAL = Architecture(
    name="residual",
    layers=(conv("first"), conv("second"), Add(name="add"), GlobalAveragePooling2D(name="mean"), answer(3)),
    input_shape=(12, 10, 3),
    inputs=((PICTURE,), ("first",), ("first", "second"), ("add",), ("mean",)),
    classes=("cat", "dog", "a red bus"),
)
"""A residual block that reads colour pictures."""

INCEPTION = Architecture(
    name="inception",
    layers=(
        conv("wide", 3),
        AveragePooling2D(name="smooth", pool_size=(2, 2), strides=(1, 1), padding="same"),
        conv("narrow", 2),
        Concatenate(name="together"),
        MaxPooling2D(name="pool"),
        Flatten(name="flatten"),
        answer(),
    ),
    inputs=((PICTURE,), (PICTURE,), ("smooth",), ("wide", "narrow", PICTURE), ("together",), ("pool",), ("flatten",)),
)
"""Branches that begin at the picture, one of which is the picture itself."""


def test_shapes_follow_the_branches() -> None:
    assert INCEPTION.shapes() == (
        (28, 28, 1),
        (28, 28, 3),
        (28, 28, 1),
        (28, 28, 2),
        (28, 28, 6),
        (14, 14, 6),
        (1176,),
        (10,),
    )
    assert INCEPTION.input_shapes("together") == ((28, 28, 3), (28, 28, 2), (28, 28, 1))
    assert INCEPTION.output_shape("narrow") == (28, 28, 2)
    assert INCEPTION.output_shape(PICTURE) == (28, 28, 1)
    assert INCEPTION.sources("narrow") == ("smooth",)
    assert INCEPTION.readers(PICTURE) == ("wide", "smooth", "together")
    assert not INCEPTION.is_chain


def test_outputs_are_released_behind_their_last_reader() -> None:
    released = RESIDUAL.released_by_layer
    assert released["first"] == (PICTURE,)
    assert released["second"] == ()
    assert set(released["add"]) == {"first", "second"}
    names = {layer.name for layer in RESIDUAL.layers[:-1]} | {PICTURE}
    assert sorted(source for sources in released.values() for source in sources) == sorted(names)


def test_parameters_and_multiplications_are_those_of_all_branches() -> None:
    assert RESIDUAL.parameters == (27 + 1) * 4 + (36 + 1) * 4 + (4 + 1) * 3
    assert RESIDUAL.multiplications == 120 * 4 * (27 + 36) + 4 + 4 * 3  # convolutions, mean, dense
    rows = {row.name: row for row in summarize(INCEPTION).rows}
    assert rows["together"].output_shape == (28, 28, 6)
    assert rows["together"].parameters == 0


@pytest.mark.parametrize("architecture", [RESIDUAL, INCEPTION])
def test_a_graph_comes_back_from_json(architecture: Architecture) -> None:
    assert Architecture.from_json(json.loads(json.dumps(architecture.to_json()))) == architecture
    assert "inputs" in architecture.to_json()


@settings(deadline=None)
@given(architecture=strategies.architectures())
def test_a_chain_spelled_out_is_a_chain(architecture: Architecture) -> None:
    names = [layer.name for layer in architecture.layers]
    inputs = [[before] for before in (PICTURE, *names[:-1])]
    spelled = Architecture("drawn", architecture.layers, architecture.input_shape, inputs)  # type: ignore[arg-type]
    assert spelled == architecture
    assert spelled.is_chain
    assert set(spelled.to_json()) == {"name", "input_shape", "layers"}
    assert [spelled.sources(name) for name in names] == [tuple(sources) for sources in inputs]


def test_stored_networks_are_described_as_before() -> None:
    assert all(set(each.to_json()) == {"name", "input_shape", "layers"} for each, _ in TUTORIALS.values())


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            (("",), ("second",), ("first", "second"), ("add",), ("mean",)),
            "`inputs` of second must be layers that",
        ),
        ((("",), ("add",), ("first", "second"), ("add",), ("mean",)), "Received: 'add'"),
        ((("",), ("third",), ("first", "second"), ("add",), ("mean",)), "Received: 'third'"),
        ((("",), ("",), ("first", "first"), ("add",), ("mean",)), "Received: second, which no layer reads"),
        ((("",), ("first",), ("second",), ("add",), ("mean",)), "Add must read at least 2 inputs"),
        ((("",), ("first", ""), ("first", "second"), ("add",), ("mean",)), "Conv2D reads one input. Received: 2"),
        ((("",), ("first",), ("", "second"), ("add",), ("mean",)), "Add must read inputs of equal shapes"),
        ((("",), ("first",), (), ("add",), ("mean",)), "`inputs` of add must be a list of 1 to 64 names"),
        ((("",), ("first",), ("first",) * 65, ("add",), ("mean",)), "Received: 65 names"),
        ((("",), ("first",), "first", ("add",), ("mean",)), "`inputs` of add must be a list"),
        ((("",), ("first",), (["first"], "second"), ("add",), ("mean",)), "Received: ['first']"),
        ((("",), ("first",)), "what each of the 5 layers reads. Received: 2 entries"),
        ("first", "`inputs` must name what each"),
        (7, "`inputs` must name what each"),
    ],
)
def test_inputs_that_make_no_graph_are_refused_in_words(inputs: Any, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Architecture("wrong", RESIDUAL.layers, RESIDUAL.input_shape, inputs, RESIDUAL.classes)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) <= 300


def test_a_merge_in_a_chain_is_refused() -> None:
    with pytest.raises(Refusal, match="Add must read at least 2 inputs"):
        Architecture("wrong", RESIDUAL.layers, RESIDUAL.input_shape, classes=RESIDUAL.classes)


def test_a_graph_beyond_the_memory_is_refused_before_it_is_built() -> None:
    many = tuple(conv(f"c{number}", 15) for number in range(9))
    stack: tuple[Layer, ...] = (*many, Add(name="add"), GlobalAveragePooling2D(name="mean"), answer())
    inputs = (*[(PICTURE,)] * 9, tuple(layer.name for layer in many), ("add",), ("mean",))
    with pytest.raises(Refusal, match="at most 32,000,000 values in all layers"):
        Architecture("wide", stack, (512, 512, 1), inputs)


@pytest.mark.parametrize("shape", [(512, 512, 4), (1, 512, 1), (32, 32, 2)])
def test_pictures_up_to_512_pixels_are_read(shape: tuple[int, int, int]) -> None:
    made = Architecture("large", (GlobalAveragePooling2D(name="mean"), answer()), shape)
    assert made.shapes()[0] == shape


@pytest.mark.parametrize(
    ("count", "legal"),
    [(1, False), (2, True), (1_000, True), (1_001, False)],
)
def test_there_are_2_to_1000_classes(count: int, *, legal: bool) -> None:
    def make() -> Architecture:
        stack = (Flatten(name="flatten"), answer(count))
        return Architecture("many", stack, (2, 2, 1), classes=tuple(f"class {number}" for number in range(count)))

    if legal:
        assert Architecture.from_json(json.loads(json.dumps(make().to_json()))) == make()
    else:
        with pytest.raises(Refusal, match="`classes` must be a list of 2 to 1000 names"):
            make()


@pytest.mark.parametrize("name", ["", " ", "a" * 65, "a\nb", "a\u202eb", "\u200b", "\x00", "\ud800", 7, None])
def test_a_class_without_a_visible_name_is_refused(name: Any) -> None:
    with pytest.raises(Refusal, match="name of a class must be 1 to 64 visible characters"):
        Architecture("named", (Flatten(name="flatten"), answer(2)), classes=("plain", name))


def test_names_of_classes_may_be_any_words() -> None:
    classes = ("ゼロ", "golden retriever", "é", "crane", "crane")
    made = Architecture("named", (Flatten(name="flatten"), answer(5)), classes=classes)
    assert made.to_json()["classes"] == list(classes)


def test_the_answer_must_have_a_unit_for_every_class() -> None:
    with pytest.raises(Refusal, match="There are 3 classes, so set its units to 3"):
        Architecture("named", (Flatten(name="flatten"), answer(10)), classes=("a", "b", "c"))
    assert "classes" not in Architecture("digits", (Flatten(name="flatten"), answer()), classes=DIGITS).to_json()


def test_a_graph_is_no_draft_of_a_chain() -> None:
    with pytest.raises(Refusal, match="Only networks whose layers form a chain can be changed here"):
        ArchitectureDraft.from_architecture(RESIDUAL)


def test_only_layers_of_the_picture_read_it() -> None:
    reading = [layer.name for layer in INCEPTION.layers if INCEPTION.reads_picture(layer.name)]
    assert reading == ["wide", "smooth"]


def test_the_browser_leaves_graphs_to_the_server() -> None:
    assert not browser_file.can_run(INCEPTION)


def test_the_keras_program_of_a_graph_is_functional() -> None:
    script = keras_source.write_script(INCEPTION, TrainingPlan())
    start = script.index("inputs = keras.Input")
    assert script[start : script.index("model.summary()")] == (
        "inputs = keras.Input((28, 28, 1))\n"
        'wide = layers.Conv2D(3, kernel_size=(3, 3), padding="same", activation="relu", name="wide")(inputs)\n'
        'x = layers.AveragePooling2D(pool_size=(2, 2), strides=(1, 1), padding="same", name="smooth")(inputs)\n'
        'x = layers.Conv2D(2, kernel_size=(3, 3), padding="same", activation="relu", name="narrow")(x)\n'
        'x = layers.Concatenate(name="together")([wide, x, inputs])\n'
        'x = layers.MaxPooling2D(pool_size=(2, 2), name="pool")(x)\n'
        "x = layers.Flatten()(x)\n"
        'x = layers.Dense(10, activation="softmax", name="answer")(x)\n'
        "model = keras.Model(inputs, x)\n"
    )


def test_a_layer_called_like_a_variable_of_the_program_gets_another_variable() -> None:
    layers = (conv("x"), conv("class"), conv("1.a"), Add(name="add"), GlobalAveragePooling2D(name="m"), answer())
    inputs = ((PICTURE,), (PICTURE,), (PICTURE,), ("x", "class", "1.a"), ("add",), ("m",))
    script = keras_source.write_script(Architecture("odd", layers, inputs=inputs), TrainingPlan())
    assert "([x_, class_, x])" in script
    compile(script, "script", "exec")
