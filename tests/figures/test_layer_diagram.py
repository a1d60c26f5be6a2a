"""The diagram of a layer: valid XML, to scale, and highlighted by every argument that matters."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.arguments import try_other_value
from cnnviz.core.layers import KINDS, Conv2D, Layer, MaxPooling2D, Shape
from cnnviz.figures import layer_diagram
from cnnviz.figures.slabs import Slab, scale_for
from tests.core import strategies

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Layer, Shape]:
    shape = draw(strategies.image_shapes())
    return draw(strategies.layers_for(shape, kind=draw(st.sampled_from(sorted(KINDS))))), shape


def read(layer: Layer, shape: Shape) -> ElementTree.Element:
    return ElementTree.fromstring(layer_diagram.draw(layer, shape, "a <title> & more"))


def lit(root: ElementTree.Element, argument: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if argument in each.get("data-of", "").split()]


@given(case=cases())
def test_every_layer_is_drawn_and_named(case: tuple[Layer, Shape]) -> None:
    root = read(*case)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == root.get("aria-label") == "a <title> & more"
    labels = ["".join(text.itertext()).replace(",", "") for text in root.iter(f"{SVG}text")]
    for shape in (case[1], case[0].output_shape(case[1])):
        assert " × ".join(map(str, shape)) in labels


@given(case=cases())
def test_an_argument_that_changes_the_shape_lights_up_that_side(case: tuple[Layer, Shape]) -> None:
    layer, shape = case
    made, root = layer.output_shape(shape), read(layer, shape)
    for argument in layer.arguments():
        other = try_other_value(layer, argument.name, shape)
        if other is None or len(other.output_shape) != len(made):
            continue
        changed = [str(side) for side, new in zip(made, other.output_shape, strict=True) if side != new]
        sides = [text for text in list(root.iter(f"{SVG}text"))[-1] if text.text != " × "]
        assert [
            (side.text or "").replace(",", "") for side in sides if argument.name in (side.get("data-of") or "").split()
        ] == changed


@pytest.mark.parametrize("argument", ["filters", "kernel_size", "strides", "padding", "activation", "use_bias"])
def test_arguments_of_a_convolution_light_up(argument: str) -> None:
    layer = Conv2D(name="c", filters=32, kernel_size=(3, 3), activation="relu")
    assert lit(read(layer, (28, 28, 1)), argument)


def test_sizes_are_to_scale() -> None:
    layer = MaxPooling2D(name="m")
    fronts = [each for each in read(layer, (24, 12, 8)).iter(f"{SVG}rect") if "front" in each.get("class", "")]
    (wide, high), (made_wide, made_high) = ((float(f.get("width", 0)), float(f.get("height", 0))) for f in fronts)
    assert high / wide == pytest.approx(2, abs=0.01)
    assert (high / made_high, wide / made_wide) == pytest.approx((2, 2), abs=0.02)


def test_the_largest_map_gets_the_most_room() -> None:
    scale = scale_for([(28, 28, 1), (14, 7, 3), (10,)], 56)
    assert Slab((28, 28, 1), scale).front == (56, 56)
    assert Slab((14, 7, 3), scale).front == (14, 28)
    assert Slab((9216,), scale).front[1] > Slab((10,), scale).front[1]
