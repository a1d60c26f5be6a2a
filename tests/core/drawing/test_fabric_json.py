"""Drawings of the real canvas are read as it shows them, and no input of it does harm.

The recordings were made with streamlit-drawable-canvas 0.13 in Chromium: drawn with the mouse, then moved, scaled,
turned, flipped and skewed with the toolbar's edit toggle. Beside each is the picture that the canvas sent with it,
averaged to 28x28.
"""

from __future__ import annotations

import itertools
import json
import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.drawing import bezier, fabric_json, svg_path, url_codec
from cnnviz.core.drawing.preprocessing import ALL
from cnnviz.core.drawing.strokes import Drawing, Stroke, render
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject as input_source
from cnnviz.core.networks import model_store

THREE = (
    "M95.98,68.02 Q96,68,99.5,65 Q103,62,106.5,59.5 Q110,57,114.5,55.5 Q119,54,123.5,52.5 "
    "Q128,51,132.5,50.5 Q137,50,142,50 Q147,50,151.5,51 Q156,52,160.5,53.5 Q165,55,168.5,57 "
    "Q172,59,176,61.5 Q180,64,182.5,67 Q185,70,188,73.5 Q191,77,192,81 Q193,85,194,89 "
    "Q195,93,194.5,96.5 Q194,100,193.5,104 Q193,108,190.5,111.5 Q188,115,186,118.5 Q184,122,180.5,124.5 "
    "Q177,127,173.5,130 Q170,133,165.5,134.5 Q161,136,156.5,137.5 Q152,139,150,139 Q148,139,146.5,139.5 "
    "Q145,140,150.5,141 Q156,142,161.5,143 Q167,144,171.5,146.5 Q176,149,180.5,151.5 "
    "Q185,154,188.5,157.5 Q192,161,195.5,164.5 Q199,168,200.5,172 Q202,176,203.5,180.5 "
    "Q205,185,204.5,189 Q204,193,203.5,197.5 Q203,202,200.5,206 Q198,210,196,214 Q194,218,190,221 "
    "Q186,224,182,227.5 Q178,231,172.5,232.5 Q167,234,162,236 Q157,238,151.5,238.5 Q146,239,140.5,239.5 "
    "Q135,240,129.5,238.5 Q124,237,118.5,236 Q113,235,103.5,230.5 L93.98,225.98"
)
SEVEN = (
    "M59.98,60 Q60,60,72.5,60 Q85,60,97.5,60 Q110,60,122.5,60 Q135,60,147.5,60 Q160,60,172.5,60 "
    "Q185,60,197.5,60 Q210,60,202.5,75 Q195,90,187.5,105 Q180,120,172.5,135 Q165,150,157.5,165 "
    "Q150,180,135,210 L119.98,240.02"
)
BAR = (
    "M99.98,150 Q100,150,106.5,150 Q113,150,119.5,150 Q126,150,133,150 Q140,150,146.5,150 "
    "Q153,150,166.5,150 L180.02,150"
)
DOT = "M249.98,250 L250.02,250"
CORNER = (
    "M79.98,80 Q80,80,90,80 Q100,80,110,80 Q120,80,130,80 Q140,80,150,80 Q160,80,170,80 Q180,80,190,80 "
    "Q200,80,195,90 Q190,100,185,110 Q180,120,175,130 Q170,140,165,150 Q160,160,150,180 L139.98,200.02"
)
CROSSBAR = (
    "M89.98,140 Q90,140,98,140 Q106,140,114.5,140 Q123,140,131.5,140 Q140,140,148,140 Q156,140,173,140 L190.02,140"
)

