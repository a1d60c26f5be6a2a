"""Sheets, frames, pieces and parts of a picture are told apart, on pictures that are made here."""

import numpy as np
import pytest

from cnnviz.core.drawing import panels, pieces
from cnnviz.core.drawing.preprocessing import from_canvas, from_picture
from cnnviz.core.drawing.strokes import SIDE, Drawing, Stroke, render

SEVEN = Drawing((Stroke(((70, 60), (200, 60), (130, 220)), 16),))
DIGIT = from_canvas(render(SEVEN)).digit


def paint(pen: float, paper: float, drawing: Drawing = SEVEN) -> np.ndarray:
    """Paint a drawing on opaque paper, `(280, 280)` float64 of 0 to 255."""
    share = render(drawing)[..., 3] / 255
    return share * pen + (1 - share) * paper


def to_rgba(grey: np.ndarray) -> np.ndarray:
    return np.dstack([grey.clip(0, 255).astype(np.uint8)] * 3 + [np.full(grey.shape, 255, np.uint8)])


def page(inner: np.ndarray, ground: float, margin: int = 100) -> np.ndarray:
    whole = np.full([length + 2 * margin for length in inner.shape], ground)
    whole[margin:-margin, margin:-margin] = inner
    return whole


def is_seven(rgba: np.ndarray) -> bool:
    return bool(np.corrcoef(from_picture(rgba).digit.ravel(), DIGIT.ravel())[0, 1] > 0.9)


@pytest.mark.parametrize(
    ("pen", "paper", "ground"),
    [(40, 220, 255), (40, 200, 120), (250, 25, 255), (20, 240, 60), (200, 90, 30)],
)
def test_only_the_sheet_is_read(pen: float, paper: float, ground: float) -> None:
    rgba = to_rgba(page(paint(pen, paper), ground))
    assert is_seven(rgba)
    around = next(each for each in from_picture(rgba).left_out if each.kind == "surroundings")
    assert np.abs(np.array(around.box) - (100, 100, 100 + SIDE, 100 + SIDE)).max() < 20


def test_a_canvas_at_two_edges_of_a_grey_window_is_a_sheet() -> None:
    window = np.full((420, 370), 190.0)
    window[:60] = 245
    window[20:40, 100:300:40] = 60
    window[70 : 70 + SIDE, 8 : 8 + SIDE] = paint(40, 255)
    assert is_seven(to_rgba(window))


def test_the_asked_polarity_is_that_of_the_sheet() -> None:
    rgba = to_rgba(page(paint(250, 25), 255))
    assert from_picture(rgba, polarity="bright").polarity == "bright"
    np.testing.assert_array_equal(from_picture(rgba, polarity="bright").digit, from_picture(rgba).digit)


@pytest.mark.parametrize("width", [1, 3, 6])
@pytest.mark.parametrize("grey", [0, 90])
def test_a_frame_is_left_out(width: int, grey: int) -> None:
    picture = page(paint(20, 255), 255, 40)
    picture[20 : 20 + width, 20:-20] = picture[-20 - width : -20, 20:-20] = grey
    picture[20:-20, 20 : 20 + width] = picture[20:-20, -20 - width : -20] = grey
    rgba = to_rgba(picture)
    assert is_seven(rgba)
    assert [each.kind for each in from_picture(rgba).left_out] == ["frame"]


def test_an_empty_frame_is_the_digit() -> None:
    picture = np.full((200, 200), 255.0)
    picture[40:160, 60:140] = 0
    picture[56:144, 76:124] = 255
    found = from_picture(to_rgba(picture))
    assert found.left_out == ()
    assert not found.digit[14, 14]
    assert found.digit.sum() > 50


def test_a_thick_bar_is_no_sheet() -> None:
    picture = np.full((200, 200), 255.0)
    picture[30:170, 85:115] = 0
    assert from_picture(to_rgba(picture)).left_out == ()


def test_a_digit_that_is_cut_off_stays_and_the_speck_goes() -> None:
    picture = paint(30, 210)[:210]
    picture[150:158, 30:38] = 30
    rgba = to_rgba(picture)
    found = from_picture(rgba)
    assert [each.kind for each in found.left_out] == ["specks"]
    assert found.digit.sum() > 50


def test_several_digits_are_reported_and_each_can_be_read() -> None:
    seven, one = paint(0, 255), paint(0, 255, Drawing((Stroke(((140, 60), (140, 220)), 16),)))
    rgba = to_rgba(np.concatenate([seven, one, one], axis=1))
    found = from_picture(rgba)
    assert (len(found.parts), found.part) == (3, 0)
    assert found.parts == tuple(sorted(found.parts))
    np.testing.assert_allclose(found.digit, DIGIT, atol=0.3)
    second, beyond = from_picture(rgba, part=1), from_picture(rgba, part=9)
    assert (second.part, beyond.part) == (1, 2)
    assert second.digit[:, 14].sum() > 10 > found.digit[14:, 20:].sum()


def test_boxes_are_in_pixels_of_the_picture() -> None:
    large = np.kron(paint(0, 255), np.ones((5, 5)))
    (box,) = from_picture(to_rgba(large)).parts
    assert np.abs(np.array(box) - (62 * 5, 52 * 5, 208 * 5, 228 * 5)).max() < 20


