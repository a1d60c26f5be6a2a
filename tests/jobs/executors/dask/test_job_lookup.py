"""Looking up jobs of other app processes: the queries, and which replies are kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from cnnviz.jobs.executors.dask import job_lookup
from cnnviz.jobs.executors.dask.executor import DaskExecutor
from cnnviz.jobs.executors.dask.job_lookup import JobLookup
from cnnviz.jobs.executors.dask.worker_status import WorkerStatus
from cnnviz.jobs.protocol.executor import WorkItem
from tests.jobs import fake_executor

KEY = "cnnviz-a-1"


def lookup(wake: Callable[[], None] = lambda: None) -> JobLookup:
    return JobLookup(WorkerStatus(), wake)


def test_late_work_item_is_neither_wanted_nor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_lookup, "FETCH_TIMEOUT", 0.01)
    asked: list[tuple[str, ...]] = []
    made = lookup(lambda: asked.append(made.wanted))
    assert made.fetch_item(KEY) is None
    assert asked == [(KEY,)]
    assert made.wanted == ()
    made.receive(KEY, WorkItem("", fake_executor.job()))
    assert made.fetch_item(KEY) is None, "the next lookup asks again"


def test_all_waiting_threads_get_the_work_item() -> None:
    made, item, got = lookup(), WorkItem("", fake_executor.job()), list[WorkItem | None]()
    threads = [threading.Thread(target=lambda: got.append(made.fetch_item(KEY))) for _ in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 10
    while made._asking[KEY] < len(threads) and time.monotonic() < end:
        time.sleep(0.001)
    made.receive(KEY, item)
    for thread in threads:
        thread.join(10)
    assert got == [item] * 3
    assert (made.wanted, made._items, made._asking) == ((), {}, {})


def test_second_take_over_changes_nothing() -> None:
    executor, item = DaskExecutor("tcp://127.0.0.1:1"), WorkItem("ann", fake_executor.job())
    executor._found[item.job.id] = KEY
    for _ in range(2):
        executor.take_over(item)
    assert [remote.key for remote in executor._jobs.values()] == [KEY]
