"""The service on a cluster worker: run jobs and buffer their events for the app that polls.

Dask finds the functions `train` and `poll` by name on the worker, so they know no trainer. The worker's preload
(`python -m dask worker --preload cnnviz.workers.entry.dask_preload`) installs a `WorkerService` that has one.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command, Event
from cnnviz.jobs.protocol import codec, framing
from cnnviz.jobs.protocol.event_log import LIVE_KINDS, EventLog
from cnnviz.jobs.protocol.executor import WorkItem

ATTRIBUTE = "cnnviz_service"
"""Attribute of a Dask worker that holds its service."""

LEASE_SECONDS = 150.0
"""Time after which a job that no app polls is cancelled."""

REMEMBER_SECONDS = 600.0
"""Time for which an ended job waits for an app to read how it ended."""

RECLAIM_SECONDS = 10.0
"""How long a job that Dask runs again waits: an app that is alive replaces it by one with a checkpoint."""

FINISHED = -1
"""Noted for a task that is over: Dask runs it again when the worker with its result leaves, and must not."""

RERUN_SEQ_OFFSET = 1_000_000
"""Added to the event numbers of a job that Dask runs again, so that they come after all earlier ones."""

MAX_REPLY_BYTES = 64_000_000
"""Bytes of events in one reply; the rest follows with the next."""

UNWANTED_STATES = frozenset({"cancelled", "released", "forgotten", "missing", "error"})
"""States of a task that the Dask scheduler does not want any more."""

TakeCommands = Callable[[], Sequence[Command]]
"""Return the commands that came since the last call."""

RunJob = Callable[[WorkItem, Callable[[Event], None], TakeCommands], tuple[str, Refusal | None]]
"""Train one job, emitting events; return its final state and the reason."""


@dataclass(eq=False)
class HostedJob:
    """A job on this worker.

    Attributes:
        item: What is trained.
        owner: Hash of its owner.
        app: App process that reads it.
        polled_at: When that app polled it last.
        log: Its events; of checkpoints the latest alone.
        commands: Commands that the trainer has not taken yet.
        last_command: Number of the last command that came.
        end: How it ended, as a message header; None while it runs.
        waiting: Whether it waits for an app to reclaim it, because a worker died with it.
    """

    item: WorkItem
    owner: str
    app: str
    polled_at: float
    log: EventLog = field(default_factory=lambda: EventLog(latest_only=(*LIVE_KINDS, "checkpoint")))
    commands: list[Command] = field(default_factory=list)
    last_command: int = 0
    end: dict[str, Any] | None = None
    waiting: bool = False


class WorkerService:
    """The jobs of one worker.

    Args:
        run_job: Trains one job.
        clock: Monotonic seconds.
    """

    def __init__(self, run_job: RunJob, clock: Callable[[], float] = time.monotonic) -> None:
        self.token = secrets.token_hex(8)
        self._run_job, self._clock = run_job, clock
        self._jobs: dict[str, HostedJob] = {}
        self._lock = threading.Lock()

    def train(self, key: str, packed: bytes, is_wanted: Callable[[], bool], again: bool = False) -> None:
        """Run a job to its end, in the calling thread.

        Args:
            key: Of its task.
            packed: The work item, with the owner's hash and the app.
            is_wanted: Asked now and then whether the job shall continue.
            again: Whether a worker died of the job, or with it. An app that is alive then reclaims it and starts it
                again from its last checkpoint; if there is none, the job continues here.
        """
        # 1. Decode the item; give a rerun numbers after those of the first run.
        header, arrays = framing.unpack(packed)
        item = codec.decode_work_item(header, arrays)
        if again:
            item = replace(item, attempt=item.attempt + 1, last_seq=item.last_seq + RERUN_SEQ_OFFSET)
        # 2. Let apps see it, and give them time to reclaim a rerun.
        hosted = HostedJob(item, header["owner"], header["app"], self._clock(), waiting=again)
        with self._lock:
            self._jobs[key] = hosted
        self._wait_for_reclaim(hosted, is_wanted)
        # 3. Train.
        state, message = "cancelled", None
        if is_wanted():
            state, message = self._run_job(item, hosted.log.add, lambda: self._take_commands(hosted, is_wanted))
        # 4. Keep the end until an app has read it.
        end, _ = codec.encode_end(item.job.id, item.attempt, state, message)
        with self._lock:
            hosted.end, hosted.polled_at = end, max(hosted.polled_at, self._clock() - LEASE_SECONDS)

    def poll(self, query: bytes) -> list[bytes]:
        """Take commands in and return what is new: one message about all jobs, then one per event or work item.

        The query's header: `app`; `jobs`, number of the last event received by key; `adopt`, `cancel`, `forget`,
        keys; `orders`, keys whose work item is wanted; `commands`, [key, number, kind], with arrays `number/name`.
        """
        header, arrays = framing.unpack(query)
        with self._lock:
            self._remove_old(header)
            self._accept(header, arrays)
            events = self._collect_events(header)
            items = [self._pack_item(key) for key in header["orders"] if key in self._jobs]
            return [framing.pack({"room": self.token, "jobs": self._describe_jobs(header["app"])}), *items, *events]

    def _wait_for_reclaim(self, hosted: HostedJob, is_wanted: Callable[[], bool]) -> None:
        end = self._clock() + RECLAIM_SECONDS
        while hosted.waiting and is_wanted() and self._clock() < end:
            time.sleep(0.05)
        hosted.waiting = False

    def _take_commands(self, hosted: HostedJob, is_wanted: Callable[[], bool]) -> list[Command]:
        with self._lock:
            commands, hosted.commands = hosted.commands, []
            expired = self._clock() - hosted.polled_at > LEASE_SECONDS
        return [Command("cancel")] if expired or not is_wanted() else commands

    def _remove_old(self, header: dict[str, Any]) -> None:
        """Remove ended jobs that the query tells to forget, and those that ended long ago."""
        now = self._clock()
        old = (key for key, hosted in self._jobs.items() if hosted.end and now - hosted.polled_at > REMEMBER_SECONDS)
        for key in {*header["forget"], *old}:
            hosted = self._jobs.get(key)
            if hosted and hosted.end and (hosted.app == header["app"] or key not in header["forget"]):
                del self._jobs[key]

    def _accept(self, header: dict[str, Any], arrays: dict[str, Any]) -> None:
        """Carry out the adoptions, cancellations and commands of a query."""
        for key in set(header["adopt"]) & self._jobs.keys():
            self._jobs[key].app, self._jobs[key].waiting = header["app"], False
        for key in set(header["cancel"]) & self._jobs.keys():
            if self._jobs[key].app == header["app"]:  # else another app has adopted it
                self._jobs[key].commands.append(Command("cancel"))
        for key, number, kind in header["commands"]:
            hosted = self._jobs.get(key)
            if hosted and number > hosted.last_command:  # it is sent again until its number came back
                hosted.last_command = number
                prefix = f"{number}/"
                own = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
                hosted.commands.append(Command(kind, own))

    def _collect_events(self, header: dict[str, Any]) -> list[bytes]:
        """Return the new events of the asking app's jobs, and renew the leases of these jobs."""
        events: list[bytes] = []
        for key, since in header["jobs"].items():
            hosted = self._jobs.get(key)
            if hosted is None or hosted.app != header["app"]:
                continue
            hosted.polled_at = self._clock()
            for event in hosted.log.since(since):
                if sum(map(len, events)) > MAX_REPLY_BYTES:
                    break
                events.append(framing.pack(*codec.encode_event(key, event)))
        return events

    def _pack_item(self, key: str) -> bytes:
        header, arrays = codec.encode_work_item(self._jobs[key].item)
        return framing.pack({**header, "key": key}, arrays)

    def _describe_jobs(self, app: str) -> dict[str, dict[str, Any]]:
        return {
            key: {
                "owner": hosted.owner,
                "mine": hosted.app == app,
                "last": hosted.log.last_seq,
                "heard": hosted.last_command,
                "end": hosted.end,
                "waiting": hosted.waiting,
            }
            for key, hosted in self._jobs.items()
        }


