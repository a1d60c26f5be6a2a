"""Training on a cluster of Dask workers, wherever they are; used when CNNVIZ_CLUSTER names a scheduler.

This app asks every worker several times a second what its jobs told since, and sends commands the same way. A job stays
although this app dies: another app process that asks for it takes it over. Messages are bytes of `core.messages`;
Dask itself carries functions as pickles, so its port is for apps and workers alone (docs/scale.md).
"""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections import deque
from dataclasses import replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.training.protocol import Command
from cnnviz.jobs.executors.dask import config
from cnnviz.jobs.executors.dask.connection import Answer, Link
from cnnviz.jobs.executors.dask.job_lookup import Search
from cnnviz.jobs.executors.dask.remote_job import Followed, digest, key_of, was_killed
from cnnviz.jobs.executors.dask.worker_status import Survey
from cnnviz.jobs.protocol import codec, framing
from cnnviz.jobs.protocol.executor import Order, Reports

LOG = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
"""How often the scheduler is asked for jobs that no worker has."""


class Cluster:
    """The executor of a cluster.

    Args:
        address: tcp://host:port or tls://host:port of the scheduler.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._app = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._jobs: dict[str, Followed] = {}  # by the job's id
        self._survey = Survey()
        self._search = Search(self._survey, self._wake)
        self._starting: deque[Followed] = deque()
        self._dropping: set[str] = set()
        self._cancelled: deque[str] = deque(maxlen=200)  # keys that shall end wherever they turn up
        self._found: dict[str, str] = {}  # keys of jobs that were found elsewhere, by the job's id
        self._swept = time.monotonic()
        self._numbers = itertools.count(int(time.time() * 1000))
        self._refusal: Refusal | None = None
        self._reports: Reports | None = None
        self._link: Link | None = None

    def open(self, reports: Reports) -> None:
        self._reports = reports
        try:
            security = config.security(self._address)
        except Refusal as refusal:
            LOG.error("%s", refusal)
            self._refusal = refusal
            self._search.begun()
            return
        self._link = Link(self._address, security, self)
        self._link.start()

    def refusal(self) -> Refusal | None:
        return self._refusal

    def places(self) -> int:
        with self._lock:
            unseen = sum(not each.home for each in self._jobs.values())
        return 0 if self._refusal else sum(self._survey.free(unseen).values())

    def start(self, order: Order) -> None:
        key = key_of(order.job.id, time.time_ns() // 1_000_000, order.attempt)
        followed = Followed(order, key, order.told)
        with self._lock:
            self._jobs[order.job.id] = followed
            self._starting.append(followed)
        self._wake()

    def command(self, job_id: str, command: Command) -> None:
        with self._lock:
            if followed := self._jobs.get(job_id):
                followed.commands[next(self._numbers)] = command
        self._wake()

    def kill(self, job_id: str) -> None:
        with self._lock:
            if followed := self._jobs.pop(job_id, None):
                self._give_up(followed)
        self._wake()

    def find(self, owner: str, job_id: str) -> Order | None:
        """Waits for the first round after the start, for what is new, and for the order from the job's worker."""
        self._search.wait_for_first_round()
        if self._refusal:
            return None
        key = self._search.key(job_id, digest(owner))
        if key is None:
            return None
        order = self._search.order(key)
        self._found[job_id] = key
        return replace(order, owner=owner) if order else None

    def take_over(self, order: Order) -> None:
        key = self._found.pop(order.job.id, None)
        if key is None:  # taken over already
            return
        with self._lock:
            self._jobs[order.job.id] = Followed(order, key, order.told, adopting=True)
        self._wake()

    def warm(self) -> None:
        """Workers of a cluster have Keras loaded from their start."""

    def tick(self) -> None:
        pass

    def close(self) -> None:
        """Leave. Jobs go on for a while: another process, or this app after an upgrade, may take them over."""
        if self._link:
            self._link.close()

    # What the link calls, on its loop.

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    async def send(self, link: Link) -> None:
        while self._starting and (address := self._freest()):
            followed = self._starting.popleft()
            if self._jobs.get(followed.order.job.id) is followed:  # else it was cancelled meanwhile
                followed.given = address
                followed.future = await link.submit(followed.key, self._packed(followed.order), address)
        for key in tuple(self._dropping):
            self._dropping.discard(key)
            await link.drop(key)

    def question(self) -> bytes:
        with self._lock:
            jobs = tuple(self._jobs.values())
            commands = [(each.key, n, c) for each in jobs for n, c in sorted(each.commands.items())]
            arrays = {f"{n}/{name}": array for _, n, c in commands for name, array in c.arrays.items()}
            head = {
                "app": self._app,
                "jobs": {each.key: each.received for each in jobs},
                "adopt": [each.key for each in jobs if each.adopting],
                "cancel": list(self._cancelled),
                "forget": list(self._cancelled),
                "orders": self._search.wanted,
                "commands": [(key, n, command.kind) for key, n, command in commands],
            }
        return framing.pack(head, arrays)

    async def answered(self, link: Link, addresses: set[str], answers: list[Answer]) -> None:
        strangers = 0
        for answer in answers:
            if not answer.messages:
                strangers += 1
                if answer.error:
                    LOG.warning("worker %s cannot be asked: %s", answer.address, answer.error)
                continue
            self._hear(answer)
        self._survey.keep(addresses)
        known = len(self._survey) or len(answers) < len(addresses)
        self._refusal = None if known else config.empty(strangers)
        for followed in self._all():
            self._look_after(followed, addresses)
        self._search.round_over()
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()
            ours = {each.key for each in self._all()}
            self._dropping |= self._survey.lost(await link.published(), ours)

    def cut(self) -> None:
        """Jobs may go on without the scheduler for a moment; after a while they count as lost."""
        self._refusal = config.unreachable()
        self._search.begun()
        self._survey.keep(())
        for followed in self._all():
            if followed.silent:
                self._died(followed)

    def _hear(self, answer: Answer) -> None:
        room, *rest = answer.messages
        head, _ = framing.unpack(room)
        self._survey.hear(answer.address, head, answer.threads)
        ours = {each.key: each for each in self._all()}
        for key in head["jobs"].keys() & ours.keys():
            self._settle(ours[key], f"{answer.address} {head['room']}", head["jobs"][key])
        for packed in rest:
            self._sort(ours, *framing.unpack(packed))
        for key in head["jobs"].keys() & ours.keys():
            self._check_end(ours[key], head["jobs"][key])

    def _settle(self, followed: Followed, home: str, status: dict[str, Any]) -> None:
        """Note where a job is, and that it is well; one that waits there was run before by a worker that died."""
        if status["waiting"] and not followed.adopting:
            self._died(followed)
            return
        new = not followed.home
        followed.home, followed.heard_from = followed.home or home, time.monotonic()
        followed.adopting = followed.adopting and not status["mine"]
        followed.commands = {n: c for n, c in followed.commands.items() if n > status["heard"]}
        if new:
            self._told.begun(followed.order.job.id, followed.order.attempt)

    def _sort(self, ours: dict[str, Followed], head: dict[str, Any], arrays: dict[str, Any]) -> None:
        if head.get("do") == "train":
            self._search.take(head["key"], codec.order(head, arrays))
        elif followed := ours.get(head["job"]):
            event = codec.event(head, arrays)
            self._told.told(followed.order.job.id, event)  # first recorded, then counted as received
            followed.received = max(followed.received, event.seq)

    def _check_end(self, followed: Followed, status: dict[str, Any]) -> None:
        if not status["mine"] and not followed.adopting:
            self._forget(followed)
            self._told.moved(followed.order.job.id)
        elif status["end"] and status["mine"] and followed.received >= status["last"]:
            self._forget(followed)
            self._give_up(followed)
            self._told.ended(followed.order.job.id, *codec.end(status["end"]))

    def _look_after(self, followed: Followed, addresses: set[str]) -> None:
        """Find out that a worker is gone."""
        address, _, token = followed.home.partition(" ")
        if self._jobs.get(followed.order.job.id) is not followed:
            return
        if address:
            if address not in addresses or self._survey.is_another(address, token) or followed.silent:
                self._died(followed)
        elif followed.future is None:
            if followed.adopting and followed.silent:  # gone before it was read
                self._died(followed)
        elif followed.future.status == "error" and not was_killed(followed.future):
            self._refused(followed)
        elif followed.given not in addresses or followed.future.status not in ("pending", "finished"):
            self._died(followed)

    def _refused(self, followed: Followed) -> None:
        """The worker could not even begin: it has no room, or not our program."""
        self._forget(followed)
        self._give_up(followed)
        order = followed.order
        self._told.ended(order.job.id, order.attempt, "failed", config.stranger())

    def _died(self, followed: Followed) -> None:
        self._forget(followed)
        self._give_up(followed)
        self._told.died(followed.order.job.id, followed.order.attempt)

    def _forget(self, followed: Followed) -> None:
        with self._lock:
            if self._jobs.get(followed.order.job.id) is followed:
                del self._jobs[followed.order.job.id]

    def _give_up(self, followed: Followed) -> None:
        """Have its task forgotten by the scheduler, and ended and forgotten by whichever room has it."""
        self._dropping.add(followed.key)
        self._cancelled.append(followed.key)

    def _freest(self) -> str:
        return self._survey.freest(sum(each.on_its_way for each in self._all()))

    def _all(self) -> tuple[Followed, ...]:
        with self._lock:
            return tuple(self._jobs.values())

    def _packed(self, order: Order) -> bytes:
        head, arrays = codec.of_order(order)
        return framing.pack({**head, "owner": digest(order.owner), "app": self._app}, arrays)

    def _wake(self) -> None:
        if self._link:
            self._link.wake()

    @property
    def _told(self) -> Reports:
        if self._reports is None:
            raise RuntimeError("the executor was not opened")
        return self._reports