RECORDED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "three": (
        [
            {"type": "Path", "left": 149.3895, "top": 144.8995, "path": THREE},
        ],
        "1_TNjYKAAaJz72wTnsP3___9fAozn_8uRef03GE87ACj_TwBZ7_4AZF5_AU45dmR9Iuu_IjjM__8jKWR-_38Tkjbmu"
        "r8KSFzG_QeQbZD9jMzj_IbM40LhycFUigKdwXh-AczBLxxF5sFt0Ab6_f9GuB6LfW-aSQxKAA",
    ),
    "dot": (
        [
            {"type": "Path", "left": 133.7992, "top": 150.01, "path": SEVEN},
            {"type": "Path", "left": 140, "top": 150, "path": BAR},
            {"type": "Path", "left": 250, "top": 250, "path": DOT},
        ],
        "15lhjYKAO4P4PAZdQeN-RlfB-ReblX0Dm3U9A4rD9RdH2jRhtYBs3YOdR3zYC2ngOgKndKCG0G2_4AQA",
    ),
    "scaled": (
        [
            {
                "type": "Path",
                "left": 128.9332,
                "top": 140.0568,
                "scaleX": 1.2863,
                "scaleY": 1.2863,
                "path": CORNER,
            },
            {"type": "Path", "left": 140, "top": 140, "path": CROSSBAR},
        ],
        "1FyJjYKAOWP8fAg6Cee-hvB9gnudMMDj_HVnD-YdIHNb_DUg8nn8CSLz4H9i17QdZ8Bs7D482Mm0DAmYUbYx3BRioCAA",
    ),
    "rotated": (
        [
            {
                "type": "Path",
                "left": 98.49,
                "top": 140.0568,
                "scaleX": 0.8461,
                "scaleY": 1.2863,
                "angle": 37.8785,
                "path": CORNER,
            },
            {"type": "Path", "left": 140, "top": 140, "path": CROSSBAR},
        ],
        "191RjYCAJKCFzmN4FIPFY__9Alsz7fwiJx3z_nwMSV-r_d2S19f8XIPFY3n9B4jGuf4jEs_1rAGPu_w8Ev7HzGPp_C"
        "iA02fxFcifH_4VIzjr_FMnw-F9ImhjOIXuOwZCBtgAA",
    ),
    "flipped": (
        [
            {
                "type": "Path",
                "left": 15.0735,
                "top": 75.1691,
                "scaleX": 0.6822,
                "scaleY": 1.2863,
                "angle": 37.8785,
                "flipX": True,
                "path": CORNER,
            },
            {"type": "Path", "left": 140, "top": 140, "path": CROSSBAR},
        ],
        "1wMHj-Pv_CQMc8C1c_78Azss3YP__SwDGO8PA4Pc_AMb7xsDAdBqu8iEDMmhA4Skw0Abs_w8Ev7Hzhh4AAA",
    ),
    "skewed": (
        [
            {"type": "Path", "left": 179.1321, "top": 140.01, "skewX": 29.7414, "path": CORNER},
        ],
        "1Ct1jYKADYP8PAv8aIDym82DudxQVf5B5bH-ReSz_kHnM_5F5TP8FkHiM_xWQJf8bIPPeOyDz7icg884XIPP2NyDzbBvoEUQA",
    ),
    "line": (
        [
            {
                "type": "Line",
                "left": 135,
                "top": 120,
                "width": 130,
                "height": 120,
                "strokeLineCap": "butt",
                "x1": -65,
                "y1": -60,
                "x2": 65,
                "y2": 60,
            },
        ],
        "10WtjYKASYBNA5uVfQubJ_DNA4jHuf4IsyfXPAZk7_ysyj-N_AoqxP5B5rP8nIHP9fiHzWN5vROba_UF2H9N9FGPFGAYcAAA",
    ),
    "line_edited": (
        [
            {
                "type": "Line",
                "left": 155,
                "top": 120,
                "width": 130,
                "height": 80,
                "strokeLineCap": "butt",
                "scaleX": 1.2667,
                "x1": -65,
                "y1": 40,
                "x2": 65,
                "y2": -40,
            },
        ],
        "1MmFjYKAfYJqKzJn_TwGJ8_8InMO8_v8WZM5mBGf__8VwDgsK5_z_SQiz9ZA5DKyTGAY_AAA",
    ),
    "circle": (
        [
            {
                "type": "Circle",
                "originX": "left",
                "left": 70,
                "top": 60,
                "width": 176.9181,
                "height": 176.9181,
                "strokeLineCap": "butt",
                "angle": 42.7094,
                "radius": 88.45903006477066,
            },
        ],
        "1KExjYCAEmBQRbMbs__9vGsB4sf__nvv_UwDCYf-_VYDB4v0lCC__G4jU-QOWZPqfANZ8fgKI4voJUaL_CUTKf4TwO"
        "H-AyPgFEB7zHxDZXwC16D-ImJ8A5b0HGdqPwsufAHXrXxBp_wDqpF8gkucbhMf7BUSy_lMA8-YfAFPrwe7l-Afxk8y"
        "_RKDd-79CPbv-34rO8_8coBaxnP___18jIljCyxwYqAcA",
    ),
    "rect_edited": (
        [
            {
                "type": "Rect",
                "originX": "left",
                "originY": "top",
                "left": 156.7027,
                "top": 91.3883,
                "width": 130,
                "height": 120,
                "strokeLineCap": "butt",
                "strokeUniform": True,
                "angle": 30.9638,
            },
        ],
        "1htNjYBgEgD0Amaf_2wCJt___DwE4h_Wfxv-ncJ7sNwbr_5thvP4DDAxx_xshHKb_QDMY-_9BDOb-CSKZ9_8G8-IfQ"
        "iz9DyIZ7yeAeTw_QCTHH4j2_Itgh3wHcxjfg03RhljFCTEEapX9JwgPYtX5BqhbgFYZsP2Fu5v1_Q-9rwgvSfz_vwH"
        "Jh9b_FRgYAA",
    ),
}

