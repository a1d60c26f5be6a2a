"""axe finds nothing on any page: WCAG 2 at levels A and AA, and best practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from cnnviz.figures import theme
from tests.browser import axe, eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor
from tests.browser.page_guard import PageGuard
from tests.browser.profiles import Profiles
from tests.server_process import Server

pytestmark = pytest.mark.skipif(
    not axe.SCRIPT.is_file(), reason="axe-core is not installed: `npm ci` installs it, as `make` does"
)

Act = Callable[[Page], object]
Scheme = Literal["light", "dark"]


def as_it_is(_: Page) -> None:
    """Do nothing more."""


def take_the_eraser(page: Page) -> None:
    page.get_by_role("button", name="Eraser").click()
    page.get_by_role("button", name="Save or open").click()


def open_the_pages(page: Page) -> None:
    if (menu := page.locator(".frame .menu")).is_visible():
        menu.click()
    expect(page.locator(".st-key-navigation").get_by_role("link", name="Compare")).to_be_visible()


def use_the_editor(page: Page) -> None:
    hands.use_surface(page, "Editor")


def enlarge_a_map(page: Page) -> None:
    page.locator('.st-key-strip canvas[data-role="mosaic"]').nth(1).click(position={"x": 8, "y": 8})
    expect(page.locator(".st-key-strip .enlarged .head")).to_be_visible()


def tell_about_the_network(page: Page) -> None:
    page.get_by_text("About this network").click()
    expect(page.locator('[data-testid="stPopoverBody"]')).to_be_visible()
    expect(page.locator(".st-key-export-safetensors")).to_be_visible()


def open_a_network(page: Page) -> None:
    page.get_by_role("button", name="Open your own").click()
    expect(page.locator(".st-key-own-network").get_by_test_id("stFileUploader")).to_be_visible()


def open_the_upload(page: Page) -> None:
    page.get_by_text("Or open a picture of a digit").click()
    expect(page.locator('[data-testid="stFileUploader"]')).to_be_visible()
    page.locator(".stMain").evaluate(
        "main => main.scrollTo(0, 0)"
    )  # half below the navigation, a target counts as small


def guess(page: Page) -> None:
    page.locator(".guess:visible input").first.fill("3")
    page.keyboard.press("Enter")


def guess_twice(page: Page) -> None:
    guess(page)
    expect(page.locator(".guess:visible .hint")).not_to_be_empty()
    page.keyboard.press("Enter")


def find_out(page: Page) -> None:
    page.get_by_role("button", name="Find out").nth(3).click()
    expect(page.locator(".st-key-recorded")).to_be_visible()
    eyes.settled(page)


def find_everything(page: Page) -> None:
    hands.choose(page, "Everything")
    eyes.link_when(page, eyes.carries("show", "everything"))


@dataclass(frozen=True)
class State:
    """Something that a page can show.

    Attributes:
        title: of the page.
        address: opens the page in a new visit; it ends so that more can be added.
        act: what is done on the page.
        way: leads to the state from another one of the same visit; None: only the address does.
    """

    title: str
    address: str
    act: Act = as_it_is
    way: Act | None = None


def walked(title: str, address: str, act: Act = as_it_is) -> State:
    """Return a state that the navigation and `act` lead to; a page that is there already is left before."""

    def walk(page: Page) -> None:
        close_popovers(page)
        if eyes.heading(page, title).is_visible():
            hands.go_to(page, "Layers" if title == "Draw" else "Draw")
            expect(eyes.heading(page, title)).to_be_hidden()
        hands.go_to(page, title)
        eyes.stand(page, title)
        act(page)

    return State(title, address, act, walk)


def chosen(title: str, address: str, option: str, name: str, value: str) -> State:
    """Return a state of a page that one of its options leads to, whose link has `value` as `name`."""

    def choose(page: Page) -> None:
        if not eyes.heading(page, title).is_visible():
            hands.go_to(page, title)
        eyes.stand(page, title)
        hands.choose(page, option)
        eyes.link_when(page, eyes.carries(name, value))

    return State(title, address, way=choose)


def accounted(place: str) -> State:
    """Return the state of Layers that accounts for a place: its maps lead there, from any other page."""

    def follow(page: Page) -> None:
        close_popovers(page)
        hands.go_to(page, "Draw")
        eyes.stand(page, "Draw")
        hands.follow(page, f"/Layers?cell={place}")
        eyes.stand(page, "Layers")
        hands.choose(page, "maps")
        expect(page.locator(".ledger")).to_have_attribute("data-cell", place)

    return State("Layers", f"Layers?cell={place}&", way=follow)


def close_popovers(page: Page) -> None:
    """Close what takes the next click for itself."""
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    eyes.settled(page)


STATES = {
    "draw": walked("Draw", "?"),
    "layers": walked("Layers", "Layers?"),
    "diagram": chosen("Layers", "Layers?view=diagram&", "diagram", "view", "diagram"),
    "summary": chosen("Layers", "Layers?view=summary&", "summary", "view", "summary"),
    "program": chosen("Layers", "Layers?view=program&", "program", "view", "program"),
    "map of the strip": walked("Draw", "?", enlarge_a_map),
    "pages": walked("Layers", "Layers?", open_the_pages),
    "filters": walked("Filters", "Filters?"),
    "about the network": walked("Draw", "?", tell_about_the_network),
    "convolution": walked("Convolution", "Convolution?"),
    "open your own": walked("Draw", "?", open_a_network),
    "pooling": walked("Pooling", "Pooling?"),
    "convolution, guessed": walked("Convolution", "Convolution?", guess),
    "pooling, guessed": walked("Pooling", "Pooling?", guess),
    "pad's menu": walked("Draw", "?", take_the_eraser),
    "pooling, solved": walked("Pooling", "Pooling?", guess_twice),
    "upload": walked("Draw", "?", open_the_upload),
    "experiments": walked("Train", "Train?"),
    "editor": walked("Draw", "?", use_the_editor),
    "recorded experiment": walked("Train", "Train?", find_out),
    "builder": chosen("Train", "Train?bench=build&", "Build your own", "bench", "build"),
    "nothing trained": chosen("Train", "Train?bench=watch&", "Watch and compare", "bench", "watch"),
    "account of a layer": accounted("conv2d_1"),
    "account of a map": accounted("conv2d_1.1"),
    "account of a cell": accounted("conv2d_1.1.5.5"),
    "data": State("Data", "Data?show=everything&"),
    "nothing drawn": State("Draw", "?d="),
    "why this answer": State("Draw", "?why=1&show=everything&how=grad-cam&"),
    "compare": State("Compare", "Compare?misread=4-9&"),
    "compare, unfolded": State("Compare", "Compare?open=calibration.drawn.fool-it&"),
}
"""State -> how to come there. Neighbours are on other pages, so that a page is left only for the next state."""

PAPERS = {
    scheme: "rgb({}, {}, {})".format(*bytes.fromhex(theme.colours(scheme)["backgroundColor"][1:]))
    for scheme in ("light", "dark")
}
"""Colour scheme -> the theme's paper, as the browser says it."""

