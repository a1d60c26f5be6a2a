"""One thread from the picture to one product and back: going in, Escape, Back, what lights up, and what is in sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core import ledger
from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import Cell
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor

WIDE = {"viewport": {"width": 1400, "height": 900}}
FLIGHTS = """() => {
    window.flights = 0
    new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(node => {
        if (node.dataset?.role === "flight") window.flights += 1
    }))).observe(document.documentElement, { childList: true, subtree: true })
}"""
"""Counts the frames that fly over the page."""


@pytest.fixture
def closed_page(revisit: Visitor, layers_link: str) -> Page:
    """Return Layers, complete, without an account; the test ends as it began."""
    page = revisit(layers_link, "Layers")
    expect_closed(page)
    return page


def panel(page: Page) -> Locator:
    return page.locator(".ledger")


def expect_place(page: Page, text: str) -> None:
    """Expect the account of this place, and its link in the address bar."""
    expect(panel(page)).to_have_attribute("data-cell", text)
    eyes.link_when(page, eyes.carries("cell", text))


def expect_closed(page: Page) -> None:
    expect(panel(page)).not_to_have_attribute("data-cell", re.compile("."))
    eyes.link_when(page, eyes.carries("cell", None))


def crumbs(page: Page) -> list[str]:
    return panel(page).locator(".place .crumb").all_inner_texts()


def test_escape_goes_back_one_step_at_a_time(closed_page: Page) -> None:
    canvas = eyes.maps(closed_page, 0)
    closed_page.mouse.click(*eyes.centre(canvas, (5, 3, 7)))
    expect_place(closed_page, "conv2d.5.3.7")
    expect(canvas).to_be_focused()
    closed_page.keyboard.press("Escape")
    expect_place(closed_page, "conv2d")
    closed_page.keyboard.press("Escape")
    expect_closed(closed_page)
    closed_page.mouse.click(*eyes.centre(canvas, (5, 3, 7)))
    expect_place(closed_page, "conv2d.5.3.7")
    assert crumbs(closed_page) == ["your drawing", "Convolution 1", "map 5", "row 3, column 7"]
    panel(closed_page).locator(".crumb").last.focus()
    for place in ("conv2d.5", "conv2d"):
        closed_page.keyboard.press("Escape")
        expect_place(closed_page, place)
        expect(panel(closed_page).locator(".crumb:focus")).to_have_attribute("aria-current", "location")
    closed_page.keyboard.press("Escape")
    expect_closed(closed_page)
    expect(canvas).to_be_focused()
    closed_page.mouse.click(*eyes.centre(canvas, (5, 3, 7)))
    expect_place(closed_page, "conv2d.5.3.7")
    canvas.blur()  # nothing has the focus, as when a link has opened the page
    closed_page.keyboard.press("Escape")
    expect_place(closed_page, "conv2d.5")
    closed_page.keyboard.press("Escape")
    expect_place(closed_page, "conv2d")
    closed_page.keyboard.press("Escape")
    expect_closed(closed_page)


def test_escape_from_an_account_that_an_enlarged_map_led_to_ends_on_the_maps(closed_page: Page) -> None:
    """The enlarged map is gone by then, and the focus was lost."""
    canvas = eyes.shown(eyes.maps(closed_page, 0))
    canvas.focus()
    closed_page.keyboard.press("Enter")
    enlarged = closed_page.locator(".st-key-maps-0 .enlarged canvas")
    focused = closed_page.locator(".st-key-maps-0 .enlarged canvas:focus")
    expect(focused).to_have_accessible_name("after relu, map 0")
    expect(enlarged.first).to_have_accessible_name("the sum and the bias, map 0")
    closed_page.keyboard.press("Enter")
    expect(panel(closed_page).locator(":focus")).to_have_count(1)
    layer, place, _, _ = str(panel(closed_page).get_attribute("data-cell")).split(".")
    for step in (f"{layer}.{place}", layer):
        closed_page.keyboard.press("Escape")
        expect_place(closed_page, step)
    closed_page.keyboard.press("Escape")
    expect_closed(closed_page)
    expect(enlarged).to_have_count(0)
    expect(canvas).to_be_focused()


def test_keys_go_in_again_to_the_largest_value(page: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d", "Layers")
    expect_place(page, "conv2d")
    into = panel(page).get_by_role("button", name="Go to the largest value")
    into.focus()
    page.keyboard.press("Enter")
    values = traced.layers[0].after
    row, column, of = (int(side) for side in divmod_place(int(values.argmax()), values.shape))
    expect_place(page, f"conv2d.{of}.{row}.{column}")
    expect(panel(page).locator(":focus")).to_have_count(1)


def divmod_place(index: int, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return row, column and map of a place in reading order, maps fastest."""
    place, of = divmod(index, shape[2])
    return (*divmod(place, shape[1]), of)


