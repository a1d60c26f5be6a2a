"""The calibration learns from whole runs, and from nothing that would mislead it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import estimates
from cnnviz.core.training.estimates import UNCALIBRATED, Calibration
from cnnviz.jobs.runs import calibration
from tests.core.networks import small_network

PLAN = TrainingPlan(examples=6_000, validation_examples=1_000, epochs=4)


def card(seconds: float, epochs: int = 4) -> ModelCard:
    curves = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), (1.0,) * epochs)
    return small_network.card(small_network.network(), plan=PLAN, curves=curves, trained_seconds=seconds)


def test_speed_is_unknown_at_first(tmp_path: Path) -> None:
    assert calibration.load(tmp_path) == UNCALIBRATED


@pytest.mark.parametrize("slower", [0.5, 1.0, 3.0])
def test_one_run_corrects_the_next_estimate(tmp_path: Path, slower: float) -> None:
    alone = estimates.estimate_seconds(small_network.ARCHITECTURE, PLAN) - estimates.START_SECONDS
    took = estimates.START_SECONDS + slower * alone
    calibration.update(tmp_path, card(took), "finished")
    assert estimates.estimate_seconds(small_network.ARCHITECTURE, PLAN, calibration.load(tmp_path)) == pytest.approx(
        took, rel=1e-6
    )


def test_the_last_runs_are_kept(tmp_path: Path) -> None:
    for seconds in (20, 2_000, 30):
        calibration.update(tmp_path, card(seconds), "finished")
    known = calibration.load(tmp_path)
    assert (known.runs, len(known.recent)) == (3, 3)
    assert known.factor == known.recent[2]


def test_a_smaller_data_set_is_taken_into_account(tmp_path: Path) -> None:
    slow = Calibration(50.0, 1)
    took = estimates.estimate_seconds(small_network.ARCHITECTURE, PLAN, slow, digits=960, tests=479)
    calibration.update(tmp_path, card(took), "finished", 960, 479)
    assert calibration.load(tmp_path).factor == pytest.approx(50.0)


@pytest.mark.parametrize("ended", ["stopped", "diverged", "time"])
def test_run_cut_short_is_not_measured(tmp_path: Path, ended: str) -> None:
    calibration.update(tmp_path, card(1000), ended)
    assert calibration.load(tmp_path) == UNCALIBRATED


def test_early_stopping_counts_trained_epochs(tmp_path: Path) -> None:
    for folder, epochs in ((tmp_path / "all", 4), (tmp_path / "half", 2)):
        calibration.update(folder, card(20, epochs), "early")
    assert calibration.load(tmp_path / "half").factor > 1.5 * calibration.load(tmp_path / "all").factor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"factor": "x", "runs": 1}',
        '{"factor": NaN, "runs": 1}',
        '{"factor": -1, "runs": 1}',
        '{"factor": 1e999, "runs": 2}',
        '{"factor": 1, "runs": 2, "recent": [1, 0]}',
        '{"factor": 1, "runs": 2, "recent": 3}',
    ],
)
def test_damaged_file_means_unknown(tmp_path: Path, text: str) -> None:
    (tmp_path / calibration.FILE).write_text(text)
    assert calibration.load(tmp_path) == UNCALIBRATED
