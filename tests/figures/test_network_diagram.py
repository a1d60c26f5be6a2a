"""The diagram of a network: all layers in order, to scale, within the width, machine-readable."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import pen
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.figures import network_diagram, svg
from cnnviz.figures.network_diagram import Words
from tests.core import strategies
from tests.core.inference.test_graphs import BRANCHED

SVG = "{http://www.w3.org/2000/svg}"
NETWORKS = {
    **{name: architecture for name, (architecture, _) in {**TUTORIALS, **POOL_NETWORKS}.items()},
    "pen": pen.ARCHITECTURE,
}


def called(architecture: Architecture) -> tuple[str, ...]:
    """Return the longest name in words that a layer can have."""
    return tuple(f"Separable convolution {number}" for number, _ in enumerate(architecture.layers, 1))


def words(architecture: Architecture) -> Words:
    return Words("A network", "its <layers>", "input", "{number} parameters", called(architecture))


def read(architecture: Architecture, width: float) -> ElementTree.Element:
    return ElementTree.fromstring(network_diagram.draw(architecture, words(architecture), width))


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name) or "nan")


def boxes(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [rect for rect in root.iter(f"{SVG}rect") if rect.get("rx")]


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


@given(architecture=strategies.architectures(), width=st.sampled_from([330.0, 680.0, 1180.0]))
def test_every_layer_is_there_in_order_and_has_a_name(architecture: Architecture, width: float) -> None:
    root = read(architecture, width)
    assert (root.get("role"), root.get("aria-label")) == ("img", "A network")
    assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == ("A network", "its <layers>")
    tips = [tip.text for tip in root.iter(f"{SVG}title")][1:]
    assert tips == ["input", *(layer.keras_line() for layer in architecture.layers)]
    written = texts(root)
    names = [layer.name for layer in architecture.layers if layer.name.startswith("layer_")]
    assert [line for line in written if line.startswith("layer_")] == names
    assert [line for line in written if line.startswith("Separable convolution")] == list(called(architecture))
    for shape in architecture.shapes():
        assert " × ".join(f"{side:,}" for side in shape) in written


@pytest.mark.parametrize("width", [330, 680, 1180])
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_nothing_overlaps_and_nothing_is_cut(name: str, width: float) -> None:
    root = read(NETWORKS[name], width)
    assert number(root, "width") <= width + 0.1  # numbers are written to a tenth
    found = boxes(root)
    assert len(found) == len(NETWORKS[name].layers) + 1
    for box, following in pairwise(found):
        if number(box, "y") == number(following, "y"):
            assert number(box, "x") + number(box, "width") + 10 < number(following, "x")
    for box in found:
        assert number(box, "x") >= 0
        assert number(box, "x") + number(box, "width") <= number(root, "width") + 0.1
        assert number(box, "y") + number(box, "height") <= number(root, "height")


def test_maps_are_to_scale() -> None:
    root = read(TUTORIALS["cnn-32-64"][0], 1180)
    fronts = [rect for rect in root.iter(f"{SVG}rect") if "front" in (rect.get("class") or "")]
    sides = [number(rect, "width") for rect in fronts[:4]]
    assert sides == pytest.approx([56, 52, 48, 24], abs=0.06)


def test_parameters_stand_below_their_layers() -> None:
    written = texts(read(TUTORIALS["cnn-32-64"][0], 1180))
    found = [line for line in written if line.endswith(" parameters")]
    assert found == [f"{number} parameters" for number in ("320", "18,496", "1,179,776", "1,290")]


def test_colours_are_the_pages_or_its_own_in_light_and_dark() -> None:
    """Also for programs that read attributes alone."""
    text = network_diagram.draw(pen.ARCHITECTURE, words(pen.ARCHITECTURE), 1180)
    assert "prefers-color-scheme: dark" in text
    for paint in svg.PAINTS.values():
        assert f"var({paint.variable}, {paint.light})" in text
        assert f"var({paint.variable}, {paint.dark})" in text
    root = ElementTree.fromstring(text)
    painted = [element for element in root.iter() if element.get("class")]
    assert painted
    assert all(element.get("fill") or element.get("stroke") for element in painted)


def test_texts_cannot_become_elements() -> None:
    hostile = Words("<script>alert(1)</script>", '"', "<b>in</b>", "{number}", called(pen.ARCHITECTURE))
    root = ElementTree.fromstring(network_diagram.draw(pen.ARCHITECTURE, hostile, 680))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "g",
        "rect",
        "path",
        "text",
        "tspan",
    }
    assert "<b>in</b>" in texts(root)


def find_corners(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """Return the points of all lines without a head: those that lead further than to the next box."""
    lines = [path.get("d") or "" for path in root.findall(f"{SVG}path")]
    return [[(float(x), float(y)) for x, y in (point.split() for point in line[1:].split("L"))] for line in lines]


@pytest.mark.parametrize("width", [330.0, 680.0, 1180.0])
def test_branches_lead_around_the_boxes_to_those_that_read_them(width: float) -> None:
    root = read(BRANCHED, width)
    around = [measure(box) for box in boxes(root)]
    assert len(around) == len(BRANCHED.layers) + 1
    lines = find_corners(root)
    assert lines
    for points in lines:
        for (x, y), (x2, y2) in pairwise(points):
            for left, top, wide, high in around:
                beside = max(x, x2) < left + 1 or min(x, x2) > left + wide - 1  # coordinates are rounded
                assert beside or max(y, y2) < top or min(y, y2) > top + high, "through a box"
    # Every read beside that of the next box ends in front of a box, where the last part of its line goes up.
    rising = [points for points in lines if len(points) == 2 and points[0][0] == points[1][0]]
    names = ["", *(layer.name for layer in BRANCHED.layers)]
    far = [(at, each) for at, name in enumerate(names[1:], 1) for each in set(BRANCHED.sources(name))]
    assert len(rising) == sum(names[at - 1] != each for at, each in far)


def measure(rect: ElementTree.Element) -> tuple[float, float, float, float]:
    return tuple(number(rect, name) for name in ("x", "y", "width", "height"))  # type: ignore[return-value]


def test_a_chain_has_no_lines_around_its_boxes() -> None:
    assert not find_corners(read(TUTORIALS["cnn-32-64-64"][0], 680))
