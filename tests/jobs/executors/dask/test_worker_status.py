"""What rooms said, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.training.protocol import new_id
from cnnviz.jobs.executors.dask.remote_job import hash_owner, make_key
from cnnviz.jobs.executors.dask.worker_status import MIN_MISSING_SWEEPS, WorkerStatus

ANN = hash_owner("ann")


def report(jobs: Mapping[str, bool], token: str = "t") -> dict[str, Any]:
    """A room with these jobs, each with whether it has ended."""
    return {
        "room": token,
        "jobs": {key: {"owner": ANN, "end": {} if ended else None} for key, ended in jobs.items()},
    }


def status(*rooms: tuple[int, int]) -> WorkerStatus:
    """Rooms with as many threads and running jobs."""
    made = WorkerStatus()
    for number, (threads, running) in enumerate(rooms):
        made.update(f"room-{number}", report({f"job-{each}": False for each in range(running)}), threads)
    return made


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=5), st.integers(0, 12))
def test_what_is_on_its_way_takes_places_that_are_free(rooms: list[tuple[int, int]], unseen: int) -> None:
    free = status(*rooms).capacities(unseen)
    assert sum(free.values()) == max(0, sum(max(0, t - n) for t, n in rooms) - unseen)
    assert all(0 < n <= rooms[int(address.removeprefix("room-"))][0] for address, n in free.items())


def test_the_freest_room_is_chosen_and_ended_jobs_take_no_place() -> None:
    made = status((2, 1), (4, 1), (1, 0))
    assert made.find_least_loaded(0) == "room-1"
    made.update("room-2", report({"ended": True, "gone": True}), 5)
    assert made.find_least_loaded(0) == "room-2"
    assert status((1, 1)).find_least_loaded(0) == ""


def test_the_latest_attempt_of_ones_own_job_is_found() -> None:
    job, made = new_id(), WorkerStatus()
    made.update("a", report({make_key(job, 900, 2): True, make_key(job, 1000, 1): False}), 1)
    made.update("b", report({make_key(job, 1000, 2): False}), 1)
    assert made.find_key(job, ANN) == make_key(job, 1000, 2)
    assert made.find_key(job, hash_owner("bob")) is None
    assert made.find_key(new_id(), ANN) is None
    made.retain({"a"})
    assert made.find_key(job, ANN) == make_key(job, 1000, 1)


def test_a_worker_that_began_again_has_another_room() -> None:
    made = status((1, 0))
    assert made.has_restarted("room-0", "other")
    assert not made.has_restarted("room-0", "t")
    assert not made.has_restarted("room-9", "t"), "nothing is known of it"


def test_only_what_nobody_has_for_long_is_lost() -> None:
    made = WorkerStatus()
    made.update("a", report({"cnnviz-held-1": False}), 1)
    published = ("cnnviz-held-1", "cnnviz-ours-1", "cnnviz-lost-1", "somebody-elses")
    for _ in range(MIN_MISSING_SWEEPS - 1):
        assert made.find_orphans(published, {"cnnviz-ours-1"}) == set()
    assert made.find_orphans(published, {"cnnviz-ours-1"}) == {"cnnviz-lost-1"}
    assert made.find_orphans(("somebody-elses",), set()) == set()
    assert made.find_orphans(published, {"cnnviz-ours-1"}) == set(), "it was away in between, and is counted anew"
