"""Finding jobs of other app processes: what is asked of the rooms, and what is kept of their answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from cnnviz.jobs.executors.dask import job_lookup
from cnnviz.jobs.executors.dask.executor import Cluster
from cnnviz.jobs.executors.dask.job_lookup import Search
from cnnviz.jobs.executors.dask.worker_status import Survey
from cnnviz.jobs.protocol.executor import Order
from tests.jobs import fake_executor

KEY = "cnnviz-a-1"


def search(wake: Callable[[], None] = lambda: None) -> Search:
    return Search(Survey(), wake)


def test_an_order_that_comes_too_late_is_neither_asked_for_nor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_lookup, "ORDER_SECONDS", 0.01)
    asked: list[tuple[str, ...]] = []
    made = search(lambda: asked.append(made.wanted))
    assert made.order(KEY) is None
    assert asked == [(KEY,)]
    assert made.wanted == ()
    made.take(KEY, Order("", fake_executor.job()))
    assert made.order(KEY) is None, "the next search asks anew"


def test_all_that_wait_for_an_order_get_it() -> None:
    made, order, got = search(), Order("", fake_executor.job()), list[Order | None]()
    threads = [threading.Thread(target=lambda: got.append(made.order(KEY))) for _ in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 10
    while made._asking[KEY] < len(threads) and time.monotonic() < end:
        time.sleep(0.001)
    made.take(KEY, order)
    for thread in threads:
        thread.join(10)
    assert got == [order] * 3
    assert (made.wanted, made._orders, made._asking) == ((), {}, {})


def test_taking_over_what_was_taken_over_changes_nothing() -> None:
    cluster, order = Cluster("tcp://127.0.0.1:1"), Order("ann", fake_executor.job())
    cluster._found[order.job.id] = KEY
    for _ in range(2):
        cluster.take_over(order)
    assert [followed.key for followed in cluster._jobs.values()] == [KEY]
