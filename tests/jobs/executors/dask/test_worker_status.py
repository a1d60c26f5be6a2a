"""What rooms said, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.training.protocol import new_id
from cnnviz.jobs.executors.dask.remote_job import digest, key_of
from cnnviz.jobs.executors.dask.worker_status import SWEEPS, Survey

ANN = digest("ann")


def room(jobs: Mapping[str, bool], token: str = "t") -> dict[str, Any]:
    """A room with these jobs, each with whether it has ended."""
    return {
        "room": token,
        "jobs": {key: {"owner": ANN, "end": {} if ended else None} for key, ended in jobs.items()},
    }


def survey(*rooms: tuple[int, int]) -> Survey:
    """Rooms with as many threads and running jobs."""
    made = Survey()
    for number, (threads, running) in enumerate(rooms):
        made.hear(f"room-{number}", room({f"job-{each}": False for each in range(running)}), threads)
    return made


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=5), st.integers(0, 12))
def test_what_is_on_its_way_takes_places_that_are_free(rooms: list[tuple[int, int]], unseen: int) -> None:
    free = survey(*rooms).free(unseen)
    assert sum(free.values()) == max(0, sum(max(0, t - n) for t, n in rooms) - unseen)
    assert all(0 < n <= rooms[int(address.removeprefix("room-"))][0] for address, n in free.items())


def test_the_freest_room_is_chosen_and_ended_jobs_take_no_place() -> None:
    made = survey((2, 1), (4, 1), (1, 0))
    assert made.freest(0) == "room-1"
    made.hear("room-2", room({"ended": True, "gone": True}), 5)
    assert made.freest(0) == "room-2"
    assert survey((1, 1)).freest(0) == ""


def test_the_latest_attempt_of_ones_own_job_is_found() -> None:
    job, made = new_id(), Survey()
    made.hear("a", room({key_of(job, 900, 2): True, key_of(job, 1000, 1): False}), 1)
    made.hear("b", room({key_of(job, 1000, 2): False}), 1)
    assert made.find(job, ANN) == key_of(job, 1000, 2)
    assert made.find(job, digest("bob")) is None
    assert made.find(new_id(), ANN) is None
    made.keep({"a"})
    assert made.find(job, ANN) == key_of(job, 1000, 1)


def test_a_worker_that_began_again_has_another_room() -> None:
    made = survey((1, 0))
    assert made.is_another("room-0", "other")
    assert not made.is_another("room-0", "t")
    assert not made.is_another("room-9", "t"), "nothing is known of it"


def test_only_what_nobody_has_for_long_is_lost() -> None:
    made = Survey()
    made.hear("a", room({"cnnviz-held-1": False}), 1)
    published = ("cnnviz-held-1", "cnnviz-ours-1", "cnnviz-lost-1", "somebody-elses")
    for _ in range(SWEEPS - 1):
        assert made.lost(published, {"cnnviz-ours-1"}) == set()
    assert made.lost(published, {"cnnviz-ours-1"}) == {"cnnviz-lost-1"}
    assert made.lost(("somebody-elses",), set()) == set()
    assert made.lost(published, {"cnnviz-ours-1"}) == set(), "it was away in between, and is counted anew"
