"""The real server for tests: started on a free port of this machine, questioned, stopped."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START = 60.0  # seconds that a server may take on a busy machine

SETTINGS = {"PYTHONUNBUFFERED": "1", "CNNVIZ_WARM_UP": "0"}
"""Environment of all servers: most tests that open Train train nothing, and to warm up takes 10 s of processor time."""


@dataclass(frozen=True)
class Server:
    """A running server: `address` has no slash at its end, `log` is everything printed so far."""

    address: str
    process: subprocess.Popen[str]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def ask(self, question: str) -> Any:
        """Return the answer of `tests/inspected_server.py` to one of its questions."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("this server was started without a way to ask it")
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def get(address: str, headers: Mapping[str, str] = {}) -> tuple[int, str]:
    """Return status and text of an answer; errors of the server are answers too."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=dict(headers)), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextmanager
def serving(*command: str, environment: Mapping[str, str] = {}) -> Iterator[Server]:
    """Serve `app.py` with the repository's settings and wait until it is healthy; stop it at the end.

    `command` is what Python runs, by default the inspected server.
    """
    port = free_port()
    program = command or ("tests/inspected_server.py", "run", "app.py")
    with tempfile.TemporaryDirectory(prefix="cnnviz-server-") as folder:
        log_file = Path(folder) / "log"
        with log_file.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *program, "--server.port", str(port)],
                cwd=ROOT,
                env=os.environ | SETTINGS | dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if not command else log,
                stderr=log,
                text=True,
            )
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        try:
            wait_until_healthy(server)
            yield server
        finally:
            stop(process)


def wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if get(f"{server.address}/_stcore/health") == (200, "ok"):
                return
        except (OSError, http.client.HTTPException):
            pass  # not listening yet
        time.sleep(0.05)
    raise RuntimeError(f"the server did not become healthy:\n{server.log}")


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
