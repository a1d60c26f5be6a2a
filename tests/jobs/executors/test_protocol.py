"""Both executors speak the same protocol; no process, no socket and no Dask scheduler is started.

What real processes add, as pipes, kills and adoption, is in `test_executors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command
from cnnviz.jobs.api import Scheduler
from cnnviz.jobs.executors import local
from cnnviz.jobs.executors.dask import executor as dask_executor
from cnnviz.jobs.executors.dask.executor import DaskExecutor
from cnnviz.jobs.executors.local import LocalExecutor
from tests.jobs import fake_executor
from tests.jobs.executors.fake_connection import FakeConnection
from tests.jobs.executors.fake_process import FakeWorkerProcess
from tests.jobs.executors.fake_worker import FAILS, FOR_EVER, PLAIN, REFUSES
from tests.jobs.executors.site import Site, until

pytestmark = pytest.mark.unit


@pytest.fixture(params=["local", "dask"])
def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(local, "WorkerProcess", FakeWorkerProcess)
    monkeypatch.setattr(dask_executor, "Connection", FakeConnection)
    executor = LocalExecutor(2) if request.param == "local" else DaskExecutor("tcp://127.0.0.1:1")
    made = Site(request.param, Scheduler(executor))
    until(lambda: executor.capacity() == 2)
    yield made
    made.clear()


def test_all_events_arrive_in_order(site: Site):
    job = site.submit(PLAIN)
    site.reaches(job, "done")
    until(lambda: site.kinds(job)[-1:] == ["ended"])
    assert [kind for kind in site.kinds(job) if kind not in ("view", "checkpoint")] == [
        "start",
        "epoch",
        "epoch",
        "epoch",
        "result",
        "ended",
    ]
    assert site.is_in_order(job)
    result = next(event for event in site.recorded[job] if event.kind == "result")
    assert np.array_equal(result.arrays["w"], np.full(4, 3))
    shown = site.scheduler.status(job)
    assert [event.kind for event in shown.events].count("view") == 1
    assert all(not event.arrays for event in shown.events if event.kind in ("result", "checkpoint"))
    middle = shown.events[2].seq
    assert site.scheduler.status(job, middle).events == shown.events[3:]


def test_refusal_of_the_trainer_arrives_verbatim(site: Site):
    job = site.submit(REFUSES)
    site.reaches(job, "failed")
    assert str(site.scheduler.status(job).message) == ("`plan` must be another. Received: this one. Choose another.")
    assert "refused" in site.kinds(job)


def test_error_of_the_trainer_fails_only_the_job(site: Site):
    job = site.submit(FAILS)
    site.reaches(job, "failed")
    assert "on purpose" not in str(site.scheduler.status(job).message)
    after = site.submit(PLAIN)
    site.reaches(after, "done")


def test_two_jobs_run_and_the_others_wait_for_their_turn(site: Site):
    running = [site.submit(FOR_EVER, "ann"), site.submit(FOR_EVER, "bob")]
    for job in running:
        site.reaches(job, "running")
    waiting = [site.submit(FOR_EVER, "ann"), site.submit(PLAIN, "cid"), site.submit(PLAIN, "bob")]
    assert [site.scheduler.status(each).position for each in waiting] == [1, 2, 3]
    assert site.scheduler.active("ann") == (running[0], waiting[0])
    with pytest.raises(Refusal, match="is running and one is waiting"):
        site.submit(PLAIN, "ann")
    site.scheduler.command(running[1], Command("stop"))
    for job in waiting[1:]:
        site.reaches(job, "done")
    assert site.state(waiting[0]) == "queued", "Ann's first still runs"


def test_pause_resume_more_and_stop(site: Site):
    job = site.submit(FOR_EVER)
    site.process(job)
    site.scheduler.command(job, Command("pause"))
    site.reaches(job, "paused")
    before = len(site.recorded[job])
    site.scheduler.command(job, Command("probe", {"digit": np.ones((28, 28), np.uint8)}))
    assert site.state(job) == "paused"
    site.scheduler.command(job, Command("resume"))
    site.reaches(job, "running")
    until(lambda: len(site.recorded[job]) > before + 5)
    site.scheduler.command(job, Command("stop"))
    site.reaches(job, "done")
    result = next(event for event in site.recorded[job] if event.kind == "result")
    assert result.payload["ended"] == "stopped"
    assert 784 in [event.payload.get("sum") for event in site.recorded[job]]


@pytest.mark.parametrize("way", ["stop", "cancel"])
def test_ended_job_continues_under_its_id(site: Site, way: str):
    first = fake_executor.job(seed=FOR_EVER)
    job, owner = first.id, fake_executor.owner()
    site.give(first, owner)
    for _ in range(2):
        site.process(job)
        site.scheduler.command(job, Command(way))
        site.reaches(job, "done", "cancelled")
        until(lambda: site.kinds(job)[-1:] == ["ended"])
        kept = [event for event in site.recorded[job] if event.kind == "checkpoint"][-1]
        site.give(replace(first, checkpoint=kept.arrays, progress=dict(kept.payload)), owner)
        until(lambda: len(site.epochs(job)) > 30 or site.state(job) not in ("queued", "running"))
        assert site.state(job) == "running"
        assert site.epochs(job)[0] == kept.payload["epoch"] + 1
        assert site.is_in_order(job)


@pytest.mark.parametrize(("setting", "started"), [("0", 0), ("1", 1), ("", 1), ("never", 1)])
def test_a_worker_is_warmed_up_unless_the_setting_says_no(
    setting: str, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "WorkerProcess", FakeWorkerProcess)
    monkeypatch.setenv("CNNVIZ_WARM_UP", setting)
    executor = LocalExecutor(1)
    executor.warm_up()
    assert len(executor._workers) == started
    executor.close()
