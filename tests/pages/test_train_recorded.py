"""Recorded trainings on Train: shown at once, with the learner's own seed; the scheduler is a fake."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.training import recordings
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.core.training.recordings import MIN_SEEDS
from cnnviz.ui.training.experiments import recorded
from tests.pages.fake_training import FakeScheduler, finish, learn, press, texts, well

PADDING = EXPERIMENTS["padding"]


def test_a_recording_is_shown_at_once_and_without_a_training(app: AppTest, scheduler: FakeScheduler) -> None:
    app.session_state["train_view"] = "experiments"
    press(app.run(), "play-padding")
    assert well(app)
    said = texts(app)
    assert f"mean of {MIN_SEEDS} seeds each: **padding valid**" in said
    assert "With another seed one and the same network moves by" in said
    assert "Recorded on MNIST with 5 seeds each" in said
    assert not scheduler.jobs
    press(app, "close-recorded")
    assert "Recorded on MNIST" not in texts(app)


def test_a_learner_trains_with_a_seed_that_is_not_recorded(app: AppTest, scheduler: FakeScheduler) -> None:
    for seed in (MIN_SEEDS + 1, MIN_SEEDS + 2):
        before = set(scheduler.jobs)
        train_padding(app, scheduler)
        started = set(scheduler.jobs) - before
        assert {scheduler.jobs[job_id][0].plan.seed for job_id in started} == {seed}


def test_other_digits_are_not_mixed_with_the_recorded_ones(app: AppTest, scheduler: FakeScheduler) -> None:
    train_padding(app, scheduler)
    said = texts(app)
    assert "Read right of 5,000 digits: **padding valid** 62.5 %" in said
    assert "seeds each" not in said
    assert "how far another seed moves the results was not measured here" in said


def test_the_own_seed_counts_among_the_recorded_ones(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = recordings.load(PADDING)
    assert known is not None
    train_padding(app, scheduler)
    events = next(iter(scheduler.told.values()))
    of_their_digits = replace(known, data_sha256=events[-1].payload["card"]["data"]["sha256"])
    monkeypatch.setattr(recorded, "find", lambda _: of_their_digits)
    assert well(app.run())
    said = texts(app)
    assert f"mean of {MIN_SEEDS + 1} seeds each" in said
    assert "Your seed 6: padding valid 62.5 % (recorded: 96.6 to 97.5 %)" in said.replace("\\", "")


def train_padding(app: AppTest, scheduler: FakeScheduler) -> None:
    """Train both arms to the end."""
    app.session_state["train_view"] = "experiments"
    before = set(scheduler.jobs)
    press(app.run(), "start-padding")
    for job_id in set(scheduler.jobs) - before:
        learn(scheduler, job_id)
        finish(scheduler, job_id)
    assert well(app.run())
