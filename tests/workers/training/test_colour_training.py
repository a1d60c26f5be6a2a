"""Train on coloured digits: TensorFlow mixes the digits that the pages show, and the card names its data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Job
from cnnviz.jobs.runs import planner
from tests.core.networks import small_network

if TYPE_CHECKING:
    from tests.workers.conftest import Runner

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")]

ARCHITECTURE = Architecture(
    name="small",
    input_shape=colour_digits.INPUT_SHAPE,
    layers=(
        Conv2D(name="conv2d", filters=4, kernel_size=(3, 3), strides=(2, 2), activation="relu"),
        MaxPooling2D(name="max_pooling2d"),
        Flatten(name="flatten"),
        Dense(name="dense", units=10, activation="softmax"),
    ),
)
PLAN = TrainingPlan(data="colour", examples=600, validation_examples=100, batch_size=50, epochs=2, learning_rate=0.01)


def job(runner: Runner, plan: TrainingPlan = PLAN) -> Job:
    return replace(runner.job(ARCHITECTURE, plan), data=planner.get_data_reference("colour"))


@pytest.mark.parametrize("part", [colour_digits.TRAIN, colour_digits.TEST])
def test_tensorflow_mixes_the_same_digits(runner: Runner, part: int) -> None:
    from cnnviz.workers.data import tensors
    from cnnviz.workers.training.train_loop import gather_batch

    dataset = tensors.load(kind="colour")
    digits = dataset.test if part == colour_digits.TEST else dataset.train
    images = runner.data.x_test if part == colour_digits.TEST else runner.data.x_train
    rows = np.array([5, 0, 77, 200], np.int32)
    seen, _ = gather_batch(digits, rows, in_colour=True)
    grey = images.astype(np.float32) / np.float32(255)
    expected = colour_digits.prepare_inputs(grey, colour_digits.INPUT_SHAPE, part)[rows]
    np.testing.assert_allclose(np.asarray(seen), expected, atol=1e-6)


def test_job_trains_on_coloured_digits_and_its_card_says_so(runner: Runner) -> None:
    run = runner.train(job(runner))
    assert run.last("start").payload["examples"] == 500
    losses = run.curve("loss")
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    view = run.last("view").arrays
    assert view["output/conv2d"].shape == (15, 15, 4)
    assert view["filters"].shape == (3, 3, 3, 4)
    card = ModelCard.from_json(run.last("result").payload["card"])
    assert card.plan.data == "colour"
    assert card.data.name == colour_digits.name_dataset(runner.data.name)
    assert "coloured by cnnviz" in card.data.source
    reference = planner.get_data_reference("colour")
    assert card.data.sha256 == reference.sha256 != runner.data.sha256


def test_augmented_digits_keep_their_colours() -> None:
    from cnnviz.workers.data import tensors
    from cnnviz.workers.data.examples import Examples

    examples = Examples(replace(PLAN, augmentation="affine"), tensors.load(kind="colour"))
    rows = examples.epoch(1)
    assert len(rows) == 500
    np.testing.assert_array_equal(np.asarray(rows.digits.colours), colour_digits.draw_pairs(500, colour_digits.TRAIN))


def test_other_data_than_planned_is_refused(runner: Runner) -> None:
    with pytest.raises(Refusal, match="must find the data"):
        runner.train(runner.job(ARCHITECTURE, PLAN))  # names the grey digits


def test_colour_network_with_grey_digits_is_refused(runner: Runner) -> None:
    with pytest.raises(Refusal, match="must read the digits"):
        runner.train(runner.job(ARCHITECTURE, replace(PLAN, data="mnist")))


def test_shifted_digits_keep_their_colours() -> None:
    from cnnviz.core.inference import shifted_accuracy, trace
    from cnnviz.core.networks import model_store

    network = model_store.load("cnn-rgb")
    images = np.round(np.stack([small_network.digit(seed) for seed in range(6)]) * 255).astype(np.uint8)
    moved = shifted_accuracy.shift(images).astype(np.float32) / np.float32(255)
    seen = colour_digits.prepare_inputs(moved, network.architecture.input_shape, colour_digits.TEST)
    answers = trace.predict(network, seen).argmax(axis=1).astype(np.uint8)
    assert shifted_accuracy.measure_accuracy(network, images, answers) == 1
