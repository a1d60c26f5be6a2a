"""The navigation: which page is open, and how much is shown."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

CURRENT = '.st-key-navigation a[aria-current="page"]'


def test_how_much_is_shown_is_kept_on_other_pages_and_after_a_reload(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/Layers", "Layers")
    expect(page.get_by_role("button", name="Colours and files")).to_have_count(0)
    hands.choose(page, "Everything")
    expect(page.get_by_role("button", name="Colours and files")).to_be_visible()
    eyes.link_when(page, eyes.carries("show", "everything"))
    hands.go_to(page, "Convolution")
    expect(page.get_by_role("heading", name="Channel order")).to_be_visible()
    eyes.link_when(page, eyes.carries("show", "everything"))
    page.reload()
    expect(page.get_by_role("heading", name="Channel order")).to_be_visible()
    hands.choose(page, "Essentials")
    expect(page.get_by_role("heading", name="Channel order")).to_have_count(0)
    eyes.link_when(page, eyes.carries("show", None))


HEIGHT = "() => document.querySelector('.st-key-navigation').parentElement.getBoundingClientRect().height"

LAY_OVER = """() => {
    const make = inside => {
        const made = Object.assign(document.createElement("div"), { innerHTML: inside })
        made.dataset.testid = "stStatusWidget"
        return document.querySelector(".stAppHeader").appendChild(made).checkVisibility()
    }
    const badge = document.createElement("span")
    badge.className = "stMarkdownBadge"
    document.querySelector(".st-key-navigation a[disabled]").append(badge)
    const link = getComputedStyle(document.querySelector(".stApp")).getPropertyValue("--st-link-color")
    badge.style.color = "red"
    const shown = getComputedStyle(badge).color
    badge.style.setProperty("color", link, "important")
    return [make("<button>Stop</button>"), make("Connecting"), shown === getComputedStyle(badge).color]
}"""
"""Adds what Streamlit adds while a script or a training runs: whether its button and its word are seen, and whether the
badge beside Train has the colour of links."""

PASSED = """() => {
    const element = document.activeElement
    const before = document.querySelector(".st-key-subject") ?? document.querySelector(".st-key-navigation")
    const inside = element.closest(".st-key-navigation, .st-key-subject") || element.matches("body, main")
    return !inside && Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
}"""
"""Whether what has the focus lies behind the rail."""


def test_on_a_phone_the_navigation_is_one_line_whose_button_opens_every_link(phone: Page, address: str) -> None:
    """None of it lies at the end of a line that would have to be moved sideways first."""
    eyes.opened(phone, f"{address}/Train", "Train")
    navigation = phone.locator(".st-key-navigation")
    menu = phone.get_by_role("button", name="Pages")
    for width in (390, 320):
        phone.set_viewport_size({"width": width, "height": 700})
        assert phone.evaluate(HEIGHT) <= 48
        expect(navigation.get_by_role("link")).to_have_count(0)
        for name in ("Essentials", "Everything"):
            expect(navigation.get_by_role("radio", name=name)).to_be_in_viewport(ratio=1)
        menu.focus()
        phone.keyboard.press("Enter")
        expect(menu).to_have_attribute("aria-expanded", "true")
        for name in ("Draw", "Layers", "Filters", "Convolution", "Pooling", "Data", "Train", "Compare", "Glossary"):
            link = navigation.get_by_role("link", name=name, exact=True)
            expect(link).to_be_in_viewport(ratio=1)
            box = link.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24
        expect(phone.locator(CURRENT)).to_have_text("Train")
        expect(phone.locator(CURRENT)).to_be_in_viewport(ratio=1)
        phone.keyboard.press("Escape")
        expect(menu).to_have_attribute("aria-expanded", "false")
        expect(menu).to_be_focused()
    assert phone.evaluate(LAY_OVER) == [False, True, True]
    hands.go_to(phone, "Pooling")
    expect(phone.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_the_open_page_is_marked_and_the_first_tab_leads_past_navigation_and_rail(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/Layers", "Layers")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    for name in ("Layers", "Filters", "Convolution", "Pooling", "Data", "Train", "Compare"):
        if name != "Layers":
            hands.go_to(page, name)
            eyes.arrived(page, name)
            skip.focus()
        expect(page.locator(CURRENT)).to_have_text(name)
        page.keyboard.press("Enter")
        assert page.evaluate(PASSED), name
        expect(page.locator(":focus")).to_be_in_viewport()
        page.keyboard.press("Tab")
        assert page.evaluate(PASSED), name


def test_presenting_enlarges_type_and_maps_and_hides_what_is_not_needed(visitor: Visitor, layers_link: str) -> None:
    layers_page = eyes.opened(visitor(viewport={"width": 1920, "height": 1080}), layers_link, "Layers")
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    canvas = eyes.maps(layers_page, 0)
    before = canvas.bounding_box()
    assert layers_page.evaluate(size) == 18
    layers_page.keyboard.press("F8")
    layers_page.wait_for_function(f"({size})() >= 20")
    eyes.link_when(layers_page, eyes.carries("present", "1"))
    expect(layers_page.get_by_role("radio", name="Essentials")).to_be_hidden()
    expect(layers_page.get_by_role("button", name="Colours and files")).to_have_count(0)
    layers_page.wait_for_function(
        "([canvas, before]) => canvas.getBoundingClientRect().height > 1.1 * before",
        arg=[canvas.element_handle(), before and before["height"]],
    )
    layers_page.reload()
    layers_page.wait_for_function(f"({size})() >= 20")
    layers_page.get_by_role("button", name="End presentation").click()
    layers_page.wait_for_function(f"({size})() === 18")
    eyes.link_when(layers_page, eyes.carries("present", None))
    expect(layers_page.get_by_role("button", name="Colours and files")).to_be_visible()
