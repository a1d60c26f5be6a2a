"""Data in a browser: from the sheet to a digit, to the same digit on Layers, by mouse and by keys."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.data import datasets
from tests.browser import eyes, hands


def grid(page: Page, name: str) -> Locator:
    """Return a grid of cells, once it is painted."""
    found = page.locator(f".st-key-picture-{name} .cell_grid")
    expect(found).to_have_attribute("data-painted", re.compile("[1-9]"))
    return found


def readout(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-picture-{name} .readout")


def click_cell(page: Page, name: str, place: int, columns: int = 9) -> None:
    """Click a cell in its middle."""
    grid(page, name).scroll_into_view_if_needed()
    box = grid(page, name).locator(".grid").bounding_box()
    assert box is not None
    side = box["width"] / columns
    page.mouse.click(box["x"] + (place % columns + 0.5) * side, box["y"] + (place // columns + 0.5) * side)


def opened(page: Page, address: str) -> Page:
    page.goto(f"{address}/Data?set=digits")
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    eyes.whole(page)
    eyes.still(page)
    return page


def expect_on_layers(page: Page, index: int) -> None:
    """Open the chosen picture on every page, go to Layers, and find the digit there with its label."""
    label = datasets.load_bundled().y_test[index]
    page.get_by_role("button", name="Open on every page").press("Enter")
    eyes.link_when(page, eyes.carries("s", f"digits-{index}"))
    hands.go_to(page, "Layers")
    eyes.arrived(page, "Layers")
    expect(page.get_by_text(f"A test digit: its label is {label}.").first).to_be_visible()
    assert eyes.link(page)["s"] == f"digits-{index}"


def test_a_digit_of_the_sheet_is_shown_on_layers(page: Page, address: str) -> None:
    opened(page, address)
    click_cell(page, "sheet", 41)
    expect(page.get_by_text("index 41").first).to_be_visible()
    eyes.link_when(page, eyes.carries("index", "41"))
    expect(grid(page, "sheet").locator(".mark")).to_be_visible()
    expect_on_layers(page, 41)


def test_keys_choose_a_digit_and_read_its_numbers(page: Page, address: str) -> None:
    opened(page, address)
    sheet = grid(page, "sheet").locator(".grid")
    sheet.focus()
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    cell = grid(page, "sheet").get_by_role("gridcell")
    expect(cell).to_have_count(1)
    expect(cell).to_have_attribute("aria-colindex", "9")
    expect(cell).to_have_accessible_name(re.compile("index 26$"))
    expect(cell).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Enter")
    eyes.link_when(page, eyes.carries("index", "26"))
    expect(cell).to_have_attribute("aria-selected", "true")
    expect(sheet).to_be_focused()
    image = datasets.load_bundled().x_test[26]
    row, column = (int(at) for at in divmod(int(image.argmax()), 28))
    grid(page, "numbers").locator(".grid").focus()
    for _ in range(row):
        page.keyboard.press("ArrowDown")
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    value = int(image[row, column])
    told = f"Row {row}, column {column}: {value} ÷ 255 = "
    expect(readout(page, "numbers")).to_contain_text(told)
    expect_on_layers(page, 26)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_has_the_digits_own_pixels_in_both_themes(
    page: Page, address: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page, address)
    canvas = grid(page, "sheet").locator("canvas")
    images = datasets.load_bundled().x_test
    for place in (0, 40, 80):
        places = [[int(r), int(c)] for r, c in zip(*(images[place, 8:24, 8:24] > 100).nonzero(), strict=True)][:3]
        shown = canvas.evaluate(
            """(canvas, [place, cells]) => {
                const side = canvas.width / 9
                const scale = Math.floor((side - 2 * devicePixelRatio) / 28)
                const [x, y] = [place % 9 * side, Math.floor(place / 9) * side]
                const paper = canvas.getContext("2d")
                return cells.map(([row, column]) => paper.getImageData(
                    x + devicePixelRatio + (column + 8.5) * scale,
                    y + devicePixelRatio + (row + 8.5) * scale, 1, 1).data[0])
            }""",
            [place, places],
        )
        assert shown == [int(images[place, r + 8, c + 8]) for r, c in places]


def test_on_a_phone_the_numbers_scroll_and_the_page_does_not(phone: Page, address: str) -> None:
    opened(phone, address)
    scroller = grid(phone, "numbers").locator(".scroller")
    assert scroller.evaluate("e => e.scrollWidth > e.clientWidth")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    grid(phone, "numbers").locator(".grid").focus()
    phone.keyboard.press("End")
    assert scroller.evaluate("e => e.scrollLeft") > 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
