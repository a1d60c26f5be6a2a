"""Terms in a browser: their popovers by mouse, keys and finger, and the way to the glossary and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.glossary import TERMS
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor


def term(page: Page, key: str) -> Locator:
    return page.locator(f'a[href="#{TERMS[key].anchor}"]')


def popover(page: Page) -> Locator:
    return page.locator(".term-popover:popover-open")


def expect_explained(page: Page, key: str) -> None:
    """Expect the popover of a term, and the same words for those who hear the page."""
    shown = popover(page)
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text(TERMS[key].name)
    expect(shown).to_contain_text(TERMS[key].definition)
    expect(term(page, key)).to_have_attribute("aria-expanded", "true")
    expect(term(page, key)).to_have_accessible_description(re.compile(re.escape(TERMS[key].definition)))
    box = shown.bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= size["width"]
    assert 0 <= box["y"] <= box["y"] + box["height"] <= size["height"]


def let_pass(page: Page, milliseconds: float) -> None:
    """Wait until the page's own clock, by which it opens and closes popovers, has gone on."""
    page.wait_for_function("until => performance.now() >= until", arg=page.evaluate("performance.now()") + milliseconds)


def arrived_at_glossary(page: Page) -> None:
    expect(page.get_by_role("article")).to_have_count(len(TERMS))
    eyes.settled(page)
    eyes.still(page)


def expect_closed(page: Page, key: str) -> None:
    expect(popover(page)).to_have_count(0)
    expect(term(page, key)).to_have_attribute("aria-expanded", "false")


@pytest.fixture
def layers_page(revisit: Visitor, address: str) -> Page:
    return revisit(f"{address}/Layers", "Layers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pointer_opens_an_explanation_and_may_go_there(revisit: Visitor, address: str, scheme: str) -> None:
    page = revisit(f"{address}/Layers", "Layers", **{} if scheme == "light" else {"color_scheme": scheme})
    term(page, "layer").hover()
    expect_explained(page, "layer")
    expect(term(page, "layer")).not_to_have_attribute("title", re.compile("."))
    box = popover(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10, steps=5)
    let_pass(page, 600)  # longer than the way there may take
    expect_explained(page, "layer")
    page.mouse.move(700, 880)
    expect_closed(page, "layer")


def test_escape_closes_it_and_moves_nothing(layers_page: Page) -> None:
    term(layers_page, "layer").hover()
    expect_explained(layers_page, "layer")
    layers_page.keyboard.press("Escape")
    expect_closed(layers_page, "layer")
    term(layers_page, "layer").focus()
    expect_explained(layers_page, "layer")
    layers_page.keyboard.press("Escape")
    expect_closed(layers_page, "layer")
    expect(term(layers_page, "layer")).to_be_focused()


def test_keys_reach_a_term_its_link_and_the_next_term(layers_page: Page) -> None:
    hands.reach_with_tab(layers_page, term(layers_page, "network"))
    expect_explained(layers_page, "network")
    layers_page.keyboard.press("Tab")
    expect(popover(layers_page).get_by_role("link")).to_be_focused()
    layers_page.keyboard.press("Shift+Tab")
    expect(term(layers_page, "network")).to_be_focused()
    layers_page.keyboard.press("Tab")
    layers_page.keyboard.press("Tab")
    expect(term(layers_page, "layer")).to_be_focused()
    expect_explained(layers_page, "layer")
    let_pass(layers_page, 400)  # a key that comes with the focus is a screen reader's, and opens
    for key in ("Enter", " "):
        layers_page.keyboard.press(key)
        expect_closed(layers_page, "layer")
        layers_page.keyboard.press(key)
        expect_explained(layers_page, "layer")
        let_pass(layers_page, 400)


def test_a_finger_opens_and_closes_it(phone: Page, address: str) -> None:
    eyes.opened(phone, f"{address}/Layers", "Layers")
    term(phone, "layer").tap()
    expect_explained(phone, "layer")
    term(phone, "layer").tap()
    expect_closed(phone, "layer")
    term(phone, "network").tap()
    expect_explained(phone, "network")
    phone.get_by_role("heading", name="Layers", exact=True).tap()
    expect_closed(phone, "network")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_term_in_a_component_is_explained_too(layers_page: Page) -> None:
    term(layers_page, "kernel").scroll_into_view_if_needed()
    term(layers_page, "kernel").hover()
    expect_explained(layers_page, "kernel")
    layers_page.keyboard.press("Escape")
    expect_closed(layers_page, "kernel")


def test_a_term_in_the_card_of_a_network_looks_and_opens_alike(page: Page, address: str) -> None:
    eyes.opened(page, address)
    page.get_by_text("About this network").click()
    term(page, "accuracy").hover()
    expect_explained(page, "accuracy")
    for key in ("accuracy", "network"):
        expect(term(page, key)).to_have_css("text-decoration-style", "dotted")
    assert popover(page).evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"


def test_the_link_leads_to_the_entry_and_the_entry_back(page: Page, address: str, seven_link: str) -> None:
    """In the same session: what was drawn is still there."""
    eyes.opened(page, f"{address}/Layers{seven_link}", "Layers")
    drawn = eyes.link(page)["d"]
    term(page, "layer").click()
    popover(page).get_by_role("link").click()
    arrived_at_glossary(page)
    entry = page.locator("#term-layer")
    expect(entry).to_be_focused()
    expect(entry).to_be_in_viewport()
    assert eyes.link_when(page, eyes.carries("d", drawn))
    page.locator("#term-kernel").get_by_role("link").click()
    eyes.arrived(page, "Convolution")
    assert eyes.link_when(page, eyes.carries("d", drawn))


def test_an_address_opens_an_entry(page: Page, address: str) -> None:
    page.goto(f"{address}/Glossary#term-stride")
    expect(page.locator("#term-stride")).to_be_focused()
    expect(page.locator("#term-stride")).to_be_in_viewport()


def test_the_glossary_is_searched_and_fits_a_phone(phone: Page, address: str) -> None:
    phone.goto(f"{address}/Glossary")
    arrived_at_glossary(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_label("Search the glossary").fill("pooling window")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("article")).to_have_count(4)
    expect(phone.get_by_text("4 terms")).to_be_visible()
    eyes.link_when(phone, eyes.carries("find", "pooling window"))
