"""Browser test fixtures: a clean browser profile per visitor; pages may not log errors or contact other hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cnnviz.core.drawing import preprocessing, strokes, url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.page_guard import PageGuard
from tests.browser.profiles import Profiles
from tests.server_process import Server, serving

Visitor = Callable[..., Page]

LAYERS_NETWORK = "cnn-32-64-64"
"""Convolutions, poolings and dense layers, small enough to be quick."""

PATIENCE = 45_000  # milliseconds for anything to appear on a machine that has other things to do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip this folder if no network has been trained yet."""
    if not (model_store.folder() / f"{model_store.DEFAULT}.json").is_file():
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason=f"models/{model_store.DEFAULT}.json is not there yet"))


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def page_guard() -> Iterator[PageGuard]:
    """Watch all pages of a test, and fail it for console errors, exceptions and foreign requests."""
    guard = PageGuard()
    yield guard
    assert guard.violations == []


@pytest.fixture(scope="session")
def kept_profiles(browser: Browser) -> Iterator[Profiles]:
    """Keep browser profiles, with the app's files, for the visitors of all tests."""
    kept = Profiles(browser, PATIENCE)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def profiles(kept_profiles: Profiles) -> Iterator[Profiles]:
    """Lend browser profiles to a module's tests."""
    yield kept_profiles
    kept_profiles.give_all_back()


@pytest.fixture
def visitor(profiles: Profiles, page_guard: PageGuard, browser_context_args: dict[str, Any]) -> Iterator[Visitor]:
    """Make a visitor: a guarded page in a browser profile of its own, with Playwright's context options."""
    taken: list[BrowserContext] = []

    def come(**options: Any) -> Page:
        page = profiles.open(browser_context_args | options, page_guard)
        taken.append(page.context)
        return page

    yield come
    for profile in taken:
        profiles.give_back(profile, page_guard.origins)
        page_guard.leave(profile)


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """Return the page of a test's usual visitor."""
    return visitor()


@pytest.fixture(scope="module")
def pages_left_open() -> dict[str, Page]:
    """Keep the pages of a module that wait for another test."""
    return {}


@pytest.fixture
def revisit(
    request: pytest.FixtureRequest,
    pages_left_open: dict[str, Page],
    profiles: Profiles,
    page_guard: PageGuard,
    browser_context_args: dict[str, Any],
) -> Iterator[Visitor]:
    """Open an address once for all tests of a module that leave its page as they found it.

    Called with the address, the page's title, Playwright's context options and `visit`, a name for one of several
    visits of the same address. Pointer, focus and place are those of a page that has just been opened. A page that a
    test has failed on is used no more.
    """
    failed = request.session.testsfailed
    used: list[str] = []

    def open_again(address: str, title: str = "Draw", visit: str = "", **options: Any) -> Page:
        used.append(f"{address} {visit} {options}")
        page = pages_left_open.get(used[-1])
        if page is None:
            page = profiles.open(browser_context_args | options, page_guard)
            pages_left_open[used[-1]] = eyes.opened(page, address, title)
        else:
            page_guard.watch(page.context)
            hands.begin_again(page)
        return page

    yield open_again
    for name in used:
        page = pages_left_open[name]
        page_guard.leave(page.context)
        if request.session.testsfailed > failed:
            parts = urlsplit(page.url)
            profiles.give_back(page.context, [f"{parts.scheme}://{parts.netloc}"])
            del pages_left_open[name]


@pytest.fixture
def newcomer(browser: Browser, page_guard: PageGuard, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Open a page in a browser that has nothing of the app yet."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(PATIENCE)
    page_guard.watch(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(visitor: Visitor) -> Page:
    """Open a page on a phone: narrow, with touch."""
    return visitor(**hands.PHONE)


@pytest.fixture(scope="session")
def seven() -> Drawing:
    """Return a seven, encoded for a link."""
    return url_codec.decode(url_codec.encode(Drawing((Stroke(tuple(hands.SEVEN), 20.0),))))


@pytest.fixture(scope="session")
def seven_link(seven: Drawing) -> str:
    """Return the query of a page that shows the seven."""
    return f"?d={url_codec.encode(seven)}"


@pytest.fixture
def address(server: Server) -> str:
    return server.address


@pytest.fixture(scope="module")
def server_with_runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with its own runs per module, with the module's `SERVER_ENVIRONMENT`."""
    runs = str(tmp_path_factory.mktemp("runs"))
    with serving(environment={"CNNVIZ_RUNS": runs} | getattr(request.module, "SERVER_ENVIRONMENT", {})) as running:
        yield running


@pytest.fixture(scope="session")
def traced(seven: Drawing) -> Trace:
    """Trace the seven in this process, in the network that Layers opens with `layers_link`."""
    return trace(model_store.load(LAYERS_NETWORK), preprocessing.from_canvas(strokes.render(seven)).digit)


@pytest.fixture
def layers_link(address: str, seven_link: str) -> str:
    """Return the address of Layers with the seven, a small network and everything that the page has."""
    return f"{address}/Layers{seven_link}&net={LAYERS_NETWORK}&show=everything"


@pytest.fixture
def layers_page(page: Page, layers_link: str) -> Page:
    """Open Layers, complete, with the seven and a small network."""
    return eyes.opened(page, layers_link, "Layers")
