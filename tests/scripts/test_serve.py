"""Several processes of the app behind the proxy: each visitor stays with one, and a process that ends is replaced."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, expect

from scripts import serve
from tests.browser import eyes
from tests.server_process import ROOT, Server, free_port, stop, wait_until_healthy

needs_proxy = pytest.mark.skipif(serve.find_caddy() is None, reason=serve.NONE_FOUND)
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither make nor these signals")


@dataclass(frozen=True)
class Answer:
    """What the proxy answered: `replica` is the value of the cookie that it set, empty if it set none."""

    status: int
    replica: str
    text: str


def ask(server: Server, path: str, cookie: str = "") -> Answer:
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    got = connection.getresponse()
    text = got.read().decode(errors="replace")
    connection.close()
    cookies = [each.partition(";")[0] for each in got.headers.get_all("Set-Cookie", [])]
    replica = next((each for each in cookies if each.startswith("cnnviz_replica=")), "")
    return Answer(got.status, replica, text)


def until(holds: Callable[[], object], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.1)


def app_processes(server: Server) -> list[psutil.Process]:
    return [each for each in psutil.Process(server.process.pid).children() if "streamlit" in command(each)]


def command(process: psutil.Process) -> str:
    """Return the command of a process, empty once it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    return {(c.laddr.ip, c.laddr.port) for c in process.net_connections("inet") if c.status == "LISTEN"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port, log_file = free_port(), tmp_path_factory.mktemp("serve") / "log"
    program = [sys.executable, "scripts/serve.py", "--processes", "2", "--port", str(port)]
    with log_file.open("w") as log:
        process = subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True)
    server = Server(f"http://127.0.0.1:{port}", process, log_file)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        stop(process)


@needs_proxy
@needs_posix
def test_visitors_are_spread_and_each_stays_with_its_process(site: Server) -> None:
    assert f"2 processes at {site.address}" in site.log
    replicas = {ask(site, "/").replica for _ in range(30)}
    assert len(replicas) == 2
    assert all(replicas)
    for cookie in replicas:
        answers = [ask(site, path, cookie) for path in ("/", "/Layers", "/_stcore/health") for _ in range(5)]
        assert {(each.status, each.replica) for each in answers} <= {(200, ""), (200, cookie)}


@needs_proxy
@needs_posix
def test_nothing_but_the_proxy_is_to_be_reached_and_figures_are_not_forwarded(site: Server) -> None:
    port = urlsplit(site.address).port
    for process in psutil.Process(site.process.pid).children():
        assert {address for address, _ in listening(process)} == {"127.0.0.1"}
        assert ("127.0.0.1", port) not in listening(process) or "caddy" in process.name()
    assert ask(site, "/_stcore/metrics").status == 404


@needs_proxy
@needs_posix
@pytest.mark.browser
def test_two_visitors_in_two_processes_draw_and_upload(site: Server, browser: Browser, tmp_path: Path) -> None:
    """The websocket, files and an upload of a visitor reach the process that has the session."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(picture).line((100, 20, 100, 180), fill=0, width=24)
    picture.save(tmp_path / "one.png")
    seen: set[str] = set()
    for _ in range(12):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(site.address, wait_until="commit")
        (cookie,) = [each for each in context.cookies() if each.get("name") == "cnnviz_replica"]
        if cookie.get("value", "") not in seen:
            seen.add(cookie.get("value", ""))
            expect(page.locator(".st-key-predicted-digit")).to_have_text(eyes.A_DIGIT, timeout=60_000)
            page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "one.png")
            expect(page.locator(".st-key-predicted-digit")).to_have_text("1", timeout=60_000)
        context.close()
        if len(seen) == 2:
            break
    assert len(seen) == 2


@needs_proxy
@needs_posix
def test_process_that_is_killed_is_started_again_and_the_other_goes_on(site: Server) -> None:
    before = app_processes(site)
    assert len(before) == 2
    before[0].kill()
    assert ask(site, "/_stcore/health").text == "ok"
    until(lambda: len(app_processes(site)) == 2 and before[0] not in app_processes(site))
    assert before[1] in app_processes(site)
    until(lambda: len({place for each in app_processes(site) for place in listening(each)}) == 2)
    assert "ended with code -9; it is started again" in site.log


@needs_proxy
@needs_posix
def test_everything_ends_with_the_command() -> None:
    port = free_port()
    program = [sys.executable, "scripts/serve.py", "--processes", "2", "--port", str(port)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"2 processes at http://127.0.0.1:{port}\n"
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(30) == 0
        gone, alive = psutil.wait_procs(children, 10)
        assert len(gone) >= 3
        assert alive == []


@pytest.mark.process
def test_missing_proxy_is_said_with_the_way_to_get_it() -> None:
    asked = subprocess.run(
        [sys.executable, "scripts/serve.py"],
        cwd=ROOT,
        env={"CADDY": "/nowhere/caddy"},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 1
    assert "apt-get install caddy" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_configuration_names_all_processes_and_keeps_visitors_by_cookie() -> None:
    text = serve.make_caddyfile("192.168.1.20", 80, [8502, 8503], "secret")
    assert "http://:80 {" in text
    assert "bind 192.168.1.20" in text
    assert "reverse_proxy 127.0.0.1:8502 127.0.0.1:8503 {" in text
    assert "lb_policy cookie cnnviz_replica secret" in text


def test_processes_share_secret_places_and_queue(tmp_path: Path) -> None:
    shared = serve.make_environment(tmp_path, 3)
    assert shared["CNNVIZ_PROCESSES"] == "3"
    assert shared["CNNVIZ_SHARED_SLOTS"] == str(tmp_path / "slots")
    assert len(shared["STREAMLIT_SERVER_COOKIE_SECRET"]) == 64


@pytest.mark.parametrize(
    ("address", "options", "named"),
    [
        ("0.0.0.0", [], []),
        ("192.168.1.20", [], ["--browser.serverAddress", "192.168.1.20", "--server.allowedHosts", "192.168.1.20"]),
        (
            "192.168.1.20",
            ["--browser.serverAddress", "digits.example.org"],
            ["--server.allowedHosts", "192.168.1.20"],
        ),
    ],
)
def test_app_answers_under_the_name_of_the_proxy(address: str, options: list[str], named: list[str]) -> None:
    assert serve._name(address, options) == named
