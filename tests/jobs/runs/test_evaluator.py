"""Child processes read the test digits with a run's network, and the answers are kept beside its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data import colour_digits
from cnnviz.core.data.datasets import BUNDLED, Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.inference.subject import InputSource, read
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.layers.shaping import Rescaling
from cnnviz.core.networks.architecture import Architecture
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.runs import evaluator
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox.model_upload import OpenedNetwork
from tests.core import strategies
from tests.core.networks import small_network
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


def test_a_network_from_a_file_reads_digits_as_on_draw_and_its_answers_go_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    architecture = Architecture(
        "bytes",
        (
            Rescaling(name="rescaling", scale=1 / 255),
            Conv2D(name="conv", filters=4, kernel_size=(3, 3), activation="relu"),
            MaxPooling2D(name="pool", pool_size=(4, 4)),
            Flatten(name="flatten"),
            Dense(name="dense", units=10, activation="softmax"),
        ),
        input_shape=(30, 40, 3),
    )
    opened = NetworkStore("1" * 32, tmp_path)
    name = opened.keep(OpenedNetwork(strategies.network(architecture, 3), ()), "bytes.keras")
    network, data = opened.read(name), make_data(150)
    monkeypatch.setattr(evaluator, "MAX_PART_WORK", 60 * evaluation.estimate_work(architecture))
    monkeypatch.setattr(evaluation, "MAX_WORK", 120 * evaluation.estimate_work(architecture))
    fractions = list[float]()
    made = evaluator.evaluate_opened(opened, name, data, lambda fraction, _: fractions.append(fraction))
    assert fractions == [0.6, 1.0]
    assert (made.count, made.data_sha256, made.weights_sha256) == (100, data.sha256, opened.entry(name).sha256)

    pairs = colour_digits.draw_pairs(150, colour_digits.TEST)
    for index in (0, 1, 99):  # one by one, as Draw reads them, in the colours of the colour digits
        ink, paper = (f"#{bytes(each).hex()}" for each in pairs[index])
        digit = data.x_test[index] / np.float32(255)
        source = InputSource(kind="sample", digit=digit, ink=ink, paper=paper)
        shares = read(network, source, frozenset()).trace.probabilities
        assert made.answers[index] == shares.argmax()
        assert made.confidences[index] == pytest.approx(float(shares.max()), abs=2e-5)
    low, high = made.interval
    assert low < made.accuracy < high
    assert high - low > 0.1, "that of a hundred digits"

    kept = opened.evaluation(name, "digits")
    assert kept is not None
    assert (kept.count, kept.interval) == (made.count, made.interval)
    opened.delete(name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(Refusal, match="no network of that name"):
        opened.keep_evaluation(name, "digits", made)


def test_a_network_with_other_classes_is_refused(tmp_path: Path) -> None:
    opened = NetworkStore("1" * 32, tmp_path)
    name = opened.keep(OpenedNetwork(small_network.network(), ()), "letters.keras")
    opened.name_classes(name, tuple("abcdefghij"))
    with pytest.raises(Refusal, match="the ten digits as its classes"):
        evaluator.evaluate_opened(opened, name, make_data(3))


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
