"""Both executors keep the same promises, with real processes that are really killed.

Workers train with `fake_worker` instead of Keras, except in the last tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from distributed import Client

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import Command, DataReference, Event, make_network_name
from cnnviz.jobs.api import Scheduler
from cnnviz.jobs.executors import local
from cnnviz.jobs.executors.dask.executor import DaskExecutor
from cnnviz.jobs.executors.local import LocalExecutor
from cnnviz.jobs.protocol.executor import WorkItem
from cnnviz.jobs.runs import files
from cnnviz.jobs.runs.store import RunStore
from tests.core.networks import small_network
from tests.jobs import fake_executor
from tests.jobs.app_process import PROGRAM
from tests.jobs.executors import dask_cluster
from tests.jobs.executors.fake_worker import (
    DEAF,
    DIES,
    FOR_EVER,
    HUNGRY,
    LARGE,
    PLAIN,
    PRINTS,
)
from tests.jobs.executors.site import Site, until
from tests.server_process import ROOT

KINDS = ("local", "dask")


@pytest.fixture(scope="module")
def processes() -> Iterator[dask_cluster.Processes]:
    with dask_cluster.cluster(workers=0) as running:
        yield running


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    kind = request.param
    if kind == "local":
        scheduler = Scheduler(LocalExecutor(2, PROGRAM))
    else:
        scheduler = dask_scheduler(request.getfixturevalue("processes"))
    made = Site(kind, scheduler)
    yield made
    made.clear()


def dask_scheduler(processes: dask_cluster.Processes, workers: int = 2) -> Scheduler:
    """Return a scheduler on the cluster, with so many live workers."""
    alive = sum(each.poll() is None for each in processes.workers)
    for _ in range(workers - alive):
        processes.add_worker()
    executor = DaskExecutor(processes.address)
    scheduler = Scheduler(executor)
    until(lambda: executor.refusal() is None and executor.capacity() == workers)
    return scheduler


# --- events


def test_large_arrays_arrive_complete(site: Site):
    job = site.submit(LARGE)
    site.reaches(job, "done")
    newest = [event for event in site.recorded[job] if event.kind == "checkpoint"][-1]
    assert newest.arrays["w"].shape == (5_000_000,)
    assert set(np.unique(newest.arrays["w"])) == {3.0}


def test_printing_does_not_disturb_the_protocol(site: Site):
    job = site.submit(PRINTS)
    site.reaches(job, "done")


# --- commands


@pytest.mark.parametrize("behaviour", [FOR_EVER, DEAF])
def test_cancel_ends_even_a_stuck_job_within_two_seconds(site: Site, behaviour: int):
    if (site.kind, behaviour) == ("dask", DEAF):
        pytest.skip("a stuck thread of a Dask worker cannot be ended; see docs/scale.md")
    job, other = site.submit(behaviour), site.submit(FOR_EVER)
    until(lambda: "start" in site.kinds(job))
    site.scheduler.command(job, Command("cancel"))
    site.reaches(job, "cancelled", within=2.0)
    after = site.submit(PLAIN)
    site.reaches(after, "done")
    assert site.state(other) == "running"


# --- kills


def test_killed_worker_costs_one_epoch_and_no_other_job(site: Site):
    job, other = site.submit(FOR_EVER), site.submit(FOR_EVER)
    until(lambda: len(site.epochs(job)) >= 3)
    site.process(other)
    os.kill(site.process(job), signal.SIGKILL)
    until(lambda: site.scheduler.status(job).attempt == 2, 3.0)
    if site.kind == "dask":
        site.scheduler.command(other, Command("stop"))  # its worker is the only one left
    until(lambda: site.epochs(job, attempt=2))
    kept = [e.payload["epoch"] for e in site.recorded[job] if e.kind == "checkpoint" and e.attempt == 1]
    assert site.epochs(job, attempt=2)[0] == kept[-1] + 1
    assert site.is_in_order(job)
    assert site.scheduler.status(other).attempt == 1


def test_job_is_lost_when_its_worker_dies_twice(site: Site):
    job = site.submit(DIES)
    until(lambda: site.scheduler.status(job).attempt == 2)
    site.reaches(job, "lost")
    assert "twice" in str(site.scheduler.status(job).message)
    until(lambda: site.kinds(job)[-1:] == ["ended"])
    if site.kind == "local":
        after = site.submit(PLAIN)
        site.reaches(after, "done")


def test_second_kill_is_reported_within_three_seconds(site: Site):
    job = site.submit(FOR_EVER)
    for attempt in (1, 2):
        os.kill(site.process(job, attempt), signal.SIGKILL)
    site.reaches(job, "lost", within=3.0)
    assert "twice" in str(site.scheduler.status(job).message)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports and limits the memory of a process like this")
def test_out_of_memory_fails_only_the_job_with_a_reason(
    caplog: pytest.LogCaptureFixture,
):
    with ExitStack() as stack:
        site = Site("local", Scheduler(LocalExecutor(1, PROGRAM)))
        stack.callback(site.clear)
        job = site.submit(HUNGRY)
        site.reaches(job, "failed")
        message = site.scheduler.status(job).message
        assert message is not None
        assert "server's log" in str(message)
        until(lambda: str(message.values["number"]) in caplog.text)
        assert "MemoryError" in caplog.text
        after = site.submit(PLAIN)
        site.reaches(after, "done")
        assert len({start.payload["process"] for told in site.recorded.values() for start in told[:1]}) == 1


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@dataclass
class App:
    process: subprocess.Popen[str]
    owner: str
    job: str
    trainer: int
    finished: str


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """Start another app process, with a run that ended and a job that runs; `request.param` is its executor."""
    arguments = [str(tmp_path)]
    if request.param == "dask":
        processes = request.getfixturevalue("processes")
        dask_scheduler(processes).close()
        arguments.append(processes.address)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.app_process", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            yield App(process, line["owner"], line["job"], line["process"], line["finished"])
        finally:
            process.kill()


@pytest.mark.parametrize("app", ["local"], indirect=True)
def test_killed_app_leaves_no_orphan_and_readable_runs(app: App, tmp_path: Path):
    assert not gone(app.trainer)
    app.process.kill()
    until(lambda: gone(app.trainer), 5.0)
    place = tmp_path / app.owner / app.job
    assert [event.kind for event in files.read_events(place)[0]][:2] == ["start", "epoch"]
    checkpoint = files.read_checkpoint(place)
    assert checkpoint is not None
    assert (checkpoint.arrays["w"] == checkpoint.payload["epoch"]).all()
    store = RunStore(app.owner, tmp_path)
    assert store.run(app.finished).state == "done"
    name = make_network_name(app.finished)
    expected, found = small_network.network(0, name), store.network(app.finished)
    assert found.card is not None
    assert found.card.name == name
    for layer, named in expected.weights.items():
        for weight, array in named.items():
            assert np.array_equal(found.weights[layer][weight], array)


# --- several app processes on one cluster


@pytest.mark.parametrize("app", ["dask"], indirect=True)
def test_job_outlives_its_app_and_is_adopted_with_all_events(app: App, processes: dask_cluster.Processes):
    executor = DaskExecutor(processes.address)
    scheduler = Scheduler(executor)
    recorded: list[Event] = []
    app.process.kill()
    app.process.wait()
    assert not scheduler.adopt(fake_executor.owner(), app.job, recorded.append), "it belongs to another visitor"
    assert scheduler.adopt(app.owner, app.job, recorded.append)
    until(lambda: len(recorded) > 10)
    assert not gone(app.trainer)
    assert recorded[0].kind == "start"
    assert recorded[0].seq == 1
    assert [event.payload["epoch"] for event in recorded if event.kind == "epoch"][:2] == [1, 2]
    assert scheduler.active(app.owner) == (app.job,)
    scheduler.command(app.job, Command("stop"))
    until(lambda: scheduler.status(app.job).state == "done")
    scheduler.close()


@pytest.mark.parametrize("app", ["dask"], indirect=True)
def test_two_apps_share_workers_and_the_last_to_adopt_has_the_job(app: App, processes: dask_cluster.Processes):
    executor = DaskExecutor(processes.address)
    first, second = Site("dask", Scheduler(executor)), Site("dask", Scheduler(DaskExecutor(processes.address)))
    until(lambda: executor.capacity() == 1)  # the other worker trains the job of `app`
    job = first.submit(FOR_EVER, "ann")
    first.process(job)
    until(lambda: executor.capacity() == 0)
    taken: list[Event] = []
    assert second.scheduler.adopt("ann", job, taken.append)
    until(lambda: len(taken) > 5)
    first.reaches(job, "lost")
    assert "another server" in str(first.scheduler.status(job).message)
    assert "ended" not in first.kinds(job)
    app.process.kill()
    assert second.scheduler.adopt(app.owner, app.job, taken.append)
    second.recorded = {job: taken, app.job: taken}
    for each in (first, second):
        each.clear()


@pytest.fixture(scope="module")
def unprepared() -> Iterator[dask_cluster.Processes]:
    """Start a cluster whose only worker has no preload."""
    with dask_cluster.cluster(workers=1, preload=None) as running:
        yield running


def test_worker_without_preload_is_refused_with_the_remedy(unprepared: dask_cluster.Processes):
    executor = DaskExecutor(unprepared.address)
    with closing(Scheduler(executor)) as scheduler:
        until(executor.refusal)
        until(lambda: "1 workers" in str(executor.refusal()))
        with pytest.raises(Refusal, match=r"--preload cnnviz\.workers\.entry\.dask_preload"):
            scheduler.submit("ann", fake_executor.job(), lambda _: None)


def test_job_on_a_worker_without_preload_fails_with_the_reason(
    unprepared: dask_cluster.Processes, monkeypatch: pytest.MonkeyPatch
):
    executor = DaskExecutor(unprepared.address)
    site = Site("dask", Scheduler(executor))
    try:
        until(lambda: "1 workers" in str(executor.refusal()))
        (address,) = addresses_without_preload(unprepared)
        monkeypatch.setattr(executor, "_choose_worker", lambda: address)  # as Dask does when the chosen worker has gone
        monkeypatch.setattr(executor, "refusal", lambda: None)
        monkeypatch.setattr(executor, "capacity", lambda: 1)
        job = site.submit(PLAIN)
        site.reaches(job, "failed")
        assert "--preload" in str(site.scheduler.status(job).message)
    finally:
        site.clear()


def addresses_without_preload(processes: dask_cluster.Processes) -> list[str]:
    ports = [each.laddr.port for each in dask_cluster.listening(processes.workers[0].pid)]
    with Client(processes.address, set_as_default=False) as client:
        known = client.scheduler_info()["workers"]
    return [address for address in known if int(address.rpartition(":")[2]) in ports]


def test_unreachable_dask_scheduler_is_a_refusal():
    with dask_cluster.cluster(workers=1) as processes, ExitStack() as stack:
        executor = DaskExecutor(processes.address)
        scheduler = Scheduler(executor)
        stack.callback(scheduler.close)
        until(lambda: executor.capacity() == 1)
        processes.scheduler.kill()
        until(lambda: "cannot be reached" in str(executor.refusal()))
        with pytest.raises(Refusal, match="cannot be reached"):
            scheduler.submit("ann", fake_executor.job(), lambda _: None)


@pytest.mark.parametrize("address", ["localhost:8786", "http://127.0.0.1:1", "tls://127.0.0.1:1"])
def test_invalid_cluster_address_is_a_refusal(address: str):
    scheduler = Scheduler(DaskExecutor(address))
    with pytest.raises(Refusal, match=r"must begin|certificate"):
        scheduler.submit("ann", fake_executor.job(), lambda _: None)
    assert not scheduler.adopt("ann", fake_executor.job().id, lambda _: None)
    scheduler.close()


def test_tls_cluster_trains_and_rejects_plain_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate, key = dask_cluster.certificates(tmp_path)
    options = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    secret = {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true"}
    with dask_cluster.cluster(1, options=tuple(map(str, options)), protocol="tls", environment=secret) as made:
        for name, path in (("CA", certificate), ("CERT", certificate), ("KEY", key)):
            monkeypatch.setenv(f"CNNVIZ_TLS_{name}", str(path))
        plain = DaskExecutor(made.address.replace("tls", "tcp"))
        refused = Scheduler(plain)
        executor = DaskExecutor(made.address)
        scheduler = Scheduler(executor)
        until(lambda: executor.capacity() == 1)
        site = Site("dask", scheduler)
        site.reaches(site.submit(PLAIN), "done")
        until(plain.refusal)
        for each in (refused, scheduler):
            each.close()


# --- sockets


def test_nothing_listens_beyond_this_machine(site: Site, processes: dask_cluster.Processes):
    job = site.submit(FOR_EVER)
    trainer = site.process(job)
    own = [os.getpid()] if site.kind == "local" else [each.pid for each in processes.all]
    alive = [pid for pid in own if not gone(pid)]
    sockets = [each for pid in alive for each in dask_cluster.listening(pid)]
    assert {each.laddr.ip for each in sockets} <= {"127.0.0.1", "::1"}
    if site.kind == "dask":
        assert sockets
    else:
        assert dask_cluster.listening(trainer) == []


# --- workers of the local executor


def test_worker_is_warmed_up_replaced_when_worn_and_stopped_when_idle(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local, "MAX_JOBS_PER_WORKER", 2)
    clock = fake_executor.Clock()
    executor = LocalExecutor(1, PROGRAM, clock)
    site = Site("local", Scheduler(executor))
    site.scheduler.warm_up()
    until(lambda: [worker.ready for worker in executor._workers] == [True])
    warm = executor._workers[0].process
    assert warm is not None
    pids = []
    for _ in range(3):
        job = site.submit(PLAIN)
        site.reaches(job, "done")
        pids.append(site.process(job))
    assert pids[0] == pids[1] == warm.process.pid
    assert pids[2] != pids[0]
    until(lambda: gone(pids[0]), 5.0)
    clock.now += local.MAX_IDLE_SECONDS + 1
    until(lambda: gone(pids[2]), 5.0)
    assert executor._workers == []
    site.scheduler.close()


@pytest.mark.parametrize(("setting", "workers"), [("3", 3), ("", None), ("0", None), ("many", None), ("65", None)])
def test_number_of_workers_is_configurable(setting: str, workers: int | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CNNVIZ_SLOTS", setting)
    executor = LocalExecutor()
    assert executor.max_workers == (workers or max(1, local.count_cores() - 1))
    assert executor.threads == max(1, local.count_cores() // executor.max_workers)


def test_worker_that_cannot_start_fails_the_job(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    site = Site("local", Scheduler(LocalExecutor(1, PROGRAM)))
    job = site.submit(PLAIN)
    site.reaches(job, "failed")
    assert "can be started" in str(site.scheduler.status(job).message)
    site.scheduler.close()


def test_worker_without_threads_fails_the_job_and_is_ended(monkeypatch: pytest.MonkeyPatch):
    started = []

    class Process(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    def start(thread: threading.Thread, start=threading.Thread.start) -> None:
        if thread.name.startswith("worker-"):
            raise RuntimeError("can't start new thread")
        start(thread)

    site = Site("local", Scheduler(LocalExecutor(1, PROGRAM)))
    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr(threading.Thread, "start", start)
    job = site.submit(PLAIN)
    site.reaches(job, "failed", within=10)
    assert [process.poll() is not None for process in started] == [True]
    site.scheduler.close()


def test_kill_that_comes_late_spares_the_next_job_of_the_worker():
    executor, killed, ended = LocalExecutor(1), [], []
    first, second = (WorkItem("ann", fake_executor.job(), 1, 0) for _ in range(2))
    worker = local.Worker(SimpleNamespace(kill=lambda: killed.append(True)), first)  # type: ignore[arg-type]
    executor._workers.append(worker)

    class Interrupted(contextlib.AbstractContextManager[None]):
        # Whenever the lock is free, the job ends and the next begins.
        def __exit__(self, *_: object) -> None:
            if worker.item is first:
                worker.item = second
                ended.append(True)

    executor._lock = Interrupted()  # type: ignore[assignment]
    executor.kill(first.job.id)
    assert not (killed and ended)


# --- with Keras


@pytest.mark.train
@pytest.mark.parametrize("kind", KINDS)
def test_keras_trains_on_both_executors(
    kind: str, mnist_path: Path, mnist: datasets.Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CNNVIZ_MNIST", str(mnist_path))
    data = DataReference(name=mnist.name, sha256=mnist.sha256, count=len(mnist.x_train))
    job = replace(fake_executor.job(examples=600, validation_examples=100, epochs=2), data=data)
    with ExitStack() as stack:
        if kind == "local":
            scheduler = Scheduler(LocalExecutor(1))
        else:
            processes = stack.enter_context(dask_cluster.cluster(1, preload="cnnviz.workers.entry.dask_preload"))
            executor = DaskExecutor(processes.address)
            scheduler = Scheduler(executor)
            until(lambda: executor.refusal() is None and executor.capacity() == 1, 120)
        stack.callback(scheduler.close)
        site = Site(kind, scheduler)
        site.reaches(site.give(job), "done", "failed", "lost", within=120)
        assert site.scheduler.status(job.id).message is None
    result = next(event for event in site.recorded[job.id] if event.kind == "result")
    network = Network(job.architecture, files.select_weights(result.arrays))
    assert network.parameters > 0
    assert [event.payload["epoch"] for event in site.recorded[job.id] if event.kind == "epoch"] == [1, 2]
