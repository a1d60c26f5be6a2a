"""A drawing or picture is preprocessed as MNIST was."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.drawing import preprocessing
from cnnviz.core.drawing.preprocessing import ALL, STEPS, Preparation, from_canvas, from_coverage, from_picture
from cnnviz.core.drawing.strokes import SIDE, Drawing, Stroke, render

SEVEN = Drawing((Stroke(((30, 40), (130, 40), (80, 170)), 20),))
WHITE, BLACK = 255, 0


def coverage(drawing: Drawing = SEVEN) -> np.ndarray:
    return render(drawing)[..., 3]


def opaque(ink: np.ndarray, ink_grey: int, paper_grey: int) -> np.ndarray:
    """Paint the same ink on opaque paper."""
    share = ink[..., None] / 255
    grey = np.round(share * ink_grey + (1 - share) * paper_grey).astype(np.uint8)
    return np.concatenate([grey, grey, grey, np.full_like(grey, 255)], axis=2)


def transparent(ink: np.ndarray, ink_grey: int) -> np.ndarray:
    rgba = np.zeros((*ink.shape, 4), np.uint8)
    rgba[ink > 0, :3] = ink_grey
    rgba[..., 3] = ink
    return rgba


CANVASES = {
    "black on transparent": transparent(coverage(), BLACK),
    "white on transparent": transparent(coverage(), WHITE),
    "black on white": opaque(coverage(), BLACK, WHITE),
    "white on black": opaque(coverage(), WHITE, BLACK),
    "grey on white": opaque(coverage(), 90, WHITE),
    "pale on dark": opaque(coverage(), 200, 30),
}


@pytest.mark.parametrize("name", CANVASES)
def test_any_canvas_is_read_alike(name: str) -> None:
    expected = from_canvas(CANVASES["black on transparent"]).digit
    found = from_canvas(CANVASES[name])
    assert not found.empty
    np.testing.assert_allclose(found.digit, expected, atol=0.02)


@pytest.mark.parametrize("name", CANVASES)
def test_a_clean_picture_is_read_like_a_canvas(name: str) -> None:
    expected = from_canvas(CANVASES["black on transparent"]).digit
    np.testing.assert_allclose(from_picture(CANVASES[name]).digit, expected, atol=0.2)
    assert from_picture(CANVASES[name]).polarity == from_canvas(CANVASES[name]).polarity


def test_digit_is_centred_as_in_mnist() -> None:
    found = from_canvas(CANVASES["black on transparent"]).digit
    assert found.shape == (28, 28)
    assert found.dtype == np.float32
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert [int(mass) for mass in centre_of_mass(found)] == [14, 14]


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    """Return the distance from the upper and the left edge in pixels."""
    places = np.arange(len(image)) + 0.5
    return float(image.sum(axis=1) @ places / image.sum()), float(image.sum(axis=0) @ places / image.sum())


def test_mnist_itself_passes_unchanged(mnist: Dataset) -> None:
    for image in mnist.x_test[:200]:
        rgba = opaque(image, WHITE, BLACK)
        np.testing.assert_allclose(from_canvas(rgba).digit * image.max(), image, atol=1)


def test_where_and_how_large_it_was_drawn_does_not_matter() -> None:
    moved = Drawing(
        tuple(Stroke(tuple((x / 2 + 120, y / 2 + 140) for x, y in s.points), s.width / 2) for s in SEVEN.strokes)
    )
    first, second = from_canvas(render(SEVEN)).digit, from_canvas(render(moved)).digit
    assert np.abs(first - second).mean() < 0.02


def test_steps_are_listed_in_order() -> None:
    found = from_canvas(render(SEVEN))
    assert tuple(step.name for step in found.steps) == STEPS
    assert all(step.active for step in found.steps)
    assert found.steps[-1].image is found.digit
    assert found.steps[0].image.shape == (SIDE, SIDE)
    assert found.steps[1].image.shape == (150, 120)
    assert found.steps[3].image.shape == (20, 16)
    for step in found.steps:
        assert step.image.dtype == np.float32
        assert not step.image.flags.writeable
        assert 0 <= step.image.min() <= step.image.max() <= 1


FULL, BLANK = np.full((SIDE, SIDE), 255, np.uint8), np.zeros((SIDE, SIDE), np.uint8)


@pytest.mark.parametrize("ink", [coverage(), coverage() // 2, FULL, BLANK], ids=["seven", "pale", "full", "blank"])
@given(steps=st.sets(st.sampled_from(STEPS)))
def test_the_coverage_alone_is_read_like_its_canvas(ink: np.ndarray, steps: set[str]) -> None:
    expected, found = from_canvas(transparent(ink, BLACK), steps), from_coverage(ink, steps)
    assert (found.empty, found.polarity) == (expected.empty, expected.polarity)
    for one, other in zip(found.steps, expected.steps, strict=True):
        assert (one.name, one.active) == (other.name, other.active)
        np.testing.assert_array_equal(one.image, other.image)


@pytest.mark.parametrize("wrong", [BLANK.astype(float), np.zeros((28, 28, 4), np.uint8), np.zeros((0, 28), np.uint8)])
def test_a_coverage_of_another_shape_or_type_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"`coverage` must be \(h, w\) uint8. Received:"):
        from_coverage(wrong)


def test_only_the_digit_is_converted_before_a_step_is_looked_at() -> None:
    found = from_canvas(render(SEVEN))
    assert ["image" in vars(step) for step in found.steps] == [False, False, False, False, True]
    np.testing.assert_array_equal(found.steps[0].image, found.steps[0].pixels / np.float32(255))


def without(name: str) -> Preparation:
    found = from_canvas(render(SEVEN), ALL - {name})
    assert [step.active for step in found.steps] == [step.name != name for step in found.steps]
    return found


def test_without_ink_the_paper_stays_white() -> None:
    found = without("ink")
    assert found.steps[0].image[0, 0] == 1
    assert found.digit[0, 0] == 1
    np.testing.assert_allclose(1 - found.digit, from_canvas(render(SEVEN)).digit, atol=0.01)


def test_without_crop_the_whole_canvas_is_fitted() -> None:
    found = without("crop")
    assert found.steps[1].image.shape == (SIDE, SIDE)
    assert found.steps[3].image.shape == (20, 20)


def test_without_antialias_every_pixel_is_ink_or_paper() -> None:
    found = without("antialias")
    assert np.isin(found.digit, [0, 1]).mean() > 0.97
    assert np.isin(from_canvas(render(SEVEN)).digit, [0, 1]).mean() < 0.95


def test_without_fit_the_digit_is_stretched() -> None:
    assert without("fit").steps[3].image.shape == (28, 28)


def test_without_centre_the_box_is_in_the_middle() -> None:
    found = without("centre")
    rows = np.flatnonzero(found.digit.any(axis=1))
    assert (rows[0], rows[-1]) == (4, 23)


def test_without_any_step_the_canvas_is_only_resized() -> None:
    found = from_canvas(opaque(coverage(), BLACK, WHITE), ())
    assert not any(step.active for step in found.steps)
    np.testing.assert_array_equal(found.digit, (255 - coverage()[5::10, 5::10]) / np.float32(255))


@pytest.mark.parametrize("paper", [render(Drawing()), *(np.full((9, 5, 4), v, np.uint8) for v in (0, 128, 255))])
@pytest.mark.parametrize("read", [from_canvas, from_picture])
def test_blank_paper_is_empty(paper: np.ndarray, read: Any) -> None:
    found = read(paper)
    assert found.empty
    assert found.digit.shape == (28, 28)
    assert not found.digit.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (28, 28), (280, 280)])
def test_one_pixel_is_answered(shape: tuple[int, int]) -> None:
    rgba = np.zeros((*shape, 4), np.uint8)
    rgba[shape[0] // 2, shape[1] // 2, 3] = 255
    found = from_canvas(rgba)
    if shape != (1, 1):  # one black pixel alone could as well be paper
        assert not found.empty
        assert found.digit.sum() > 0


def test_a_canvas_full_of_ink_is_answered() -> None:
    scribble = Drawing((Stroke(((-50, 140), (330, 140)), 275),))
    assert from_canvas(render(scribble)).digit.mean() > 0.3
    assert from_canvas(render(Drawing((Stroke(((140, 140),), 280),)))).digit.mean() > 0.3


def test_ink_outside_the_canvas_is_cut_off() -> None:
    found = from_canvas(render(Drawing((Stroke(((200, 140), (900, 140)), 20),))))
    assert not found.empty
    rows, columns = found.digit.any(axis=1), found.digit.any(axis=0)
    assert columns.sum() > rows.sum()


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4))),
    st.sets(st.sampled_from(STEPS)),
)
def test_any_pixels_give_a_digit(rgba: np.ndarray, steps: set[str]) -> None:
    for found in (from_canvas(rgba, steps), from_picture(rgba, steps)):
        assert found.digit.shape == (28, 28)
        assert np.isfinite(found.digit).all()
        assert 0 <= found.digit.min() <= found.digit.max() <= 1


def photograph(dark_ink: bool = True, seed: int = 0) -> np.ndarray:
    """Photograph ink on paper under a lamp at one side, with grain, dust and a colour cast."""
    random = np.random.default_rng(seed)
    ink = np.kron(coverage(), np.ones((3, 3))) / 255
    rows, columns = np.mgrid[0:1, 0:1:840j][1], np.mgrid[0:1:840j, 0:1][0]
    light = 0.45 + 0.35 * rows + 0.15 * columns
    paper = light * (1 - 0.7 * ink) if dark_ink else 0.15 * light + 0.6 * light * ink
    paper = paper + random.normal(0, 0.02, paper.shape)
    paper[700:704, 600:604] += -0.3 if dark_ink else 0.3
    rgb = paper[..., None] * np.array([1.0, 0.97, 0.86])
    alpha = np.ones((*paper.shape, 1))
    return np.round(np.concatenate([rgb, alpha], axis=2).clip(0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize("dark_ink", [True, False])
def test_a_photograph_in_uneven_light_is_read(dark_ink: bool) -> None:
    found = from_picture(photograph(dark_ink))
    assert found.polarity == ("dark" if dark_ink else "bright")
    expected = from_canvas(render(SEVEN)).digit
    assert np.corrcoef(found.digit.ravel(), expected.ravel())[0, 1] > 0.95


def test_a_photograph_of_blank_paper_is_empty() -> None:
    blank = np.random.default_rng(1).normal(200, 4, (300, 400)).clip(0, 255).astype(np.uint8)
    rgba = np.stack([blank, blank, blank, np.full_like(blank, 255)], axis=2)
    assert from_picture(rgba).empty


@pytest.mark.parametrize("name", CANVASES)
def test_the_polarity_can_be_forced(name: str) -> None:
    guessed = from_picture(CANVASES[name])
    other: preprocessing.Polarity = "bright" if guessed.polarity == "dark" else "dark"
    forced = from_picture(CANVASES[name], polarity=other)
    assert forced.polarity == other
    same = from_picture(CANVASES[name], polarity=guessed.polarity)
    np.testing.assert_array_equal(same.digit, guessed.digit)
    assert not np.array_equal(forced.digit, guessed.digit)


@pytest.mark.parametrize("wrong", [np.zeros((5, 5), np.uint8), np.zeros((5, 5, 4)), np.zeros((0, 5, 4), np.uint8)])
def test_other_arrays_are_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"`rgba` must be \(h, w, 4\) uint8. Received:"):
        from_canvas(wrong)


def test_unknown_steps_and_polarities_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`steps` must be names from ink, crop.* Received: blur"):
        from_canvas(render(SEVEN), {"blur"})
    with pytest.raises(ValueError, match=r"`polarity` must be one of auto, dark, bright. Received: 'red'"):
        from_picture(render(SEVEN), polarity="red")  # type: ignore[arg-type]


def test_a_thick_pen_that_fills_the_photograph_stays_whole() -> None:
    thick = Drawing((Stroke(((60, 40), (220, 40), (110, 240)), 60),))
    light = np.linspace(200, 150, SIDE)
    grey = light * (1 - 0.8 * coverage(thick) / 255) + np.random.default_rng(4).normal(0, 3, (SIDE, SIDE))
    rgba = np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 4, axis=2)
    rgba[..., 3] = 255
    expected = from_canvas(render(thick)).digit
    assert np.corrcoef(from_picture(rgba).digit.ravel(), expected.ravel())[0, 1] > 0.95


def test_a_ballpoint_line_in_a_photograph_is_widened() -> None:
    thin = Drawing((Stroke(((30, 40), (130, 40), (80, 170)), 2.5),))
    rgba = opaque(coverage(thin), 60, 200)
    rgba[..., :3] = (rgba[..., :3] * np.linspace(1, 0.8, SIDE)[:, None]).astype(np.uint8)
    assert from_canvas(render(thin)).digit.max() < 0.7
    assert from_picture(rgba).digit.max() > 0.9
