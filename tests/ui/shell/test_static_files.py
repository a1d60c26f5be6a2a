"""Files of the page are sent compressed, each compressed once, and only again when they have changed."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cnnviz.ui.components.mount import folder_name
from cnnviz.ui.shell.static_files import COMPONENTS, CompressedFiles, accepts_gzip
from tests.event_loop import run_apart

SCRIPT = b"export const answer = 42\n" * 400
COMPONENT = b"export default () => {}\n" * 100
GZIP = {"accept_encoding": "gzip, deflate, br"}

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """Files in a folder, a component and an answer of the server's own, behind the middleware."""

    def __init__(self, folder: Path) -> None:
        (folder / "static").mkdir()
        (folder / "static" / "index.abc.js").write_bytes(SCRIPT)
        (folder / "static" / "small.js").write_bytes(b"1")
        (folder / "static" / "font.woff2").write_bytes(SCRIPT)
        (folder / "index.html").write_bytes(b"<!doctype html>" + b"<p>" * 500)
        self.component = COMPONENT
        self.asked: list[str] = []
        routes = [
            Route("/_stcore/health", lambda _: JSONResponse({"long": "ok" * 1000})),
            Route(COMPONENTS + "{component}/y.js", self.send_component),
            Mount("/", StaticFiles(directory=folder, html=True)),
        ]
        inner = Starlette(routes=routes)

        async def noting(scope: Any, receive: Any, send: Any) -> None:
            self.asked.append(f"{scope['method']} {scope['path']}")
            await inner(scope, receive, send)

        self.app = CompressedFiles(noting)

    async def send_component(self, _: Request) -> Response:
        return Response(self.component, media_type="text/javascript", headers={"cache-control": "public"})

    async def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        sent: list[dict[str, Any]] = []
        received: list[bool] = []

        async def receive() -> dict[str, Any]:
            if received:
                await asyncio.get_running_loop().create_future()  # the browser stays
            received.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": lines, "query_string": b"", "root_path": ""}
        await self.app(
            scope | {"raw_path": path.encode(), "scheme": "http", "server": ("localhost", 80)}, receive, send
        )
        got = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], got, b"".join(each.get("body", b"") for each in sent[1:])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_file_is_sent_compressed_and_is_the_same(site: Site) -> None:
    status, headers, body = run_apart(site.ask("/static/index.abc.js", **GZIP))
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert int(headers["content-length"]) == len(body) < len(SCRIPT) / 10
    assert gzip.decompress(body) == SCRIPT


def test_thirty_visitors_at_once_cost_one_compression(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    compress = gzip.compress

    def count(body: bytes, level: int, mtime: float) -> bytes:
        calls.append(len(body))
        return compress(body, level, mtime=mtime)

    monkeypatch.setattr(gzip, "compress", count)

    async def visit() -> list[Answer]:
        return await asyncio.gather(*(site.ask("/static/index.abc.js", **GZIP) for _ in range(30)))

    answers = run_apart(visit())
    assert calls == [len(SCRIPT)]
    assert {gzip.decompress(body) for _, _, body in answers} == {SCRIPT}
    assert site.asked.count("GET /static/index.abc.js") == 1


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_browser_without_gzip_gets_the_file_as_it_is(site: Site, accepted: str) -> None:
    status, headers, body = run_apart(site.ask("/static/index.abc.js", accept_encoding=accepted))
    assert (status, body) == (200, SCRIPT)
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"  # or a cache would hand the other one on


def test_a_part_is_a_part_of_the_file_itself(site: Site) -> None:
    status, headers, body = run_apart(site.ask("/static/index.abc.js", range="bytes=10-19", **GZIP))
    assert (status, body) == (206, SCRIPT[10:20])
    assert headers["content-range"] == f"bytes 10-19/{len(SCRIPT)}"
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/static/index.abc.js", COMPONENTS + "x/y.js", "/"])
@pytest.mark.parametrize("arguments", [GZIP, {}])
def test_head_tells_what_get_sends(site: Site, path: str, arguments: dict[str, str]) -> None:
    _, got, body = run_apart(site.ask(path, **arguments))
    status, headers, nothing = run_apart(site.ask(path, "HEAD", **arguments))
    assert (status, nothing) == (200, b"")
    assert headers == got
    assert int(headers["content-length"]) == len(body)


@pytest.mark.parametrize("path", ["/static/index.abc.js", COMPONENTS + "x/y.js", "/"])
def test_file_that_is_known_is_not_sent_again(site: Site, path: str) -> None:
    _, whole, _ = run_apart(site.ask(path))
    _, compressed, _ = run_apart(site.ask(path, **GZIP))
    assert whole["etag"] != compressed["etag"]
    for etag in (compressed["etag"], f'"other", W/{compressed["etag"]}', "*"):
        status, headers, body = run_apart(site.ask(path, if_none_match=etag, **GZIP))
        assert (status, body, headers["etag"]) == (304, b"", compressed["etag"])
    status, _, _ = run_apart(site.ask(path, if_none_match=whole["etag"], **GZIP))
    assert status == 200


def test_component_that_has_changed_is_sent_anew(site: Site) -> None:
    path = COMPONENTS + "x/y.js"
    _, before, _ = run_apart(site.ask(path, **GZIP))
    assert before["cache-control"] == "no-cache"
    site.component = COMPONENT.replace(b"{}", b"{ }")
    status, after, body = run_apart(site.ask(path, if_none_match=before["etag"], **GZIP))
    assert (status, gzip.decompress(body)) == (200, site.component)
    assert after["etag"] != before["etag"]


def test_component_whose_name_holds_a_hash_is_kept_for_good(site: Site) -> None:
    _, headers, body = run_apart(site.ask(f"{COMPONENTS}{folder_name()}/y.js", **GZIP))
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(body) == COMPONENT
    status, headers, _ = run_apart(site.ask(f"{COMPONENTS}{folder_name()}/nothing.js", **GZIP))
    assert status == 404
    assert "cache-control" not in headers


def test_file_that_has_changed_on_disk_is_compressed_anew(site: Site, tmp_path: Path) -> None:
    run_apart(site.ask("/static/index.abc.js", **GZIP))
    (tmp_path / "static" / "index.abc.js").write_bytes(SCRIPT + b"// new")
    _, _, body = run_apart(site.ask("/static/index.abc.js", **GZIP))
    assert gzip.decompress(body) == SCRIPT + b"// new"


@pytest.mark.parametrize("path", ["/static/small.js", "/static/font.woff2"])
def test_what_would_not_shrink_is_sent_as_it_is(site: Site, tmp_path: Path, path: str) -> None:
    status, headers, body = run_apart(site.ask(path, **GZIP))
    assert (status, body) == (200, (tmp_path / path[1:]).read_bytes())
    assert "content-encoding" not in headers


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/nothing.js"])
def test_other_answers_pass_unchanged(site: Site, path: str) -> None:
    through = run_apart(site.ask(path, **GZIP))
    site.app = site.app._app  # type: ignore[assignment]
    assert run_apart(site.ask(path, **GZIP)) == through


def test_a_failure_while_a_file_is_read_is_not_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(gzip, "compress", fail)
        with pytest.raises(MemoryError):
            run_apart(site.ask("/static/index.abc.js", **GZIP))
    _, _, body = run_apart(site.ask("/static/index.abc.js", **GZIP))
    assert gzip.decompress(body) == SCRIPT


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("deflate, GZIP;q=0.5", True),
        ("*", True),
        ("*;q=0", False),
        ("*, gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("br", False),
        ("", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_header_says_whether_gzip_is_read(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
