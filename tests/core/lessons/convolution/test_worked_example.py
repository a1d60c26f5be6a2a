"""Convolution by hand, against SciPy's correlate, Keras's output shapes, and its own arithmetic."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import windows
from cnnviz.core.lessons.convolution.examples import IMAGES, ONE
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.convolution.settings import DILATIONS, SIDES, SIZES, STRIDES, ConvSettings, make_legal
from cnnviz.core.lessons.convolution.worked_example import (
    UNITS,
    ConvWorkedExample,
    format_exact,
    format_factors,
    format_short,
)
from cnnviz.core.lessons.number_grid import Grid, to_grid

FIELDS = {"side": SIDES, "size": SIZES, "stride": STRIDES, "dilation": DILATIONS}
WANTED = st.builds(ConvSettings, **{name: st.integers(*ends) for name, ends in FIELDS.items()})
ALL = [ConvSettings(*each) for each in itertools.product(*(range(low, high + 1) for low, high in FIELDS.values()))]
LEGAL = [each for each in ALL if each.legal]


def numbers(draw: st.DrawFn, rows: int, columns: int) -> Grid:
    """Draw numbers that can be typed: from -99 to 99 with two decimals, half of them small integers."""
    cells = st.integers(-3, 3).map(float) | st.integers(-9900, 9900).map(lambda hundredths: hundredths / 100)
    line = st.lists(cells, min_size=columns, max_size=columns)
    return to_grid(draw(st.lists(line, min_size=rows, max_size=rows)))


@st.composite
def worked_examples(draw: st.DrawFn) -> ConvWorkedExample:
    """Draw an image and a kernel of any shapes that Keras takes, rectangles as well."""
    image, size = [(draw(st.integers(1, 8)), draw(st.integers(1, 5))) for _ in range(2)]
    padding = draw(st.sampled_from(["valid", "same"]))
    strides, rates = (1, 1), (1, 1)
    if draw(st.booleans()):
        strides = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    else:
        rates = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    if padding == "valid":
        spans = [windows.measure_dilated_span(*each) for each in zip(size, rates, strict=True)]
        image = max(image[0], spans[0]), max(image[1], spans[1])
    return ConvWorkedExample(numbers(draw, *image), numbers(draw, *size), strides, padding, rates)


def with_scipy(worked: ConvWorkedExample) -> np.ndarray:
    """Compute the feature map by SciPy: dilated kernel, padded image, strided output."""
    kernel = np.zeros(worked.spans)
    kernel[:: worked.dilation_rate[0], :: worked.dilation_rate[1]] = worked.kernel
    image = np.pad(np.array(worked.values), worked.margins)
    sums: np.ndarray = correlate(image, kernel, mode="valid", method="direct")
    return sums[:: worked.strides[0], :: worked.strides[1]]


@given(worked_examples())
def test_a_convolution_by_hand_is_scipys_correlate(worked: ConvWorkedExample) -> None:
    theirs = with_scipy(worked)
    assert worked.sums.shape == theirs.shape
    np.testing.assert_allclose(worked.sums, theirs, rtol=1e-12, atol=1e-9)


@given(worked_examples())
def test_the_shown_products_add_up_exactly(worked: ConvWorkedExample) -> None:
    for window in worked.windows:
        terms, _, total = window.work.rpartition(" = ")
        shown = [float(term.strip("()").replace("−", "-")) for term in terms.split(" + ")]
        assert [round(each * UNITS) for each in shown] == [tap.product for tap in window.taps]
        assert sum(round(each * UNITS) for each in shown) == round(float(total.replace("−", "-")) * UNITS)


@given(worked_examples())
def test_what_the_kernel_never_reaches_can_be_changed_freely(worked: ConvWorkedExample) -> None:
    rows, columns = worked.reached
    changed = np.array(worked.values)
    changed[~np.array(rows)] = 7.5
    changed[:, ~np.array(columns)] = -7.5
    other = ConvWorkedExample(to_grid(changed), worked.kernel, worked.strides, worked.padding, worked.dilation_rate)
    assert np.array_equal(other.sums, worked.sums)
    read = {(tap.row, tap.column) for window in worked.windows for tap in window.taps}
    for row, column in np.ndindex(worked.shape):
        assert (rows[row] and columns[column]) == ((row, column) in read)


@given(worked_examples())
def test_typical_mistakes_differ_from_the_answer(worked: ConvWorkedExample) -> None:
    assert worked.output_shape[0] not in worked.size_mistakes.values()
    for window in worked.windows:
        assert window.total not in window.mistakes.values()
        assert window.outside == sum(
            not (0 <= tap.row < worked.shape[0] and 0 <= tap.column < worked.shape[1]) for tap in window.taps
        )


def example_of(settings: ConvSettings, padding: str) -> ConvWorkedExample:
    image, kernel = to_grid(np.eye(settings.side)), to_grid(np.ones((settings.size, settings.size)))
    return ConvWorkedExample(image, kernel, (settings.stride,) * 2, padding, (settings.dilation,) * 2)


@pytest.mark.train
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_every_legal_setting_has_the_output_shape_of_keras(padding: str) -> None:
    import keras

    for settings in LEGAL:
        made = example_of(settings, padding)
        theirs = keras.layers.Conv2D(
            1, settings.size, strides=settings.stride, padding=padding, dilation_rate=settings.dilation
        )
        image = np.array(made.values, np.float32)[np.newaxis, ..., np.newaxis]
        assert np.shape(theirs(image))[1:3] == made.output_shape
        assert theirs.count_params() == made.parameters
        assert made.formula.endswith(f"= {made.output_shape[0]}")


def test_every_other_setting_is_refused_or_larger_than_the_image() -> None:
    for settings in set(ALL) - set(LEGAL):
        if settings.stride > 1 and settings.dilation > 1:
            with pytest.raises(Refusal, match="cannot both be larger"):
                example_of(settings, "same")
        else:
            with pytest.raises(Refusal, match="must not be larger"):
                example_of(settings, "valid")


@given(WANTED, st.sampled_from(["", *FIELDS]))
def test_settings_clamp_each_other_and_the_moved_one_stays(wanted: ConvSettings, moved: str) -> None:
    made = make_legal(wanted, moved)
    assert made.legal
    assert all(low <= getattr(made, name) <= high for name, (low, high) in FIELDS.items())
    assert made.side == wanted.side
    if wanted.legal:
        assert made == wanted
    if moved == "size":
        assert made.size == min(wanted.size, wanted.side)
    elif moved:
        assert getattr(made, moved) == getattr(wanted, moved) or (moved, made.size) == ("dilation", 1)


def test_the_first_image_and_the_tutorials_kernel() -> None:
    made = ConvWorkedExample(ONE, KERNELS["rows"].weights)
    assert made.sums.tolist() == [[3, -1, -3], [3, -1, -3], [3, 0, -3]]
    assert made.windows[0].work == "0 + 0 + 1 + 0 + 0 + 1 + 0 + 0 + 1 = 3"
    assert made.windows[1].work == "0 + 0 + 0 + (−1) + 0 + 0 + 0 + 0 + 0 = −1"
    assert format_factors(made.windows[0].taps[0]) == "0 × (−1)"
    assert made.formula == "(5 − 3) / 1 + 1 = 3"
    assert made.multiplication_formula == "3 × 3 × 9 = 81"
    assert made.parameter_formula == "3 × 3 + 1 = 10"
    assert made.windows[0].mistakes == {"flipped": -3 * UNITS, "sign": -3 * UNITS, "unweighted": 4 * UNITS}
    assert made.size_mistakes == {"padding": 5, "one": 2, "image": 5}


def test_no_plus_one_is_missed_where_the_calculation_has_none() -> None:
    made = ConvWorkedExample(ONE, KERNELS["rows"].weights, padding="same")
    assert "+ 1" not in made.formula
    assert made.size_mistakes == {"padding": 3}


def test_rows_beyond_the_last_step_are_never_reached() -> None:
    made = ConvWorkedExample(to_grid(np.eye(6)), KERNELS["rows"].weights, strides=(2, 2))
    assert made.reached == ((True,) * 5 + (False,),) * 2
    assert example_of(ConvSettings(5, 1, 2, 1), "valid").reached == ((True, False, True, False, True),) * 2


def test_a_dilated_kernel_tells_its_span() -> None:
    assert example_of(ConvSettings(5, 3, 1, 2), "valid").span_formula == "(3 − 1) × 2 + 1 = 5"
    assert example_of(ConvSettings(5, 3, 1, 1), "valid").span_formula == ""


@pytest.mark.parametrize(
    ("units", "written"),
    [(0, "0"), (30000, "3"), (-2500, "−0.25"), (4, "0.0004"), (-10001, "−1.0001"), (98010000, "9801")],
)
def test_numbers_are_written_with_all_their_decimals(units: int, written: str) -> None:
    assert format_exact(units) == written


@given(st.integers(-25 * 98_010_000, 25 * 98_010_000))
def test_a_short_number_is_the_rounded_one(units: int) -> None:
    written = format_short(units)
    assert len(written) <= 7
    decimals = len(written.partition(".")[2])
    assert abs(float(written.replace("−", "-")) - units / UNITS) <= 0.5 * 10**-decimals + 1e-9
    if len(format_exact(units)) <= 7:
        assert written == format_exact(units)


@pytest.mark.parametrize("values", [(), ((),), ((1.0,), (1.0, 2.0))])
def test_invalid_image_or_kernel_is_refused(values: Grid) -> None:
    with pytest.raises(Refusal, match="`values`"):
        ConvWorkedExample(values, ((1.0,),))
    with pytest.raises(Refusal, match="`kernel`"):
        ConvWorkedExample(((1.0,),), values)


@pytest.mark.parametrize("name", IMAGES)
def test_ready_images_have_every_side(name: str) -> None:
    for side in range(SIDES[0], SIDES[1] + 1):
        made = IMAGES[name][1](side)
        assert np.shape(made) == (side, side)
        assert all(re.fullmatch(r"-?\d{1,2}\.0", str(value)) for row in made for value in row)
