"""The rail: pad and answer stay in sight on every page, at the left or, in a narrow window, at the foot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK
from tests.browser.profiles import Profiles
from tests.browser.walk import Walk
from tests.server_process import Server

PAGES = ("Layers", "Filters", "Convolution", "Pooling", "Data", "Train", "Compare")
WIDTHS = (320, 390, 640, 800, 1099, 1100, 1400, 1920)
WIDE: dict[str, Any] = {"viewport": {"width": 1400, "height": 900}}
MAX_TOP = 130
MAX_TOP_OF_DRAW = 150
"""Where the introduction of Draw begins on a phone: below the title, the list of networks and its two buttons."""
MAX_BAR = 72

WHOLE_NAME = """input => {
    const { font, tabSize, paddingLeft, paddingRight } = getComputedStyle(input)
    const measure = Object.assign(document.createElement("canvas").getContext("2d"), { font })
    const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    const [name, accuracies] = input.value.split("\\t")
    return accuracies !== "" && measure.measureText(name).width <= room && parseFloat(tabSize) >= room
}"""
"""Whether the closed picker shows the name of a network whole, and no part of what follows it."""


LISTS = '[data-testid="stSelectbox"] input:visible'
CUT_NAMES = """inputs => inputs.filter(input => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(input)
    const measure = Object.assign(document.createElement("canvas").getContext("2d"), { font })
    const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    return measure.measureText(input.value.split("\\t")[0]).width > room
}).map(input => input.value)"""
"""What is chosen in closed lists that do not show it whole."""

SELECTS = "select:visible"
CUT_OPTIONS = """selects => selects.filter(select => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(select)
    const measure = Object.assign(document.createElement("canvas").getContext("2d"), { font })
    const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    return measure.measureText(select.selectedOptions[0].text).width > room
}).map(select => select.selectedOptions[0].text)"""
"""The same of lists of the browser's own."""

CUT_ROWS = "rows => rows.filter(row => row.scrollHeight > row.clientHeight).map(row => row.textContent)"
"""Bars whose names or shares are higher than their rows, which cut off what stands out."""

ALTERNATIVES = '.stButtonGroup [role="radiogroup"]:visible:has(> [data-variant="segmented_control"])'
BROKEN_ROWS = """groups => groups.filter(group => {
    const tops = [...group.children].map(button => button.getBoundingClientRect().top)
    return Math.max(...tops) - Math.min(...tops) > 1
}).map(group => group.textContent)"""
"""Alternatives that stand side by side, but not all in one row."""


def head(page: Page) -> Locator:
    """Return the button that hides the rail, or opens it as a sheet."""
    return page.locator(".st-key-rail-head button")


def top(page: Page, title: str) -> float:
    box = page.get_by_role("heading", name=title, exact=True).bounding_box()
    assert box is not None
    return box["y"]


def scroll_to_end(page: Page) -> None:
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")


@pytest.fixture(scope="module")
def wide_visit(profiles: Profiles, browser_context_args: dict[str, Any], server: Server, seven_link: str) -> Walk:
    """Begin a visit in a wide window, with the seven."""
    page = profiles.open(browser_context_args | WIDE)
    return Walk(page, server.address, seven_link.removeprefix("?"))


@pytest.fixture(scope="module")
def phone_visit(profiles: Profiles, browser_context_args: dict[str, Any], server: Server, seven_link: str) -> Walk:
    """Begin a visit on a phone, with the seven and a small network."""
    page = profiles.open(browser_context_args | hands.PHONE)
    return Walk(page, server.address, f"{seven_link.removeprefix('?')}&net={LAYERS_NETWORK}")


@pytest.fixture
def wide(wide_visit: Walk) -> Iterator[Walk]:
    """Hand out the visit in a wide window, and fail a test that left errors."""
    yield wide_visit
    assert wide_visit.take_violations() == []


@pytest.fixture
def phone_in_use(phone_visit: Walk) -> Iterator[Walk]:
    """Hand out the visit on a phone, and fail a test that left errors."""
    yield phone_visit
    assert phone_visit.take_violations() == []


@pytest.mark.parametrize("name", PAGES)
def test_content_begins_near_the_top_and_the_pad_stays_in_sight(wide: Walk, name: str) -> None:
    wide.resize(1400, 900)
    page = wide.come(name)
    expect(page.locator(".st-key-answer .row")).to_have_count(10)
    assert top(page, name) <= MAX_TOP
    picker = page.get_by_role("combobox", name="Network", exact=True)
    assert picker.evaluate(WHOLE_NAME)
    for part in (picker, *(page.get_by_role("button", name=each) for each in ("About this network", "Open your own"))):
        expect(part).to_be_in_viewport(ratio=1)
    scroll_to_end(page)
    expect(hands.paper(page)).to_be_in_viewport(ratio=1)
    expect(eyes.digit(page)).to_be_in_viewport(ratio=1)
    expect(eyes.bars(page)).to_be_in_viewport(ratio=1)
    assert page.locator(".st-key-answer .row").evaluate_all(CUT_ROWS) == []
    wide.go_on()