COMMON = {
    "version": "7.4.0",
    "originX": "center",
    "originY": "center",
    "stroke": "#000000",
    "strokeWidth": 20,
    "strokeUniform": False,
    "scaleX": 1,
    "scaleY": 1,
    "angle": 0,
    "flipX": False,
    "flipY": False,
    "skewX": 0,
    "skewY": 0,
    "visible": True,
    "globalCompositeOperation": "source-over",
}


def commands(path: str) -> list[list[Any]]:
    """Split an SVG path into Fabric's list of commands."""
    return [[part[0], *map(float, part[1:].split(","))] for part in path.split()]


def canvas(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Build the JSON of a canvas with these objects, each with the fields that Fabric always writes."""
    full = [COMMON | one | ({"path": commands(one["path"])} if "path" in one else {}) for one in objects]
    return {"version": "7.4.0", "objects": full}


def averaged(drawing: Drawing) -> np.ndarray:
    """Average a drawing's coverage over each 10x10 square of the canvas, `(28, 28)` in [0, 1]."""
    covered = render(drawing)[..., 3].reshape(28, 10, 28, 10).mean(axis=(1, 3)) / 255
    return np.asarray(covered)


def one(**fields: Any) -> Drawing:
    return fabric_json.read(canvas([fields])).drawing


# A brush that was scaled unequally is no circle any more, which a stroke cannot say: a wider margin for those.
MARGINS = {"rotated": 0.014, "flipped": 0.014, "skewed": 0.008, "line_edited": 0.005}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_looks_as_on_the_canvas(name: str) -> None:
    objects, picture = RECORDED[name]
    parsed = fabric_json.read(canvas(objects))
    assert parsed.skipped == 0
    assert len(parsed.drawing.strokes) == len(objects)
    difference = np.abs(averaged(parsed.drawing) - url_codec.decode_digit(picture))
    assert difference.mean() < MARGINS.get(name, 0.004)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_survives_being_restored(name: str) -> None:
    drawing = fabric_json.read(canvas(RECORDED[name][0])).drawing
    restored = fabric_json.read(json.loads(json.dumps(fabric_json.from_drawing(drawing)))).drawing
    np.testing.assert_allclose(averaged(restored), averaged(drawing), atol=0.002)
    assert [stroke.width for stroke in restored.strokes] == [stroke.width for stroke in drawing.strokes]


def test_a_drawing_is_restored_point_for_point_in_the_given_colour() -> None:
    drawing = Drawing((Stroke(((60.0, 60.0), (210.5, 61.0), (120.0, 240.0)), 17.5), Stroke(((30.0, 250.0),), 25.0)))
    json_data = fabric_json.from_drawing(drawing, "#ffffff")
    assert [one["stroke"] for one in json_data["objects"]] == ["#ffffff", "#ffffff"]
    restored = fabric_json.read(json.loads(json.dumps(json_data))).drawing
    for stroke, again in zip(drawing.strokes, restored.strokes, strict=True):
        np.testing.assert_allclose(again.points, stroke.points, atol=1e-6)
        assert again.width == stroke.width


def test_strokes_without_points_are_not_restored() -> None:
    assert fabric_json.from_drawing(Drawing((Stroke(()),))) == {"objects": []}


def test_a_canvas_without_answer_or_objects_is_empty() -> None:
    assert fabric_json.read(None) == fabric_json.ParsedCanvas(Drawing())
    assert fabric_json.read({}) == fabric_json.ParsedCanvas(Drawing())
    assert fabric_json.read({"version": "7.4.0", "objects": []}) == fabric_json.ParsedCanvas(Drawing())


LINE = {
    "type": "Line",
    "x1": -30,
    "y1": -10,
    "x2": 30,
    "y2": 10,
    "strokeLineCap": "round",
    "left": 100,
    "top": 50,
}


@pytest.mark.parametrize(
    ("fields", "ends"),
    [
        ({}, [(70, 40), (130, 60)]),
        ({"scaleX": 2, "scaleY": 0.5}, [(40, 45), (160, 55)]),
        ({"angle": 90}, [(110, 20), (90, 80)]),
        ({"flipX": True}, [(130, 40), (70, 60)]),
        ({"flipY": True}, [(70, 60), (130, 40)]),
        ({"skewX": 45}, [(60, 40), (140, 60)]),
        ({"skewY": 45}, [(70, 10), (130, 90)]),
        ({"scaleX": 2, "angle": 180}, [(160, 60), (40, 40)]),
        # left and top tell a corner of the box, brush included: 60 + 20 by 20 + 20
        ({"originX": "left", "originY": "top"}, [(110, 60), (170, 80)]),
        ({"originX": "right", "originY": "bottom"}, [(30, 20), (90, 40)]),
        ({"originX": "left", "originY": "top", "scaleX": 2}, [(120, 60), (240, 80)]),
        ({"originX": "left", "originY": "top", "scaleX": 2, "strokeUniform": True}, [(110, 60), (230, 80)]),
        ({"originX": "left", "originY": "top", "angle": 90}, [(90, 60), (70, 120)]),
    ],
)
def test_a_transform_moves_the_ends_of_a_line(fields: dict[str, Any], ends: list[tuple[float, float]]) -> None:
    np.testing.assert_allclose(one(**LINE | fields).strokes[0].points, ends, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "width"),
    [
        ({}, 20),
        ({"scaleX": 2, "scaleY": 2}, 40),
        ({"scaleX": 4, "scaleY": 1}, 40),
        ({"scaleX": 2, "scaleY": 2, "strokeUniform": True}, 20),
        ({"scaleX": 2, "scaleY": 2, "flipX": True, "angle": 33, "skewX": 20}, 40),
        ({"strokeWidth": 7.5}, 7.5),
        ({"strokeWidth": 5000}, 280),
    ],
)
def test_the_brush_is_scaled_with_the_object(fields: dict[str, Any], width: float) -> None:
    assert one(**LINE | fields).strokes[0].width == pytest.approx(width)


