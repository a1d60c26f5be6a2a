"""Going to another page and back, reloading, sharing a link, opening any page first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from cnnviz.core.inference import samples
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor
from tests.server_process import serving


@pytest.mark.parametrize("surface", ["Live pad", "Editor"])
def test_a_drawing_is_still_there_after_a_visit_to_layers(surface: str, page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    hands.use_surface(page, surface)
    hands.draw(page, hands.SEVEN)
    drawn = eyes.drawing_when(page, 1)
    shares = eyes.exact_shares(page)
    for name in ("Layers", "Draw"):
        hands.go_to(page, name)
        eyes.arrived(page, name)
        expect(eyes.digit(page)).to_have_text("7")
        assert eyes.drawing_when(page, 1) == drawn
        assert eyes.exact_shares(page) == shares
    hands.draw(page, hands.CROSSBAR)
    assert eyes.drawing_when(page, 2).strokes[0] == drawn.strokes[0], "the pen goes on where it was"


def test_a_choice_of_surface_network_and_switch_survives_the_pages(page: Page, address: str, seven_link: str) -> None:
    wanted = {"surface": "canvas", "net": "cnn-32-64-64", "off": "centre"}
    eyes.opened(page, f"{address}/{seven_link}&surface=canvas&net=cnn-32-64-64&off=centre")
    for name in ("Layers", "Draw"):
        hands.go_to(page, name)
        eyes.arrived(page, name)
        eyes.link_when(page, lambda carried: wanted.items() <= carried.items())


def test_a_shared_link_gives_the_same_view_to_someone_else(page: Page, visitor: Visitor, address: str) -> None:
    eyes.opened(page, f"{address}/?d=&net=cnn-32-64-64")
    hands.draw(page, hands.SEVEN)
    eyes.drawing_when(page, 1)
    hands.go_to(page, "Layers")
    eyes.arrived(page, "Layers")
    eyes.drawing_when(page, 1)
    other = eyes.opened(visitor(), page.url, "Layers")
    assert eyes.link_when(other, lambda carried: "d" in carried) == eyes.link(page)
    assert eyes.exact_shares(other) == eyes.exact_shares(page)
    assert other.url == page.url


def test_a_reload_gives_the_same_view_and_only_another_page_makes_an_entry_in_the_history(
    page: Page, address: str
) -> None:
    entries = "history.length"
    eyes.opened(page, f"{address}/?d=")
    before = page.evaluate(entries)
    hands.draw(page, hands.SEVEN, hands.CROSSBAR)
    drawn = eyes.drawing_when(page, 2)
    assert page.evaluate(entries) == before
    view = page.url, eyes.exact_shares(page)
    page.reload()
    eyes.arrived(page, "Draw")
    assert eyes.drawing_when(page, 2) == drawn
    assert (page.url, eyes.exact_shares(page)) == view
    expect(eyes.digit(page)).to_have_text("7")
    assert page.evaluate(entries) == before
    hands.go_to(page, "Layers")
    eyes.arrived(page, "Layers")
    eyes.drawing_when(page, 2)
    assert page.evaluate(entries) == before + 1
    page.go_back()
    eyes.arrived(page, "Draw")
    assert eyes.drawing_when(page, 2) == drawn
    page.go_forward()
    eyes.arrived(page, "Layers")
    assert eyes.drawing_when(page, 2) == drawn


def test_the_first_visitor_of_a_server_may_open_layers(page: Page, seven_link: str) -> None:
    """A server that has run no page yet does not know its other pages either.

    What nobody sees there takes no space, the address and the maps brought for the viewers: not even a gap, or the page
    would go up a moment later.
    """
    with serving() as fresh:
        eyes.opened(page, f"{fresh.address}/Layers{seven_link}", "Layers")
        expect(eyes.digit(page)).to_have_text("7")
        expect(eyes.maps(page, 0)).to_be_visible()
        expect(page.locator(".st-key-navigation").get_by_role("link", name="Draw")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        unseen = page.locator('[data-testid="stElementContainer"][class*="st-key-unseen-"]')
        assert unseen.count() >= 3
        assert [element.bounding_box() for element in unseen.all()] == [None] * unseen.count()
        assert "Traceback" not in fresh.log
        page.close()  # before its server goes


def test_a_broken_link_gives_the_nearest_view_and_says_what_was_ignored(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=garbage&net=nope&range=7&foo=1&off=ink+nothing&colours=magma")
    said = page.get_by_test_id("stAlert")
    for ignored in ("nope", "range", "foo", "nothing", "damaged"):
        expect(said.filter(has_text=ignored)).to_have_count(1)
    carried = eyes.link_when(page, lambda carried: carried.get("d", "garbage") != "garbage")
    assert samples.is_first(eyes.drawing_of(carried))
    assert carried["colours"] == "magma"
    assert carried["off"] == "ink"
    assert not carried.keys() & {"net", "range", "foo"}


def test_a_link_cannot_put_markup_into_the_page(page: Page, address: str) -> None:
    evil = "<img src=//evil.invalid/x onerror=alert(1)>![x](http://evil.invalid/y)**z**"
    eyes.opened(page, f"{address}/?net={evil}&{evil}=1")
    expect(page.get_by_test_id("stAlert").first).to_contain_text("ignored")
    assert page.get_by_test_id("stAlert").locator("img, strong").count() == 0


def test_a_page_starts_with_a_digit_drawn_with_a_pen_which_the_first_stroke_replaces(page: Page, address: str) -> None:
    """And a new visitor is led on to its layers."""
    eyes.opened(page, address)
    expect(eyes.digit(page)).to_have_text("3")
    assert samples.is_first(eyes.drawing_of(eyes.link_when(page, lambda carried: "d" in carried)))
    hands.draw(page, hands.ONE)
    eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text("1")
    page.get_by_role("button", name="Undo").click()
    expect(eyes.digit(page)).to_have_text("3")
    page.locator(".st-key-onward").get_by_role("link").click()
    eyes.arrived(page, "Layers")
    expect(eyes.digit(page)).to_have_text("3")
