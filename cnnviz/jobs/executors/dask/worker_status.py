"""Last reports of the workers of a cluster: their jobs and how many more they can take."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from typing import Any

from cnnviz.jobs.executors.dask.remote_job import KEY_PREFIX, make_key_prefix

MIN_MISSING_SWEEPS = 15
"""How often in a row a published job must be at no worker to count as orphaned."""


class WorkerStatus:
    """Reports of workers by address; safe to use from several threads.

    A report is the header of a worker's reply: "room", a token that changes with every start of the worker, and
    "jobs", for each key a hash of its owner ("owner"), whether it waits, and its end, if it has ended.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reports: dict[str, dict[str, Any]] = {}
        self._threads: dict[str, int] = {}
        self._missing: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._reports)

    def update(self, address: str, report: dict[str, Any], threads: int) -> None:
        """Store the report of a worker that can run `threads` jobs at a time."""
        with self._lock:
            self._reports[address], self._threads[address] = report, threads

    def retain(self, addresses: Collection[str]) -> None:
        """Forget all other workers."""
        with self._lock:
            self._reports = {a: report for a, report in self._reports.items() if a in addresses}
            self._threads = {a: n for a, n in self._threads.items() if a in addresses}

    def has_restarted(self, address: str, token: str) -> bool:
        """Return whether the worker at `address` is known to have another token than this one."""
        report = self._reports.get(address)
        return report is not None and report["room"] != token

    def find_key(self, job_id: str, owner: str) -> str | None:
        """Return the key of the latest attempt at a job of this owner (see `hash_owner`), None if no worker has it."""
        prefix = make_key_prefix(job_id)
        with self._lock:
            found = [
                key
                for report in self._reports.values()
                for key, each in report["jobs"].items()
                if key.startswith(prefix) and each["owner"] == owner
            ]
        return max(found, default=None)

    def capacities(self, in_transit: int) -> dict[str, int]:
        """Return how many more jobs each worker can take, if `in_transit` are on their way to any of them."""
        with self._lock:
            free = {a: max(0, self._threads[a] - _count_running(report)) for a, report in self._reports.items()}
        for address in sorted(free, key=lambda each: -free[each]):
            taken = min(free[address], in_transit)
            free[address] -= taken
            in_transit -= taken
        return {address: n for address, n in free.items() if n}

    def find_least_loaded(self, in_transit: int) -> str:
        """Return the address of the worker that can take most jobs, empty if none can take any."""
        free = self.capacities(in_transit)
        return max(free, key=lambda each: free[each], default="")

    def find_orphans(self, published: Collection[str], own: Collection[str]) -> set[str]:
        """Return keys that have been published for long, that no worker has and that are not our `own`."""
        with self._lock:
            known = {key for report in self._reports.values() for key in report["jobs"]} | set(own)
            missing = {key for key in published if key.startswith(KEY_PREFIX)} - known
            self._missing = Counter({key: self._missing[key] + 1 for key in missing})
            return {key for key, times in self._missing.items() if times >= MIN_MISSING_SWEEPS}


def _count_running(report: dict[str, Any]) -> int:
    return sum(each["end"] is None for each in report["jobs"].values())
