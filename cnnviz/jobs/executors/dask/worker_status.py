"""What the rooms of a cluster said last: which jobs each has, and what it can still take."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from typing import Any

from cnnviz.jobs.executors.dask.remote_job import PREFIX, keys_of

SWEEPS = 15
"""How often a job must be found on the scheduler and in no room to count as lost."""


class Survey:
    """The rooms by the address of their worker; safe to use from several threads.

    What a room says is the head of its answer: "room", a token that is another one after each start, and "jobs", for
    each key whose it is ("owner"), whether it waits, and its end, if it has ended.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rooms: dict[str, dict[str, Any]] = {}
        self._threads: dict[str, int] = {}
        self._absent: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._rooms)

    def hear(self, address: str, room: dict[str, Any], threads: int) -> None:
        """Note what a room said; `threads` is how many jobs it can have."""
        with self._lock:
            self._rooms[address], self._threads[address] = room, threads

    def keep(self, addresses: Collection[str]) -> None:
        """Forget the rooms of all other workers."""
        with self._lock:
            self._rooms = {a: room for a, room in self._rooms.items() if a in addresses}
            self._threads = {a: n for a, n in self._threads.items() if a in addresses}

    def is_another(self, address: str, token: str) -> bool:
        """Whether the room at `address` is not the one that had this token, as after a restart."""
        room = self._rooms.get(address)
        return room is not None and room["room"] != token

    def find(self, job_id: str, owner: str) -> str | None:
        """The key of the latest attempt of a job of this owner (see `cluster_jobs.digest`), if a room has one."""
        prefix = keys_of(job_id)
        with self._lock:
            found = [
                key
                for room in self._rooms.values()
                for key, each in room["jobs"].items()
                if key.startswith(prefix) and each["owner"] == owner
            ]
        return max(found, default=None)

    def free(self, unseen: int) -> dict[str, int]:
        """How many more jobs each room can take, if `unseen` are on their way to any of them."""
        with self._lock:
            free = {address: max(0, self._threads[address] - _running(room)) for address, room in self._rooms.items()}
        for address in sorted(free, key=lambda each: -free[each]):
            taken = min(free[address], unseen)
            free[address] -= taken
            unseen -= taken
        return {address: n for address, n in free.items() if n}

    def freest(self, unseen: int) -> str:
        """The address of the room that can take most, empty if none can take any."""
        free = self.free(unseen)
        return max(free, key=lambda each: free[each], default="")

    def lost(self, published: Collection[str], ours: Collection[str]) -> set[str]:
        """Keys that the scheduler has had for long, that no room has and that are not `ours`."""
        with self._lock:
            known = {key for room in self._rooms.values() for key in room["jobs"]} | set(ours)
            absent = {key for key in published if key.startswith(PREFIX)} - known
            self._absent = Counter({key: self._absent[key] + 1 for key in absent})
            return {key for key, times in self._absent.items() if times >= SWEEPS}


def _running(room: dict[str, Any]) -> int:
    return sum(each["end"] is None for each in room["jobs"].values())
