"""Activations by hand at numbers of which the result is known, and how they are written out."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from cnnviz.core.layers import ACTIVATIONS
from cnnviz.core.layers.activations.functions import COMMON_ACTIVATIONS
from cnnviz.core.layers.activations.gradients import ACTIVATION_GRADIENTS
from cnnviz.core.layers.layer import Output
from cnnviz.core.ledger import activation as accounts

KNOWN: Mapping[str, Mapping[float, float]] = {
    "relu6": {-1: 0, 2.5: 2.5, 7: 6},
    "celu": {2: 2, -1: math.expm1(-1)},
    "selu": {2: 2.101402, -1: -1.1113307},
    "softplus": {0: math.log(2), 30: 30},
    "softsign": {3: 0.75, -1: -0.5},
    "squareplus": {0: 1, 1.5: 2, -1.5: 0.5},
    "soft_shrink": {0.25: 0, 2: 1.5, -2: -1.5},
    "hard_shrink": {0.5: 0, 0.75: 0.75, -2: -2},
    "tanh_shrink": {0: 0, 20: 19},
    "sparse_plus": {-2: 0, 0: 0.25, 3: 3},
    "sparse_sigmoid": {-2: 0, 0: 0.5, 0.5: 0.75, 2: 1},
    "exponential": {0: 1, 1: math.e},
    "hard_sigmoid": {-4: 0, 0: 0.5, 1.5: 0.75, 5: 1},
    "hard_silu": {-4: 0, 1.5: 1.125, 5: 5},
    "hard_tanh": {-3: -1, 0.5: 0.5, 3: 1},
    "mish": {0: 0, 1: math.tanh(math.log1p(math.e)), 30: 30},
    "log_sigmoid": {0: -math.log(2), -30: -30},
}


def test_every_activation_beyond_the_common_ones_is_tried() -> None:
    assert set(KNOWN) == set(ACTIVATIONS) - set(COMMON_ACTIVATIONS)
    assert set(ACTIVATION_GRADIENTS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", KNOWN)
def test_known_values_are_given(name: str) -> None:
    x = np.array(list(KNOWN[name]), np.float32)
    made = ACTIVATIONS[name](x)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, list(KNOWN[name].values()), rtol=1e-6, atol=1e-6)
    exact = [accounts._VALUES[name](float(each)) for each in x]
    np.testing.assert_allclose(exact, list(KNOWN[name].values()), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", KNOWN)
def test_a_formula_gives_its_value(name: str) -> None:
    for number in (-4.0, -0.75, -0.25, 0.0, 0.25, 0.75, 4.0):
        shown = f"({number})" if number < 0 else f"{number}"
        written = accounts._FORMULAS[name](number, shown)
        for sign, code in {"−": "-", "×": "*", "²": "**2", "√(": "math.sqrt("}.items():
            written = written.replace(sign, code)
        parts = written.split("|")  # a size stands between two bars
        written = "abs(".join((parts[0], parts[1])) + ")" + parts[2] if len(parts) == 3 else written
        value = eval(written, {"math": math, **vars(math)})
        assert value == pytest.approx(accounts._VALUES[name](number), rel=1e-6, abs=1e-9), written


@pytest.mark.parametrize("name", ["celu", "selu", "hard_tanh", "relu6", "hard_sigmoid"])
def test_at_a_kink_the_slope_is_that_of_tensorflow(name: str) -> None:
    kinks = {"celu": (0, 2), "selu": (0, 1.050701), "hard_tanh": (1, 1), "relu6": (6, 0), "hard_sigmoid": (-3, 0)}
    at, slope = kinks[name]
    x = np.array([at], np.float32)
    found = ACTIVATION_GRADIENTS[name](Output(x, ACTIVATIONS[name](x)), np.ones(1, np.float32))
    assert found.item() == pytest.approx(slope)
