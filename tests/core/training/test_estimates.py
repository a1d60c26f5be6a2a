"""Estimates of a training's time, and what is refused before anything starts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D, Softmax
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import estimates
from cnnviz.core.training.estimates import Calibration, calibrate, estimate_seconds
from tests.core.strategies import architectures

PLAN = TrainingPlan(validation_examples=1000)
ANSWER = Dense(name="answer", units=10, activation="softmax")


@given(architectures(), st.sampled_from([1, 7, 32, 1000]), st.sampled_from(["float32", "mixed_bfloat16"]))
def test_more_work_takes_longer(architecture: Architecture, batch_size: int, precision: str) -> None:
    plan = TrainingPlan(batch_size=batch_size, precision=precision, examples=5000, validation_examples=500)
    expected = estimate_seconds(architecture, plan)
    assert estimate_seconds(architecture, replace(plan, epochs=24)) > expected > 0
    assert estimate_seconds(architecture, replace(plan, examples=6000)) > expected
    assert estimate_seconds(architecture, plan, Calibration(2.0, 1)) > expected
    assert estimate_seconds(architecture, plan, digits=1500, tests=297) < expected


@pytest.mark.parametrize("name", TUTORIALS)
def test_one_run_calibrates_the_estimate(name: str) -> None:
    """A machine of any speed is known after one run, for every other network."""
    architecture, plan = TUTORIALS[name]
    truth = Calibration(0.37, 1)
    learned = calibrate(estimates.UNCALIBRATED, architecture, plan, estimate_seconds(architecture, plan, truth))
    assert learned.runs == 1
    for other, its_plan in TUTORIALS.values():
        assert estimate_seconds(other, its_plan, learned) == pytest.approx(
            estimate_seconds(other, its_plan, truth), rel=1e-6
        )


@given(
    st.permutations(list(TUTORIALS)),
    st.floats(0.5, 2.0),
    st.tuples(st.floats(0.75, 1.4), st.floats(1.0, 50.0)).flatmap(st.permutations),
)
def test_two_runs_are_enough_also_if_one_was_in_a_busy_spell(
    names: list[str], speed: float, slowed: list[float]
) -> None:
    known = estimates.UNCALIBRATED
    for name, by in zip(names, slowed, strict=False):
        took = estimate_seconds(*TUTORIALS[name], Calibration(speed * by, 1))
        known = calibrate(known, *TUTORIALS[name], took)
    for name in names:
        truth = estimate_seconds(*TUTORIALS[name], Calibration(speed, 1))
        assert truth / 2 <= estimate_seconds(*TUTORIALS[name], known) <= 2 * truth


def test_a_busy_spell_is_forgotten() -> None:
    architecture, plan = TUTORIALS["cnn-32-64"]
    known = Calibration(40.0, 9, (40.0,) * estimates.RECENT_RUNS)
    for _ in range(3):
        known = calibrate(known, architecture, plan, estimate_seconds(architecture, plan, Calibration(1.0, 1)))
    assert known.factor == pytest.approx(1.0)
    assert len(known.recent) == estimates.RECENT_RUNS


def test_one_busy_run_does_not_change_a_known_speed() -> None:
    architecture, plan = TUTORIALS["cnn-32-64"]
    slow = estimate_seconds(architecture, plan, Calibration(40.0, 1))
    for known in (Calibration(1.0, 3), Calibration(1.0, 3, (1.0, 1.1, 0.9))):  # as an earlier version kept it, too
        assert calibrate(known, architecture, plan, slow).factor == pytest.approx(1.0)


@pytest.mark.parametrize("name", TUTORIALS)
def test_published_trainings_are_within_the_budget(name: str) -> None:
    estimates.check(*TUTORIALS[name])


@pytest.mark.parametrize(
    ("architecture", "plan", "said"),
    [
        (
            Architecture(name="large", layers=(Flatten(name="f"), Dense(name="d", units=8000), ANSWER)),
            PLAN,
            "at most 5,000,000 parameters. Received: 6,3",
        ),
        (TUTORIALS["cnn-32-64"][0], replace(PLAN, epochs=200), "multiplications in the whole training"),
        (TUTORIALS["cnn-32-64"][0], replace(PLAN, batch_size=10_000), "bytes of memory for a batch"),
        (TUTORIALS["cnn-32-64"][0], replace(PLAN, epochs=60), "at most 1,800 estimated seconds"),
        (
            TUTORIALS["dense-64"][0],
            replace(PLAN, batch_size=1, epochs=200),
            "at most 1,800 estimated seconds",
        ),
        (
            Architecture(
                name="colour",
                input_shape=(32, 32, 3),
                layers=(
                    Conv2D(name="c", filters=4, kernel_size=(3, 3)),
                    GlobalAveragePooling2D(name="g"),
                    ANSWER,
                ),
            ),
            PLAN,
            "`input_shape` (28, 28, 1) with `data` mnist",
        ),
        (
            TUTORIALS["dense-64"][0],
            replace(PLAN, data="colour"),
            "`input_shape` (32, 32, 3) with `data` colour",
        ),
        (
            Architecture(
                name="empty",
                layers=(
                    MaxPooling2D(name="p", pool_size=(14, 5)),
                    Flatten(name="f"),
                    Softmax(name="s"),
                ),
            ),
            PLAN,
            "must have weights",
        ),
    ],
    ids=["parameters", "work", "memory", "time", "batches", "input", "colour", "nothing to learn"],
)
def test_too_much_is_refused_with_value_and_limit(architecture: Architecture, plan: TrainingPlan, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        estimates.check(architecture, plan)
    assert said in str(refused.value)
