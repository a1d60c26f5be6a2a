"""Strokes are rasterized as on a browser's canvas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.drawing import strokes as painting
from cnnviz.core.drawing.strokes import SIDE, Drawing, Stroke, cover, render

finite = st.floats(-1e6, 1e6, allow_nan=False)
strokes = st.builds(
    Stroke,
    points=st.lists(st.tuples(finite, finite), max_size=5).map(tuple),
    width=st.floats(0.1, SIDE),
)


def ideal(drawing: Drawing, side: int = SIDE) -> np.ndarray:
    """Compute coverage from each pixel's exact distance to the nearest segment, slowly and unlike `render`."""
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    coverage = np.zeros((side, side))
    for stroke in drawing.strokes:
        points = np.array(stroke.points) * side / SIDE
        for start, end in zip(points, np.concatenate([points[1:], points[-1:]]), strict=True):
            along, length = end - start, max(float(((end - start) ** 2).sum()), 1e-12)
            place = ((columns - start[0]) * along[0] + (rows - start[1]) * along[1]) / length
            place = place.clip(0, 1)
            distance = np.hypot(columns - start[0] - place * along[0], rows - start[1] - place * along[1])
            coverage = np.maximum(coverage, (stroke.width * side / SIDE / 2 + 0.5 - distance).clip(0, 1))
    return coverage


def test_an_empty_drawing_is_false_and_transparent() -> None:
    assert not Drawing()
    assert not Drawing((Stroke(()),))
    assert Drawing((Stroke(((1, 2),)),))
    assert render(Drawing()).shape == (SIDE, SIDE, 4)
    assert not render(Drawing()).any()


def test_a_dot_is_a_black_disc() -> None:
    rgba = render(Drawing((Stroke(((100, 50),), 30),)))
    coverage = rgba[..., 3] / 255
    assert rgba.dtype == np.uint8
    assert not rgba[..., :3].any()
    assert coverage.sum() == pytest.approx(math.pi * 15**2, rel=0.01)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    assert (coverage * columns).sum() / coverage.sum() == pytest.approx(100, abs=0.2)
    assert (coverage * rows).sum() / coverage.sum() == pytest.approx(50, abs=0.2)


@pytest.mark.parametrize("width", [2.0, 7.0, 20.0, 33.3])
@pytest.mark.parametrize("seed", range(3))
def test_strokes_cover_what_lies_within_half_a_width(width: float, seed: int) -> None:
    path = np.cumsum(np.random.default_rng(seed).normal(0, 9, (25, 2)), axis=0) + 140
    drawing = Drawing((Stroke(tuple(map(tuple, path.tolist())), width),))
    coverage = render(drawing)[..., 3] / 255
    expected = ideal(drawing)
    assert coverage.sum() == pytest.approx(expected.sum(), rel=0.05)
    assert np.abs(coverage - expected).mean() < 0.004
    assert (coverage[expected == 1] > 0.5).all()
    assert (coverage[expected == 0] < 0.5).all()


def test_a_smaller_canvas_shows_the_same_drawing() -> None:
    drawing = Drawing((Stroke(((40, 40), (200, 90), (120, 240)), 24),))
    small = render(drawing, 112)[..., 3] / 255
    assert small.shape == (112, 112)
    assert np.abs(small - ideal(drawing, 112)).mean() < 0.006


def test_ink_outside_the_canvas_is_cut_off() -> None:
    inside = render(Drawing((Stroke(((-1e300, 140), (1e300, 140)), 20),)))[..., 3]
    assert inside[131:149].min() == 255
    assert not inside[:128].any()
    assert not render(Drawing((Stroke(((-500, -500), (-300, 900)), 20),))).any()


@given(st.lists(strokes, max_size=3).map(tuple), st.sampled_from([1, 28, 112]))
def test_any_drawing_can_be_painted(made: tuple[Stroke, ...], side: int) -> None:
    rgba = render(Drawing(made), side)
    assert rgba.shape == (side, side, 4)
    assert not rgba[..., :3].any()


near = st.floats(-40, SIDE + 40)
some_strokes = st.builds(
    Stroke,
    points=st.lists(st.tuples(near, near) | st.tuples(finite, finite), max_size=6).map(tuple),
    width=st.floats(0.1, SIDE),
)


@given(st.lists(some_strokes, max_size=3).map(tuple), st.sampled_from([1, 28, 97, SIDE]))
def test_no_ink_lies_outside_of_what_is_averaged(made: tuple[Stroke, ...], side: int) -> None:
    found = cover(Drawing(made), side)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(painting, "_find_box", lambda _, side: (0, 0, side, side))
        np.testing.assert_array_equal(found, cover(Drawing(made), side))
    np.testing.assert_array_equal(found, render(Drawing(made), side)[..., 3])


@pytest.mark.parametrize("width", [0, -1, SIDE + 1, math.nan, math.inf])
def test_a_brush_without_a_sensible_width_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match=r"`width` must be above 0 and at most 280 pixels. Received:"):
        Stroke(((1, 1),), width)


def test_points_must_be_finite() -> None:
    with pytest.raises(ValueError, match="`points` must hold finite coordinates"):
        Stroke(((1, math.nan),))
