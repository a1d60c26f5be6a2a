"""Why this answer, in a browser: opened by keys, it follows what is drawn, and its choices are in the link."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import eyes, hands


def test_the_section_is_opened_by_keys_follows_the_pen_and_stands_in_the_link(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    section = page.locator(".st-key-why")
    expect(section.locator(".contributions")).to_have_count(0)
    section.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(section.get_by_text("there is no answer to explain")).to_be_visible()
    eyes.link_when(page, eyes.carries("why", "1"))
    hands.draw(page, hands.SEVEN)
    expect(section.get_by_text("above that of")).to_contain_text("The logit of 7")
    expect(section.locator("canvas")).not_to_have_count(0)
    expect(section.locator(".contributions tr.total")).to_contain_text("together")
    hands.choose_option(page, section.get_by_role("combobox").first, "3")
    expect(section.get_by_text("below that of 7")).to_be_visible()
    carried = eyes.link_when(page, eyes.carries("for", "3"))
    assert carried["why"] == "1"
    page.reload()
    expect(section.get_by_text("below that of 7")).to_be_visible()
    section.locator("summary").click()
    eyes.link_when(page, eyes.carries("why", None))
