"""axe finds nothing on any page: WCAG 2 at levels A and AA, and best practice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cnnviz.figures import theme
from tests.browser import axe, eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor
from tests.server_process import Server

pytestmark = pytest.mark.skipif(
    not axe.SCRIPT.is_file(), reason="axe-core is not installed: `npm ci` installs it, as `make` does"
)

Act = Callable[[Page], object]


def as_it_is(_: Page) -> None:
    """Do nothing more."""


def take_the_eraser(page: Page) -> None:
    page.get_by_role("button", name="Eraser").click()
    page.get_by_role("button", name="Save or open").click()


def use_the_editor(page: Page) -> None:
    hands.use_surface(page, "Editor")


def enlarge_a_map(page: Page) -> None:
    page.locator('.st-key-strip canvas[data-role="mosaic"]').nth(1).click(position={"x": 8, "y": 8})
    expect(page.locator(".st-key-strip .enlarged .head")).to_be_visible()


def tell_about_the_network(page: Page) -> None:
    page.get_by_text("About this network").click()
    expect(page.locator('[data-testid="stPopoverBody"]')).to_be_visible()


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


STATES: dict[str, tuple[str, str, Act]] = {
    "draw": ("?", "Draw", as_it_is),
    "nothing drawn": ("?d=", "Draw", as_it_is),
    "pad's menu": ("?", "Draw", take_the_eraser),
    "editor": ("?", "Draw", use_the_editor),
    "map of the strip": ("?", "Draw", enlarge_a_map),
    "about the network": ("?", "Draw", tell_about_the_network),
    "upload": ("?", "Draw", open_the_upload),
    "why this answer": ("?why=1&show=everything&how=grad-cam&", "Draw", as_it_is),
    "layers": ("Layers?", "Layers", as_it_is),
    "account of a cell": ("Layers?cell=conv2d_1.1.5.5&", "Layers", as_it_is),
    "account of a map": ("Layers?cell=conv2d_1.1&", "Layers", as_it_is),
    "account of a layer": ("Layers?cell=conv2d_1&", "Layers", as_it_is),
    "diagram": ("Layers?view=diagram&", "Layers", as_it_is),
    "summary": ("Layers?view=summary&", "Layers", as_it_is),
    "program": ("Layers?view=program&", "Layers", as_it_is),
    "filters": ("Filters?", "Filters", as_it_is),
    "convolution": ("Convolution?", "Convolution", as_it_is),
    "convolution, guessed": ("Convolution?", "Convolution", guess),
    "pooling": ("Pooling?", "Pooling", as_it_is),
    "pooling, guessed": ("Pooling?", "Pooling", guess),
    "pooling, solved": ("Pooling?", "Pooling", guess_twice),
    "data": ("Data?show=everything&", "Data", as_it_is),
    "experiments": ("Train?", "Train", as_it_is),
    "recorded experiment": ("Train?", "Train", find_out),
    "compare": ("Compare?misread=4-9&", "Compare", as_it_is),
    "compare, unfolded": ("Compare?open=calibration.drawn.fool-it&", "Compare", as_it_is),
    "builder": ("Train?bench=build&", "Train", as_it_is),
    "nothing trained": ("Train?bench=watch&", "Train", as_it_is),
}
"""State -> the address, the title of its page, and what is done there. An address ends so that more can be added."""

DARK = "rgb({}, {}, {})".format(*bytes.fromhex(theme.colours("dark")["backgroundColor"][1:]))
"""The dark theme's paper, as the browser says it."""

LOOKS = 4
"""How often a page that has just changed its theme is looked at before what is found counts."""

WINDOWS = {
    "wide": {"viewport": {"width": 1400, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


@pytest.mark.parametrize("window", WINDOWS.values(), ids=list(WINDOWS))
@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_axe_finds_nothing_in_light_and_dark(
    visitor: Visitor,
    server_with_runs: Server,
    seven_link: str,
    state: tuple[str, str, Act],
    window: dict[str, object],
) -> None:
    place, title, act = state
    page = visitor(**window, color_scheme="light")
    more = "" if "d=" in place else f"{seven_link.removeprefix('?')}&net={LAYERS_NETWORK}"
    page.goto(f"{server_with_runs.address}/{place}{more}")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    eyes.whole(page)
    eyes.still(page)
    act(page)
    eyes.still(page)
    assert axe.violations(page) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", DARK)
    for _ in range(LOOKS):  # components get their colours some frames after the page
        eyes.still(page)
        found = axe.violations(page)
        if not found:
            break
    assert found == []


def test_axe_looks_into_components_and_finds_what_is_wrong(visitor: Visitor) -> None:
    page = visitor()
    page.set_content("<html lang='en'><title>t</title><main><h1>t</h1><div id='host'></div></main></html>")
    page.evaluate("""document.querySelector("#host").attachShadow({ mode: "open" }).innerHTML = "<button></button>" """)
    found = axe.violations(page)
    assert [one.partition(" ")[0] for one in found] == ["button-name"]