def test_a_line_with_cut_ends_keeps_its_amount_of_ink() -> None:
    cut = one(**LINE | {"strokeLineCap": "butt", "angle": -math.degrees(math.atan2(20, 60))})
    assert render(cut)[..., 3].sum() / 255 == pytest.approx(20 * math.hypot(60, 20), rel=0.02)


def test_a_short_line_with_cut_ends_is_a_dot() -> None:
    dot = one(**LINE | {"strokeLineCap": "butt", "x1": -1, "y1": 0, "x2": 1, "y2": 0})
    assert dot.strokes[0].points == ((100.0, 50.0),)


def test_corners_of_polygons_and_polylines_are_points() -> None:
    corners = [{"x": 80, "y": 80}, {"x": 200, "y": 90}, {"x": 150, "y": 200}]
    fields = {"left": 140, "top": 140, "points": corners}
    assert one(type="Polyline", **fields).strokes[0].points == ((80, 80), (200, 90), (150, 200))
    assert one(type="Polygon", **fields).strokes[0].points == ((80, 80), (200, 90), (150, 200), (80, 80))


def test_a_path_of_two_parts_is_two_strokes() -> None:
    drawing = one(type="Path", left=50, top=50, path="M0,0 L100,100 M100,0 L0,100")
    assert [stroke.points for stroke in drawing.strokes] == [((0, 0), (100, 100)), ((100, 0), (0, 100))]


GOOD = COMMON | LINE


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "Line",
        [],
        {},
        {"type": "Image", "src": "http://192.0.2.1/x.png"},
        {"type": "x" * 10**6},
        {"type": ["Line"]},
        GOOD | {"visible": False},
        GOOD | {"left": float("nan")},
        GOOD | {"top": float("inf")},
        GOOD | {"left": "100"},
        GOOD | {"left": True},
        GOOD | {"left": None},
        GOOD | {"left": 10**400},
        GOOD | {"left": 5000},
        GOOD | {"originX": "middle"},
        GOOD | {"originX": ["left"]},
        GOOD | {"scaleX": 1e5},
        GOOD | {"strokeWidth": 0},
        GOOD | {"strokeWidth": -4},
        GOOD | {"scaleX": 0},
        GOOD | {"skewX": 90},
        GOOD | {"x1": [1]},
        GOOD | {"type": "Path"},
        GOOD | {"type": "Path", "path": "M 0 0 L 10 10"},
        GOOD | {"type": "Path", "path": []},
        GOOD | {"type": "Path", "path": [[]]},
        GOOD | {"type": "Path", "path": [["L", 1, 1]]},
        GOOD | {"type": "Path", "path": [["M", 1]]},
        GOOD | {"type": "Path", "path": [["M", 1, 1], ["A", 1, 1, 0, 0, 0, 5]]},
        GOOD | {"type": "Path", "path": [["M", 1, 1], ["L"] + [1] * 10**5]},
        GOOD | {"type": "Path", "path": [["M", 1, 1], None]},
        GOOD | {"type": "Path", "path": [["M", 1, 1], ["Q", 1, 1, float("nan"), 1]]},
        GOOD | {"type": "Path", "path": [["M", 0, 0], ["C", 1e6, 1e6, -1e6, 1e6, 1e6, 0]]},
        GOOD | {"type": "Polyline", "points": []},
        GOOD | {"type": "Polygon", "points": []},
        GOOD | {"type": "Polygon", "points": [1, 2]},
        GOOD | {"type": "Polygon", "points": {"x": 1}},
        GOOD | {"type": "Polygon", "points": [{"x": 1}]},
        GOOD | {"type": "Circle"},
        GOOD | {"type": "Circle", "radius": 1e6},
        GOOD | {"type": "Rect", "width": "wide", "height": 4},
    ],
    ids=lambda bad: str(bad)[-40:],
)
def test_an_object_that_makes_no_sense_is_skipped_and_counted(bad: object) -> None:
    parsed = fabric_json.read({"objects": [GOOD, bad, GOOD]})
    assert parsed.skipped == 1
    assert len(parsed.drawing.strokes) == 2


