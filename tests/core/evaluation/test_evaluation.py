"""Answers to a test set: what is computed, what is stored, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from cnnviz.core.data import bundled_digits, mnist_file
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.inference import trace
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from tests.core import strategies
from tests.core.networks import small_network

WEIGHTS, DATA = "ab" * 32, "cd" * 32


def make_data(count: int = 60) -> Dataset:
    generator = np.random.default_rng(3)
    images = generator.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    labels = generator.integers(0, 10, count).astype(np.uint8)
    return Dataset("MNIST", images[:0], labels[:0], images, labels, "here", DATA, "free", "nobody")


def make_answers(count: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, and probabilities that mostly favour them."""
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 10, count)
    logits = generator.normal(0, 2, (count, 10)) + 4 * np.eye(10)[labels]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, shares.astype(np.float32)


@pytest.fixture(scope="module")
def made() -> Evaluation:
    return evaluation.make("small", WEIGHTS, DATA, *make_answers())


def test_measures_are_those_of_scikit_learn(made: Evaluation) -> None:
    labels, shares = make_answers()
    answers = shares.argmax(axis=1)
    assert made.accuracy == accuracy_score(labels, answers)
    exact = shares.astype(float)
    assert made.loss == pytest.approx(log_loss(labels, exact / exact.sum(axis=1, keepdims=True)), abs=1e-6)
    np.testing.assert_array_equal(made.confusion, confusion_matrix(labels, answers, labels=range(10)))
    np.testing.assert_allclose(made.confidences, shares.max(axis=1), atol=1 / evaluation.SCALE)
    np.testing.assert_allclose(made.label_shares, shares[np.arange(len(labels)), labels], atol=1 / evaluation.SCALE)


def test_mistakes_come_the_most_confident_first(made: Evaluation) -> None:
    found = made.find_mistakes()
    assert len(found) == (~made.right).sum() > 10
    assert not made.right[found].any()
    assert (np.diff(made.confidences[found]) <= 0).all()
    label, answer = int(made.labels[found[0]]), int(made.answers[found[0]])
    cell = made.find_cell(label, answer)
    assert cell[0] == found[0]
    assert len(cell) == made.confusion[label, answer]


def test_a_network_reads_the_test_digits_as_it_reads_one() -> None:
    network, data = small_network.network(), make_data()
    fractions: list[float] = []
    found = evaluation.evaluate(network, data, lambda fraction, _: fractions.append(fraction))
    one = trace.trace(network, data.x_test[7].astype(np.float32) / np.float32(255))
    assert (found.answers[7], found.count, fractions[-1]) == (one.answer, 60, 1.0)
    assert found.confidences[7] == pytest.approx(float(one.probabilities.max()), abs=2 / evaluation.SCALE)


def test_a_network_of_other_inputs_or_classes_is_refused_in_words() -> None:
    layers = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))
    small = strategies.network(Architecture(name="tiny", input_shape=(8, 8, 1), layers=layers), 0)
    with pytest.raises(Refusal, match="which reads 8 × 8 × 1 and has 10 answers"):
        evaluation.evaluate(small, make_data())


def test_what_is_stored_is_what_was_computed(made: Evaluation, tmp_path: Path) -> None:
    evaluation.save(made, evaluation.find_path("small", "mnist", tmp_path))
    read = evaluation.load("small", WEIGHTS, "mnist", DATA, tmp_path)
    assert read is not None
    assert (read.loss, read.interval, read.reliability) == (made.loss, made.interval, made.reliability)
    for name in evaluation.ARRAYS:
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name))
        assert not getattr(read, name).flags.writeable
    assert evaluation.load("other", WEIGHTS, "mnist", DATA, tmp_path) is None
    assert model_store.names(tmp_path) == ()


@pytest.mark.parametrize(
    ("weights", "data", "words"), [("00" * 32, DATA, "other weights"), (WEIGHTS, "00" * 32, "other data")]
)
def test_answers_of_other_weights_or_about_other_data_are_refused_in_words(
    made: Evaluation, tmp_path: Path, weights: str, data: str, words: str
) -> None:
    evaluation.save(made, evaluation.find_path("small", "mnist", tmp_path))
    with pytest.raises(Refusal, match=f"Received: those .*{words}"):
        evaluation.load("small", weights, "mnist", data, tmp_path)


def rewrite(content: bytes, **changes: object) -> bytes:
    """Return a file of answers with other arrays, or others in its header."""
    with np.load(io.BytesIO(content)) as file:
        arrays = dict(file)
    header = json.loads(arrays["header"].tobytes())
    for key, value in changes.items():
        if isinstance(value, np.ndarray):
            arrays[key] = value
        else:
            header[key] = value
    file = io.BytesIO()
    np.savez_compressed(file, **arrays | {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)})
    return file.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"name": 7},
        {"loss": -1.0},
        {"loss": None},
        {"interval": [0.1]},
        {"interval": [0.1, 2.0]},
        {"reliability": [{"count": 1}]},
        {"labels": np.full(500, 12, np.uint8)},
        {"labels": np.zeros(0, np.uint8)},
        {"answers": np.zeros((500, 1), np.uint8)},
        {"confidences": np.zeros(499, np.uint16)},
        {"confidences": np.zeros(500, np.float32)},
        {"labels": np.zeros(1_000_000, np.uint8)},
    ],
)
def test_damaged_answers_are_refused(made: Evaluation, changes: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="Received: those of small, which are damaged"):
        evaluation.from_bytes(rewrite(evaluation.to_bytes(made), **changes), "small")


@pytest.mark.parametrize("content", [b"", b"text", b"\x80\x04K\x01.", b"PK\x03\x04", bytes(evaluation.MAX_BYTES + 1)])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="which are damaged"):
        evaluation.from_bytes(content, "small")


def test_truncated_answers_are_refused(made: Evaluation) -> None:
    content = evaluation.to_bytes(made)
    for end in range(0, len(content), 97):
        with pytest.raises(Refusal):
            evaluation.from_bytes(content[:end], "small")


@pytest.mark.parametrize("name", model_store.names())
def test_stored_answers_are_those_of_the_networks_that_come_with_the_app(name: str) -> None:
    card = model_store.card(name)
    found = evaluation.load(name, card.weights_sha256, "mnist", mnist_file.CONTENT_SHA256)
    assert found is not None, "run scripts/evaluate_networks.py whenever the weights change"
    assert found.count == 10_000
    assert found.accuracy == pytest.approx(card.test_accuracy, abs=2e-4)  # Keras's float32 sums, in another order
    assert found.loss == pytest.approx(card.test_loss, abs=1e-4)
    assert np.abs(found.confusion - np.array(card.confusion)).sum() <= 8
    assert evaluation.find_path(name, "mnist").stat().st_size < 60_000
    with pytest.raises(Refusal):
        evaluation.load(name, "00" * 32, "mnist")


@pytest.mark.parametrize("name", model_store.names())
def test_stored_answers_to_the_bundled_digits_are_there_as_well(name: str) -> None:
    images, labels, sha256 = bundled_digits.read()
    found = evaluation.load(name, model_store.card(name).weights_sha256, "digits", sha256)
    assert found is not None, "run scripts/evaluate_networks.py whenever the weights change"
    np.testing.assert_array_equal(found.labels, labels[bundled_digits.TRAIN_COUNT :])
    if name == "dense-64":
        digit = images[bundled_digits.TRAIN_COUNT].astype(np.float32) / np.float32(255)
        assert found.answers[0] == trace.trace(model_store.load(name), digit).answer
