"""A set of one's own drawings: collected, kept and deleted; learned by a network that reads another drawing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import eyes, hands
from tests.browser.hands import Line
from tests.browser.test_train import LEARNING, bench
from tests.server_process import Server

EACH = 10
"""Drawings of a class: as few as Train takes."""


def line_of(name: str, shift: float) -> Line:
    """Return a drawing of a class as places of the paper; `shift` moves and bends it."""
    lines: dict[str, Line] = {
        "pole": [(130 + shift, 40), (140 - shift, 240)],
        "beam": [(40, 130 - shift), (240, 140 + shift)],
        "tent": [(50, 230 - shift), (140 + shift, 50), (230, 230 + shift), (50, 230 - shift)],
    }
    return lines[name]


def draw(page: Page, line: Line) -> None:
    """Draw a line on the paper for one's own set."""
    paper = page.locator(".st-key-own-paper-box canvas").first
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    scale = box["width"] / hands.SIDE
    places = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in line]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def name_classes(page: Page, address: str, names: Sequence[str]) -> Locator:
    """Open Data, name the classes, and return how many drawings there are."""
    page.goto(f"{address}/Data?set=digits")
    expect(eyes.heading(page, "Data")).to_be_visible()
    eyes.whole(page)
    field = page.get_by_label("Names of 2 to 20 classes, separated by commas")
    field.fill(", ".join(names))
    field.press("Enter")
    counts = page.get_by_text("Drawings so far:")
    expect(counts).to_have_text(f"Drawings so far: {' · '.join(f'{name} 0' for name in names)}")
    return counts


def choose_class(page: Page, name: str) -> Locator:
    """Choose the class to draw, and return the button that adds a drawing to it."""
    page.get_by_role("radio", name=name, exact=True).click()
    add = page.get_by_role("button", name=re.compile(f"^Add to {name}"))
    expect(add).to_be_visible()
    eyes.settled(page)
    eyes.still(page)
    return add


def test_drawings_of_ones_own_are_collected_kept_and_deleted(page: Page, address: str) -> None:
    counts = name_classes(page, address, ("heart", "star"))
    for name, told in (("heart", "heart 1 · star 0"), ("star", "heart 1 · star 1")):
        add = choose_class(page, name)
        draw(page, [(60, 50), (120, 190)])
        eyes.settled(page)
        add.press("Enter") if name == "star" else add.click()
        expect(counts).to_have_text(f"Drawings so far: {told}")
    page.reload()
    expect(counts).to_have_text("Drawings so far: heart 1 · star 1")
    page.get_by_role("radio", name="Your drawings", exact=True).click()
    expect(page.get_by_text("2 pictures of 2 classes, yours alone")).to_be_visible()
    page.get_by_role("button", name="Delete all drawings").click()
    expect(page.get_by_role("radio", name="Your drawings", exact=True)).to_have_count(0)
    expect(page.get_by_label("Names of 2 to 20 classes, separated by commas")).to_have_value("")


@pytest.mark.timeout(900)  # a training, and what is drawn for it
def test_three_classes_are_drawn_and_learned_and_another_drawing_is_read(page: Page, server_with_runs: Server) -> None:
    counts = name_classes(page, server_with_runs.address, ("pole", "beam", "tent"))
    for name in ("pole", "beam", "tent"):
        add = choose_class(page, name)
        for number in range(EACH):
            draw(page, line_of(name, 3 * (number - EACH / 2)))
            add.click()
            expect(counts).to_contain_text(re.compile(rf"\b{name} {number + 1}\b"))
            eyes.settled(page)

    hands.go_to(page, "Train")
    bench(page, "Build your own")
    page.get_by_role("radio", name=re.compile("^Your drawings")).click()
    expect(page.get_by_text("3 classes: pole, beam, tent.")).to_be_visible()
    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_test_id("stProgress").first).to_contain_text("done", timeout=LEARNING)
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("link", name="Explore it on Layers").click()
    expect(eyes.heading(page, "Layers")).to_be_visible()
    hands.go_to(page, "Draw")
    eyes.link_when(page, lambda carried: carried.get("net", "").startswith("run-"))
    expect(page.get_by_role("combobox", name="Network")).to_have_value(re.compile("Your drawings"))
    eyes.still(page)
    for name in ("tent", "pole", "beam"):
        hands.press(page, "Clear")
        hands.draw(page, line_of(name, 10))
        expect(page.locator(".st-key-predicted-name")).to_have_text(name)
