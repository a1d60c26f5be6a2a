"""Kernels: the named ones against SciPy's filters, typed and pasted ones, and what they find."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution.kernels import (
    KERNELS,
    apply_edits,
    compute_vertical_share,
    format_weight,
    measure_stroke_responses,
    parse_square,
    parse_weight,
    resize,
)
from cnnviz.core.lessons.number_grid import to_grid

IMAGE = np.random.default_rng(0).random((9, 9))
THEIRS = {
    "identity": IMAGE,
    "blur": ndimage.uniform_filter(IMAGE, 3, mode="constant"),
    "sobel-x": ndimage.sobel(IMAGE, axis=1, mode="constant"),
    "sobel-y": ndimage.sobel(IMAGE, axis=0, mode="constant"),
    "rows": ndimage.prewitt(IMAGE, axis=1, mode="constant"),
    "laplacian": ndimage.laplace(IMAGE, mode="constant"),
    "sharpen": IMAGE - ndimage.laplace(IMAGE, mode="constant"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_a_named_kernel_is_the_filter_of_that_name(name: str) -> None:
    ours = ndimage.correlate(IMAGE, np.array(KERNELS[name].weights), mode="constant")
    np.testing.assert_allclose(ours, THEIRS[name], atol=1e-12)


def test_only_those_that_subtract_left_from_right_find_vertical_strokes() -> None:
    shares = {name: compute_vertical_share(kernel.weights) for name, kernel in KERNELS.items()}
    assert {name for name, share in shares.items() if share > 0.9} == {"rows", "sobel-x"}
    assert shares["sobel-y"] < 0.1
    assert all(shares[name] == pytest.approx(0.5) for name in ("identity", "blur", "sharpen", "laplacian"))
    assert compute_vertical_share(((0.0,),)) == 0


@given(st.lists(st.lists(st.integers(-3, 3).map(float), min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_turned_kernel_finds_the_other_stroke(rows: list[list[float]]) -> None:
    vertical, horizontal = measure_stroke_responses(to_grid(rows))
    turned = measure_stroke_responses(to_grid(np.array(rows).T))
    assert turned == pytest.approx((horizontal, vertical))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1", 1), ("-0,5", -0.5), ("−2", -2), ("1/9", 1 / 9), ("-1/9", -1 / 9), (" .25 ", 0.25), ("0.123456", 0.123456)],
)
def test_typed_weight_is_parsed(typed: str, value: float) -> None:
    assert parse_weight(typed) == value


@pytest.mark.parametrize(
    "typed", ["", "nan", "NaN", "inf", "one", "1e3", "1/0", "100", "1/2/3", "1 2", "٣", "9" * 400, None]
)
def test_invalid_weight_is_refused_with_the_way_out(typed: object) -> None:
    with pytest.raises(Refusal, match=r"Received: .*the old value is kept"):
        parse_weight(typed)


@given(st.integers(-9900, 9900).map(lambda hundredths: hundredths / 100) | st.sampled_from([1 / 9, -1 / 3, 2 / 7]))
def test_a_weight_is_read_as_it_is_written(value: float) -> None:
    assert parse_weight(format_weight(value)) == pytest.approx(value, rel=0.005)


@given(st.floats(-99, 99))
def test_any_weight_is_written_so_that_it_can_be_read(value: float) -> None:
    assert parse_weight(format_weight(value)) == pytest.approx(value, rel=0.005, abs=1e-5)
    assert len(format_weight(value)) <= 8


def test_unedited_weights_stay_exact() -> None:
    learned = ((0.123456, -1 / 3), (math.pi, 0.0))
    texts = [[format_weight(value) for value in row] for row in learned]
    assert apply_edits(learned, texts) == (learned, None)
    texts[1] = ["nan", "7"]
    made, refused = apply_edits(learned, texts)
    assert made == ((0.123456, -1 / 3), (math.pi, 7.0))
    assert refused is not None
    assert refused[:2] == (1, 0)


@pytest.mark.parametrize(
    "written",
    [
        "1 0 -1\n2 0 -2\n1 0 -1",
        "1\t0\t-1\n2\t0\t-2\n1\t0\t-1\n",
        "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]",
        "np.array([[1,0,-1],\n [2,0,-2],\n [1,0,-1]])".removeprefix("np.array"),
        "1 0 -1; 2 0 -2; 1 0 -1",
    ],
)
def test_a_kernel_is_pasted_as_people_write_it(written: str) -> None:
    assert parse_square(written) == ((1, 0, -1), (2, 0, -2), (1, 0, -1))


@pytest.mark.parametrize("written", ["1 2 3\n4 5", "1 2 3", "", "1 2\n3 4\n5 6", "0 " * 36, ("1 " * 6 + "\n") * 6])
def test_a_kernel_of_the_wrong_shape_is_refused(written: str) -> None:
    with pytest.raises(Refusal, match=r"must be a square.*the old ones are kept"):
        parse_square(written)


def test_a_kernel_with_a_word_in_it_is_refused() -> None:
    with pytest.raises(Refusal, match="nan"):
        parse_square("1 nan\n0 1")


def test_a_kernel_keeps_its_middle_when_its_size_changes() -> None:
    three = KERNELS["sobel-x"].weights
    assert resize(resize(three, 5), 3) == three
    assert resize(three, 5)[2] == (0, -2, 0, 2, 0)
    assert resize(three, 1) == ((0,),)
    assert np.shape(resize(three, 4)) == (4, 4)
    assert resize(three, 2) == ((-1, 0), (-2, 0))
