"""Measure the evidence that a network finds in digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.data import non_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import evidence
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.evidence import MAX_REJECTED
from cnnviz.core.networks import model_store
from cnnviz.workers.data.pen_strokes import HELD_OUT, PenData, PenDigit
from cnnviz.workers.entry import measure_evidence

pytestmark = pytest.mark.train

LINE = PenDigit(1, min(HELD_OUT), (np.array([[0.5, 0.0], [0.5, 1.0]]),))


def test_threshold_rejects_few_digits_and_is_that_of_the_trace(mnist: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_evidence, "PICTURES", 4)
    network = model_store.load("pen")
    data = replace(mnist, x_test=mnist.x_test[:200], y_test=mnist.y_test[:200])
    least = measure_evidence.measure(network, data, PenData((LINE,), ""))
    assert max(least.rejected.values()) <= MAX_REJECTED
    assert set(least.caught) == set(non_digits.KINDS)
    assert network.card is not None
    assert least.weights_sha256 == network.card.weights_sha256
    found = measure_evidence._compute_evidence(network, mnist.x_test[:3] / np.float32(255))
    traced = [tracing.trace(network, image / np.float32(255)).logits for image in mnist.x_test[:3]]
    np.testing.assert_allclose(found, evidence.compute_evidence(np.stack(traced)), rtol=1e-4)


def test_network_that_reads_colour_is_refused(mnist: Dataset) -> None:
    with pytest.raises(Refusal, match="Received: cnn-rgb"):
        measure_evidence.measure(model_store.load("cnn-rgb"), mnist, PenData((LINE,), ""))
