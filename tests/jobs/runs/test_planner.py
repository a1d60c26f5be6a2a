"""A visitor's trainings in sequence: at most two at the scheduler, the others wait on disk and lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Event, Job
from cnnviz.jobs import api
from cnnviz.jobs.runs import calibration, planner
from cnnviz.jobs.runs.store import RunStore
from tests.core.networks import small_network

PROBE = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)


class Scheduler:
    """Stand in for the scheduler: the test decides when jobs end."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[Job, Callable[[Event], None]]] = {}
        self.refusing: str = ""
        self.breaking = False

    def submit(self, _owner: str, job: Job, record: Callable[[Event], None]) -> None:
        if self.breaking:
            raise RuntimeError("on purpose")
        if self.refusing:
            raise Refusal(self.refusing)
        if len(self.jobs) >= 2:
            raise AssertionError("more than the scheduler takes")
        self.jobs[job.id] = (job, record)

    def active(self, _owner: str) -> tuple[str, ...]:
        return tuple(self.jobs)

    def tells(self, job_id: str, kind: str, **payload: Any) -> None:
        self.jobs[job_id][1](Event(kind, 1, 1, payload))

    def begins(self, job_id: str) -> None:
        self.tells(job_id, "start", batches=3)
        settled()

    def ends(self, job_id: str) -> None:
        del self.jobs[job_id]

    def cancels(self, job_id: str) -> None:
        """End a job before it starts, as the scheduler does: it is inactive once its end is recorded."""
        _, record = self.jobs.pop(job_id)
        record(Event("ended", 1, 1, {"state": "cancelled", "template": "", "values": {}}))
        settled()


def settled() -> None:
    """Wait until the work after an event is done."""
    for thread in threading.enumerate():
        if thread.name == planner.THREAD_NAME:
            thread.join(10)


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    standing_in = Scheduler()
    monkeypatch.setattr(api, "scheduler", lambda: standing_in)
    return standing_in


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore("a" * 32, tmp_path)


def job(**plan: Any) -> Job:
    return planner.make_job(small_network.ARCHITECTURE, TrainingPlan(**plan), PROBE)


def states(store: RunStore) -> list[str]:
    return [run.state for run in reversed(store.runs())]


def test_job_refers_to_this_servers_data() -> None:
    made_job = job()
    assert made_job.data.count in (60_000, 1_437)
    assert len(made_job.data.sha256) == 64
    assert made_job.architecture.name == f"run-{made_job.id}"
    assert made_job.architecture.layers == small_network.ARCHITECTURE.layers


@pytest.mark.usefixtures("scheduler")
def test_equal_settings_make_different_runs(store: RunStore) -> None:
    first, second = planner.start(store, job(), "one"), planner.start(store, job(), "two")
    assert first.id != second.id
    assert first.architecture.name != second.architecture.name


def test_third_arm_waits_until_one_starts(store: RunStore, scheduler: Scheduler) -> None:
    experiment_run = planner.make_experiment_run("filters")
    planned = [planner.plan(store, job(seed=seed), f"arm {seed}", experiment_run, str(seed)) for seed in range(4)]
    assert {planner.get_experiment(run) for run in store.runs()} == {"filters"}
    planner.advance(store)
    assert list(scheduler.jobs) == [planned[0].id, planned[1].id]
    assert states(store) == ["queued", "queued", "planned", "planned"]

    planner.advance(store)
    assert len(scheduler.jobs) == 2

    scheduler.ends(planned[0].id)
    scheduler.begins(planned[1].id)
    assert list(scheduler.jobs) == [planned[1].id, planned[2].id]
    assert states(store) == ["queued", "queued", "queued", "planned"]
    submitted = scheduler.jobs[planned[2].id][0]
    assert submitted.plan == planned[2].plan
    np.testing.assert_array_equal(submitted.probe, PROBE)


def test_arm_cancelled_before_start_makes_room(store: RunStore, scheduler: Scheduler) -> None:
    experiment_run = planner.make_experiment_run("filters")
    planned = [planner.plan(store, job(seed=seed), f"arm {seed}", experiment_run, str(seed)) for seed in range(3)]
    planner.advance(store)
    scheduler.cancels(planned[1].id)
    assert list(scheduler.jobs) == [planned[0].id, planned[2].id]
    assert states(store) == ["queued", "cancelled", "queued"]


