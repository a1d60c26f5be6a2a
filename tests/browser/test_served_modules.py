"""The modules of components as the browser fetches them: each once, whoever imports it."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Page

from tests.browser import eyes


def test_shared_modules_are_fetched_once(page: Page, address: str) -> None:
    fetched: Counter[str] = Counter()
    page.on("response", lambda response: fetched.update([response.url]))
    eyes.opened(page, f"{address}/Layers", "Layers")
    modules = {url.partition("/bidi-components/")[2]: times for url, times in fetched.items() if url.endswith(".js")}
    ours = {path: times for path, times in modules.items() if path.startswith("cnnviz.browser-")}
    assert {"pad/pad.js", "ledger/ledger.js", "shared/elements.js"} <= {path.partition("/")[2] for path in ours}
    assert set(ours.values()) == {1}
