"""Filters in a browser: kernels, patches and what-if, by mouse and by keys, in one visit."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import eyes, hands


def test_a_filter_is_chosen_looked_at_and_switched_off(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/Filters{seven_link}&net=pool-max", "Filters")
    after = eyes.shown(page.locator('.st-key-before-after .st-key-kernels-after canvas[data-role="mosaic"]'))
    readout = page.locator('.st-key-kernels-after [data-role="readout"]')
    page.mouse.move(*eyes.centre(after, (5, 0, 2)))
    expect(readout).to_contain_text("filter 5, row 0, column 2: weight")
    page.mouse.click(*eyes.centre(after, (5, 0, 2)))
    eyes.link_when(page, eyes.carries("look", "5"))
    expect(page.locator(".st-key-top-patches")).to_contain_text("Convolution 1, filter 5")
    eyes.shown(after).focus()
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("filter")
    page.keyboard.press("Enter")
    eyes.link_when(page, lambda now: now.get("look") != "5")

    patches = page.locator(".st-key-top-patches .pick button")
    expect(patches).to_have_count(18)
    patches.nth(9).focus()
    expect(patches.nth(9)).to_be_focused()

    what_if = page.locator(".st-key-what-if")
    hands.choose_option(page, page.get_by_role("combobox", name="Filter"), "filter 3")
    off = what_if.get_by_role("button", name="Switch off Convolution 1, filter 3")
    off.click()
    expect(what_if).to_contain_text("Convolution 1, filter 3 is off")
    expect(what_if).to_contain_text(re.compile(r"Of [\d,]+ test digits .* the changed one"))
    expect(off).to_be_disabled()
    undo = what_if.get_by_role("button", name="Undo the last change")
    undo.focus()
    page.keyboard.press("Enter")
    expect(what_if).to_contain_text("Nothing is changed.")
    cell = what_if.locator(".st-key-what-if-kernel input").first
    cell.focus()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(what_if).to_contain_text("Convolution 1, filter 3 is changed")
    undo.click()
    expect(what_if).to_contain_text("Nothing is changed.")
    expect(cell).not_to_have_value("5")