def parse(objects: list[Any], **fields: Any) -> fabric_json.ParsedCanvas:
    """Read the JSON of a canvas, as it comes from a file."""
    return fabric_json.read(json.loads(json.dumps({"version": "7.4.0", "objects": objects} | fields)))


CLOSED = {
    "type": "path",
    "left": 60,
    "top": 40,
    "width": 120,
    "height": 200,
    "fill": None,
    "stroke": "#000",
    "strokeWidth": 20,
    "path": [
        ["M", 60, 40],
        ["Q", 180, 40, 180, 90],
        ["Q", 180, 140, 120, 140],
        ["Q", 190, 140, 190, 190],
        ["Q", 190, 240, 60, 240],
        ["z"],
    ],
}


def test_a_path_closed_in_lower_case_is_read_with_the_line_that_closes_it() -> None:
    (stroke,) = parse([CLOSED], version="4.4.0").drawing.strokes
    assert stroke.points[0] == stroke.points[-1] == pytest.approx((70, 50))
    assert len(stroke.points) > 20


def test_a_three_closed_by_a_line_is_a_three_to_the_network() -> None:
    drawing = parse([CLOSED], version="4.4.0").drawing
    read = input_source.read(model_store.load(model_store.DEFAULT), input_source.InputSource(drawing=drawing), ALL)
    assert read.trace.probabilities.argmax() == 3


def numbers(few: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.integers(-60, 60).map(float), min_size=few, max_size=few)


@st.composite
def drawn_paths(draw: st.DrawFn) -> list[list[Any]]:
    """Relative commands of every kind."""
    path: list[list[Any]] = [["m", *draw(numbers(2))]]
    for letter in draw(st.lists(st.sampled_from("mlhvcsqtaz"), min_size=1, max_size=8)):
        few = svg_path.ARGUMENT_COUNTS[letter.upper()]
        if letter == "a":
            radii = draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
            flags = draw(st.tuples(st.integers(0, 1), st.integers(0, 1)))
            path.append(["a", *radii, draw(st.integers(0, 180)), *flags, *draw(numbers(2))])
        else:
            path.append([letter, *draw(numbers(few))])
    return path


def absolute(path: list[list[Any]]) -> list[list[Any]]:
    """Rewrite relative commands in capitals, by nothing but the ends of each."""
    x = y = start_x = start_y = 0.0
    found: list[list[Any]] = []
    for letter, *values in path:
        if letter == "a":
            moved = [*values[:5], values[5] + x, values[6] + y]
        elif letter in "hv":
            moved = [values[0] + (x if letter == "h" else y)]
        else:
            moved = [value + (y if at % 2 else x) for at, value in enumerate(values)]
        found.append([letter.upper(), *moved])
        if letter == "z":
            x, y = start_x, start_y
        elif letter in "hv":
            x, y = (moved[0], y) if letter == "h" else (x, moved[0])
        else:
            x, y = moved[-2:]
        if letter == "m":
            start_x, start_y = x, y
    return found


@given(drawn_paths())
def test_relative_commands_draw_what_absolute_ones_do(path: list[list[Any]]) -> None:
    lines = bezier.flatten(path, 0.1, 6000)
    assert lines == bezier.flatten(absolute(path), 0.1, 6000)
    assert bezier.find_extremes(path) == bezier.find_extremes(absolute(path))


@given(drawn_paths())
def test_a_path_of_arcs_and_short_forms_is_one_of_lines_and_curves(path: list[list[Any]]) -> None:
    written = [[letter, *itertools.chain.from_iterable(points)] for letter, points in svg_path.normalize(path)]
    plain = [["Z"] if one[0] == "Z" else one for one in written]
    assert {one[0] for one in plain} <= set("MLQCZ")
    assert bezier.flatten(plain, 0.1, 6000) == bezier.flatten(path, 0.1, 6000)


