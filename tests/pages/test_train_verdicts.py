"""Verdicts on Train about experiments whose arms did not all end as planned; the scheduler is a fake."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import DIVERGED
from cnnviz.jobs.runs.store import RunStore
from tests.pages.fake_training import FakeScheduler, end, finish, learn, press, texts, well

NO_VERDICT = "nothing can be said about the question"


def padding(app: AppTest, scheduler: FakeScheduler) -> tuple[str, str]:
    """Start an experiment; the ids of its arms, padding valid and padding same."""
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-padding")
    valid, same = scheduler.jobs
    return valid, same


def complete(scheduler: FakeScheduler, job_id: str, ended: str = "finished") -> None:
    learn(scheduler, job_id)
    finish(scheduler, job_id, ended)


def test_an_arm_that_was_cancelled_is_not_waited_for(app: AppTest, scheduler: FakeScheduler) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    assert "Still to come: padding same." in texts(app.run())
    end(scheduler, same, "cancelled")
    assert well(app.run())
    said = texts(app)
    assert "Still to come" not in said
    assert "Without a result: padding same (cancelled)." in said
    assert NO_VERDICT in said


def test_an_arm_that_was_deleted_is_not_waited_for(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    complete(scheduler, same)
    assert "**padding valid** 62.5 %" in texts(app.run())
    (place,) = (path for path in tmp_path.iterdir() if path.is_dir())
    RunStore(place.name, tmp_path).delete(same)
    assert "Without a result: padding same (deleted)." in texts(app.run())


def test_an_arm_that_diverged_at_once_counts_with_nothing_read_right(app: AppTest, scheduler: FakeScheduler) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    end(scheduler, same, "failed", Refusal(DIVERGED, epoch=1))
    assert well(app.run())
    assert "Read right of 5,000 digits: **padding valid** 62.5 %, **padding same** 0.0 %" in texts(app)


def test_any_other_failure_counts_with_nothing(app: AppTest, scheduler: FakeScheduler) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    end(scheduler, same, "failed", Refusal("There are no digits. Received: none. Put them there."))
    assert "Without a result: padding same (failed)." in texts(app.run())


@pytest.mark.parametrize(("ended", "reason"), [("stopped", "stopped by you"), ("time", "stopped: its time was over")])
def test_an_arm_that_ended_before_its_plan_gives_no_verdict(
    app: AppTest, scheduler: FakeScheduler, ended: str, reason: str
) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    complete(scheduler, same, ended)
    assert well(app.run())
    said = texts(app)
    assert f"Not trained as the experiment plans it: padding same ({reason})." in said
    assert NO_VERDICT in said
    assert "Read right" not in said


def test_an_arm_that_trained_longer_than_its_plan_gives_no_verdict(app: AppTest, scheduler: FakeScheduler) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    learn(scheduler, same)
    scheduler.tell(
        same, "epoch", epoch=7, step=14, loss=1.0, accuracy=0.9, val_loss=1.0, val_accuracy=0.9, seconds=7.0, epochs=7
    )
    finish(scheduler, same)
    assert well(app.run())
    said = texts(app)
    assert "Not trained as the experiment plans it: padding same (7 epochs instead of 6)." in said
    assert "Read right" not in said


def test_an_arm_that_diverged_later_counts_with_its_last_good_epoch(app: AppTest, scheduler: FakeScheduler) -> None:
    valid, same = padding(app, scheduler)
    complete(scheduler, valid)
    complete(scheduler, same, "diverged")
    assert well(app.run())
    assert "**padding same** 62.5 %" in texts(app)
