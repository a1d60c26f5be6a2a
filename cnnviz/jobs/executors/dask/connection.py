"""The connection to a scheduler, in a thread with an event loop of its own: connect, go round, connect again.

Everything in here runs on that loop. What a round asks and what it does with the answers is `Cluster`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from cnnviz.jobs.executors.dask.worker_service import read, train_here

LOG = logging.getLogger(__name__)

BETWEEN_ROUNDS = 0.2
BETWEEN_IDLE_ROUNDS = 1.0
BETWEEN_CONNECTIONS = 2.0
CONNECT_SECONDS = 5
ANSWER_SECONDS = 0.3
"""How long a round waits for workers; one that is slow, or that died this moment, answers in a later round."""
CALL_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What a worker said: `messages` is empty for one without a room, `error` set for one that cannot even be asked."""

    address: str
    threads: int
    messages: list[bytes] = field(default_factory=list)
    error: Exception | None = None


class Talk(Protocol):
    """What a link calls on its loop."""

    async def send(self, link: Link) -> None:
        """Before every round: submit and cancel what is due."""

    def question(self) -> bytes:
        """What every worker is asked."""

    async def answered(self, link: Link, addresses: set[str], answers: list[Answer]) -> None:
        """What they said; `addresses` are those of all workers there are."""

    def cut(self) -> None:
        """There is no connection."""

    @property
    def busy(self) -> bool:
        """Whether the next round is urgent."""


class Link:
    """A connection that is kept up.

    Args:
        address: tcp://host:port or tls://host:port.
        security: Dask's `Security`, or None.
        talk: Whom it serves.
    """

    def __init__(self, address: str, security: Any, talk: Talk) -> None:
        self._address, self._security, self._talk = address, security, talk
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._closing = False
        self._asking: dict[str, asyncio.Task[Answer]] = {}
        self._client: Any = None
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Begin the next round now; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """Leave the scheduler; what was published goes on."""
        self._closing = True
        self.wake()
        self._thread.join(10)

    async def submit(self, key: str, packed: bytes, address: str) -> Any:
        """Give a job to a worker, or to another if that one goes; it stays although this app goes. Returns a future."""
        future = self._client.submit(
            train_here, key, packed, key=key, workers=[address], allow_other_workers=True, pure=False
        )
        await self._call(self._client.publish_dataset(future, name=key, override=True))
        return future

    async def drop(self, key: str) -> None:
        """Have a job forgotten by the scheduler; a running one learns of it."""
        from distributed import Future

        await self._call(self._client.cancel([Future(key, self._client)], force=True))
        await self._call(self._client.unpublish_dataset(key))

    async def published(self) -> tuple[str, ...]:
        """The keys of all jobs that somebody's app gave to the scheduler."""
        names = await self._call(self._client.list_datasets())
        return tuple(name for name in names if isinstance(name, str))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._stay_connected())
        except Exception:  # submitting is refused from now on
            LOG.exception("the connection to the cluster cannot be kept up")
            self._talk.cut()
        finally:
            self._loop.close()

    async def _stay_connected(self) -> None:
        while not self._closing:
            try:
                await self._while_connected()
            except (OSError, TimeoutError, RuntimeError, ValueError) as error:
                LOG.warning("the cluster %s is not reached: %s", self._address, error)
                self._talk.cut()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closed(), BETWEEN_CONNECTIONS)

    async def _closed(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()

    async def _while_connected(self) -> None:
        from distributed import Client

        self._client = Client(  # type: ignore[no-untyped-call]
            self._address,
            security=self._security,
            timeout=CONNECT_SECONDS,
            asynchronous=True,
            set_as_default=False,
            name="cnnviz",
        )
        try:
            await self._client
            while not self._closing:
                await self._round()
                await self._pause()
            await self._talk.send(self)
        finally:
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                await asyncio.wait_for(self._client.close(timeout=2), 5)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            seconds = BETWEEN_ROUNDS if self._talk.busy else BETWEEN_IDLE_ROUNDS
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    async def _round(self) -> None:
        await self._talk.send(self)
        threads = await self._workers()
        question = self._talk.question()
        for address in threads.keys() - self._asking.keys():
            self._asking[address] = asyncio.ensure_future(self._ask(address, threads[address], question))
        if self._asking:
            await asyncio.wait(self._asking.values(), timeout=ANSWER_SECONDS)
        done = {address: task for address, task in self._asking.items() if task.done()}
        for address in done:
            del self._asking[address]
        await self._talk.answered(self, set(threads), [task.result() for task in done.values()])

    async def _workers(self) -> dict[str, int]:
        """The threads of all workers by their address, as the scheduler has it this moment."""
        identity = await self._call(self._client.scheduler.identity())
        return {address: int(each["nthreads"]) for address, each in identity["workers"].items()}

    async def _ask(self, address: str, threads: int, question: bytes) -> Answer:
        try:
            said = await self._client.run(read, question, workers=[address], on_error="return")
        except (OSError, RuntimeError, ValueError) as error:
            return Answer(address, threads, error=error)
        answer = said.get(address, [])
        if isinstance(answer, Exception):
            return Answer(address, threads, error=answer)
        return Answer(address, threads, answer)

    async def _call(self, awaitable: Any) -> Any:
        return await asyncio.wait_for(awaitable, CALL_SECONDS)
