"""Headers on every response, and a server with few descriptors: visitors beyond its limit get a message."""

from __future__ import annotations

import asyncio
import http.client
import socket
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Origin, Subprotocol

from cnnviz.ui.shell.descriptors import RESERVED, accept_one_by_one, count_visitors_allowed
from tests.event_loop import run_apart
from tests.server_process import Server, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of descriptors to set")

SOFT, HARD = 240, 280

FEW = (
    "import resource, sys;"
    f"resource.setrlimit(resource.RLIMIT_NOFILE, ({SOFT}, {HARD}));"
    "sys.argv[:1] = ['streamlit', 'run', 'app.py']; sys.path[0] = '';"
    "from streamlit.web.cli import main; main()"
)
"""Serves the app as usual, in a process that may have few descriptors."""


@pytest.fixture(scope="module")
def few() -> Iterator[Server]:
    with serving("-c", FEW) as server:
        yield server


def answer(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    got = connection.getresponse()
    text = got.read().decode(errors="replace")
    connection.close()
    return got.status, {name.lower(): value for name, value in got.getheaders()}, text


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/Layers", "GET"),
        ("/_stcore/health", "GET"),
        ("/_stcore/host-config", "GET"),
        ("/_stcore/bidi-components/cnnviz.browser/shared/base.css", "GET"),
        ("/_stcore/upload_file/a/b", "PUT"),
        ("/media/nothing.png", "GET"),
        ("/_stcore/stream", "GET"),
        ("/../../etc/passwd", "GET"),
    ],
)
def test_every_response_has_the_headers(few: Server, path: str, method: str) -> None:
    _, headers, _ = answer(few, path, method)
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(("path", "origin"), [("/_stcore/stream", "http://evil.example"), ("/nowhere", "")])
def test_refused_websocket_has_the_headers_too(few: Server, path: str, origin: str) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    key = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    status, headers, _ = answer(few, path, **upgrade, **key, Origin=origin or few.address)
    assert status == 403
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "without completing" not in few.log


def test_metrics_are_for_this_computer_alone(few: Server) -> None:
    assert answer(few, "/_stcore/metrics")[0] == 200
    for forwarded in ("X_Forwarded_For", "X_Forwarded_Proto", "Forwarded", "X_Real_IP"):
        assert answer(few, "/_stcore/metrics", **{forwarded: "203.0.113.7"})[0] == 404


async def visit(server: Server) -> tuple[websockets.ClientConnection, str]:
    """Connect a visitor and run the first page; return the connection and what was said in a box."""
    host = urlsplit(server.address).netloc
    connection = await websockets.connect(
        f"ws://{host}/_stcore/stream",
        max_size=None,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(server.address),
    )
    message = BackMsg()
    message.rerun_script.query_string = ""
    await connection.send(message.SerializeToString())
    said = ""
    while True:
        got = ForwardMsg()
        got.ParseFromString(await asyncio.wait_for(connection.recv(), 60))
        said = got.delta.new_element.alert.body or said
        if got.WhichOneof("type") == "script_finished":
            return connection, said


def test_visitors_beyond_the_limit_are_refused_until_others_leave(few: Server) -> None:
    places = count_visitors_allowed(HARD)
    assert places == (HARD - RESERVED) // 4
    assert f"{HARD} file descriptors: places for {places} visitors" in few.log
    process = psutil.Process(few.process.pid)

    async def fill() -> None:
        connections = [(await visit(few))[0]]
        alone = process.num_fds()
        for _ in range(places - 1):
            connection, said = await visit(few)
            connections.append(connection)
            assert said == ""
        assert (process.num_fds() - alone) / (places - 1) <= 1.5  # was 4
        while len(connections) < places * 1.1:
            connection, said = await visit(few)
            connections.append(connection)
            assert f"it has places for {places} visitors" in said
        with pytest.raises(websockets.InvalidStatus):
            await visit(few)
        status, headers, text = await asyncio.to_thread(answer, few, "/", Accept="text/html")
        assert (status, "retry-after" in headers) == (503, True)
        assert f"it has places for {places} visitors" in text
        assert "content-security-policy" in headers
        for connection in connections:
            await connection.close()
        connection, said = await visit(few)
        assert said == ""
        assert process.num_fds() <= alone + 3  # sessions are kept for those who come back, their descriptors are not
        await connection.close()

    run_apart(fill())


def test_server_without_descriptors_neither_spins_nor_floods_the_log(few: Server) -> None:
    process = psutil.Process(few.process.pid)
    address = urlsplit(few.address)
    lines = few.log.count("\n")
    held = [socket.create_connection((address.hostname, address.port)) for _ in range(HARD + 60)]
    try:
        for connection in held:
            connection.send(b"GET / HTTP/1.1\r\n")
        deadline = time.monotonic() + 60
        while "out of system resource" not in few.log and time.monotonic() < deadline:
            time.sleep(0.1)
        before = sum(process.cpu_times()[:2])
        time.sleep(4)  # a span to measure, not a state to wait for
        assert sum(process.cpu_times()[:2]) - before < 1.0  # was 2.4
        assert few.log.count("\n") - lines < 300  # was 200,000
    finally:
        for connection in held:
            connection.close()
    deadline = time.monotonic() + 30
    while True:
        try:
            assert answer(few, "/_stcore/health")[2] == "ok"
            break
        except OSError:
            assert time.monotonic() < deadline, few.log[-2000:]
            time.sleep(0.2)


def test_origins_that_may_frame_the_app_are_named() -> None:
    with serving(
        "-m",
        "streamlit",
        "run",
        "app.py",
        environment={"CNNVIZ_EMBEDDED_IN": "https://school.example.org nonsense;script-src"},
    ) as server:
        _, headers, _ = answer(server, "/")
        assert "frame-ancestors 'self' https://school.example.org" in headers["content-security-policy"]
        assert "nonsense" not in headers["content-security-policy"]
        assert "x-frame-options" not in headers


def test_listening_sockets_of_a_loop_are_found() -> None:
    async def serve() -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        async with await asyncio.start_server(lambda *_: None, sock=listening):
            return accept_one_by_one(asyncio.get_running_loop())

    assert run_apart(serve()) == 1
