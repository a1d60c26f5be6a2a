"""Capacity, choice of a worker and orphans, computed from the reports of workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.training.protocol import make_id
from cnnviz.jobs.executors.dask.remote_job import hash_owner, make_key
from cnnviz.jobs.executors.dask.worker_status import MIN_MISSING_SWEEPS, WorkerStatus

ANN = hash_owner("ann")


def report(jobs: Mapping[str, bool], token: str = "t") -> dict[str, Any]:
    """Return the report of a worker with these jobs, each with whether it has ended."""
    return {
        "room": token,
        "jobs": {key: {"owner": ANN, "end": {} if ended else None} for key, ended in jobs.items()},
    }


def status(*workers: tuple[int, int]) -> WorkerStatus:
    """Return the status of workers with so many threads and running jobs."""
    made = WorkerStatus()
    for number, (threads, running) in enumerate(workers):
        made.update(f"worker-{number}", report({f"job-{each}": False for each in range(running)}), threads)
    return made


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=5), st.integers(0, 12))
def test_jobs_in_transit_reduce_capacity(workers: list[tuple[int, int]], in_transit: int) -> None:
    free = status(*workers).capacities(in_transit)
    assert sum(free.values()) == max(0, sum(max(0, t - n) for t, n in workers) - in_transit)
    assert all(0 < n <= workers[int(address.removeprefix("worker-"))][0] for address, n in free.items())


def test_least_loaded_worker_is_chosen_and_ended_jobs_do_not_count() -> None:
    made = status((2, 1), (4, 1), (1, 0))
    assert made.find_least_loaded(0) == "worker-1"
    made.update("worker-2", report({"ended": True, "gone": True}), 5)
    assert made.find_least_loaded(0) == "worker-2"
    assert status((1, 1)).find_least_loaded(0) == ""


def test_find_key_returns_the_latest_attempt_of_an_own_job() -> None:
    job, made = make_id(), WorkerStatus()
    made.update("a", report({make_key(job, 900, 2): True, make_key(job, 1000, 1): False}), 1)
    made.update("b", report({make_key(job, 1000, 2): False}), 1)
    assert made.find_key(job, ANN) == make_key(job, 1000, 2)
    assert made.find_key(job, hash_owner("bob")) is None
    assert made.find_key(make_id(), ANN) is None
    made.retain({"a"})
    assert made.find_key(job, ANN) == make_key(job, 1000, 1)


def test_restarted_worker_has_another_token() -> None:
    made = status((1, 0))
    assert made.has_restarted("worker-0", "other")
    assert not made.has_restarted("worker-0", "t")
    assert not made.has_restarted("worker-9", "t"), "nothing is known of it"


def test_orphans_must_be_missing_for_long() -> None:
    made = WorkerStatus()
    made.update("a", report({"cnnviz-held-1": False}), 1)
    published = ("cnnviz-held-1", "cnnviz-ours-1", "cnnviz-lost-1", "somebody-elses")
    for _ in range(MIN_MISSING_SWEEPS - 1):
        assert made.find_orphans(published, {"cnnviz-ours-1"}) == set()
    assert made.find_orphans(published, {"cnnviz-ours-1"}) == {"cnnviz-lost-1"}
    assert made.find_orphans(("somebody-elses",), set()) == set()
    assert made.find_orphans(published, {"cnnviz-ours-1"}) == set(), "it was gone in between, so counting starts again"
