"""A runs folder that is full or cannot be written: a sentence with a number, and the page as it was."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core import atomic_file
from cnnviz.jobs.runs import files, planner, record
from tests.pages.fake_training import FakeScheduler, end, finish, learn, press, texts, train_one, well
from tests.pages.test_train_runs import completed, store_in


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that fills the disk: nothing new can be written, files can be overwritten in place."""

    def fill() -> None:
        def write(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(atomic_file, "write", write)
        monkeypatch.setattr(files, "_append", write)

    return fill


def said_number(app: AppTest) -> str:
    (number,) = re.findall(r"with the number ([0-9a-f]{8})", texts(app))
    return str(number)


@pytest.mark.parametrize("view", ["build", "experiments"])
def test_run_that_cannot_be_saved_is_refused_in_words(
    app: AppTest,
    scheduler: FakeScheduler,
    tmp_path: Path,
    full: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    view: str,
) -> None:
    app.session_state["train_view"] = view
    app.run()
    full()
    with caplog.at_level(logging.ERROR, "cnnviz"):
        press(app, {"build": "train", "experiments": "start-digits"}[view])
    assert well(app)
    assert "The server cannot write to its disk now" in texts(app)
    assert said_number(app) in caplog.text
    assert app.session_state["train_view"] == view
    assert scheduler.jobs == {}
    assert not list(tmp_path.glob("*/*/run.json"))


def test_error_in_a_callback_leaves_the_page_as_it_was(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = completed(app, scheduler)
    monkeypatch.setattr(planner, "start", lambda *_: 1 / 0)
    app.session_state["train_view"] = "build"
    app.run()
    app.session_state["watched"] = job_id
    with caplog.at_level(logging.ERROR, "cnnviz"):
        press(app, "train")
    assert well(app)
    assert "That did not work, sorry, and nothing was changed." in texts(app)
    assert f"callback failed, number {said_number(app)}" in caplog.text
    assert (app.session_state["train_view"], app.session_state["watched"]) == ("build", job_id)


@pytest.mark.parametrize("state", ["failed", "lost", "cancelled"])
def test_end_of_a_run_is_kept_although_the_disk_is_full(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, full: Callable[[], None], state: str
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    full()
    end(scheduler, job_id, state)
    del scheduler.jobs[job_id]  # the server was started again
    app.session_state["followed"] = {}
    assert well(app.run())
    assert store_in(tmp_path).run(job_id).state == state
    assert "the server was stopped" not in texts(app)


def test_result_that_cannot_be_saved_is_reported(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, full: Callable[[], None]
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    full()
    finish(scheduler, job_id)
    end(scheduler, job_id, "done")
    del scheduler.jobs[job_id]
    app.session_state["followed"] = {}
    app.session_state["train_view"] = "watch"
    app.run()
    assert store_in(tmp_path).run(job_id).state == "failed"
    assert "its network could not be saved" in texts(app)
    assert not app.exception


def test_run_that_goes_on_forgets_how_it_ended(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: Callable[[], None]
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    scheduler.tell(job_id, "checkpoint", {"weights/a/b": np.zeros(3, np.float32)}, finished=1)
    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "write", _no_room)
        end(scheduler, job_id, "cancelled")
    store = store_in(tmp_path)
    assert store.run(job_id).state == "cancelled"
    planner.continue_run(store, job_id, 3)
    assert store.run(job_id).state == "queued"
    full()
    end(scheduler, job_id, "lost")
    assert store.run(job_id).state == "lost"


def _no_room(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


def test_planned_runs_wait_while_the_disk_is_full(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, full: Callable[[], None]
) -> None:
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-digits")
    first = next(iter(scheduler.jobs))
    full()
    scheduler.states[first] = "done"
    assert well(app.run())
    assert [run.state for run in store_in(tmp_path).runs()].count("planned") == 1


def test_result_on_a_disk_that_became_read_only_is_reported(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, full: Callable[[], None]
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    full()
    monkeypatch.setattr(record, "_write_ending", lambda *_: False)
    finish(scheduler, job_id)
    end(scheduler, job_id, "done")
    app.session_state["train_view"] = "watch"
    assert well(app.run())
    assert "its network could not be saved" in texts(app)


def test_training_whose_folder_is_gone_is_cancelled(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    (folder,) = tmp_path.glob(f"*/{job_id}")
    shutil.rmtree(folder)
    assert well(app.run())
    assert (job_id, "cancel") in scheduler.commands


def test_runs_folder_that_cannot_be_written_is_reported(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_bytes(b"")
    monkeypatch.setenv("CNNVIZ_RUNS", str(blocked))
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    assert well(app)
    assert "The server cannot write to its disk now" in texts(app)
    assert scheduler.jobs == {}
