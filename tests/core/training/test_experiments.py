"""Ready experiments: legal, small, and with arms that differ only in the question asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cnnviz.core.glossary import strip_marks
from cnnviz.core.inference import shifted_accuracy
from cnnviz.core.layers import Dropout
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.training.experiments import EXPERIMENTS, SHIFTED, Experiment
from cnnviz.core.training.verdicts import Results

EVERY = pytest.mark.parametrize("one", EXPERIMENTS.values(), ids=list(EXPERIMENTS))
OF_NETWORKS = ("pooling", "filters", "dropout", "padding", "shifted")


@EVERY
def test_an_experiment_is_whole(one: Experiment) -> None:
    ids = [arm.id for arm in one.arms]
    assert len(set(ids)) == len(ids) >= 2
    assert one.expected in one.guesses
    assert one.question.endswith("?")
    assert len({arm.plan.validation_examples for arm in one.arms}) == 1
    assert one.count >= 500
    assert all(arm.plan.examples <= 60_000 for arm in one.arms)


@EVERY
def test_every_verdict_is_among_the_guesses(one: Experiment) -> None:
    for place in range(len(one.arms)):
        for share in (0.2, 0.949, 0.96):
            shares = {arm.id: (0.95,) for arm in one.arms} | {one.arms[place].id: (share,)}
            found = one.verdict(Results(shares, one.count))
            assert found is not None
            assert set(found.possible) <= set(one.guesses)
    assert one.verdict(Results({one.arms[0].id: (0.9,)}, one.count)) is None


@EVERY
def test_arms_differ_in_the_network_or_in_one_setting_of_the_plan(one: Experiment) -> None:
    plans = {arm.plan for arm in one.arms}
    stacks = {arm.architecture.layers for arm in one.arms}
    if one.id in OF_NETWORKS:
        assert (len(plans), len(stacks)) == (1, len(one.arms))
    else:
        settings = ("examples", "epochs") if one.id == "digits" else ("learning_rate",)
        assert (len(plans), len(stacks)) == (len(one.arms), 1)
        first = one.arms[0].plan
        same = {setting: getattr(first, setting) for setting in settings}
        assert all(replace(arm.plan, **same) == first for arm in one.arms)


@EVERY
def test_every_arm_makes_as_many_updates(one: Experiment) -> None:
    plans = [arm.plan for arm in one.arms]
    updates = [plan.epochs * -(-(plan.examples - plan.validation_examples) // plan.batch_size) for plan in plans]
    assert len(set(updates)) == 1
    if one.id == "digits":
        assert f"{updates[0]:,} updates" in strip_marks(one.question)


def layers_of(name: str) -> list[tuple[object, ...]]:
    return [arm.architecture.layers for arm in EXPERIMENTS[name].arms]


def test_pooling_differs_in_the_kind_of_pooling_alone() -> None:
    most, average = layers_of("pooling")
    for one, other in zip(most, average, strict=True):
        assert str(one).replace("MaxPooling2D", "AveragePooling2D").replace("max_", "average_") == str(other)
    assert str(most) != str(average)


def test_padding_differs_in_the_padding_of_the_convolutions_alone() -> None:
    valid, same = layers_of("padding")
    assert [str(layer).replace("padding='same'", "padding='valid'") for layer in same] == list(map(str, valid))


def test_dropout_differs_in_dropout_alone() -> None:
    with_it, without = layers_of("dropout")
    assert [str(layer) for layer in with_it if not isinstance(layer, Dropout)] == list(map(str, without))
    assert sum(isinstance(layer, Dropout) for layer in with_it) == 2
    plan = EXPERIMENTS["dropout"].arms[0].plan
    assert plan.examples - plan.validation_examples == 500


def test_filters_are_2_8_and_32() -> None:
    for number, stack in zip((2, 8, 32), layers_of("filters"), strict=True):
        assert {layer.filters for layer in stack if hasattr(layer, "filters")} == {number}


def test_the_amounts_and_rates_are_those_of_the_questions() -> None:
    digits = [arm.plan.examples - arm.plan.validation_examples for arm in EXPERIMENTS["digits"].arms]
    assert digits == [100, 1_000, 10_000]
    rates = [arm.plan.learning_rate for arm in EXPERIMENTS["rates"].arms]
    assert all(one == pytest.approx(10 * other) for one, other in pairwise(rates))
    tutorial = EXPERIMENTS["adadelta"].arms
    assert [arm.plan.learning_rate for arm in tutorial] == [1.0, 0.001]
    assert all(arm.plan.optimizer == "adadelta" for arm in tutorial)
    assert all(arm.architecture.layers == TUTORIALS["cnn-32-64"][0].layers for arm in tutorial)


def test_dense_and_cnn_are_measured_on_shifted_digits() -> None:
    one = EXPERIMENTS["shifted"]
    assert (one.measure, one.count) == (SHIFTED, shifted_accuracy.MAX_DIGITS)
    assert [any("Conv2D" in str(layer) for layer in stack) for stack in layers_of("shifted")] == [False, True]


def test_shifting_moves_by_whole_pixels_in_four_directions() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[10, 12] = 200
    moved = shifted_accuracy.shift(np.stack([image] * 5), 3)
    assert [tuple(map(int, np.argwhere(one)[0])) for one in moved] == [
        (7, 12),
        (13, 12),
        (10, 9),
        (10, 15),
        (7, 12),
    ]
    assert [int(one.sum()) for one in moved] == [200] * 5
    edge = np.full((4, 28, 28), 7, np.uint8)
    assert [int((one == 7).sum()) for one in shifted_accuracy.shift(edge, 3)] == [25 * 28] * 4


def test_shifted_accuracy_is_the_share_of_right_answers() -> None:
    network = model_store.load("dense-64")
    images = np.random.default_rng(0).integers(0, 256, (8, 28, 28)).astype(np.uint8)
    from cnnviz.core.inference import trace

    answers = [trace.trace(network, one / np.float32(255)).answer for one in shifted_accuracy.shift(images)]
    labels = np.array(answers, np.uint8)
    assert shifted_accuracy.measure_accuracy(network, images, labels) == 1
    labels[:2] = (labels[:2] + 1) % 10
    assert shifted_accuracy.measure_accuracy(network, images, labels) == 0.75
