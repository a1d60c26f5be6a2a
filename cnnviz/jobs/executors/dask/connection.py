"""The connection to a Dask scheduler: a thread with an event loop that connects, polls in rounds and reconnects.

All coroutines run on that loop. What a round asks and how the replies are handled is up to the `RoundHandler`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from cnnviz.jobs.executors.dask.worker_service import poll, train

LOG = logging.getLogger(__name__)

BUSY_ROUND_SECONDS = 0.2
IDLE_ROUND_SECONDS = 1.0
RECONNECT_SECONDS = 2.0
CONNECT_TIMEOUT = 5

REPLY_TIMEOUT = 0.3
"""How long a round waits for workers; the reply of a slow one, or of one that just died, counts in a later round."""

CALL_TIMEOUT = 20.0
"""How long a call to the Dask scheduler may take."""


@dataclass(frozen=True)
class Reply:
    """A worker's reply to one query.

    Attributes:
        address: Of the worker.
        threads: How many tasks it runs at a time.
        messages: Packed messages; empty for a worker without our service.
        error: Why it could not be asked, None if it could.
    """

    address: str
    threads: int
    messages: list[bytes] = field(default_factory=list)
    error: Exception | None = None


class RoundHandler(Protocol):
    """The callbacks of a connection, called on its loop."""

    async def send_pending(self, connection: Connection) -> None:
        """Submit and drop what is due; called before every round."""

    def build_query(self) -> bytes:
        """Return the query for all workers."""

    async def on_replies(self, connection: Connection, addresses: set[str], replies: list[Reply]) -> None:
        """Handle the replies of a round; `addresses` are those of all workers of the cluster."""

    def on_disconnected(self) -> None:
        """Handle that there is no connection."""

    @property
    def busy(self) -> bool:
        """Whether the next round is urgent."""


class Connection:
    """Keep a connection to a Dask scheduler up.

    Args:
        address: tcp://host:port or tls://host:port.
        security: Dask's `Security`, or None.
        handler: Builds queries and handles replies.
    """

    def __init__(self, address: str, security: Any, handler: RoundHandler) -> None:
        self._address, self._security, self._handler = address, security, handler
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._closing = False
        self._asking: dict[str, asyncio.Task[Reply]] = {}
        self._client: Any = None
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Start the next round now; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """Disconnect; published jobs continue."""
        self._closing = True
        self.wake()
        self._thread.join(10)

    async def submit(self, key: str, packed: bytes, address: str) -> Any:
        """Submit a job to a worker, or to another if that one leaves, and return its future.

        The job is published, so that it outlives this app.
        """
        future = self._client.submit(
            train, key, packed, key=key, workers=[address], allow_other_workers=True, pure=False
        )
        await self._call(self._client.publish_dataset(future, name=key, override=True))
        return future

    async def drop(self, key: str) -> None:
        """Make the Dask scheduler forget a job; a running one notices it."""
        from distributed import Future

        await self._call(self._client.cancel([Future(key, self._client)], force=True))
        await self._call(self._client.unpublish_dataset(key))

    async def list_published(self) -> tuple[str, ...]:
        """Return the keys of all jobs that any app has given to the Dask scheduler."""
        names = await self._call(self._client.list_datasets())
        return tuple(name for name in names if isinstance(name, str))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._stay_connected())
        except Exception:  # from now on `submit` is refused
            LOG.exception("the connection to the cluster has failed for good")
            self._handler.on_disconnected()
        finally:
            self._loop.close()

    async def _stay_connected(self) -> None:
        while not self._closing:
            try:
                await self._poll_until_closed()
            except (OSError, TimeoutError, RuntimeError, ValueError) as error:
                LOG.warning("cannot reach the cluster %s: %s", self._address, error)
                self._handler.on_disconnected()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wait_for_close(), RECONNECT_SECONDS)

    async def _wait_for_close(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()

    async def _poll_until_closed(self) -> None:
        from distributed import Client

        self._client = Client(  # type: ignore[no-untyped-call]
            self._address,
            security=self._security,
            timeout=CONNECT_TIMEOUT,
            asynchronous=True,
            set_as_default=False,
            name="cnnviz",
        )
        try:
            await self._client
            while not self._closing:
                await self._run_round()
                await self._pause()
            await self._handler.send_pending(self)
        finally:
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                await asyncio.wait_for(self._client.close(timeout=2), 5)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            seconds = BUSY_ROUND_SECONDS if self._handler.busy else IDLE_ROUND_SECONDS
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    async def _run_round(self) -> None:
        # 1. Submit and drop jobs.
        await self._handler.send_pending(self)
        # 2. Query every worker that does not still owe the reply to an earlier query.
        threads = await self._list_workers()
        query = self._handler.build_query()
        for address in threads.keys() - self._asking.keys():
            self._asking[address] = asyncio.ensure_future(self._ask(address, threads[address], query))
        # 3. Collect the replies that come in time.
        if self._asking:
            await asyncio.wait(self._asking.values(), timeout=REPLY_TIMEOUT)
        done = {address: task for address, task in self._asking.items() if task.done()}
        for address in done:
            del self._asking[address]
        await self._handler.on_replies(self, set(threads), [task.result() for task in done.values()])

    async def _list_workers(self) -> dict[str, int]:
        """Return the number of threads of every worker by address, as the Dask scheduler knows them now."""
        identity = await self._call(self._client.scheduler.identity())
        return {address: int(each["nthreads"]) for address, each in identity["workers"].items()}

    async def _ask(self, address: str, threads: int, query: bytes) -> Reply:
        try:
            replies = await self._client.run(poll, query, workers=[address], on_error="return")
        except (OSError, RuntimeError, ValueError) as error:
            return Reply(address, threads, error=error)
        reply = replies.get(address, [])
        if isinstance(reply, Exception):
            return Reply(address, threads, error=reply)
        return Reply(address, threads, reply)

    async def _call(self, awaitable: Any) -> Any:
        return await asyncio.wait_for(awaitable, CALL_TIMEOUT)