def test_short_forms_reflect_the_control_point_of_their_own_kind_alone() -> None:
    start = ["M", 0, 0]
    smooth = [start, ["Q", 10, 20, 20, 0], ["T", 40, 0], ["t", 20, 0]]
    written = [start, ["Q", 10, 20, 20, 0], ["Q", 30, -20, 40, 0], ["Q", 50, 20, 60, 0]]
    assert bezier.flatten(smooth, 0.1, 999) == bezier.flatten(written, 0.1, 999)
    cubic = [start, ["C", 0, 10, 20, 10, 20, 0], ["S", 40, -10, 40, 0]]
    assert bezier.flatten(cubic, 0.1, 999) == bezier.flatten([*cubic[:2], ["C", 20, -10, 40, -10, 40, 0]], 0.1, 999)
    # after another kind the control point is where the curve begins
    assert bezier.flatten([*cubic[:2], ["T", 40, 0]], 0.1, 999)[0][-2:][1] == (40, 0)
    assert bezier.flatten([start, ["L", 9, 9], ["T", 40, 0]], 0.1, 999) == bezier.flatten(
        [start, ["L", 9, 9], ["Q", 9, 9, 40, 0]], 0.1, 999
    )


@pytest.mark.parametrize(("large", "sweep"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_an_arc_stays_on_its_circle(large: int, sweep: int) -> None:
    # from (0, 0) to (50, -50), a quarter of a circle or three, around one of the two corners between them
    (line,) = bezier.flatten([["M", 0, 0], ["A", 50, 50, 0, large, sweep, 50, -50]], 0.05, 999)
    centre = (50, 0) if large != sweep else (0, -50)  # the angle increases to the right and down
    radii = [math.dist(point, centre) for point in line]
    assert max(radii) < 50.1
    assert min(radii) > 49.9
    length = sum(math.dist(here, there) for here, there in itertools.pairwise(line))
    assert length == pytest.approx(math.pi * 25 * (3 if large else 1), rel=0.01)
    assert line[-1] == (50, -50)


def test_an_arc_with_radii_that_are_too_small_is_half_an_ellipse() -> None:
    (line,) = bezier.flatten([["M", 0, 0], ["A", 1, 2, 0, 0, 1, 40, 0]], 0.05, 999)
    assert min(y for _, y in line) == pytest.approx(-40, abs=0.1)
    assert bezier.flatten([["M", 0, 0], ["A", 0, 2, 0, 0, 1, 40, 0]], 0.05, 999) == [[(0, 0), (40, 0)]]


def test_an_ellipse_is_read_as_a_scaled_circle_is() -> None:
    ellipse = one(type="Ellipse", left=140, top=140, rx=80, ry=40, strokeUniform=True)
    circle = one(type="Circle", left=140, top=140, radius=40, scaleX=2, strokeUniform=True)
    np.testing.assert_allclose(ellipse.strokes[0].points, circle.strokes[0].points, atol=1e-9)


@pytest.mark.parametrize(("version", "quarter"), [("7.4.0", 90), ("4.4.0", math.pi / 2)])
def test_a_part_of_a_circle_is_an_arc(version: str, quarter: float) -> None:
    arc = COMMON | {"type": "Circle", "left": 140, "top": 140, "radius": 50, "startAngle": 0, "endAngle": quarter}
    (stroke,) = parse([arc], version=version).drawing.strokes
    np.testing.assert_allclose([stroke.points[0], stroke.points[-1]], [(190, 140), (140, 190)], atol=1e-6)


def test_a_triangle_is_its_outline() -> None:
    triangle = one(type="Triangle", left=100, top=100, width=60, height=40)
    assert triangle.strokes[0].points == ((70, 120), (100, 80), (130, 120), (70, 120))


def group(objects: list[Any], **fields: Any) -> dict[str, Any]:
    """Build a group; Fabric tells its objects' places from its centre."""
    return COMMON | {"type": "Group", "strokeWidth": 0, "width": 100, "height": 100, "objects": objects} | fields


def test_objects_of_a_group_lie_around_its_centre() -> None:
    line = GOOD | {"left": 10, "top": 20}
    (stroke,) = parse([group([line], left=140, top=140)]).drawing.strokes
    np.testing.assert_allclose(stroke.points, [(120, 150), (180, 170)], atol=1e-9)
    corner = group([line], left=90, top=90, originX="left", originY="top")
    np.testing.assert_allclose(parse([corner]).drawing.strokes[0].points, stroke.points, atol=1e-9)


def test_the_transforms_of_nested_groups_are_chained() -> None:
    inner = group([GOOD | {"left": 0, "top": 0}], left=10, top=0, angle=90)
    outer = group([inner], left=140, top=140, scaleX=2, scaleY=2)
    (stroke,) = parse([outer]).drawing.strokes
    # (-30, -10) turned by 90 degrees is (10, -30); 10 to the right, twice as large, from (140, 140)
    np.testing.assert_allclose(stroke.points, [(180, 80), (140, 200)], atol=1e-9)
    assert stroke.width == pytest.approx(40)


@given(st.integers(-180, 180), st.floats(0.5, 1.5), st.integers(-30, 30))
def test_a_group_of_one_is_its_object_with_the_transform(angle: int, scale: float, shift: int) -> None:
    inside = group([GOOD | {"left": 0, "top": 0}], left=140 + shift, top=140, angle=angle, scaleX=scale, scaleY=scale)
    alone = GOOD | {"left": 140 + shift, "top": 140, "angle": angle, "scaleX": scale, "scaleY": scale}
    grouped, single = (parse([some]).drawing.strokes[0] for some in (inside, alone))
    np.testing.assert_allclose(grouped.points, single.points, atol=1e-6)
    assert grouped.width == pytest.approx(single.width)


def test_groups_deeper_than_any_tool_makes_are_left_out() -> None:
    nested: dict[str, Any] = GOOD
    for _ in range(100):
        nested = group([nested], left=0, top=0)
    deep = parse([nested, GOOD])
    assert len(deep.drawing.strokes) == 1
    assert deep.left_out == {"damaged": 1}


@pytest.mark.parametrize(
    ("size", "ends"),
    [
        ((280, 280), [(70, 40), (130, 60)]),
        ((560, 560), [(35, 20), (65, 30)]),
        ((140, 140), [(140, 80), (260, 120)]),
        ((560, 280), [(35, 90), (65, 100)]),  # a wide canvas lies in the middle
    ],
)
def test_a_canvas_of_another_size_is_scaled(size: tuple[int, int], ends: list[tuple[float, float]]) -> None:
    (stroke,) = parse([GOOD], width=size[0], height=size[1]).drawing.strokes
    np.testing.assert_allclose(stroke.points, ends, atol=1e-6)
    assert stroke.width == pytest.approx(20 * 280 / max(size))


@pytest.mark.parametrize("size", [(0, 0), (-5, 20), ("wide", 3), (None, 280), (1e9, 5)])
def test_a_size_that_makes_no_sense_is_ignored(size: tuple[Any, Any]) -> None:
    assert parse([GOOD], width=size[0], height=size[1]) == parse([GOOD])


def test_what_is_left_out_is_counted_by_its_kind() -> None:
    found = parse(
        [
            GOOD,
            {"type": "image", "src": "data:"},
            {"type": "i-text", "text": "7"},
            {"type": "Textbox", "text": "7"},
            GOOD | {"visible": False},
            GOOD | {"opacity": 0},
            GOOD | {"stroke": None, "fill": "red"},
            GOOD | {"left": 5000},
            {"type": "Blob"},
            group([{"type": "Image"}], left=0, top=0),
        ],
        backgroundImage={"type": "image"},
    )
    assert found.left_out == {"picture": 3, "text": 2, "hidden": 2, "fill": 1, "damaged": 1, "unknown": 1}
    assert found.skipped == 10
    assert set(found.left_out) <= set(fabric_json.LEFT_OUT)


def test_a_line_without_a_place_lies_where_its_ends_say() -> None:
    fields = {"type": "line", "x1": 70, "y1": 40, "x2": 130, "y2": 60, "strokeLineCap": "round", "stroke": "black"}
    np.testing.assert_allclose(parse([fields]).drawing.strokes[0].points, [(70, 40), (130, 60)], atol=1e-9)


LONG_PATH: list[list[Any]] = [["M", 1, 1]] + [["L", 1, 1]] * 5_998
LONG = GOOD | {"type": "Path", "path": LONG_PATH}


@pytest.mark.parametrize(
    "many",
    [
        [LONG] * 200,
        [LONG | {"path": [*LONG_PATH, ["L", "x", 1]]}] * 200,  # damaged at its end
        [group([LONG] * 200, left=0, top=0)],
        [group([group([GOOD] * 60, left=0, top=0)] * 5, left=0, top=0)],
        [group([group([], left=0, top=0)] * 19, left=0, top=0)] * 40,
    ],
    ids=["paths", "damaged paths", "a group of paths", "groups of lines", "empty groups"],
)
def test_reading_stops_at_the_first_that_is_too_much(many: list[Any]) -> None:
    start = time.process_time()
    with pytest.raises(Refusal, match=r"more than (6000 points|200 strokes)"):
        fabric_json.read({"objects": many})
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("json_data", [7, "text", [], [GOOD], {"objects": None}, {"objects": "all"}, {"objects": {}}])
def test_invalid_canvas_is_refused(json_data: object) -> None:
    with pytest.raises(Refusal, match="could not be read"):
        fabric_json.read(json_data)


def test_too_many_objects_are_refused_at_once() -> None:
    start = time.perf_counter()
    with pytest.raises(Refusal, match="more than 200 strokes"):
        fabric_json.read({"objects": [GOOD] * 10**6})
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "big",
    [
        GOOD | {"type": "Path", "path": [["M", 1, 1]] + [["L", 1, 1]] * 10**6},
        GOOD | {"type": "Polyline", "points": [{"x": 1, "y": 1}] * 10**6},
        GOOD | {"type": "Path", "path": [["M", 0, 0]] + [["Q", 900, 900, 0, 0], ["Q", -900, 900, 0, 0]] * 2900},
    ],
    ids=["lines", "corners", "curves"],
)
def test_too_many_points_are_refused_in_time(big: dict[str, Any]) -> None:
    start = time.perf_counter()
    with pytest.raises(Refusal, match="more than 6000 points"):
        fabric_json.read({"objects": [big]})
    assert time.perf_counter() - start < 5


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2000, 2000),
    st.floats(),
    st.sampled_from(["left", "center", "M", "Q"]),
)
SIZES = ["left", "top", "width", "height", "radius", "x1", "y1", "x2", "y2", "strokeWidth"]
TRANSFORMS = ["angle", "scaleX", "scaleY", "skewX", "skewY", "originX", "originY", "flipX", "strokeUniform"]
objects = st.fixed_dictionaries(
    {"type": st.sampled_from(["Path", "Line", "Polyline", "Polygon", "Circle", "Rect", "Group"])},
    optional={
        "path": st.lists(st.lists(values, max_size=8), max_size=5),
        "points": st.lists(st.dictionaries(st.sampled_from(["x", "y"]), values), max_size=4),
    }
    | dict.fromkeys(SIZES + TRANSFORMS, values),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(objects, max_size=3))
