"""The last epochs of the augmentation "pen": degraded digits, pictures without a digit, and a second cosine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

pytestmark = pytest.mark.train

PLAN = TrainingPlan(examples=200, epochs=4, augmentation="pen", learning_rate=0.002, seed=3)
CLEAN = 2


@pytest.fixture(scope="module")
def examples() -> Any:
    from cnnviz.workers.data import examples as examples_module
    from cnnviz.workers.data import tensors

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples_module, "NON_DIGITS", 24)
        made = examples_module.Examples(PLAN, tensors.load())
        for epoch in range(1, PLAN.epochs + 1):
            made.epoch(epoch)
        yield made


def test_first_epochs_show_digits_alone(examples: Any) -> None:
    assert examples.clean_epochs == CLEAN
    for epoch in range(1, CLEAN + 1):
        assert (examples.epoch(epoch).digits.labels.numpy() < 10).all()


def test_last_epochs_show_degraded_digits_and_other_pictures(examples: Any) -> None:
    from cnnviz.workers.data.tensors import NO_DIGIT

    clean, degraded = examples._select_copy(3), examples.epoch(3).digits
    labels = degraded.labels.numpy()
    others = labels == NO_DIGIT
    assert others.sum() == round(examples.augmentation.non_digits * len(labels))
    np.testing.assert_array_equal(labels[~others], clean.labels.numpy()[~others])
    changed = (degraded.images.numpy() != clean.images.numpy()).any(axis=(1, 2))
    assert changed[others].all()
    assert 0.4 < changed[~others].mean() < 0.8
    np.testing.assert_array_equal(degraded.images.numpy(), examples.epoch(3).digits.images.numpy())


def test_other_augmentations_degrade_nothing() -> None:
    from cnnviz.workers.data.examples import AUGMENTATIONS

    assert [name for name, config in AUGMENTATIONS.items() if config.clean_share < 1] == ["pen"]


def test_target_of_a_picture_without_a_digit_is_the_same_for_every_class() -> None:
    import tensorflow as tf

    from cnnviz.workers.data.tensors import NO_DIGIT, Digits
    from cnnviz.workers.training.train_loop import gather_batch

    digits = Digits.from_arrays(np.zeros((2, 28, 28), np.uint8), np.array([7, NO_DIGIT], np.uint8))
    _, targets = gather_batch(digits, tf.constant([0, 1]), in_colour=False)
    np.testing.assert_array_equal(targets.numpy()[0], np.eye(10, dtype=np.float32)[7])
    np.testing.assert_allclose(targets.numpy()[1], 0.1)


def test_accuracy_of_a_picture_without_a_digit() -> None:
    import tensorflow as tf

    from cnnviz.workers import metrics

    targets = tf.constant(np.stack([np.eye(10)[3], np.eye(10)[3], np.full(10, 0.1), np.full(10, 0.1)]), tf.float32)
    sure, unsure = 0.9 * np.eye(10)[3] + 0.01, 0.3 * np.eye(10)[3] + 0.07
    answers = tf.constant(np.stack([unsure, 1 - sure, sure, unsure]), tf.float32)
    np.testing.assert_array_equal(metrics.mark_correct(targets, answers).numpy(), [1, 0, 0, 1])


def test_pictures_without_a_digit_are_in_no_row_of_the_confusion() -> None:
    from cnnviz.workers.data.examples import Rows
    from cnnviz.workers.data.tensors import NO_DIGIT, Digits
    from cnnviz.workers.training.evaluator import Evaluator

    layers = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))
    digits = Digits.from_arrays(np.zeros((3, 28, 28), np.uint8), np.array([1, NO_DIGIT, 9], np.uint8))
    evaluation = Evaluator(Architecture(name="plain", layers=layers)).evaluate(
        Rows(digits, np.arange(3, dtype=np.int32))
    )
    assert evaluation.confusion.sum(axis=1).tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_rate_falls_along_two_cosines(examples: Any) -> None:
    from cnnviz.workers.training.trainer import Trainer

    trainer: Any = SimpleNamespace(examples=examples, plan=PLAN, progress=SimpleNamespace(epochs=PLAN.epochs))
    rates = [Trainer._compute_rates(trainer, epoch, 0, examples.batches) for epoch in range(1, PLAN.epochs + 1)]
    first, second = np.concatenate(rates[:CLEAN]), np.concatenate(rates[CLEAN:])
    assert first[-1] < first.max() / 2
    np.testing.assert_allclose(second, first * examples.augmentation.restart, rtol=1e-5)
    assert first.max() == pytest.approx(PLAN.learning_rate, rel=0.6)
