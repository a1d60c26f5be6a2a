"""Stand in for the connection to a Dask scheduler: two worker services in this process, polled in rounds."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import SimpleNamespace
from typing import Any

from cnnviz.jobs.executors.dask.connection import Connection, Reply, RoundHandler
from cnnviz.jobs.executors.dask.worker_service import WorkerService
from cnnviz.workers.entry.job_runner import run
from tests.jobs.executors import fake_worker

ROUND_SECONDS = 0.02


class FakeConnection(Connection):
    """Keep the thread and the loop of `Connection`, and replace everything that reaches Dask."""

    def __init__(self, address: str, security: Any, handler: RoundHandler) -> None:
        super().__init__(address, security, handler)
        self._services = {
            f"worker-{number}": WorkerService(lambda item, emit, take: run(fake_worker.train, item, emit, take))
            for number in range(2)
        }
        self._dropped: set[str] = set()

    async def submit(self, key: str, packed: bytes, address: str) -> Any:
        threading.Thread(target=self._train, args=(key, packed, address), daemon=True).start()
        return SimpleNamespace(status="pending")

    async def drop(self, key: str) -> None:
        self._dropped.add(key)

    async def list_published(self) -> tuple[str, ...]:
        return ()

    def _train(self, key: str, packed: bytes, address: str) -> None:
        self._services[address].train(key, packed, lambda: key not in self._dropped)

    async def _poll_until_closed(self) -> None:
        while not self._closing:
            await self._handler.send_pending(self)
            query = self._handler.build_query()
            replies = [Reply(address, 1, service.poll(query)) for address, service in self._services.items()]
            await self._handler.on_replies(self, set(self._services), replies)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), ROUND_SECONDS)
            self._wake.clear()
        await self._handler.send_pending(self)
