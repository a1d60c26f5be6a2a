"""What runs on a worker of a cluster: jobs with a buffer for what they tell, read by whoever asks.

The app's functions `train_here` and `read` are found by name on the worker, so they know no trainer. The worker's
preload (`python -m dask worker --preload cnnviz.workers.entry.dask_preload`) puts a `Room` with one on the worker.
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
from cnnviz.jobs.protocol.event_log import LIVE, History
from cnnviz.jobs.protocol.executor import Order

PLACE = "cnnviz_room"
"""The name under which a room is on its worker."""

LEASE = 150.0
"""Seconds after which a job that no app asks about ends."""
REMEMBERED = 600.0
"""Seconds that an ended job waits for an app to read how it ended."""
APP_SECONDS = 10.0
"""How long a job that the scheduler runs again waits: an app that is alive replaces it by one with a checkpoint."""
FINISHED = -1
"""Noted of a task that is over: the scheduler runs it again when the worker with its result goes, and must not."""
AFTER_DEATH = 1_000_000
"""Added to the numbers of events of such a job, so that they come after all that was told before."""
LONGEST_REPLY = 64_000_000
"""Bytes of events in one reply; the rest comes with the next."""

GONE = frozenset({"cancelled", "released", "forgotten", "missing", "error"})
"""States of a task that its scheduler does not want any more."""

Inbox = Callable[[], Sequence[Command]]
Run = Callable[[Order, Callable[[Event], None], Inbox], tuple[str, Refusal | None]]


@dataclass(eq=False)
class Held:
    """A job in a room. `app` is the process that reads it, `looked` when it did so last."""

    order: Order
    owner: str
    app: str
    looked: float
    history: History = field(default_factory=lambda: History(newest=(*LIVE, "checkpoint")))
    commands: list[Command] = field(default_factory=list)
    heard: int = 0
    """The number of the last command that came."""
    end: dict[str, Any] | None = None
    waiting: bool = False
    """Whether it waits for an app to take it back, because a worker died with it."""


class Room:
    """The jobs of one worker.

    Args:
        run: Trains one job: order, what to tell, where commands are; returns how it ended.
        clock: Seconds that never go back.
    """

    def __init__(self, run: Run, clock: Callable[[], float] = time.monotonic) -> None:
        self.token = secrets.token_hex(8)
        self._run, self._clock = run, clock
        self._jobs: dict[str, Held] = {}
        self._lock = threading.Lock()

    def train(self, key: str, packed: bytes, wanted: Callable[[], bool], again: bool = False) -> None:
        """Run a job to its end, in the calling thread.

        `wanted` is asked in between whether it shall go on. `again` says that a worker died of it, or with it: an app
        that is alive then takes it back and starts it anew from its last checkpoint; if there is none it goes on here.
        """
        head, arrays = framing.unpack(packed)
        order = codec.order(head, arrays)
        if again:
            order = replace(order, attempt=order.attempt + 1, told=order.told + AFTER_DEATH)
        held = Held(order, head["owner"], head["app"], self._clock(), waiting=again)
        with self._lock:
            self._jobs[key] = held
        self._wait(held, wanted)
        state, message = (
            self._run(order, held.history.add, lambda: self._inbox(held, wanted)) if wanted() else ("cancelled", None)
        )
        said, _ = codec.of_end(order.job.id, order.attempt, state, message)
        with self._lock:
            held.end, held.looked = said, max(held.looked, self._clock() - LEASE)

    def read(self, asked: bytes) -> list[bytes]:
        """Take commands in and tell what is new: a message about all jobs, then one an event.

        The question's head: `app`; `jobs`, number of the last event received by key; `adopt`, `cancel`, `forget`,
        keys; `orders`, keys whose order is wanted; `commands`, [key, number, kind], with arrays `number/name`.
        """
        head, arrays = framing.unpack(asked)
        with self._lock:
            self._tidy(head)
            self._take(head, arrays)
            told = self._news(head)
            orders = [self._order(key) for key in head["orders"] if key in self._jobs]
            return [framing.pack({"room": self.token, "jobs": self._jobs_now(head["app"])}), *orders, *told]

    def _wait(self, held: Held, wanted: Callable[[], bool]) -> None:
        end = self._clock() + APP_SECONDS
        while held.waiting and wanted() and self._clock() < end:
            time.sleep(0.05)
        held.waiting = False

    def _inbox(self, held: Held, wanted: Callable[[], bool]) -> list[Command]:
        with self._lock:
            commands, held.commands = held.commands, []
            unread = self._clock() - held.looked > LEASE
        return [Command("cancel")] if unread or not wanted() else commands

    def _tidy(self, head: dict[str, Any]) -> None:
        """Forget what was asked to be forgotten, and what ended long ago."""
        now = self._clock()
        old = (key for key, held in self._jobs.items() if held.end and now - held.looked > REMEMBERED)
        for key in {*head["forget"], *old}:
            held = self._jobs.get(key)
            if held and held.end and (held.app == head["app"] or key not in head["forget"]):
                del self._jobs[key]

    def _take(self, head: dict[str, Any], arrays: dict[str, Any]) -> None:
        for key in set(head["adopt"]) & self._jobs.keys():
            self._jobs[key].app, self._jobs[key].waiting = head["app"], False
        for key in set(head["cancel"]) & self._jobs.keys():
            if self._jobs[key].app == head["app"]:  # else another app has taken it over
                self._jobs[key].commands.append(Command("cancel"))
        for key, number, kind in head["commands"]:
            held = self._jobs.get(key)
            if held and number > held.heard:  # it is sent again until its number came back
                held.heard = number
                prefix = f"{number}/"
                own = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
                held.commands.append(Command(kind, own))

    def _news(self, head: dict[str, Any]) -> list[bytes]:
        news: list[bytes] = []
        for key, since in head["jobs"].items():
            held = self._jobs.get(key)
            if held is None or held.app != head["app"]:
                continue
            held.looked = self._clock()
            for event in held.history.since(since):
                if sum(map(len, news)) > LONGEST_REPLY:
                    break
                news.append(framing.pack(*codec.of_event(key, event)))
        return news

    def _order(self, key: str) -> bytes:
        head, arrays = codec.of_order(self._jobs[key].order)
        return framing.pack({**head, "key": key}, arrays)

    def _jobs_now(self, app: str) -> dict[str, dict[str, Any]]:
        return {
            key: {
                "owner": held.owner,
                "mine": held.app == app,
                "last": held.history.last,
                "heard": held.heard,
                "end": held.end,
                "waiting": held.waiting,
            }
            for key, held in self._jobs.items()
        }


def train_here(key: str, packed: bytes) -> None:
    """The task of a job: train it in this worker's room. Raises `LookupError` where the worker has none."""
    from distributed import get_worker

    worker = get_worker()
    room: Room | None = getattr(worker, PLACE, None)
    if room is None:
        raise LookupError("start this worker with --preload cnnviz.workers.entry.dask_preload")
    begun = _note(worker, key, lambda times: times + 1 if times >= 0 else times)
    if begun > 0:
        room.train(key, packed, lambda: _is_wanted(worker, key), again=begun > 1)
        _note(worker, key, lambda _: FINISHED)


def read(asked: bytes, dask_worker: Any = None) -> list[bytes]:
    """What `Room.read` says; nothing where the worker has no room. Dask fills in the worker."""
    room: Room | None = getattr(dask_worker, PLACE, None)
    return room.read(asked) if room else []


def _note(worker: Any, key: str, change: Callable[[int], int]) -> int:
    """Change how often a task was begun; kept beside it on the scheduler, which forgets it with the task."""
    from distributed.utils import sync

    async def changed() -> int:
        times = change(int(await worker.scheduler.get_metadata(keys=[key], default=0)))
        await worker.scheduler.set_metadata(keys=[key], value=times)
        return times

    times: int = sync(worker.loop, changed)
    return times


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the scheduler still wants a task. Cancelling does not stop its thread, so the task asks."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state not in GONE
