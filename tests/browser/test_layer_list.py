"""Layers: the list marks, jumps and filters; each layer says what it did; maps are painted near the window."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.inference.trace import Trace
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor

WIDE = {"viewport": {"width": 1400, "height": 900}}


@pytest.fixture
def wide(visitor: Visitor, layers_link: str) -> Page:
    """Open Layers in a window that has room for the list."""
    return eyes.opened(visitor(**WIDE), layers_link, "Layers")


@pytest.fixture
def read_page(revisit: Visitor, layers_link: str) -> Page:
    """Return a page of Layers with room for the list, on which nothing is chosen."""
    return revisit(layers_link, "Layers", **WIDE)


def lines(page: Page) -> Locator:
    return page.locator(".st-key-layers-list .line")


def card(page: Page, place: int) -> Locator:
    return page.locator(f'[class*="st-key-card-{place}-"]')


def finding(page: Page, place: int) -> Locator:
    return page.locator(f'.st-key-finding-{place} [data-role="finding"]')


def place_of(traced: Trace, name: str) -> int:
    return [layer.name for layer in traced.layers].index(name)


def test_every_layer_has_a_line_that_jumps_to_it(read_page: Page, traced: Trace) -> None:
    expect(lines(read_page)).to_have_count(len(traced.layers))
    for place in (len(traced.layers) - 1, 4, 0):
        line = lines(read_page).nth(place)
        expect(line).to_contain_text("×".join(map(str, traced.layers[place].output_shape)))
        line.click()
        expect(card(read_page, place).locator("summary")).to_be_in_viewport()
        expect(card(read_page, place).locator("summary")).to_be_focused()
        expect(line).to_have_attribute("aria-current", "true")
        expect(read_page.locator(".st-key-layers-list [aria-current]")).to_have_count(1)


def test_the_list_goes_by_keys_with_one_stop_for_tab(read_page: Page) -> None:
    lines(read_page).first.focus()
    read_page.keyboard.press("ArrowDown")
    expect(lines(read_page).nth(1)).to_be_focused()
    read_page.keyboard.press("End")
    expect(lines(read_page).last).to_be_focused()
    read_page.keyboard.press("Enter")
    expect(read_page.locator('[class*="st-key-card-"] summary').last).to_be_focused()
    expect(read_page.locator('.st-key-layers-list .line[tabindex="0"]')).to_have_count(1)


def test_the_list_stays_in_sight_and_marks_what_is_read(wide: Page) -> None:
    expect(lines(wide).first).to_have_attribute("aria-current", "true")
    for place in (2, 4, 1):
        card(wide, place).evaluate("element => element.scrollIntoView({ block: 'start' })")
        expect(lines(wide).nth(place)).to_have_attribute("aria-current", "true")
        expect(lines(wide).nth(place)).to_be_in_viewport(ratio=1)


def test_thumbnails_show_the_strongest_map(read_page: Page, traced: Trace) -> None:
    shown = traced.layers[0].after
    best = int(np.unravel_index(shown.argmax(), shown.shape)[2])
    picture = lines(read_page).first.locator("canvas")
    read_page.wait_for_function("canvas => canvas.width > 1", arg=picture.element_handle())
    side = picture.evaluate("canvas => [canvas.height, canvas.width]")
    assert side == list(shown.shape[:2])
    bright = picture.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
            .filter((_, i) => i % 4 === 1)"""
    )
    assert bright[int(shown[..., best].argmax())] == max(bright), "viridis becomes greener with the value"


def test_a_kind_and_one_layer_are_chosen_kept_in_the_link_and_opened_again(wide: Page, traced: Trace) -> None:
    pooling = [layer.name for layer in traced.layers if "pooling" in layer.name]
    wide.get_by_role("combobox", name="Kinds of layers").select_option("pooling")
    expect(lines(wide)).to_have_count(len(pooling))
    eyes.link_when(wide, eyes.carries("layers", "pooling"))
    expect(wide.locator('[class*="st-key-card-"] summary')).to_have_count(len(pooling))
    wide.get_by_role("button", name="One at a time").click()
    eyes.link_when(wide, eyes.carries("only", pooling[0]))
    lines(wide).nth(1).click()
    eyes.link_when(wide, eyes.carries("only", pooling[1]))
    expect(lines(wide).nth(1)).to_have_attribute("aria-current", "true")
    wide.reload()
    eyes.arrived(wide, "Layers")
    expect(card(wide, place_of(traced, pooling[1]))).to_be_visible()
    expect(wide.locator('[class*="st-key-card-"] summary')).to_have_count(1)
    wide.get_by_role("button", name="One at a time").click()
    eyes.link_when(wide, eyes.carries("only", None))
    expect(wide.locator('[class*="st-key-card-"] summary')).to_have_count(len(pooling))