def test_planned_run_deleted_meanwhile_is_not_trained(
    store: RunStore, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment_run = planner.make_experiment_run("filters")
    planned = [planner.plan(store, job(seed=seed), f"arm {seed}", experiment_run, str(seed)) for seed in range(2)]
    read = store.runs()
    store.delete(planned[0].id)
    monkeypatch.setattr(RunStore, "runs", lambda _: read)
    planner.advance(store)
    assert list(scheduler.jobs) == [planned[1].id]


@pytest.mark.parametrize(("finished", "learned"), [(0, 1), (2, 0)])
def test_whole_training_updates_the_calibration(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, finished: int, learned: int
) -> None:
    known: list[object] = []
    monkeypatch.setattr(calibration, "update", lambda *told: known.append(told))
    run = store.create(job(), "one")
    network = small_network.network(0, run.architecture.name)
    weights = {f"weights/{a}/{b}": w for a, named in network.weights.items() for b, w in named.items()}
    record = planner.make_recorder(store, run.id)  # as for one that is taken over
    record(Event("start", 1, 1, {"finished": finished}))
    record(Event("start", 2, 2, {"finished": finished + 1}))
    card = small_network.card(network).to_json()
    record(Event("result", 3, 2, {"card": card, "ended": "finished", "message": None}, weights))
    assert len(known) == learned
    assert store.run(run.id).state == "done"
    settled()


def test_refused_run_leaves_nothing_behind(store: RunStore, scheduler: Scheduler) -> None:
    scheduler.refusing = "No room. Received: one more. Wait."
    with pytest.raises(Refusal, match="No room"):
        planner.start(store, job(), "one")
    assert store.runs() == ()


def test_refused_planned_run_records_the_reason(store: RunStore, scheduler: Scheduler) -> None:
    run = planner.plan(store, job(), "arm", planner.make_experiment_run("x"), "a")
    scheduler.refusing = "No room. Received: one more. Wait."
    planner.advance(store)
    failed = store.run(run.id)
    assert failed.state == "failed"
    assert failed.message is not None
    assert failed.message["template"].startswith("No room")


def test_run_continues_from_its_last_checkpoint(store: RunStore, scheduler: Scheduler) -> None:
    run = planner.start(store, job(epochs=3), "one")
    scheduler.ends(run.id)
    with pytest.raises(Refusal, match="kept no finished epoch"):
        planner.continue_run(store, run.id, 5)

    weights = {"weights/0": np.ones(2, np.float32)}
    store.recorder(run.id)(Event("checkpoint", 1, 1, {"epoch": 2}, weights))
    planner.continue_run(store, run.id, 5)
    again = scheduler.jobs[run.id][0]
    assert again.plan.epochs == 5
    assert again.progress == {"epoch": 2}
    np.testing.assert_array_equal(again.checkpoint["weights/0"], [1, 1])
    assert store.run(run.id).plan.epochs == 5


def test_run_that_may_not_continue_is_unchanged(store: RunStore, scheduler: Scheduler) -> None:
    run = planner.start(store, job(epochs=3), "one")
    scheduler.ends(run.id)
    store.recorder(run.id)(Event("checkpoint", 1, 1, {"epoch": 2}, {"a": np.ones(1, np.float32)}))
    before = store.run(run.id)
    scheduler.refusing = "No room. Received: one more. Wait."
    with pytest.raises(Refusal, match="No room"):
        planner.continue_run(store, run.id, 5)
    assert store.run(run.id) == before
    scheduler.refusing, scheduler.breaking = "", True
    with pytest.raises(RuntimeError, match="on purpose"):
        planner.continue_run(store, run.id, 5)
    assert store.run(run.id) == before


def test_second_continue_changes_nothing(store: RunStore, scheduler: Scheduler) -> None:
    run = planner.start(store, job(epochs=3), "one")
    scheduler.ends(run.id)
    store.recorder(run.id)(Event("checkpoint", 1, 1, {"epoch": 3}, {"a": np.ones(1, np.float32)}))
    planner.continue_run(store, run.id, 4)
    before, going = store.run(run.id), scheduler.jobs[run.id]
    with pytest.raises(Refusal, match="already waiting or running"):
        planner.continue_run(store, run.id, 5)
    assert store.run(run.id) == before
    assert scheduler.jobs == {run.id: going}
