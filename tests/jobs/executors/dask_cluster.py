"""Start a Dask scheduler and workers on the loopback address, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.server_process import ROOT, free_port, stop

START = 60.0
FAKE_PRELOAD = "tests.jobs.executors.fake_preload"


@dataclass
class Processes:
    """A running cluster."""

    address: str
    scheduler: subprocess.Popen[bytes]
    options: Sequence[str]
    environment: Mapping[str, str]
    stack: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, preload: str | None = FAKE_PRELOAD) -> subprocess.Popen[bytes]:
        """Start a worker; it is usable once its address appears at the scheduler."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="cnnviz-worker-"))
        worker = self.stack.enter_context(
            running(
                "worker",
                self.address,
                "--nthreads",
                "1",
                "--memory-limit",
                "0",
                "--no-nanny",
                "--dashboard-address",
                "127.0.0.1:0",
                "--local-directory",
                folder,
                *(("--host", "127.0.0.1") if "tls" not in self.address else ("--host", "tls://127.0.0.1")),
                *(("--preload", preload) if preload else ()),
                *self.options,
                environment=self.environment,
            )
        )
        self.workers.append(worker)
        return worker

    @property
    def all(self) -> list[subprocess.Popen[bytes]]:
        return [self.scheduler, *self.workers]


@contextmanager
def cluster(
    workers: int = 2,
    preload: str | None = FAKE_PRELOAD,
    options: Sequence[str] = (),
    protocol: str = "tcp",
    environment: Mapping[str, str] = {},
) -> Iterator[Processes]:
    """Start a scheduler with so many workers, and stop them at the end."""
    port = free_port()
    host = "127.0.0.1" if protocol == "tcp" else f"{protocol}://127.0.0.1"
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            running(
                "scheduler",
                "--host",
                host,
                "--port",
                str(port),
                "--dashboard-address",
                "127.0.0.1:0",
                *options,
                environment={"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", **environment},
            )
        )
        made = Processes(f"{protocol}://127.0.0.1:{port}", scheduler, options, environment, stack)
        wait_until_listening(scheduler, port)
        for _ in range(workers):
            made.add_worker(preload)
        yield made


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] = {}) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=ROOT,
        env=os.environ | dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("CNNVIZ_TEST_LOUD") else subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        stop(process)  # type: ignore[arg-type]


def wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        if any(each.laddr.port == port for each in listening(process.pid)):
            return
        time.sleep(0.05)
    raise RuntimeError("the scheduler does not listen")


def listening(pid: int) -> list[psutil._common.pconn]:
    """Return the sockets on which a process and its children listen."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return [each for one in family for each in one.net_connections(kind="inet") if each.status == psutil.CONN_LISTEN]


def certificates(folder: Path) -> tuple[Path, Path]:
    """Create a self-signed certificate for this machine, and its key."""
    certificate, key = folder / "cluster.pem", folder / "cluster.key"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=cnnviz",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
