"""Train on a cluster of Dask workers; used when CNNVIZ_CLUSTER names a Dask scheduler.

This app polls every worker several times a second for new events of its jobs, and sends commands with the same query.
A job outlives its app: another app process that asks for it takes it over. Messages are bytes of `protocol.framing`;
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
from cnnviz.jobs.executors.dask.connection import Connection, Reply
from cnnviz.jobs.executors.dask.job_lookup import JobLookup
from cnnviz.jobs.executors.dask.remote_job import RemoteJob, hash_owner, make_key, was_killed
from cnnviz.jobs.executors.dask.worker_status import WorkerStatus
from cnnviz.jobs.protocol import codec, framing
from cnnviz.jobs.protocol.executor import ExecutorListener, WorkItem

LOG = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0
"""How often the Dask scheduler is asked for jobs that no worker has."""

MAX_CANCELLED = 200
"""How many cancelled keys are remembered."""


class DaskExecutor:
    """Run jobs on a Dask cluster.

    Args:
        address: tcp://host:port or tls://host:port of the Dask scheduler.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._app = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._jobs: dict[str, RemoteJob] = {}  # by the job's id
        self._workers = WorkerStatus()
        self._lookup = JobLookup(self._workers, self._wake)
        self._starting: deque[RemoteJob] = deque()
        self._dropping: set[str] = set()
        self._cancelled: deque[str] = deque(maxlen=MAX_CANCELLED)  # keys that must end wherever they turn up
        self._found: dict[str, str] = {}  # keys of jobs of other apps, by the job's id
        self._swept_at = time.monotonic()
        self._numbers = itertools.count(int(time.time() * 1000))
        self._refusal: Refusal | None = None
        self._opened_by: ExecutorListener | None = None
        self._connection: Connection | None = None

    def open(self, listener: ExecutorListener) -> None:
        self._opened_by = listener
        try:
            security = config.load_security(self._address)
        except Refusal as refusal:
            LOG.error("%s", refusal)
            self._refusal = refusal
            self._lookup.end_first_round()
            return
        self._connection = Connection(self._address, security, self)
        self._connection.start()

    def refusal(self) -> Refusal | None:
        return self._refusal

    def capacity(self) -> int:
        with self._lock:
            unseen = sum(not each.location for each in self._jobs.values())
        return 0 if self._refusal else sum(self._workers.capacities(unseen).values())

    def start(self, item: WorkItem) -> bool:
        key = make_key(item.job.id, time.time_ns() // 1_000_000, item.attempt)
        remote = RemoteJob(item, key, item.last_seq)
        with self._lock:
            self._jobs[item.job.id] = remote
            self._starting.append(remote)
        self._wake()
        return True

    def command(self, job_id: str, command: Command) -> None:
        with self._lock:
            if remote := self._jobs.get(job_id):
                remote.commands[next(self._numbers)] = command
        self._wake()

    def kill(self, job_id: str) -> None:
        with self._lock:
            if remote := self._jobs.pop(job_id, None):
                self._drop(remote)
        self._wake()

    def find(self, owner: str, job_id: str) -> WorkItem | None:
        """Wait for the first round after the start, for another round if need be, and for the item from its worker."""
        self._lookup.wait_for_first_round()
        if self._refusal:
            return None
        key = self._lookup.find_key(job_id, hash_owner(owner))
        if key is None:
            return None
        item = self._lookup.fetch_item(key)
        self._found[job_id] = key
        return replace(item, owner=owner) if item else None

    def take_over(self, item: WorkItem) -> None:
        key = self._found.pop(item.job.id, None)
        if key is None:  # taken over already
            return
        with self._lock:
            self._jobs[item.job.id] = RemoteJob(item, key, item.last_seq, adopting=True)
        self._wake()

    def warm_up(self) -> None:
        """Do nothing: workers of a cluster load Keras when they start."""

    def tick(self) -> None:
        pass

    def close(self) -> None:
        """Disconnect. Jobs continue for a while: another process, or this app after an upgrade, may adopt them."""
        if self._connection:
            self._connection.close()

    # Calls of the connection, on its loop: see `RoundHandler`.

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    async def send_pending(self, connection: Connection) -> None:
        while self._starting and (address := self._choose_worker()):
            remote = self._starting.popleft()
            if self._jobs.get(remote.item.job.id) is remote:  # else it was cancelled meanwhile
                remote.assigned_to = address
                remote.future = await connection.submit(remote.key, self._pack(remote.item), address)
        for key in tuple(self._dropping):
            self._dropping.discard(key)
            await connection.drop(key)

    def build_query(self) -> bytes:
        with self._lock:
            jobs = tuple(self._jobs.values())
            commands = [(each.key, n, c) for each in jobs for n, c in sorted(each.commands.items())]
            arrays = {f"{n}/{name}": array for _, n, c in commands for name, array in c.arrays.items()}
            header = {
                "app": self._app,
                "jobs": {each.key: each.last_seq for each in jobs},
                "adopt": [each.key for each in jobs if each.adopting],
                "cancel": list(self._cancelled),
                "forget": list(self._cancelled),
                "orders": self._lookup.wanted,
                "commands": [(key, n, command.kind) for key, n, command in commands],
            }
        return framing.pack(header, arrays)

    async def on_replies(self, connection: Connection, addresses: set[str], replies: list[Reply]) -> None:
        # 1. Take in the replies; a worker without our preload has nothing to say.
        unprepared = 0
        for reply in replies:
            if not reply.messages:
                unprepared += 1
                if reply.error:
                    LOG.warning("cannot poll worker %s: %s", reply.address, reply.error)
                continue
            self._on_reply(reply)
        # 2. Forget workers that have left, and say so if none can train. Slow workers get the benefit of the doubt.
        self._workers.retain(addresses)
        usable = len(self._workers) or len(replies) < len(addresses)
        self._refusal = None if usable else config.no_workers(unprepared)
        # 3. Report jobs whose worker has died.
        for remote in self._list_jobs():
            self._check_worker(remote, addresses)
        # 4. Wake up the callers that wait for this round in `find`.
        self._lookup.end_round()
        # 5. Now and then, drop jobs of dead apps that no worker has any more.
        if time.monotonic() - self._swept_at > SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            own = {each.key for each in self._list_jobs()}
            self._dropping |= self._workers.find_orphans(await connection.list_published(), own)

    def on_disconnected(self) -> None:
        """Refuse new jobs. Running ones survive a short interruption; after a longer one they are reported lost."""
        self._refusal = config.unreachable()
        self._lookup.end_first_round()
        self._workers.retain(())
        for remote in self._list_jobs():
            if remote.silent:
                self._report_lost(remote)

    def _on_reply(self, reply: Reply) -> None:
        # 1. The first message describes all jobs of the worker.
        summary, *rest = reply.messages
        header, _ = framing.unpack(summary)
        self._workers.update(reply.address, header, reply.threads)
        own = {each.key: each for each in self._list_jobs()}
        for key in header["jobs"].keys() & own.keys():
            self._on_seen(own[key], f"{reply.address} {header['room']}", header["jobs"][key])
        # 2. The others are events of our jobs, and work items that `find` asked for.
        for packed in rest:
            self._on_message(own, *framing.unpack(packed))
        # 3. A job ends only after all of its events have come.
        for key in header["jobs"].keys() & own.keys():
            self._check_end(own[key], header["jobs"][key])

    def _on_seen(self, remote: RemoteJob, location: str, status: dict[str, Any]) -> None:
        """Note which worker has a job and that it is alive; one that waits there was run by a worker that died."""
        if status["waiting"] and not remote.adopting:
            self._report_lost(remote)
            return
        new = not remote.location
        remote.location, remote.seen_at = remote.location or location, time.monotonic()
        remote.adopting = remote.adopting and not status["mine"]
        remote.commands = {n: c for n, c in remote.commands.items() if n > status["heard"]}
        if new:
            self._listener.on_started(remote.item.job.id, remote.item.attempt)

    def _on_message(self, own: dict[str, RemoteJob], header: dict[str, Any], arrays: dict[str, Any]) -> None:
        if header.get("do") == "train":
            self._lookup.receive(header["key"], codec.decode_work_item(header, arrays))
        elif remote := own.get(header["job"]):
            event = codec.decode_event(header, arrays)
            self._listener.on_event(remote.item.job.id, event)  # first recorded, then counted as received
            remote.last_seq = max(remote.last_seq, event.seq)

    def _check_end(self, remote: RemoteJob, status: dict[str, Any]) -> None:
        if not status["mine"] and not remote.adopting:
            self._forget(remote)
            self._listener.on_moved(remote.item.job.id)
        elif status["end"] and status["mine"] and remote.last_seq >= status["last"]:
            self._forget(remote)
            self._drop(remote)
            self._listener.on_finished(remote.item.job.id, *codec.decode_end(status["end"]))

    def _check_worker(self, remote: RemoteJob, addresses: set[str]) -> None:
        """Report a job whose worker is gone."""
        address, _, token = remote.location.partition(" ")
        if self._jobs.get(remote.item.job.id) is not remote:
            return
        if address:
            if address not in addresses or self._workers.has_restarted(address, token) or remote.silent:
                self._report_lost(remote)
        elif remote.future is None:
            if remote.adopting and remote.silent:  # gone before it was read
                self._report_lost(remote)
        elif remote.future.status == "error" and not was_killed(remote.future):
            self._report_unprepared(remote)
        elif remote.assigned_to not in addresses or remote.future.status not in ("pending", "finished"):
            self._report_lost(remote)

    def _report_unprepared(self, remote: RemoteJob) -> None:
        """Report that the worker could not even start: it lacks our service, or our program."""
        self._forget(remote)
        self._drop(remote)
        item = remote.item
        self._listener.on_finished(item.job.id, item.attempt, "failed", config.unprepared_worker())

    def _report_lost(self, remote: RemoteJob) -> None:
        self._forget(remote)
        self._drop(remote)
        self._listener.on_lost(remote.item.job.id, remote.item.attempt)

    def _forget(self, remote: RemoteJob) -> None:
        with self._lock:
            if self._jobs.get(remote.item.job.id) is remote:
                del self._jobs[remote.item.job.id]

    def _drop(self, remote: RemoteJob) -> None:
        """Have its task forgotten by the Dask scheduler, and ended and forgotten by whichever worker has it."""
        self._dropping.add(remote.key)
        self._cancelled.append(remote.key)

    def _choose_worker(self) -> str:
        return self._workers.find_least_loaded(sum(each.in_transit for each in self._list_jobs()))

    def _list_jobs(self) -> tuple[RemoteJob, ...]:
        with self._lock:
            return tuple(self._jobs.values())

    def _pack(self, item: WorkItem) -> bytes:
        header, arrays = codec.encode_work_item(item)
        return framing.pack({**header, "owner": hash_owner(item.owner), "app": self._app}, arrays)

    def _wake(self) -> None:
        if self._connection:
            self._connection.wake()

    @property
    def _listener(self) -> ExecutorListener:
        if self._opened_by is None:
            raise RuntimeError("the executor was not opened")
        return self._opened_by