def test_a_phone_has_a_line_to_pick_from_that_stays_at_the_top(phone: Page, layers_link: str) -> None:
    eyes.opened(phone, layers_link, "Layers")
    expect(lines(phone).first).to_be_hidden()
    pick = phone.get_by_role("combobox", name="Go to a layer")
    pick.select_option(index=3)
    expect(card(phone, 3).locator("summary")).to_be_in_viewport()
    expect(pick).to_be_in_viewport(ratio=1)
    top = pick.bounding_box()
    summary = card(phone, 3).locator("summary").bounding_box()
    assert top is not None
    assert summary is not None
    assert summary["y"] >= top["y"] + top["height"], "the line does not lie over what it leads to"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_each_layer_says_what_it_did_to_the_digit_and_again_after_a_stroke(read_page: Page, traced: Trace) -> None:
    shown = traced.layers[0].after
    best = int(np.unravel_index(shown.argmax(), shown.shape)[2])
    said = finding(read_page, 0)
    expect(said).to_contain_text(f"Map {best} responds most, up to {shown.max():.3g}")
    expect(finding(read_page, len(traced.layers) - 1)).to_contain_text(re.compile(r"^7 gets .* then \d follows with"))
    before = said.inner_text()
    hands.draw(read_page, hands.CROSSBAR)
    eyes.drawing_when(read_page, 2)
    expect(said).not_to_have_text(before)
    hands.press(read_page, "Undo")
    eyes.drawing_when(read_page, 1)
    expect(said).to_have_text(before)


def test_a_dark_map_says_why_it_is_dark(read_page: Page, traced: Trace) -> None:
    place, layer = next(
        (place, layer)
        for place, layer in enumerate(traced.layers)
        if layer.after.ndim == 3 and layer.before is not layer.after and not layer.after.any(axis=(0, 1)).all()
    )
    dark = int(np.flatnonzero(~layer.after.any(axis=(0, 1)))[0])
    largest = float(layer.before[..., dark].max())
    reason = re.compile(r"dark, because none of its sums is above 0; the largest is (-?[\d.e-]+|0)")
    read_page.mouse.move(*eyes.centre(eyes.maps(read_page, place), (dark, 1, 1)))
    expect(eyes.readout(read_page, place)).to_contain_text(reason)
    found = reason.search(eyes.readout(read_page, place).inner_text())
    assert found is not None
    assert float(found[1]) == pytest.approx(largest, rel=0.01)


def test_maps_far_below_have_their_room_and_are_painted_when_they_come_near(wide: Page, traced: Trace) -> None:
    place = max(place for place, layer in enumerate(traced.layers) if layer.after.ndim == 3)
    canvas = eyes.maps(wide, place)
    box = canvas.bounding_box()
    assert box is not None
    assert box["y"] > 2 * 900
    assert eyes.painted(canvas) == 0
    assert eyes.painted(eyes.maps(wide, 0)) > 0
    hands.draw(wide, hands.CROSSBAR)
    eyes.drawing_when(wide, 2)
    assert eyes.painted(canvas) == 0
    eyes.shown(canvas)
    assert eyes.painted(canvas) > 0
    after = canvas.bounding_box()
    assert after is not None
    assert (after["width"], after["height"]) == (box["width"], box["height"])


def test_the_network_that_is_chosen_next_has_its_own_list(visitor: Visitor, address: str, seven_link: str) -> None:
    wide = eyes.opened(visitor(**WIDE), f"{address}/Layers{seven_link}&net=dense-64&layers=convolution", "Layers")
    expect(wide.get_by_text("This network has no layer of this kind.")).to_be_visible()
    wide.get_by_role("combobox", name="Kinds of layers").select_option("all")
    expect(lines(wide).filter(has_text="Output")).to_have_count(1)
    assert LAYERS_NETWORK not in wide.url
