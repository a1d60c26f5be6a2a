"""Tell whether a picture looks like a digit to a network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp

from cnnviz.core.data import non_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import evidence
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.evidence import MAX_REJECTED, EvidenceThreshold
from cnnviz.core.networks import model_store
from tests.core.networks import small_network

SHA256 = "ab" * 32
LEAST = EvidenceThreshold(
    weights_sha256=SHA256,
    threshold=3.5,
    rejected={"digits": 0.004, "pens": 0.01},
    caught={"letters": 0.5, "fists": 0.9},
)


def test_evidence_is_the_log_of_the_sum_of_exponentials() -> None:
    logits = np.random.default_rng(2).normal(0, 300, (5, 10)).astype(np.float32)
    np.testing.assert_allclose(evidence.compute_evidence(logits), logsumexp(logits.astype(float), axis=1))
    assert evidence.compute_evidence(logits[0]).shape == ()


@pytest.mark.parametrize(("offset", "expected"), [(-1e-3, True), (1e-3, False)])
def test_picture_looks_like_a_digit_from_the_threshold_on(offset: float, expected: bool) -> None:
    trace = tracing.trace(small_network.network(), small_network.digit())
    threshold = float(evidence.compute_evidence(trace.logits)) + offset
    least = EvidenceThreshold(weights_sha256=SHA256, threshold=threshold, rejected={"a": 0}, caught={"b": 1})
    assert evidence.looks_like_digit(trace, least) is expected


def test_threshold_is_saved_for_these_weights_alone(tmp_path: Path) -> None:
    evidence.save(LEAST, evidence.find_path("some", tmp_path))
    read = evidence.load("some", SHA256, tmp_path)
    assert read == LEAST
    assert (read.largest_rejected, read.mean_caught) == (0.01, 0.7)
    assert evidence.load("some", "cd" * 32, tmp_path) is None
    assert evidence.load("other", SHA256, tmp_path) is None
    assert model_store.names(tmp_path) == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "text",
        "[" * 100_000,
        "{}",
        json.dumps({"weights_sha256": SHA256, "threshold": "high", "rejected": {"a": 0.1}, "caught": {"b": 1}}),
        json.dumps({"weights_sha256": SHA256, "threshold": 1, "rejected": {}, "caught": {"b": 1}}),
        json.dumps({"weights_sha256": SHA256, "threshold": 1, "rejected": {"a": 2}, "caught": {"b": 1}}),
        json.dumps({"weights_sha256": SHA256, "threshold": 1, "rejected": [1], "caught": {"b": 1}}),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    evidence.find_path("some", tmp_path).write_text(content)
    with pytest.raises(Refusal, match=r"Received: some\.evidence\.json"):
        evidence.load("some", SHA256, tmp_path)


@pytest.fixture(scope="module")
def stored() -> EvidenceThreshold:
    """Load the threshold of the default network."""
    found = evidence.load(model_store.DEFAULT, model_store.card(model_store.DEFAULT).weights_sha256)
    assert found is not None, "to be measured again whenever the weights change"
    return found


def measure_rejected(images: np.ndarray, least: EvidenceThreshold) -> float:
    network = model_store.load(model_store.DEFAULT)
    traces = [tracing.trace(network, image) for image in images]
    return float(np.mean([not evidence.looks_like_digit(trace, least) for trace in traces]))


def test_default_network_takes_few_digits_for_something_else(stored: EvidenceThreshold, mnist: Dataset) -> None:
    assert 0 < stored.largest_rejected <= MAX_REJECTED
    assert measure_rejected(mnist.x_test[::40] / np.float32(255), stored) <= 0.02


@pytest.mark.parametrize("kind", non_digits.KINDS)
def test_stored_shares_are_measured(stored: EvidenceThreshold, kind: str) -> None:
    """40 other pictures of the kind agree with the stored share within three standard errors."""
    found = measure_rejected(non_digits.draw(kind, 40, np.random.default_rng(12)), stored)
    assert found == pytest.approx(stored.caught[kind], abs=3 * (0.25 / 40) ** 0.5)


def test_kinds_that_were_not_trained_on_are_caught_too(stored: EvidenceThreshold) -> None:
    assert np.mean([stored.caught[kind] for kind in non_digits.UNSEEN]) > 0.7