LOOKS = 4
"""How often a page that has just changed its theme is looked at before what is found counts."""

WINDOWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1400, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


def change_theme(page: Page, scheme: Scheme) -> None:
    """Change a page to light or dark."""
    page.emulate_media(color_scheme=scheme)
    expect(page.locator(".stApp")).to_have_css("background-color", PAPERS[scheme])


def look_again(page: Page) -> list[str]:
    """Return what axe finds on a page that has changed: components get their colours some frames after it."""
    found: list[str] = []
    for _ in range(LOOKS):
        eyes.still(page)
        found = axe.violations(page)
        if not found:
            break
    return found


class Visit:
    """A visit in one window, from state to state: light and dark, then dark and light.

    Attributes:
        scheme: the colour scheme of the page as it is.
    """

    def __init__(self, page: Page, address: str, subject: str) -> None:
        self.guard = PageGuard()
        self.guard.watch(page.context)
        self.scheme: Scheme = "light"
        self._page = page
        self._address = address
        self._subject = subject
        self._stands = False

    def arrive(self, state: State) -> Page:
        """Come to a state, by its address where there is no way or the last one was not as it should be."""
        stood, self._stands = self._stands, False
        if stood and state.way:
            state.way(self._page)
        else:
            more = "" if "d=" in state.address else self._subject
            self._page.goto(f"{self._address}/{state.address}{more}")
            eyes.stand(self._page, state.title)
            state.act(self._page)
        eyes.still(self._page)
        return self._page

    def change_theme(self) -> None:
        """Change from light to dark, or back."""
        self.scheme = "dark" if self.scheme == "light" else "light"
        change_theme(self._page, self.scheme)

    def go_on(self) -> None:
        """Note that the page is as it should be, so that the next state can be reached from it."""
        self._stands = True


@pytest.fixture(scope="module", params=WINDOWS.values(), ids=list(WINDOWS))
def window_visit(
    request: pytest.FixtureRequest,
    profiles: Profiles,
    browser_context_args: dict[str, Any],
    server: Server,
    seven_link: str,
) -> Visit:
    """Begin a visit in each window, with the seven and a small network."""
    page = profiles.open(browser_context_args | request.param | {"color_scheme": "light"})
    return Visit(page, server.address, f"{seven_link.removeprefix('?')}&net={LAYERS_NETWORK}")


@pytest.fixture
def visit(window_visit: Visit) -> Iterator[Visit]:
    """Hand out the visit, and fail a test that left errors."""
    yield window_visit
    said, window_visit.guard.violations[:] = list(window_visit.guard.violations), []
    assert said == []


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_axe_finds_nothing_in_light_and_dark(visit: Visit, state: State) -> None:
    page = visit.arrive(state)
    assert axe.violations(page) == [], visit.scheme
    visit.change_theme()
    assert look_again(page) == [], visit.scheme
    visit.go_on()


def test_axe_looks_into_components_and_finds_what_is_wrong(visitor: Visitor) -> None:
    page = visitor()
    page.set_content("<html lang='en'><title>t</title><main><h1>t</h1><div id='host'></div></main></html>")
    page.evaluate("""document.querySelector("#host").attachShadow({ mode: "open" }).innerHTML = "<button></button>" """)
    found = axe.violations(page)
    assert [one.partition(" ")[0] for one in found] == ["button-name"]