def test_any_objects_are_a_drawing_within_the_limits(some: list[dict[str, Any]]) -> None:
    try:
        parsed = fabric_json.read({"objects": some})
    except Refusal:
        return
    assert parsed.skipped + len(parsed.drawing.strokes) >= len(some)
    for stroke in parsed.drawing.strokes:
        assert 0 < stroke.width <= 280
        assert np.abs(stroke.points).max() <= fabric_json.MAX_COORDINATE


@pytest.mark.parametrize(
    ("letter", "control"),
    [
        ("Q", [(0.0, 0.0), (80.0, 10.0), (30.0, 90.0)]),
        ("C", [(0.0, 0.0), (90.0, -20.0), (-50.0, 60.0), (70.0, 90.0)]),
    ],
)
def test_a_flattened_curve_stays_close_to_the_curve(letter: str, control: list[tuple[float, float]]) -> None:
    numbers = [number for point in control[1:] for number in point]
    (line,) = bezier.flatten([["M", 0, 0], [letter, *numbers]], 0.1, 1000)
    assert line[0] == control[0]
    assert line[-1] == pytest.approx(control[-1])
    dense = np.array([point_of(control, t) for t in np.linspace(0, 1, 300)])
    shares = np.linspace(0, 1, 50)[:, None]
    pieces = np.concatenate([np.array(a) * (1 - shares) + np.array(b) * shares for a, b in itertools.pairwise(line)])
    distances = np.linalg.norm(dense[:, None] - pieces[None], axis=2).min(axis=1)
    assert distances.max() <= 0.15
    assert len(line) < 50


def point_of(control: list[tuple[float, float]], t: float) -> tuple[float, float]:
    """Evaluate a Bézier curve by De Casteljau's algorithm."""
    if len(control) == 1:
        return control[0]
    between = [(x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for (x0, y0), (x1, y1) in itertools.pairwise(control)]
    return point_of(between, t)


def test_a_closed_path_ends_where_it_began() -> None:
    assert bezier.flatten([["M", 1, 2], ["L", 5, 2], ["Z"]], 0.1, 10) == [[(1, 2), (5, 2), (1, 2)]]


def test_bounding_box_of_a_cubic_touches_its_extrema() -> None:
    control = [(0.0, 0.0), (90.0, -20.0), (-50.0, 60.0), (70.0, 90.0)]
    found = np.array(bezier.find_extremes([["M", 0, 0], ["C", *control[1], *control[2], *control[3]]]))
    dense = np.array([point_of(control, t) for t in np.linspace(0, 1, 2000)])
    np.testing.assert_allclose(found.min(axis=0), dense.min(axis=0), atol=1e-3)
    np.testing.assert_allclose(found.max(axis=0), dense.max(axis=0), atol=1e-3)
