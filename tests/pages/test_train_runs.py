"""Several runs on the page Train, without a browser; the scheduler is a fake."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.jobs.runs import downloads, planner, store
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.components.visitor import COOKIE
from cnnviz.ui.training import chart, start_times, time_machine, watch
from tests.pages.fake_training import (
    ROOT,
    FakeScheduler,
    end,
    finish,
    learn,
    opened,
    press,
    progress,
    texts,
    train_one,
    well,
)
from tests.pages.page_digit import get_words


def store_in(folder: Path) -> RunStore:
    """Return the run store of the only visitor."""
    (place,) = (path for path in folder.iterdir() if path.is_dir())
    return RunStore(place.name, folder)


def three_arms(app: AppTest, tmp_path: Path) -> tuple[str, str, str]:
    """Start an experiment of three trainings; their ids. The third is planned and watched."""
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-digits")
    first, second, third = (run.id for run in reversed(store_in(tmp_path).runs()))
    app.session_state["watched"] = third
    assert well(app.run())
    assert "planned" in progress(app)
    return first, second, third


def completed(app: AppTest, scheduler: FakeScheduler, batches: int = 2) -> str:
    """Train one run to its end."""
    before = set(scheduler.jobs)
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    (job_id,) = set(scheduler.jobs) - before
    learn(scheduler, job_id, batches)
    finish(scheduler, job_id)
    app.session_state["train_view"] = "watch"
    assert well(app.run())
    return job_id


def keep_checkpoint(scheduler: FakeScheduler, job_id: str) -> None:
    scheduler.tell(job_id, "checkpoint", {"weights/a/b": np.zeros(3, np.float32)}, finished=1)


# --- while it learns


def test_the_death_of_a_worker_is_reported_while_the_training_continues(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    app.run()
    assert "its process ended" not in progress(app)
    scheduler.attempts[job_id] = 2
    app.run()
    assert "its process ended; it goes on after epoch 1" in progress(app)
    scheduler.tell(job_id, "start", epochs=5, batches=2, finished=1)
    scheduler.tell(
        job_id, "epoch", epoch=2, step=4, loss=1.0, accuracy=0.5, val_loss=1.0, val_accuracy=0.5, seconds=2.0, epochs=5
    )
    app.run()
    assert "its process ended; it goes on after epoch 1" in progress(app)
    finish(scheduler, job_id)
    assert well(app.run())
    assert "its process ended" not in progress(app)


def test_a_process_that_ends_in_the_first_epoch_begins_again(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    scheduler.attempts[job_id] = 2
    app.run()
    assert "its process ended; it begins again" in progress(app)


def test_training_is_kept_for_an_absent_visitor(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    app.toggle(key=f"keep-{job_id}").set_value(True).run()
    assert scheduler.kept == {job_id: True}
    scheduler.kept[job_id] = False  # in another tab
    assert app.run().toggle(key=f"keep-{job_id}").value is False
    assert scheduler.kept == {job_id: False}
    finish(scheduler, job_id)
    app.run()
    assert not [toggle for toggle in app.toggle if toggle.key == f"keep-{job_id}"]


@pytest.mark.parametrize("trained", [0, 1, 6, 7, 40])
def test_a_live_view_is_renewed_two_to_five_times_a_second(
    scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, trained: int
) -> None:
    monkeypatch.setattr(scheduler, "count_live", lambda: trained)
    assert 2 <= 1 / watch._choose_period() <= 5


def test_every_page_renews_the_lease_of_all_trainings(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    first, second, third = three_arms(app, tmp_path)
    app.switch_page("pages/Layers.py").run()
    scheduler.states[first] = "done"
    planner.advance(store_in(tmp_path))  # as an event of the first does
    scheduler.touched.clear()
    app.session_state["last_touch"] = -1e9
    app.run()
    assert set(scheduler.touched) == {second, third}


def test_reloading_another_page_renews_the_lease(
    scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sent: dict[str, str] = {}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: sent))
    first = opened(monkeypatch, tmp_path)
    job_id = train_one(first, scheduler)
    for token, touched in (("", []), ("A" * 43, []), (first.session_state["visitor"], [job_id])):
        scheduler.touched.clear()
        sent[COOKIE] = token
        assert well(AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run())
        assert scheduler.touched == touched


# --- planned ones


def test_a_planned_run_is_shown_the_digit_when_it_is_its_turn(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path
) -> None:
    first, _, third = three_arms(app, tmp_path)
    assert (third, "probe") not in scheduler.commands
    learn(scheduler, first)
    finish(scheduler, first)
    app.run()
    assert third in scheduler.jobs
    assert (third, "probe") in scheduler.commands


def test_a_planned_run_that_has_begun_unseen_is_cancelled_too(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path
) -> None:
    first, _, third = three_arms(app, tmp_path)
    scheduler.states[first] = "done"
    planner.advance(store_in(tmp_path))
    assert third in scheduler.jobs
    press(app, "command-cancel")
    assert (third, "cancel") in scheduler.commands
    assert third not in {run.id for run in store_in(tmp_path).runs()}


def test_an_experiment_without_room_for_all_arms_leaves_none(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store, "MAX_RUNS", 2)
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-digits")
    assert not app.exception
    assert "You may keep 2 runs" in texts(app)
    assert store_in(tmp_path).runs() == ()
    assert scheduler.jobs == {}


# --- afterwards


def test_a_run_goes_on_for_one_more_epoch(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    keep_checkpoint(scheduler, job_id)
    finish(scheduler, job_id)
    assert well(app.run())
    scheduler.commands.clear()
    press(app, "go-on")
    assert well(app)
    job, _ = scheduler.jobs[job_id]
    assert (job.plan.epochs, dict(job.progress)) == (2, {"finished": 1})
    assert job.checkpoint["weights/a/b"].shape == (3,)
    assert "learning" in progress(app)
    assert (job_id, "probe") in scheduler.commands, "the digit as it is now, not as it was"
    assert store_in(tmp_path).run(job_id).plan.epochs == 2


def test_a_cancelled_run_goes_on_to_the_end_of_its_plan(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    epochs = scheduler.jobs[job_id][0].plan.epochs
    learn(scheduler, job_id)
    keep_checkpoint(scheduler, job_id)
    end(scheduler, job_id, "cancelled")
    app.run()
    assert app.button(key="go-on").label == "Go on from the last epoch"
    press(app, "go-on")
    assert well(app)
    assert scheduler.jobs[job_id][0].plan.epochs == epochs


def test_a_run_that_may_not_go_on_is_as_before_and_says_why(
    app: AppTest, scheduler: FakeScheduler, tmp_path: Path
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    keep_checkpoint(scheduler, job_id)
    finish(scheduler, job_id)
    before = store_in(tmp_path).run(app.run().session_state["watched"])
    scheduler.refusing = Refusal("Forty may wait. Received: one more. Come back in a minute.")
    press(app, "go-on")
    assert not app.exception
    assert "Forty may wait" in texts(app)
    assert store_in(tmp_path).run(job_id) == before


def test_a_second_tab_reports_that_the_run_continues(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    keep_checkpoint(scheduler, job_id)
    finish(scheduler, job_id)
    app.run()
    other = opened(monkeypatch, tmp_path)
    other.session_state["visitor"] = app.session_state["visitor"]
    other.session_state["train_view"] = "watch"
    assert well(other.run())
    press(app, "go-on")
    press(other, "go-on")
    assert not other.exception
    assert "already waiting or running" in texts(other)
    assert store_in(tmp_path).run(job_id).plan.epochs == 2


# --- side by side


class Drawn:
    """Record what the charts and the time machine were last asked to show."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.axis, self.series, self.labels = "", set[str](), list[str]()
        self.at: float | None = None
        self.moment = ""
        self.go_to: int | None = None
        monkeypatch.setattr(chart, "draw", self.draw)
        monkeypatch.setattr(time_machine, "player", self.play)

    def draw(self, _key: str, panels: Any, _labels: Any, *, axis: str, at: Any, moment: str = "", **_: Any) -> None:
        self.axis, self.at, self.moment = axis, at, moment
        self.series = {series.label for panel in panels for series in panel.series}

    def play(self, _key: str, labels: list[str], index: int, **_: Any) -> int:
        self.labels = labels
        return index if self.go_to is None else self.go_to


