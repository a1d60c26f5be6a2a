"""The settings of the running server, read back from it, and what its process holds after every page was visited."""

from __future__ import annotations

import http.client
import re
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser import eyes, hands
from tests.server_process import ROOT, Server, get, serving

REQUIRED = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.maxUploadSize": 30,
    "server.maxMessageSize": 50,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.disconnectedSessionTTL": 600,
    "server.fileWatcherType": "none",
    "runner.postScriptGC": False,
    "global.minCachedMessageSize": 1e12,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "client.showSidebarNavigation": False,
    "browser.gatherUsageStats": False,
}
NEVER_IN_THE_SERVER = {"keras", "tensorflow", "h5py", "onnx", "sklearn"}


def page_addresses() -> list[str]:
    """Return the path of every page: the first one, and those of the folder `pages` by their file names."""
    others = [re.sub(r"^\d+[_ -]*", "", path.stem) for path in sorted((ROOT / "pages").glob("*.py"))]
    return ["/", *(f"/{name}" for name in others)]


@pytest.fixture(scope="module")
def options(server: Server) -> dict[str, Any]:
    read: dict[str, Any] = server.ask("options")
    return read


@pytest.mark.parametrize(("name", "value"), REQUIRED.items())
def test_setting_holds_in_the_running_server(name: str, value: object, options: dict[str, Any]) -> None:
    assert options[name] == value


def test_every_setting_of_the_file_is_known_to_streamlit(options: dict[str, Any]) -> None:
    """A misspelled or removed option is only a line in the log, so it is looked for here."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    def names(table: dict[str, Any], prefix: str) -> list[str]:
        found = []
        for key, value in table.items():
            found += names(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
        return found

    assert [name for name in names(settings, "") if name not in options] == []


def test_theme_names_no_other_host(options: dict[str, Any]) -> None:
    assert [name for name, value in options.items() if name.startswith("theme.") and "//" in str(value)] == []


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_in_both_themes(mode: str, options: dict[str, Any]) -> None:
    theme = {name.rpartition(".")[2]: v for name, v in options.items() if name.startswith(f"theme.{mode}.") and v}
    for paper in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["textColor"], paper) >= 7
        assert contrast(theme["linkColor"], paper) >= 4.5
    assert contrast(theme["primaryColor"], "#ffffff") >= 4.5  # the words on a button
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3  # the button on the page
    for colour in theme["chartCategoricalColors"]:
        assert contrast(colour, theme["backgroundColor"]) >= 3


def test_the_server_listens_on_this_machine_alone(server: Server) -> None:
    listening = [c for c in psutil.Process(server.process.pid).net_connections("inet") if c.status == "LISTEN"]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_the_readme_command_serves(tmp_path: Path) -> None:
    """`streamlit run app.py` as people type it, without anything of the tests in the process."""
    with serving("-m", "streamlit", "run", "app.py", environment={"HOME": str(tmp_path)}) as running:
        assert get(f"{running.address}/_stcore/health") == (200, "ok")
        assert f"URL: {running.address}" in running.log
        assert "Traceback" not in running.log


def test_a_foreign_page_may_not_connect(server: Server) -> None:
    def handshake(origin: str) -> int:
        connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=15)
        headers = {
            "Origin": origin,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        connection.request("GET", "/_stcore/stream", headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    assert handshake(server.address) == 101
    assert handshake("http://example.invalid") == 403


def test_an_upload_without_the_token_is_refused(server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("PUT", "/_stcore/upload_file/nobody/nothing", body=b"x")
    assert connection.getresponse().status in {400, 403}
    connection.close()


def assert_page_stands(page: Page, served: Server, path: str) -> None:
    """Wait until a page has run, and look for what a page shows or logs that does not work."""
    expect(eyes.heading(page, path.removeprefix("/") or "Draw")).to_be_visible(timeout=60_000)
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible(timeout=60_000)
    assert "Traceback" not in served.log, served.log[-2000:]
    expect(page.locator(".st-key-navigation")).to_be_visible(timeout=30_000)
    assert page.get_by_text("Page not found").count() == 0, path
    assert page.get_by_test_id("stException").count() == 0, path


@pytest.mark.browser
def test_no_page_imports_keras_into_the_server(page: Page) -> None:
    """A fresh server, every page opened directly and then through one another's links."""
    with serving() as fresh:
        for path in page_addresses():
            page.goto(fresh.address + path)
            assert_page_stands(page, fresh, path)
        for path in page_addresses():
            hands.go_to(page, path.removeprefix("/") or "Draw")
            expect(page).to_have_url(re.compile(f"{re.escape(fresh.address + path)}(\\?|$)"))
            assert_page_stands(page, fresh, path)
        imported = {name.partition(".")[0] for name in fresh.ask("modules")}
        assert "numpy" in imported, "the pages have run in the process that is asked"
        assert imported & NEVER_IN_THE_SERVER == set()
        assert fresh.ask("frozen") > 10_000, "gc.freeze() was called after the imports"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without telling it")
def test_server_without_a_terminal_ends_on_request() -> None:
    with serving() as running:
        running.process.terminate()
        assert running.process.wait(10) is not None