@pytest.mark.parametrize("name", PAGES)
def test_no_width_makes_the_page_scroll_sideways(wide: Walk, name: str) -> None:
    wide.resize(WIDTHS[0], 900)
    page = wide.come(name)
    expect(page.locator(".st-key-answer .row")).to_have_count(10)
    beyond, cut, broken = {}, {}, {}
    for width in WIDTHS:
        wide.resize(width, 900)
        eyes.still(page)
        beyond[width] = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        if width in (390, 1400, 1920):
            cut[width] = page.locator(LISTS).evaluate_all(CUT_NAMES)
        if width <= 640:
            cut[width] = cut.get(width, []) + page.locator(SELECTS).evaluate_all(CUT_OPTIONS)
            broken[width] = page.locator(ALTERNATIVES).evaluate_all(BROKEN_ROWS)
    assert cut == {320: [], 390: [], 640: [], 1400: [], 1920: []}
    assert broken == {320: [], 390: [], 640: []}
    assert beyond == dict.fromkeys(WIDTHS, 0)
    wide.go_on()


def test_any_layer_in_view_follows_the_pen(layers_page: Page) -> None:
    scroll_to_end(layers_page)
    last = layers_page.locator('[class*="st-key-maps-"] canvas').last
    expect(last).to_be_in_viewport()
    before = eyes.painted(last)
    hands.put_pen_down(layers_page, (60, 200))
    hands.move_pen(layers_page, [(60, 200), (220, 200)])
    eyes.painted_more_than(last, before)
    hands.lift_pen(layers_page)
    expect(last).to_be_in_viewport()


def test_a_hidden_rail_stays_hidden_on_other_pages_and_after_a_reload(layers_page: Page) -> None:
    left = layers_page.get_by_role("heading", name="Layers", exact=True).bounding_box()
    head(layers_page).click()
    expect(hands.paper(layers_page)).to_be_hidden()
    expect(head(layers_page)).to_have_attribute("aria-expanded", "false")
    after = layers_page.get_by_role("heading", name="Layers", exact=True).bounding_box()
    assert left is not None
    assert after is not None
    assert after["x"] < left["x"] - 200
    hands.go_to(layers_page, "Pooling")
    expect(layers_page.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    expect(head(layers_page)).to_have_attribute("aria-expanded", "false")
    layers_page.reload()
    expect(head(layers_page)).to_have_attribute("aria-expanded", "false")
    head(layers_page).click()
    expect(hands.paper(layers_page)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_a_bar_holds_the_answer_and_opens_as_a_sheet(phone_in_use: Walk, name: str) -> None:
    """The seven that is drawn on one page is the one that the next page reads."""
    phone = phone_in_use.come(name)
    expect(eyes.digit(phone)).to_have_text("7")
    eyes.settled(phone)
    bar = phone.locator(".st-key-subject-reading").bounding_box()
    assert bar is not None
    assert bar["height"] <= MAX_BAR
    assert bar["y"] + bar["height"] <= 844
    expect(hands.paper(phone)).to_be_hidden()
    head(phone).click()
    expect(hands.paper(phone)).to_be_in_viewport(ratio=1)
    hands.press(phone, "Clear")
    expect(eyes.digit(phone)).to_have_text("–")
    hands.Finger(phone).draw(hands.SEVEN)
    expect(eyes.digit(phone)).to_have_text(re.compile("[0-9]"))
    phone.keyboard.press("Escape")
    expect(hands.paper(phone)).to_be_hidden()
    expect(eyes.digit(phone)).to_be_in_viewport(ratio=1)
    menu = phone.get_by_test_id("stMainMenu")
    expect(menu).to_be_visible()
    scroll_to_end(phone)
    expect(menu).to_be_hidden()  # it does not scroll along, and would lie over text
    phone_in_use.go_on()


def test_the_list_of_networks_shows_both_accuracies(page: Page, phone: Page, address: str) -> None:
    for window, place in ((page, "Layers"), (phone, "")):
        window.goto(f"{address}/{place}")
        eyes.whole(window)
        eyes.still(window)
        picker = window.get_by_role("combobox", name="Network")
        picker.focus()  # scrolls the rail, and a list that is open closes then
        eyes.still(window)
        picker.press("ArrowDown")
        options = window.locator('[data-testid="stSelectboxVirtualDropdown"] [role="option"]')
        expect(options.filter(has_text="drawings").nth(4)).to_be_visible()
        cut = "options => options.filter(one => one.firstChild.scrollWidth > one.clientWidth).length"
        assert options.evaluate_all(cut) == 0
        picker.press("Escape")
        see_whole_name(window, picker)


def see_whole_name(page: Page, picker: Locator) -> None:
    """Have the closed picker cut a name, and expect it whole on hover and on focus."""
    name = "A network whose title has sixty characters, as many as it may"
    shown = page.locator(".whole-name:popover-open")
    picker.blur()
    expect(shown).to_have_count(0)
    for come_near in (picker.focus, picker.hover):
        picker.evaluate("(input, text) => { input.value = text }", f"{name}\t· from a file")
        come_near()
        expect(shown).to_have_text(name)
        box, size = shown.bounding_box(), page.viewport_size
        assert box is not None
        assert size is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size["width"]
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size["height"]
        picker.blur()
        page.mouse.move(0, 0)
        expect(shown).to_have_count(0)


def test_on_a_phone_draw_begins_soon_and_the_bars_stand_below_the_answer(
    phone: Page, address: str, seven_link: str
) -> None:
    """What the rail's closed sheet hides is the rail's alone."""
    eyes.opened(phone, f"{address}/{seven_link}")
    expect(phone.locator(".st-key-answer .row").first).to_be_visible()
    introduction = phone.get_by_text("reads what you draw while you draw it").bounding_box()
    assert introduction is not None
    assert introduction["y"] <= MAX_TOP_OF_DRAW
    expect(eyes.digit(phone)).to_be_in_viewport(ratio=1)
