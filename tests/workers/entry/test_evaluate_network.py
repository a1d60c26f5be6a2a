"""Test digits are read by a thread on every core, with the answers of one thread."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference import trace
from cnnviz.workers.entry import evaluate_network
from tests.core.networks import small_network


def test_two_threads_read_side_by_side_and_keep_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network.network()
    digits = np.random.default_rng(3).random((5 * evaluate_network.PART + 7, 28, 28), dtype=np.float32)
    expected, inner = trace.predict(network, digits), trace.predict
    calls, together = itertools.count(), threading.Barrier(2, timeout=30)

    def predict(*args: Any) -> np.ndarray:
        if next(calls) < 2:
            together.wait()  # each of the first two for the other: one thread alone would never come back
        return inner(*args)

    monkeypatch.setattr(evaluate_network, "count_cores", lambda: 2)
    monkeypatch.setattr(trace, "predict", predict)
    np.testing.assert_allclose(evaluate_network.predict(network, digits), expected, rtol=1e-5, atol=1e-7)
    assert next(calls) == 6
