"""Child processes read the test digits with a run's network, and the answers are kept beside its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data.datasets import BUNDLED, Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.jobs.runs import evaluator
from cnnviz.jobs.runs.store import RunStore
from tests.jobs.runs.test_downloads import run_id, store

__all__ = ["run_id", "store"]

pytestmark = pytest.mark.process  # it starts children


def make_data(count: int) -> Dataset:
    generator = np.random.default_rng(8)
    images = generator.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    labels = generator.integers(0, 10, count).astype(np.uint8)
    return Dataset(BUNDLED, images[:0], labels[:0], images, labels, "here", "ab" * 32, "free", "nobody")


def test_answers_are_those_of_our_own_engine_and_are_kept(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "PART", 30)
    assert store.evaluation(run_id, "digits") is None
    data, fractions = make_data(50), list[float]()
    made = evaluator.evaluate(store, run_id, data, lambda fraction, _: fractions.append(fraction))
    direct = evaluation.evaluate(store.network(run_id), data)
    assert fractions == [0.6, 1.0]
    np.testing.assert_array_equal(made.answers, direct.answers)
    assert made.loss == pytest.approx(direct.loss)
    kept = store.evaluation(run_id, "digits")
    assert kept is not None
    assert (kept.weights_sha256, kept.interval) == (made.weights_sha256, made.interval)


def test_a_run_without_a_result_and_a_child_that_fails_are_refused_in_words(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del tmp_path
    monkeypatch.setattr(evaluator, "WORKER", "no_such_worker")
    with pytest.raises(Refusal, match="could not be read with this network"):
        evaluator.evaluate(store, run_id, make_data(3))
    monkeypatch.setattr(RunStore, "card", lambda *_: None)
    with pytest.raises(Refusal, match="has not ended"):
        evaluator.evaluate(store, run_id, make_data(3))
