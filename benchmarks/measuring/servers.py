"""Start the compared servers on free ports of this machine, measure their processes, stop them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app.py"
CONTESTANTS = ROOT / "benchmarks" / "contestants"

DEFAULTS = (
    "--server.headless",
    "true",
    "--server.address",
    "127.0.0.1",
    "--browser.gatherUsageStats",
    "false",
)
"""What the usual app is started with, from a folder without settings: only what makes it start unasked."""
HEALTHY_WITHIN = 180.0


@dataclass(frozen=True)
class Server:
    """A running server; `address` ends without a slash, `started` is `time.perf_counter()` before the start."""

    address: str
    process: subprocess.Popen[bytes]
    started: float

    @property
    def memory(self) -> float:
        """Return the resident memory of the web process and its children, in MB (2^20 bytes)."""
        web = psutil.Process(self.process.pid)
        return float(sum(each.memory_info().rss for each in (web, *web.children(recursive=True)))) / 2**20

    @property
    def cpu(self) -> float:
        """Return the seconds of processor time that the web process has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(
    script: Path, *, defaults: bool = False, environment: Mapping[str, str] = {}, module: str = "streamlit"
) -> Iterator[Server]:
    """Serve `script`, with the repository's settings or with Streamlit's own, and stop it at the end.

    `module` is what runs it: Streamlit, or one that takes the same arguments.
    """
    with tempfile.TemporaryDirectory(prefix="cnnviz-bench-") as folder:
        port = _free_port()
        command = [sys.executable, "-m", module, "run", str(script), "--server.port", str(port)]
        started = time.perf_counter()
        process = subprocess.Popen(
            command + list(DEFAULTS if defaults else ()),
            cwd=folder if defaults else ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield Server(f"http://127.0.0.1:{port}", process, started)
        finally:
            _stop(process)


def wait_until_healthy(server: Server) -> None:
    """Return as soon as the server answers; raise `RuntimeError` if it ends or stays silent."""
    deadline = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=10) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass  # not listening yet
        time.sleep(0.02)
    raise RuntimeError(f"the server of {server.process.args!r} did not become healthy")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
