"""Serve the app with several processes of one machine behind Caddy: `make serve PROCESSES=2`.

Streamlit keeps a visitor in the process where the session began, so the proxy leads each browser to the same process by
a cookie. The processes listen on the loopback address alone, share the runs, the secret of cookies and the places for
trainings; one that ends by itself is started again. What else is on the command line is handed to Streamlit.

Example:
    python scripts/serve.py --processes 2 --port 8501
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NONE_FOUND = """\
Several processes need the proxy Caddy, which was not found. Any one of these is enough:
  - install it:  apt-get install caddy, brew install caddy, or https://caddyserver.com/docs/install
  - set CADDY to the path of one:  CADDY=/path/to/caddy make serve PROCESSES=2
One process needs no proxy: make run"""

CADDYFILE = """\
{{
    admin off
    auto_https off
}}
http://:{port} {{
    bind {address}
    request_body {{
        max_size 32MB
    }}
    reverse_proxy {upstreams} {{
        lb_policy cookie cnnviz_replica {secret}
        lb_try_duration 5s
        fail_duration 2s
        health_uri /_stcore/health
        health_interval 1s
    }}
}}
"""

MAX_PROCESSES = 64

HEALTHY_SECONDS = 120.0
"""How long the processes may take to answer."""

RESTART_SECONDS = 1.0
"""Pause before a process that has ended is started again."""

LOG_TAIL = 2_000
"""Characters of the proxy's log that are printed when it has ended by itself."""

STOP_SECONDS = 10.0
"""How long processes may take to end before they are killed."""


def find_caddy() -> str | None:
    """Return the path of the proxy: CADDY's, or an installed one; None if there is none."""
    return shutil.which(os.environ.get("CADDY") or "caddy")


def make_caddyfile(address: str, port: int, upstreams: Sequence[int], secret: str) -> str:
    """Return the proxy's configuration.

    Args:
        address: Where the proxy listens.
        port: Likewise.
        upstreams: Ports of the processes, on the loopback address.
        secret: Random text from which Caddy derives what the cookie says.
    """
    places = " ".join(f"127.0.0.1:{each}" for each in upstreams)
    return CADDYFILE.format(port=port, address=address, upstreams=places, secret=secret)


def make_environment(folder: Path, processes: int) -> dict[str, str]:
    """Return the environment variables that all processes share, for those that are not set yet."""
    return {
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
        "CNNVIZ_PROCESSES": str(processes),
        "CNNVIZ_SHARED_SLOTS": str(folder / "slots"),
    }


class Site:
    """All processes of the app and the proxy before them.

    Args:
        caddy: Path of the proxy.
        address: Where the proxy listens.
        port: Likewise.
        processes: How many processes of the app there are.
        options: Further arguments for Streamlit.
        folder: A folder for the proxy's configuration and the locks; deleted by the caller.
    """

    def __init__(
        self, caddy: str, address: str, port: int, processes: int, options: Sequence[str], folder: Path
    ) -> None:
        self._caddy, self._address, self._port, self._folder = caddy, address, port, folder
        self._options = [*options, *([] if ip_address(address).is_loopback else _name(address, options))]
        self._environment = make_environment(folder, processes) | os.environ
        self._log = folder / "caddy.log"
        self._ports = _find_free_ports(processes)
        self._stopping = threading.Event()
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Serve until `stop` is called or the proxy ends; return the exit code."""
        try:
            for port in self._ports:
                self.running[port] = self._start(port)
            if not self._wait_until_healthy():
                return 0 if self._stopping.is_set() else 1
            proxy = self._start_proxy()
            print(f"{len(self._ports)} processes at http://{self._address}:{self._port}", flush=True)
            while not self._stopping.wait(RESTART_SECONDS):
                if proxy.poll() is not None:
                    print(f"The proxy has ended with code {proxy.returncode}.", file=sys.stderr)
                    print(self._log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:], file=sys.stderr)
                    return 1
                self._restart()
            return 0
        finally:
            self._end()

    def stop(self) -> None:
        """Have `run` return; may be called from a signal handler."""
        self._stopping.set()

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1", "--logger.hideWelcomeMessage", "true", *self._options]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL)

    def _start_proxy(self) -> subprocess.Popen[bytes]:
        secret = os.environ.get("CNNVIZ_AFFINITY_SECRET") or secrets.token_hex(32)
        file = self._folder / "Caddyfile"
        file.write_text(make_caddyfile(self._address, self._port, self._ports, secret), encoding="utf-8")
        file.chmod(0o600)
        environment = os.environ | {name: str(self._folder) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        command = [self._caddy, "run", "--config", str(file), "--adapter", "caddyfile"]
        with self._log.open("wb") as log:
            proxy = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=log)
        self.running[self._port] = proxy
        return proxy

    def _wait_until_healthy(self) -> bool:
        deadline = time.monotonic() + HEALTHY_SECONDS
        for port, process in self.running.items():
            while not _is_healthy(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    print("A process of the app did not start.", file=sys.stderr)
                    return False
                if self._stopping.wait(0.1):
                    return False
        return True

    def _restart(self) -> None:
        for port in self._ports:
            code = self.running[port].poll()
            if code is not None:
                print(f"A process of the app has ended with code {code}; it is started again.", file=sys.stderr)
                self.running[port] = self._start(port)

    def _end(self) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _name(address: str, options: Sequence[str]) -> list[str]:
    """Return the options that say under which name the app answers, unless they are among `options`."""
    names = ("--browser.serverAddress", "--server.allowedHosts")
    if ip_address(address).is_unspecified:
        return []
    return [part for name in names if name not in options for part in (name, address)]


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


def _find_free_ports(count: int) -> list[int]:
    """Return ports of the loopback address that nobody uses now."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(each.getsockname()[1]) for each in taken]
    finally:
        for each in taken:
            each.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python scripts/serve.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, default=2, help="how many processes of the app, 1 to 64")
    parser.add_argument("--address", default="127.0.0.1", help="address at which the proxy listens")
    parser.add_argument("--port", type=int, default=8501)
    asked, options = parser.parse_known_args()
    if not 1 <= asked.processes <= MAX_PROCESSES:
        parser.error(f"`--processes` must be 1 to {MAX_PROCESSES}. Received: {asked.processes}.")
    caddy = find_caddy()
    if caddy is None:
        print(NONE_FOUND, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="cnnviz-serve-") as folder:
        site = Site(caddy, asked.address, asked.port, asked.processes, options, Path(folder))
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: site.stop())
        return site.run()


if __name__ == "__main__":
    sys.exit(main())
