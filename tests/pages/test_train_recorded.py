"""Recorded trainings on Train: shown at once, with the learner's own seed; the scheduler is a fake."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.training import recordings
from cnnviz.core.training.experiments import EXPERIMENTS, Experiment
from cnnviz.core.training.recordings import MIN_SEEDS
from cnnviz.ui.training import chart
from cnnviz.ui.training.experiments import recorded
from tests.marked_text import plain
from tests.pages.fake_training import FakeScheduler, finish, learn, press, texts, well

PADDING = EXPERIMENTS["padding"]


def test_a_recording_is_shown_at_once_and_without_a_training(app: AppTest, scheduler: FakeScheduler) -> None:
    app.session_state["train_view"] = "experiments"
    press(app.run(), "play-padding")
    press(app, "end-replay")
    assert well(app)
    said = texts(app)
    assert f"mean of {MIN_SEEDS} seeds each: **padding valid**" in said
    assert "With another seed one and the same network moves by" in said
    assert "Recorded on MNIST with 5 seeds each" in said
    assert not scheduler.jobs
    press(app, "close-recorded")
    assert "Recorded on MNIST" not in texts(app)


def test_the_link_names_the_recording_until_it_is_closed(app: AppTest) -> None:
    app.session_state["train_view"] = "experiments"
    press(app.run(), "play-padding")
    assert "replay=padding" in app.session_state["query"]
    press(app, "close-recorded")
    assert "replay" not in app.session_state["query"]


def test_a_recording_is_replayed_by_epochs_and_judged_at_the_end(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves grow from the first epoch on; what came out is said with the last, which one click shows at once."""
    shown: list[float] = []
    plays: list[bool] = []

    def play(_: str, labels: list[str], index: int, **given: Any) -> int:
        plays.append(given["plays"])
        return min(steps.pop(0) if steps else index, len(labels) - 1)

    steps = [0, 3]
    monkeypatch.setattr(recorded, "player", play)
    monkeypatch.setattr(chart, "show_recorded", lambda *given: shown.append(given[-1]))
    app.session_state["train_view"] = "experiments"
    press(app.run(), "play-padding")
    assert plain(PADDING.question) in texts(app)
    assert "Read right" not in texts(app)
    app.run()
    assert "Read right" not in texts(app)
    press(app, "end-replay")
    assert "Read right" in texts(app)
    assert not [button for button in app.button if button.key == "end-replay"]
    assert well(app)
    length = chart.count_batches(PADDING.arms[0].plan)
    assert shown == [length, 4 * length, 6 * length]
    assert (plays[0], plays[-1]) == (True, False)


@pytest.mark.parametrize("one", EXPERIMENTS.values(), ids=list(EXPERIMENTS))
def test_a_replay_is_short_and_ends_with_the_last_epoch(one: Experiment) -> None:
    moments = recorded.list_moments(one)
    assert 1 < len(moments) <= recorded.MAX_MOMENTS
    assert moments[-1] == one.arms[0].plan.epochs * chart.count_batches(one.arms[0].plan)
    assert list(moments) == sorted(set(moments))


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
