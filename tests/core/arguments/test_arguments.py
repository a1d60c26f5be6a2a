"""The texts about a layer's arguments: every argument has one, and it lights up exactly where it matters."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.arguments import describe_argument, try_other_value
from cnnviz.core.arguments.other_value import OTHER_VALUES
from cnnviz.core.layers import KINDS, Conv2D, Dense, Layer, MaxPooling2D, Shape
from cnnviz.core.layers.formulas import INPUT, OUTPUT, Formula, text
from tests.core import strategies

CONV = Conv2D(name="conv2d", filters=32, kernel_size=(3, 3), activation="relu")


def tied(parts: Formula) -> set[str]:
    """Return the arguments behind the pieces of a formula."""
    return {name for part in parts for name in part.of} - {INPUT, OUTPUT}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Layer, Shape]:
    """Draw a layer of any kind and a shape that it reads."""
    shape = draw(strategies.image_shapes())
    return draw(strategies.layers_for(shape, kind=draw(st.sampled_from(sorted(KINDS))))), shape


@given(case=cases())
def test_every_argument_is_explained_with_all_its_numbers(case: tuple[Layer, Shape]) -> None:
    layer, shape = case
    names = [argument.name for argument in layer.arguments()]
    assert sorted(names) == sorted(field.name for field in fields(layer))
    for name in names:
        said = describe_argument(layer, name, shape)
        assert {field for _, field, _, _ in Formatter().parse(said.template) if field} <= set(said.values)
        assert "{" not in str(said)


@given(case=cases())
def test_the_line_of_code_makes_the_layer_again(case: tuple[Layer, Shape]) -> None:
    """With every argument written out, and with those alone that the line has."""
    layer, _ = case
    arguments = layer.arguments()
    written = ", ".join(each.code for each in arguments if each.written)
    assert layer.keras_line() == f"{layer.kind}({written})"
    assert [each.written for each in arguments] == sorted((each.written for each in arguments), reverse=True)
    values = {each.name: eval(each.value) for each in arguments}
    assert KINDS[layer.kind](**values) == layer
    assert KINDS[layer.kind](**{each.name: values[each.name] for each in arguments if each.written}) == layer


@given(case=cases())
def test_an_argument_lights_up_where_another_value_would_change_something(case: tuple[Layer, Shape]) -> None:
    layer, shape = case
    sizes, counted = tied(layer.size_parts(shape)), tied(layer.parameter_parts(shape))
    for argument in layer.arguments():
        other = try_other_value(layer, argument.name, shape)
        if other is None:
            continue
        assert eval(f"dict({other.code})")[argument.name] != eval(argument.value)
        if layer.size_parts(shape) and other.output_shape[:2] != layer.output_shape(shape)[:2]:
            assert argument.name in sizes
        if argument.name not in ("use_bias", "center", "scale"):  # switched off, there is nothing to light up
            assert (other.parameters != layer.parameters(shape)) == (argument.name in counted)
        elif getattr(layer, argument.name) and layer.kind != "Rescaling":
            assert argument.name in counted
            assert other.parameters < layer.parameters(shape)


@given(case=cases())
def test_the_other_value_is_worked_out_by_the_layer_itself(case: tuple[Layer, Shape]) -> None:
    layer, shape = case
    for argument in layer.arguments():
        if other := try_other_value(layer, argument.name, shape):
            written = {each.name: eval(each.value) for each in layer.arguments() if each.written}
            values = written | eval(f"dict({other.code})")
            changed = layers.from_json({"kind": layer.kind, **values})
            assert (other.output_shape, other.parameters) == (
                changed.output_shape(shape),
                changed.parameters(shape),
            )


@pytest.mark.parametrize(
    ("argument", "code", "shape", "parameters"),
    [
        ("filters", "filters=64", (26, 26, 64), 640),
        ("kernel_size", "kernel_size=(5, 5)", (24, 24, 32), 832),
        ("strides", "strides=(2, 2)", (13, 13, 32), 320),
        ("padding", 'padding="same"', (28, 28, 32), 320),
        ("dilation_rate", "dilation_rate=(2, 2)", (24, 24, 32), 320),
        ("use_bias", "use_bias=False", (26, 26, 32), 288),
    ],
)
def test_effect_of_another_value_is_stated(argument: str, code: str, shape: Shape, parameters: int) -> None:
    other = try_other_value(CONV, argument, (28, 28, 1))
    assert other is not None
    assert (other.code, other.output_shape, other.parameters) == (code, shape, parameters)


def test_window_that_would_not_fit_is_replaced_by_a_smaller_one() -> None:
    other = try_other_value(CONV, "kernel_size", (3, 3, 1))
    assert other is not None
    assert other.code == "kernel_size=(1, 1)"
    assert try_other_value(MaxPooling2D(name="m", pool_size=(1, 1)), "pool_size", (1, 1, 1)) is None


def test_strides_that_are_left_out_follow_another_window() -> None:
    other = try_other_value(MaxPooling2D(name="m"), "pool_size", (12, 12, 1))
    assert other is not None
    assert other.output_shape == (4, 4, 1)


def test_argument_without_effect_has_no_other_value() -> None:
    assert {"name", "activation", "rate", "momentum"}.isdisjoint(OTHER_VALUES)
    assert try_other_value(CONV, "groups", (28, 28, 1)) is None
    assert try_other_value(CONV, "activation", (28, 28, 1)) is None


def test_sentences_have_the_layers_own_numbers() -> None:
    assert "32 come out" in str(describe_argument(CONV, "filters", (28, 28, 1)))
    assert "3 × 3 × 1 weights" in str(describe_argument(CONV, "filters", (28, 28, 1)))
    assert "26 × 26 places" in str(describe_argument(CONV, "kernel_size", (28, 28, 1)))
    assert "9,216 inputs" in str(describe_argument(Dense(name="d", units=128), "units", (9216,)))
    same = Conv2D(name="c", filters=1, kernel_size=(4, 3), padding="same")
    assert "above 1, below 2, left 1, right 1" in str(describe_argument(same, "padding", (9, 9, 1)))


def test_formulas_read_as_before() -> None:
    assert text(CONV.size_parts((28, 28, 1))) == "(28 − 3) / 1 + 1 = 26"
    assert [part.text for part in CONV.parameter_parts((28, 28, 1)) if "filters" in part.of] == ["32"]
    assert [part.text for part in CONV.size_parts((28, 28, 1)) if "strides" in part.of] == [" / 1"]


@pytest.mark.parametrize(
    ("threshold", "words"), [(0.0, "below 0 become 0.5 · x"), (2.0, "below the threshold 2 become 0.5 · (x − 2)")]
)
def test_a_slope_below_a_threshold_is_the_formula_that_is_computed(threshold: float, words: str) -> None:
    layer = layers.ReLU(name="relu", negative_slope=0.5, threshold=threshold)
    assert words in str(describe_argument(layer, "negative_slope", (2,)))
    x = np.array([[threshold - 4.0]], np.float32)
    assert layer.forward(x, {}).after[0, 0] == pytest.approx(0.5 * (x[0, 0] - threshold))