@pytest.mark.parametrize(("pen", "paper"), [((225, 56, 51), (61, 139, 59)), ((60, 90, 200), (130, 85, 45))])
def test_ink_of_the_same_luminance_is_found_by_its_colour(pen: tuple[int, ...], paper: tuple[int, ...]) -> None:
    weights = np.array([0.299, 0.587, 0.114])
    matched = np.array(pen) * (weights @ paper) / (weights @ pen)
    share = render(SEVEN)[..., 3:] / 255
    rgb = np.round(share * matched + (1 - share) * paper)
    assert is_seven(np.dstack([rgb, np.full(rgb.shape[:2], 255)]).astype(np.uint8))


def test_a_small_picture_is_enlarged_with_smooth_edges() -> None:
    small = paint(0, 255)[::28, ::28]
    levels = from_picture(to_rgba(small)).digit
    assert len(np.unique(levels)) > 20


def test_a_thick_soft_digit_in_a_tight_crop_is_no_grain() -> None:
    from scipy import ndimage

    thick = Drawing((Stroke(((60, 50), (220, 50), (120, 240)), 56),))
    soft = ndimage.gaussian_filter(paint(90, 190, thick)[20:260, 30:250], 9)[::3, ::3]
    grainy = soft + np.random.default_rng(0).normal(0, 3, soft.shape)
    expected = from_canvas(render(thick)).digit
    found = from_picture(to_rgba(grainy))
    assert found.polarity == "dark"
    assert np.corrcoef(found.digit.ravel(), expected.ravel())[0, 1] > 0.8


def test_holes_of_a_binder_and_icons_are_no_part_of_the_digit() -> None:
    picture = page(paint(30, 240), 240, 60)
    for top in (90, 300):
        picture[top : top + 20, 8:28] = 20
    picture[380:396, 60:340:60] = 20
    found = from_picture(to_rgba(picture))
    assert np.corrcoef(found.digit.ravel(), DIGIT.ravel())[0, 1] > 0.9
    assert "specks" in [each.kind for each in found.left_out]


def test_strokes_of_one_digit_stay_together() -> None:
    parted = paint(0, 255)
    parted[120:140] = 255
    assert from_picture(to_rgba(parted)).digit.sum() > 0.8 * DIGIT.sum()


def test_the_scale_beside_a_plot_is_not_read_before_the_digit() -> None:
    picture = np.full((300, 400), 255.0)
    picture[10:290, 10:290] = paint(0, 255)
    picture[20:280, 340:356] = 0
    rgba = to_rgba(picture)
    assert is_seven(rgba)
    assert [each.kind for each in from_picture(rgba).left_out] == ["digit"]
    assert from_picture(rgba, part=1).part == 1


@pytest.mark.parametrize(("pen", "paper"), [(250, 60), (20, 230)])
def test_an_opaque_tile_with_transparent_corners_is_paper(pen: float, paper: float) -> None:
    rgba = to_rgba(paint(pen, paper))
    y, x = np.mgrid[-1:1:280j, -1:1:280j]
    rgba[np.hypot(x, y) > 1.15] = 0
    assert (rgba[..., 3] == 0).mean() > 0.02
    assert is_seven(rgba)


def test_a_white_sheet_before_a_sky_as_bright_is_found_by_its_colour() -> None:
    from scipy import ndimage

    random = np.random.default_rng(0)
    sky = np.stack([np.full((400, 400), level) for level in (190.0, 235.0, 255.0)], axis=2)
    # Roofs below and a tree at the right, so that the border has no one colour.
    roofs = ndimage.gaussian_filter(random.normal(size=(400, 400)), 2)[..., np.newaxis] * 300 + 90
    sky[300:] = roofs[300:]
    sky[:, 350:] = roofs[:, 350:]
    sky[90:330, 60:300] = paint(20, 226)[20:260, 20:260, np.newaxis]
    noisy = (sky + random.normal(0, 2, sky.shape)).clip(0, 255).astype(np.uint8)
    rgba = np.dstack([noisy, np.full((400, 400), 255, np.uint8)])
    assert is_seven(rgba)
    assert "surroundings" in [each.kind for each in from_picture(rgba).left_out]


def test_stripes_of_light_are_no_grain() -> None:
    y, x = np.mgrid[0:1:280j, 0:1:280j]
    striped = paint(20, 230) * (1 - 0.3 / (1 + np.exp(-4 * np.sin(30 * x + 12 * y))))
    found = from_picture(to_rgba(striped))
    assert not found.empty
    assert found.polarity == "dark"
    assert np.corrcoef(found.digit.ravel(), DIGIT.ravel())[0, 1] > 0.8


def test_noise_alone_has_no_ink() -> None:
    noise = np.random.default_rng(1).normal(150, 12, (300, 300))
    assert from_picture(to_rgba(noise)).empty


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_panels_and_no_pieces_is_no_error(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (120, 160)).astype(np.uint8)
    for panel in panels.find(noise):
        assert panel.cut(noise).shape == panel.inside.shape
    assert pieces.choose(np.zeros((5, 5))).parts == ()
