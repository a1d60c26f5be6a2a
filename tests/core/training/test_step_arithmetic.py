"""A training step as a subtraction: what is shown adds up, and is what the step did.

The oracle is plain arithmetic of float64 and of decimals, which knows nothing of the module.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.core.ledger.fixed_point import MINUS, Sheet
from cnnviz.core.training.step_arithmetic import MAX_PLACES, MIN_PLACES, StepArithmetic, choose_places, subtract

numbers = st.floats(-4, 4, width=32)
kernels = arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)), elements=numbers)
rates = st.sampled_from([1.0, 0.1, 0.03, 0.01, 0.001, 0.0001])


def take_step(before: np.ndarray, gradient: np.ndarray, rate: float, optimizer: str = "sgd") -> StepArithmetic:
    after = (before - np.float32(rate) * gradient).astype(np.float32)
    step = subtract({"before": before, "gradient": gradient, "after": after}, rate, optimizer)
    assert step is not None
    return step


def shown(units: np.ndarray, step: StepArithmetic) -> list[Decimal]:
    texts = (Sheet(step.places).format(value) for value in units.ravel())
    return [Decimal(text.replace(MINUS, "-")) for text in texts]


@given(kernels, st.data(), rates, st.sampled_from(["sgd", "adam"]))
def test_shown_numbers_add_up_and_are_those_of_the_step(
    before: np.ndarray, data: st.DataObject, rate: float, optimizer: str
) -> None:
    gradient = data.draw(arrays(np.float32, before.shape, elements=numbers))
    step = take_step(before, gradient, rate, optimizer)
    starts, moves, ends = (shown(units, step) for units in (step.before, step.subtracted, step.after))
    assert all(start - move == end for start, move, end in zip(starts, moves, ends, strict=True))
    # Within one unit of the last decimal of the exact step, and a little for float32.
    start, slope = before[..., 0].astype(np.float64).ravel(), gradient[..., 0].astype(np.float64).ravel()
    unit = 10.0**-step.places
    for seen, exact in ((starts, start), (moves, rate * slope), (ends, start - rate * slope)):
        assert np.abs(np.array(seen, float) - exact).max() <= 1.01 * unit + 1e-6
    assert step.is_plain == (optimizer == "sgd")


def test_plain_step_is_the_rate_times_the_gradient_whatever_the_weights_say() -> None:
    before, gradient = np.full((1, 2, 1), 0.5, np.float32), np.array([[[2.0], [-1.0]]], np.float32)
    after = np.array([[[0.3], [0.6]]], np.float32)
    plain = subtract({"before": before, "gradient": gradient, "after": after}, 0.1, "sgd")
    assert plain is not None
    assert plain.subtracted.tolist() == [[200, -100]]
    adapted = subtract({"before": before, "gradient": gradient, "after": after + np.float32(0.1)}, 0.1, "rmsprop")
    assert adapted is not None
    assert adapted.subtracted.tolist() == [[100, -200]], "the difference of the weights"
    assert not adapted.is_plain
    assert adapted.steepest == (0, 0)


@pytest.mark.parametrize(("units", "shape"), [(1, (1, 1)), (10, (1, 10)), (16, (1, 16)), (17, (2, 16)), (64, (4, 16))])
def test_weights_of_a_dense_layer_stand_in_rows(units: int, shape: tuple[int, int]) -> None:
    before = np.arange(1, units + 1, dtype=np.float32)
    step = take_step(before, np.ones(units, np.float32), 0.1)
    assert step.before.shape == step.weights.shape == step.gradient.shape == shape
    assert step.weights.sum() == units
    assert step.weights.ravel()[:units].all()
    assert step.before.ravel()[:units].tolist() == [1000 * number for number in range(1, units + 1)]
    assert step.channels == 0


def test_places_show_two_digits_of_the_largest_number() -> None:
    assert [choose_places(np.array([value, 0])) for value in (12.0, 0.5, 0.012, 0.0012, 0.00096)] == [3, 3, 3, 4, 5]
    assert choose_places(np.array([1e-12])) == choose_places(np.zeros(2)) == MAX_PLACES
    assert choose_places(np.array([1e5])) == MIN_PLACES


@pytest.mark.parametrize("wrong", ["missing", "shapes", "none", "infinite", "large", "four axes"])
def test_step_that_cannot_be_shown_is_none(wrong: str) -> None:
    given_ = {name: np.ones((3, 3, 1), np.float32) for name in ("before", "gradient", "after")}
    if wrong == "missing":
        del given_["after"]
    elif wrong == "shapes":
        given_["after"] = np.ones((3, 3, 2), np.float32)
    elif wrong == "none":
        given_ = {name: np.ones((3, 0, 1), np.float32) for name in given_}
    elif wrong == "four axes":
        given_ = {name: np.ones((3, 3, 1, 1), np.float32) for name in given_}
    else:
        given_["gradient"][0, 0, 0] = np.nan if wrong == "infinite" else 1e6
    assert subtract(given_, 0.1, "sgd") is None