def test_two_runs_lie_on_one_axis_and_follow_one_slider(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Drawn(monkeypatch)
    longer, watched = completed(app, scheduler, batches=4), completed(app, scheduler, batches=2)
    assert app.session_state["watched"] == watched
    assert drawn.axis == "batches"
    app.checkbox(key=f"compare-{longer}").check().run()
    assert well(app)
    assert drawn.axis == "epochs"
    assert drawn.series == {"", "Run 1", "Run 2"}, "one line of the legend each"

    for place, at, own, other in ((1, 1.0, 2, 4), (0, 0.0, 0, 0)):
        drawn.go_to = place
        assert well(app.run())
        assert drawn.at == at
        assert drawn.moment == ("epoch 1, batch 2" if place else "before the first batch")
        said = [*get_words(app), *texts(app).splitlines()]
        sentences = [line for line in said if line.startswith("After ")]
        assert [line.split(" batch")[0] for line in sentences] == [f"After {own}", f"After {other}"]

    app.checkbox(key=f"compare-{longer}").uncheck().run()
    assert well(app)
    assert drawn.axis == "batches"


def test_the_moments_are_named_after_the_epochs_that_they_end(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Drawn(monkeypatch)
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id, batches=10)
    weights = {"confusion": np.eye(10, dtype=np.int32)}
    for step, epoch in (
        (1, 0),
        (2, 0),
        (5, 0),
        (20, 1),
        (30, 3),
    ):  # 20 belongs to the early moments, so it says 1
        scheduler.tell(job_id, "snapshot", weights, step=step, epoch=epoch, digits=10)
    for epoch in (2, 3):
        scheduler.tell(
            job_id,
            "epoch",
            epoch=epoch,
            step=10 * epoch,
            loss=1.0,
            accuracy=0.5,
            val_loss=1.0,
            val_accuracy=0.5,
            seconds=2.0,
            epochs=5,
        )
    finish(scheduler, job_id)
    drawn.go_to = 0
    assert well(app.run())
    assert drawn.labels == [
        "before the first batch",
        "epoch 1, batch 1",
        "epoch 1, batch 2",
        "epoch 1, batch 5",
        "epoch 1, batch 10",
        "epoch 2, batch 20",
        "epoch 3, batch 30",
    ]


def test_the_newest_moment_of_a_training_says_where_it_is(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Drawn(monkeypatch)
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id, batches=10)
    arrays = {name: np.ones(3, np.float32) for name in ("loss", "accuracy", "gradient")}
    pace = {"seconds": 2.0, "images_per_second": 9.0, "seconds_left": 7.0}
    scheduler.tell(job_id, "batches", arrays, step=13, epoch=2, **pace)
    assert well(app.run())
    assert drawn.labels == ["before the first batch", "epoch 1, batch 10", "now, epoch 2, batch 13"]
    assert (drawn.at, drawn.moment) == (None, "")


def test_only_runs_with_curves_are_compared(app: AppTest, scheduler: FakeScheduler, monkeypatch: Any) -> None:
    drawn = Drawn(monkeypatch)
    first = completed(app, scheduler)
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    second = next(job_id for job_id in scheduler.jobs if job_id != first)
    app.session_state["watched"] = first
    assert well(app.run())
    assert app.checkbox(key=f"compare-{second}").disabled
    app.session_state["compared"] = (second,)  # as the arms of an experiment that are still planned
    assert well(app.run())
    assert "Run 2" not in drawn.series
    learn(scheduler, second)
    assert well(app.run())
    assert not app.checkbox(key=f"compare-{second}").disabled
    assert {"Run 1", "Run 2"} <= drawn.series


STEP = {
    "loss_before": 2.0,
    "loss_after": 1.5,
    "gradient_norm": 0.7,
    "learning_rate": 0.01,
    "layer": "conv2d",
    "filter": 4,
}


def test_the_step_that_was_explained_last_stays_with_the_run(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    assert "One step, looked at closely" not in texts(app.run())
    kernels = {name: np.full((3, 3, 1), 0.5, np.float32) for name in ("before", "gradient", "after")}
    scheduler.tell(job_id, "lesson", kernels, step=2, epoch=1, **STEP)
    said = texts(app.run())
    assert "One step, looked at closely" in said
    assert "filter 5 of Convolution 1 · conv2d" in said
    assert [html for html in app.get("html") if "one-step" in html.proto.body]
    finish(scheduler, job_id)
    app.session_state["followed"] = {}
    said = texts(app.run())
    assert well(app)
    assert "done" in progress(app)
    assert "One step, looked at closely" in said


def test_the_confusion_matrix_is_a_table_with_its_counts(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    counts = np.eye(10, dtype=np.int32) * 50
    counts[4, 9] = 7
    scheduler.tell(job_id, "snapshot", {"confusion": counts}, step=4, epoch=2, digits=507)
    said = texts(app.run())
    assert well(app)
    assert "500 of 507 right" in said
    assert "The commonest mistake: 4 read as 9, 7 times." in said
    (table,) = [html.proto.body for html in app.get("html") if "confusion" in html.proto.body]
    assert table.count('<td class="right">50</td>') == 10
    assert table.count(">7</td>") == 1


@pytest.mark.parametrize("view", ["experiments", "build"])
def test_an_empty_tab_leads_to_what_starts_a_training(app: AppTest, view: str) -> None:
    app.session_state["train_view"] = "watch"
    assert "There is no training to watch yet" in texts(app.run())
    press(app, f"begin-{view}")
    assert well(app)
    assert app.session_state["train_view"] == view
    assert "There is no training to watch yet" not in texts(app)


def more_of(app: AppTest, job_id: str) -> AppTest:
    return press(app, f"more-{job_id}")


def test_a_run_is_renamed_and_its_downloads_too(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = completed(app, scheduler)
    more_of(app, job_id).text_input(key=f"title-{job_id}").set_value("Wide & deep").run()
    assert well(app)
    assert app.button(key=f"watch-{job_id}").label == "Wide & deep"
    assert "Wide & deep" in progress(app)
    assert store_in(tmp_path).run(job_id).title == "Wide & deep"
    offered = [button.proto.label for button in app.get("download_button")]
    assert [label for label in offered if label.startswith("wide-deep")] == [
        f"wide-deep{one.suffix}" for one in downloads.DOWNLOADS if not one.needs_set
    ]


def test_a_title_that_cannot_be_read_changes_nothing(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = completed(app, scheduler)
    more_of(app, job_id).text_input(key=f"title-{job_id}").set_value("   ").run()
    assert not app.exception
    assert "visible characters" in " ".join(str(toast.value) for toast in app.toast)
    assert store_in(tmp_path).run(job_id).title == "Run 1"


def test_a_link_leads_from_a_run_to_its_network(app: AppTest, scheduler: FakeScheduler) -> None:
    """The browser follows it: a page that the server switched could be blanked by a look of the page before."""
    job_id = completed(app, scheduler)
    more_of(app, job_id)
    (link,) = [link.proto for link in app.get("page_link") if link.proto.label == "Explore it on Layers"]
    assert link.page == "Layers"
    assert link.query_string == f"net=run-{job_id}"
    app.query_params.clear()  # the link says nothing else
    app.query_params["net"] = f"run-{job_id}"
    assert well(app.switch_page("pages/Layers.py").run())
    assert app.session_state["network"] == f"run-{job_id}"
    assert f"run-{job_id}" in app.session_state["query"]


def test_the_link_of_an_earlier_view_does_not_change_the_network(app: AppTest, scheduler: FakeScheduler) -> None:
    """The browser's history holds such links, and the session goes on as it is."""
    job_id = completed(app, scheduler)
    app.query_params["net"], app.query_params["s"] = f"run-{job_id}", "digits-7"
    assert well(app.switch_page("pages/Layers.py").run())
    assert app.session_state["network"] != f"run-{job_id}"


def test_a_run_is_deleted_after_a_second_click_only(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = completed(app, scheduler)
    press(more_of(app, job_id), f"delete-{job_id}")
    assert "It cannot be brought back" in texts(app)
    assert [run.id for run in store_in(tmp_path).runs()] == [job_id]
    press(app, f"keep-run-{job_id}")
    assert "It cannot be brought back" not in texts(app)
    assert [run.id for run in store_in(tmp_path).runs()] == [job_id]
    press(press(app, f"delete-{job_id}"), f"confirm-{job_id}")
    assert well(app)
    assert store_in(tmp_path).runs() == ()


def test_more_of_a_run_stands_in_its_row(app: AppTest, scheduler: FakeScheduler) -> None:
    """A popover at the foot of the page opened 52 pixels high."""
    job_id = completed(app, scheduler)
    more_of(app, job_id)
    assert not app.get("popover")
    assert app.button(key=f"more-{job_id}").label == "Less"
    press(app, f"more-{job_id}")
    assert not [field for field in app.text_input if field.key == f"title-{job_id}"]


# --- an experiment as a whole, and what is said at once


def test_the_page_follows_an_experiment_from_arm_to_arm(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-digits")
    first, second, third = (run.id for run in reversed(store_in(tmp_path).runs()))
    assert app.session_state["watched"] == first
    assert "The whole experiment: 0 of 3 trainings done" in str(app.get("progress")[1].proto.text)
    learn(scheduler, first)
    finish(scheduler, first)
    assert well(app.run())
    assert (app.session_state["watched"], set(app.session_state["compared"])) == (second, {first, third})
    assert "The whole experiment: 1 of 3 trainings done" in str(app.get("progress")[1].proto.text)
    press(app, f"watch-{first}")
    learn(scheduler, second)
    finish(scheduler, second)
    assert well(app.run())
    assert app.session_state["watched"] == first, "what the visitor has chosen stays"


@pytest.mark.parametrize(("command", "said"), [("pause", "pausing"), ("stop", "stopping"), ("cancel", "cancelled")])
def test_a_command_is_acknowledged_at_once(app: AppTest, scheduler: FakeScheduler, command: str, said: str) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    press(app.run(), f"command-{command}")
    assert said in progress(app)
    scheduler.states[job_id], scheduler.asked[job_id] = "paused", ""
    app.run()
    assert said not in progress(app)


@pytest.mark.parametrize(("command", "said"), [("pause", "pausing"), ("stop", "stopping"), ("cancel", "cancelled")])
def test_every_tab_says_what_a_starting_training_was_asked(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, said: str
) -> None:
    """A reload begins another session, which knows of a training only what the scheduler tells."""
    job_id = train_one(app, scheduler)
    assert "starting" in progress(app)
    press(app, f"command-{command}")
    other = opened(monkeypatch, tmp_path)
    other.session_state["visitor"] = app.session_state["visitor"]
    other.session_state["train_view"], other.session_state["watched"] = "watch", job_id
    for tab in (app, other.run()):
        assert said in progress(tab)
        assert "starting" not in progress(tab)


def test_a_start_is_announced_with_its_usual_seconds(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_times, "_recent", deque([4.0, 5.0, 60.0]))
    job_id = train_one(app, scheduler)
    assert "starting, which usually takes 5 seconds" in progress(app)
    app.session_state["starting"] = {job_id: time.monotonic() - 20}
    assert "the machine is busy" in progress(app.run())
    learn(scheduler, job_id)
    assert "learning" in progress(app.run())
    assert 19 < start_times._recent[-1] < 60
