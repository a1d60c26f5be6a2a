"""Layers: arguments light up what they do, by mouse, keys and finger; program and diagram are shown and taken home."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from cnnviz.core.networks import keras_source, model_store
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

NETWORK = "cnn-32-64-64"
LIT = re.compile(r"\blit\b")


@pytest.fixture
def link(address: str) -> str:
    return f"{address}/Layers?net={NETWORK}"


@pytest.fixture
def layers_page(revisit: Visitor, link: str) -> Page:
    return revisit(link, "Layers")


@pytest.fixture
def views_page(revisit: Visitor, link: str) -> Page:
    """Return a page of Layers on which another view is chosen."""
    return revisit(link, "Layers", visit="views")


@pytest.fixture
def phone_page(revisit: Visitor, link: str) -> Page:
    """Return a page of Layers on a phone, with its maps."""
    return revisit(link, "Layers", **hands.PHONE)


def card(page: Page, place: int = 0) -> Locator:
    """Return the code of the layer at `place`."""
    return page.locator(f".st-key-code-{place} .code_line")


def argument(page: Page, name: str, place: int = 0) -> Locator:
    return card(page, place).locator(f'[data-argument="{name}"]')


def pieces(page: Page, place: int = 0) -> list[str]:
    """Return the highlighted pieces of the formulas."""
    return card(page, place).locator(".piece.lit").all_inner_texts()


def saved(download: Download) -> str:
    return Path(download.path()).read_text(encoding="utf-8")


def test_pointing_at_an_argument_lights_up_what_it_makes(layers_page: Page) -> None:
    argument(layers_page, "kernel_size").hover()
    expect(argument(layers_page, "kernel_size")).to_have_class(LIT)
    assert pieces(layers_page) == [" − ", "3", "3 × 3"][1:]
    said = card(layers_page).locator(".said:not(.room)")
    expect(said).to_contain_text("kernel_size=(3, 3)")
    expect(said).to_contain_text("With kernel_size=(5, 5) it would make 24 × 24 × 32 and have 832 parameters.")
    drawn = card(layers_page).locator(".diagram .lit")
    assert "3 × 3" in drawn.all_text_contents()
    argument(layers_page, "padding").hover()  # one that the line leaves out
    assert pieces(layers_page) == [" − ", "3", " + 1"]
    layers_page.mouse.move(0, 0)
    expect(card(layers_page)).to_have_attribute("data-lit", "")
    assert pieces(layers_page) == []
    expect(said).to_contain_text("Slides small kernels over its input.")


def test_pointing_at_a_number_lights_up_its_argument(layers_page: Page) -> None:
    card(layers_page).locator(".piece", has_text=re.compile("^32$")).hover()
    expect(argument(layers_page, "filters")).to_have_class(LIT)
    expect(argument(layers_page, "kernel_size")).not_to_have_class(LIT)
    expect(card(layers_page).locator(".said:not(.room)")).to_contain_text("How many filters this layer learns.")


def test_nothing_below_moves_while_arguments_are_pointed_at(layers_page: Page) -> None:
    below = eyes.maps(layers_page, 0, "before")

    def distance() -> float:
        boxes = below.bounding_box(), card(layers_page).bounding_box()
        if boxes[0] is None or boxes[1] is None:
            raise AssertionError("the card is not there")
        return boxes[0]["y"] - boxes[1]["y"]

    before = distance()
    for name in ("filters", "kernel_size", "padding", "activation", "use_bias", "name"):
        argument(layers_page, name).hover()
        expect(card(layers_page)).to_have_attribute("data-lit", name)
        assert distance() == before


def test_arguments_are_reached_by_keys(layers_page: Page) -> None:
    """One stop for Tab a layer, arrows within it; what is pressed stays lit until Escape."""
    hands.reach_with_tab(layers_page, argument(layers_page, "filters"), most=50)  # after the list of layers
    expect(card(layers_page)).to_have_attribute("data-lit", "filters")
    layers_page.keyboard.press("ArrowRight")
    expect(argument(layers_page, "kernel_size")).to_be_focused()
    expect(card(layers_page)).to_have_attribute("data-lit", "kernel_size")
    layers_page.keyboard.press("Enter")
    expect(argument(layers_page, "kernel_size")).to_have_attribute("aria-pressed", "true")
    layers_page.keyboard.press("Tab")
    expect(card(layers_page)).to_have_attribute("data-lit", "kernel_size")
    layers_page.keyboard.press("Shift+Tab")
    layers_page.keyboard.press("Escape")
    expect(argument(layers_page, "kernel_size")).to_have_attribute("aria-pressed", "false")
    layers_page.keyboard.press("End")
    expect(argument(layers_page, "use_bias")).to_be_focused()


def test_a_finger_lights_up_an_argument(phone_page: Page) -> None:
    argument(phone_page, "filters").tap()
    expect(argument(phone_page, "filters")).to_have_attribute("aria-pressed", "true")
    expect(card(phone_page).locator(".said:not(.room)")).to_contain_text("filters=32")
    assert "32" in pieces(phone_page)
    argument(phone_page, "filters").tap()
    expect(argument(phone_page, "filters")).to_have_attribute("aria-pressed", "false")
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_whole_program_is_shown_and_saved(views_page: Page) -> None:
    hands.choose(views_page, "program")
    eyes.link_when(views_page, eyes.carries("view", "program"))
    expect(views_page.locator("code", has_text="model.compile")).to_contain_text("keras.optimizers.Adam")
    with views_page.expect_download() as waiting:
        views_page.get_by_role("button", name=f"{NETWORK}.py").click()
    known = model_store.card(NETWORK)
    assert saved(waiting.value) == keras_source.write_script(known.architecture, known.plan)


def test_the_diagram_is_shown_and_saved_as_svg(views_page: Page) -> None:
    hands.choose(views_page, "diagram")
    eyes.link_when(views_page, eyes.carries("view", "diagram"))
    shown = views_page.get_by_role("img", name=f"The network {NETWORK} as a diagram")
    expect(shown).to_contain_text("18,496 parameters")
    with views_page.expect_download() as waiting:
        views_page.get_by_role("button", name=f"{NETWORK}.svg").click()
    root = ElementTree.fromstring(saved(waiting.value))
    assert [text.strip() for text in root.itertext() if text.strip()] == [
        text.strip()
        for text in shown.evaluate(
            "svg => [...svg.querySelectorAll('*')].filter(e => !e.children.length).map(e => e.textContent)"
        )
        if text.strip()
    ]


def test_diagram_and_summary_fit_a_phone(phone_page: Page) -> None:
    hands.choose(phone_page, "diagram")
    eyes.link_when(phone_page, eyes.carries("view", "diagram"))
    eyes.still(phone_page)
    shown = phone_page.get_by_role("img", name=f"The network {NETWORK} as a diagram")
    box = shown.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    size = shown.locator("text", has_text="Convolution").first.evaluate("e => e.getBoundingClientRect().height")
    assert size >= 11, "letters are not shrunk"
    hands.choose(phone_page, "summary")
    table = phone_page.get_by_role("table", name=NETWORK)
    expect(table.get_by_role("row", name=re.compile("^Convolution 2 conv2d_1 "))).to_contain_text("18,496")
    expect(table.get_by_role("row", name=re.compile("^Total params"))).to_contain_text("93,322")
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
    assert table.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth")
    hands.choose(phone_page, "maps")
    eyes.link_when(phone_page, eyes.carries("view", None))
    expect(card(phone_page)).to_be_visible()