def train(key: str, packed: bytes) -> None:
    """Run the task of a job in this worker's service. Raises `LookupError` where the worker has none."""
    from distributed import get_worker

    worker = get_worker()
    service: WorkerService | None = getattr(worker, ATTRIBUTE, None)
    if service is None:
        raise LookupError("start this worker with --preload cnnviz.workers.entry.dask_preload")
    starts = _update_starts(worker, key, lambda times: times + 1 if times >= 0 else times)
    if starts > 0:
        service.train(key, packed, lambda: _is_wanted(worker, key), again=starts > 1)
        _update_starts(worker, key, lambda _: FINISHED)


def poll(query: bytes, dask_worker: Any = None) -> list[bytes]:
    """Return what `WorkerService.poll` does; nothing where the worker has no service. Dask fills in the worker."""
    service: WorkerService | None = getattr(dask_worker, ATTRIBUTE, None)
    return service.poll(query) if service else []


def _update_starts(worker: Any, key: str, change: Callable[[int], int]) -> int:
    """Change how often a task was started; kept beside it on the Dask scheduler, which forgets both together."""
    from distributed.utils import sync

    async def update() -> int:
        times = change(int(await worker.scheduler.get_metadata(keys=[key], default=0)))
        await worker.scheduler.set_metadata(keys=[key], value=times)
        return times

    times: int = sync(worker.loop, update)
    return times


def _is_wanted(worker: Any, key: str) -> bool:
    """Return whether Dask still wants a task. Cancelling does not stop its thread, so the task asks."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state not in UNWANTED_STATES