def test_back_and_forward_bring_places_and_keep_the_drawing(layers_page: Page) -> None:
    layers_page.mouse.click(*eyes.centre(eyes.maps(layers_page, 0), (5, 3, 7)))
    expect_place(layers_page, "conv2d.5.3.7")
    panel(layers_page).locator(".crumb", has_text="map 5").click()
    expect_place(layers_page, "conv2d.5")
    hands.draw(layers_page, ((60.0, 200.0), (220.0, 200.0)))
    drawn = eyes.drawing_when(layers_page, 2)
    layers_page.go_back()
    expect_place(layers_page, "conv2d.5.3.7")
    assert eyes.drawing_when(layers_page, 2) == drawn
    layers_page.go_back()
    expect_closed(layers_page)
    layers_page.go_forward()
    expect_place(layers_page, "conv2d.5.3.7")
    layers_page.go_forward()
    expect_place(layers_page, "conv2d.5")
    assert eyes.drawing_when(layers_page, 2) == drawn


def test_what_is_typed_or_drawn_adds_nothing_to_the_history(page: Page, layers_link: str) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d_1.5.3.7", "Layers")
    before = page.evaluate("history.length")
    row = page.get_by_role("spinbutton", name="Row")
    row.fill("4")
    row.press("Enter")
    expect_place(page, "conv2d_1.5.4.7")
    hands.draw(page, ((60.0, 200.0), (220.0, 200.0)))
    eyes.drawing_when(page, 2)
    assert page.evaluate("history.length") == before


def test_the_name_of_a_layer_in_the_strip_leads_to_it(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}&net={LAYERS_NETWORK}")
    page.locator(".st-key-strip").get_by_role("button", name="Dense layer").click()
    eyes.arrived(page, "Layers")
    expect_place(page, "dense")
    expect(eyes.maps(page, 6)).to_be_in_viewport()
    expect(panel(page).locator(".crumb:focus")).to_have_text("Dense layer")


def test_a_bar_of_the_strip_leads_to_its_unit(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}&net={LAYERS_NETWORK}")
    bars = page.locator('.st-key-strip canvas[data-block="dense_1"]')
    bars.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    eyes.arrived(page, "Layers")
    expect_place(page, "dense_1.1")
    page.go_back()
    eyes.arrived(page, "Draw")
    page.mouse.click(*eyes.centre(page.locator('.st-key-strip canvas[data-block="dense"]'), (0, 9, 0)))
    eyes.arrived(page, "Layers")
    expect_place(page, "dense.9")


def test_turning_to_another_map_and_closing_are_steps_of_the_account(closed_page: Page) -> None:
    closed_page.mouse.click(*eyes.centre(eyes.maps(closed_page, 0), (5, 3, 7)))
    expect_place(closed_page, "conv2d.5.3.7")
    large = closed_page.locator(".st-key-maps-0 .enlarged")
    large.get_by_role("button", name="Next map").click()
    expect_place(closed_page, "conv2d.6.3.7")
    panel(closed_page).locator(".crumb", has_text="map 6").click()
    expect_place(closed_page, "conv2d.6")
    large.get_by_role("button", name="Previous map").click()
    expect_place(closed_page, "conv2d.5")
    expect(large.locator(".title")).to_contain_text("map 5")
    closed_page.locator(".st-key-ledger-close button").click()
    expect_closed(closed_page)
    expect(large).to_have_count(0)


@pytest.mark.parametrize("by", ["button", "keys"])
def test_a_map_of_the_strip_leads_to_itself_on_layers(page: Page, address: str, seven_link: str, by: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}&net={LAYERS_NETWORK}")
    drawn = eyes.drawing_when(page, 1)
    strip = page.locator('.st-key-strip canvas[data-role="mosaic"][data-block="conv2d"]')
    strip.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-strip .enlarged .title")).to_have_text("Convolution 1, map 0")
    if by == "button":
        page.get_by_role("button", name="Look inside this map").click()
        place = "conv2d.0"
    else:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        place = "conv2d.0.0.1"
    eyes.arrived(page, "Layers")
    expect_place(page, place)
    assert eyes.drawing_when(page, 1) == drawn
    expect(page.locator(".st-key-maps-0 .enlarged .title")).to_contain_text("map 0")
    page.go_back()
    eyes.arrived(page, "Draw")
    assert eyes.drawing_when(page, 1) == drawn


def test_the_explained_map_and_its_account_are_both_in_sight(visitor: Visitor, layers_link: str) -> None:
    page = visitor(**WIDE)
    eyes.opened(page, f"{layers_link.replace('&show=everything', '')}&cell=conv2d_1.5.3.7", "Layers")
    expect_in_sight(page, 2)
    panel(page).locator(".breadcrumb").nth(2).click()
    expect_place_of(page, "conv2d")
    expect_in_sight(page, 0)


def test_the_explained_map_is_in_sight_on_a_phone(phone: Page, layers_link: str) -> None:
    eyes.opened(phone, f"{layers_link.replace('&show=everything', '')}&cell=conv2d_1.5.3.7", "Layers")
    expect_in_sight(phone, 2)


def test_the_card_of_the_explained_layer_is_shown_whatever_was_chosen(page: Page, layers_link: str) -> None:
    eyes.opened(page, f"{layers_link}&only=conv2d_1&layers=convolution&cell=conv2d_1.5.3.7", "Layers")
    expect(page.locator(".st-key-maps-2 .enlarged")).to_be_visible()
    panel(page).locator(".breadcrumb").nth(1).click()
    expect_place_of(page, "max_pooling2d")
    expect(page.locator(".st-key-maps-1 .enlarged")).to_be_visible()
    expect(page.locator(".st-key-maps-2")).to_have_count(0)


def expect_place_of(page: Page, layer: str) -> None:
    expect(panel(page)).to_have_attribute("data-cell", re.compile(rf"^{layer}[.]"))


def expect_in_sight(page: Page, place: int) -> None:
    """Expect the enlarged map of one layer alone, between the navigation and the account."""
    large = page.locator(f".st-key-maps-{place} .enlarged canvas").last
    expect(large).to_be_visible()
    expect(page.locator(".enlarged")).to_have_count(1)
    page.wait_for_function(
        """canvas => {
            const { top, bottom } = canvas.getBoundingClientRect()
            const dock = document.querySelector(".st-key-ledger-dock").getBoundingClientRect()
            return top >= 44 && bottom <= dock.top
        }""",
        arg=large.element_handle(),
    )


def test_hovering_lights_the_window_and_the_receptive_field(page: Page, layers_link: str) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d_1.5.3.7", "Layers")
    large = page.locator(".st-key-maps-2 .enlarged canvas").last
    expect(large).to_be_visible()
    seen = panel(page).locator('canvas[data-role="field"]')
    network = model_store.load(LAYERS_NETWORK)
    for row, column in ((1, 2), (8, 8)):
        page.mouse.move(*eyes.centre(large, (5, row, column)))
        field = ledger.find_receptive_field(network, Cell("conv2d_1", 5, row, column))
        expect(seen).to_have_attribute("data-rows", " ".join(map(str, field.rows)))
        expect(seen).to_have_attribute("data-columns", " ".join(map(str, field.columns)))
    page.mouse.move(700, 5)
    own = ledger.find_receptive_field(network, Cell("conv2d_1", 5, 3, 7))
    expect(seen).to_have_attribute("data-rows", " ".join(map(str, own.rows)))


def test_lines_lead_to_the_maps_that_add_most(page: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d_1.5", "Layers")
    total = ledger.sum_over_map(model_store.load(LAYERS_NETWORK), traced, "conv2d_1", 5)
    assert total is not None
    lines = panel(page).locator(".lines path")
    expect(lines.first).to_have_attribute("data-map", str(total.feeds.maps[0]))
    widths = [float(each.get_attribute("stroke-width") or 0) for each in lines.all()]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 9
    first = panel(page).locator(".feed").first
    expect(first).to_contain_text(total.sheet.format(total.feeds.amounts[0]))
    first.click()
    expect_place(page, f"max_pooling2d.{total.feeds.maps[0]}")


def test_the_window_slides_and_the_map_fills_in(page: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d_2.5", "Layers")
    slide = panel(page).locator(".slide")
    rows, columns, _ = traced.layers[4].output_shape
    expect(slide).to_have_attribute("data-index", str(rows * columns - 1))
    slide.get_by_role("button", name="One step back").click()
    expect(slide).to_have_attribute("data-index", str(rows * columns - 2))
    expect(slide.locator(".name")).to_contain_text(f"row {rows - 1}, column {columns - 2}")
    slide.get_by_role("slider").press("Home")
    expect(slide).to_have_attribute("data-index", "0")
    slide.get_by_role("combobox", name="Speed").select_option("4")
    slide.get_by_role("button", name="Play").click()
    expect(slide).to_have_attribute("data-index", str(rows * columns - 1))
    expect(slide).to_have_attribute("data-playing", "false")
    slide.get_by_role("button", name="Go to this cell").click()
    expect_place(page, f"conv2d_2.5.{rows - 1}.{columns - 1}")


def test_less_motion_is_respected(visitor: Visitor, layers_link: str) -> None:
    for motion, flights in (("no-preference", 1), ("reduce", 0)):
        page = visitor(**WIDE, reduced_motion=motion)
        eyes.opened(page, layers_link, "Layers")
        page.evaluate(FLIGHTS)
        page.mouse.click(*eyes.centre(eyes.maps(page, 0), (5, 3, 7)))
        expect_place(page, "conv2d.5.3.7")
        expect(page.locator(".st-key-maps-0 .enlarged")).to_be_visible()
        slide = panel(page).locator(".slide")
        expect(slide.get_by_role("button", name="Play")).to_have_count(flights)
        page.wait_for_function(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))) || 1"
        )
        page.wait_for_function("flights => window.flights === flights", arg=flights)


def test_enlarged_maps_have_numbers_of_rows_and_columns(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}&net={LAYERS_NETWORK}")
    strip = page.locator('.st-key-strip canvas[data-role="mosaic"][data-block="conv2d"]')
    strip.focus()
    page.keyboard.press("Enter")
    for side in ("rows", "columns"):
        numbers = page.locator(f".st-key-strip .axis.{side} span").all_inner_texts()
        assert numbers == [str(number) for number in range(0, 26, 2)]
