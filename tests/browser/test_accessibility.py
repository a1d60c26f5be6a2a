"""Text and focus that can be seen in both themes, targets that can be hit, text that is not cut, forced colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor
from tests.browser.hands import Stop
from tests.browser.page_guard import PageGuard
from tests.browser.profiles import Profiles
from tests.server_process import Server

FOCUS_RING = eyes.measuring("focus_ring")
PALE_TEXTS = eyes.measuring("contrast")

EVERY = """
    const every = root => [...root.querySelectorAll("*")].flatMap(
        element => [element, ...(element.shadowRoot ? every(element.shadowRoot) : [])])
    const seen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
"""
"""JavaScript: all elements, also those of components, and whether one is to be seen."""

SMALL_TARGETS = f"""() => {{ {EVERY}
    const box = element => element.getBoundingClientRect()
    // What stands for an input is larger: its label, or the track of a slider. An argument stands in a line of code, a
    // term in a sentence.
    return every(document).filter(element => element.matches(
            "a[href], button, select, summary, [role=slider], label:has(input:is([type=checkbox], [type=radio]))"))
        .filter(element => seen(element) && box(element).width > 1 && !element.matches(".argument, a[href^='#term-']"))
        .filter(element => box(element).width < 24 || box(element).height < 24)
        .map(element => `${{element.getAttribute("aria-label") ?? element.textContent}} ${{box(element).width}}`)
}}"""
"""Returns the names of targets of fewer than 24 CSS pixels (WCAG 2.2, 2.5.8)."""

BEHIND_THE_DOCK = """() => {
    let element = document.activeElement
    const dock = document.querySelector(".st-key-ledger-dock")
    if (!element || element === document.body || dock.contains(element)) return ""
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    const box = element.getBoundingClientRect()
    const shown = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 24) / 2)
    return !shown || dock.contains(shown) ? element.getAttribute("aria-label") ?? element.textContent : ""
}"""
"""Returns what has the focus and lies behind the ledger, "" for nothing."""

WIDEN = """() => {
    const style = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important }"
        + " * { word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
    const roots = root => [...root.querySelectorAll("*")].flatMap(
        element => element.shadowRoot ? [element.shadowRoot, ...roots(element.shadowRoot)] : [])
    for (const root of [document.head, ...roots(document)]) {
        root.append(Object.assign(document.createElement("style"), { textContent: style }))
    }
}"""
"""Spaces all text as WCAG 1.4.12 allows visitors to."""

CUT = f"""() => {{ {EVERY}
    const parts = document.querySelectorAll('[data-testid="stMain"], [data-testid="stPopoverBody"]')
    return [...parts].flatMap(every).filter(element => {{
        const {{ overflowX, overflowY, textOverflow }} = getComputedStyle(element)
        const spells = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        if (!(spells || element.matches("button")) || !seen(element) || element.closest(".unseen")) return false
        if (textOverflow === "ellipsis") return false // its title says the rest
        const cutsX = ["hidden", "clip"].includes(overflowX), cutsY = ["hidden", "clip"].includes(overflowY)
        return (cutsX && element.scrollWidth > element.clientWidth + 1)
            || (cutsY && element.scrollHeight > element.clientHeight + 2)
    }}).map(element => element.textContent.slice(0, 60))
}}"""
"""Returns texts that do not fit where they stand."""

BEYOND = f"""() => {{ {EVERY}
    return every(document.querySelector('[data-testid="stMain"]'))
        .filter(element => element.matches("[role=radiogroup], .pad .tools") && seen(element))
        .filter(element => element.scrollWidth > element.clientWidth + 1).map(element => element.textContent)
}}"""
"""Returns alternatives and tools of which an edge hides some, where a mouse cannot scroll to them."""

PLACES = {"Draw": Stop("Draw"), "Open your own": Stop("Draw", popover="Open your own")}
PLACES |= {title: Stop(title) for title in ("Filters", "Convolution", "Pooling", "Data", "Compare")}
PLACES |= {
    "builder": Stop("Train", option="Build your own"),
    "Layers": Stop("Layers", link=f"/Layers?net={LAYERS_NETWORK}"),
}
NOISE = re.compile(
    r'\s*- (button|link|combobox|textbox|slider|application|row)( "[^\w"]+")?( \[.*\])?:?$'
    r'|.*(\b1 pictures|"Link to heading")'
)
"""Lines of what is read out of a page that tell nothing: no name, a sign alone, or of a heading its link to itself."""

ALL_PLACES = PLACES | {
    "Glossary": Stop("Glossary"),
    "experiments": Stop("Train", option="Ready experiments"),
    "runs": Stop("Train", option="Watch and compare"),
    "Layers of the usual network": Stop("Layers", link=f"/Layers?net={model_store.DEFAULT}"),
}
"""Where texts are read, too."""

MOST = 70  # tabs a page: what follows is of the same kinds


@dataclass
class Found:
    """What one walk through the app finds.

    Attributes:
        pale: place of all -> texts of too little contrast.
        small: place -> targets that are too small.
        noise: place -> what is read out and tells nothing.
        rings: place -> what is told of each focus that Tab leads to, in turn.
    """

    pale: dict[str, list[str]] = field(default_factory=dict)
    small: dict[str, list[str]] = field(default_factory=dict)
    noise: dict[str, list[str]] = field(default_factory=dict)
    rings: dict[str, list[str | None]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def walked(profiles: Profiles, browser_context_args: dict[str, Any], server: Server) -> Callable[[str], Found]:
    """Walk through the app once in each colour scheme that is asked for, and measure each place."""

    @cache
    def walk(scheme: str) -> Found:
        found, guard = Found(), PageGuard()
        page = profiles.open(browser_context_args | {"color_scheme": scheme}, guard)
        for place in hands.walk_through(page, server.address, ALL_PLACES):
            found.pale[place] = page.evaluate(PALE_TEXTS)
            if place in PLACES:
                found.small[place] = page.evaluate(SMALL_TARGETS)
                found.noise[place] = [
                    line for line in page.locator("body").aria_snapshot().split("\n") if NOISE.match(line)
                ]
                found.rings[place] = hands.tab_through(page, MOST, FOCUS_RING)
        guard.leave(page.context)
        profiles.give_back(page.context, guard.origins)
        assert guard.violations == []
        return found

    return walk


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_meets_wcag_aa(walked: Callable[[str], Found], scheme: str) -> None:
    assert walked(scheme).pale == {place: [] for place in ALL_PLACES}


def test_pale_texts_are_found(visitor: Visitor) -> None:
    """Grey on white, faded, in a shadow root, on a coloured ground; not what is large enough or cannot be used."""
    page = visitor()
    page.set_content(
        """<main data-testid="stMain" style="font-size: 16px; color: #000">
            <p>black</p> <p style="color: #777">grey</p> <p style="opacity: 0.5">faded</p> <div id="host"></div>
            <p style="background: #0b6b8f; color: #fff">white on blue</p>
            <p style="background: #0b6b8f">black on blue</p>
            <p style="font-size: 24px; color: #777">large</p> <button disabled style="color: #999">useless</button>
        </main>"""
    )
    page.evaluate(
        """document.querySelector("#host").attachShadow({ mode: "open" }).innerHTML =
            '<p style="color: #ddd">hidden away</p>'"""
    )
    found = page.evaluate(PALE_TEXTS)
    assert [told.partition(": ")[2] for told in found] == ["grey", "faded", "hidden away", "black on blue"]
    assert found[0].startswith("4.48 to 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_focus_can_be_seen(walked: Callable[[str], Found], scheme: str) -> None:
    rings = walked(scheme).rings
    assert all(len([one for one in told if one is not None]) > MOST / 3 for told in rings.values())
    pale = {place: sorted({one for one in told if one}) for place, told in rings.items()}
    assert pale == {place: [] for place in PLACES}


def test_targets_are_large_enough(walked: Callable[[str], Found]) -> None:
    assert walked("light").small == {place: [] for place in PLACES}


def test_what_can_be_used_has_a_name_of_words(walked: Callable[[str], Found]) -> None:
    assert walked("light").noise == {place: [] for place in PLACES}


def test_rings_that_are_too_pale_are_found(visitor: Visitor) -> None:
    page = visitor()
    page.set_content(
        """<style>:focus { outline: none } #half:focus { box-shadow: 0 0 0 3px rgba(11, 107, 143, 0.4) }
            #thin:focus { outline: 1px solid #000 } #good:focus { outline: 2px solid #0b6b8f }
            label:focus-within { outline: 2px solid #0b6b8f } #inner { position: absolute; opacity: 0 }</style>
        <button id="none">none</button><button id="half">half</button><button id="thin">thin</button>
        <button id="good">good</button><label><input id="inner" type="checkbox"> of its label</label>"""
    )
    found = hands.tab_through(page, 5, FOCUS_RING)
    assert [one.rpartition(" ")[2] for one in found] == ["none", "half", "thin", "", ""]


def test_with_the_ledger_open_no_focus_lies_behind_it(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/Layers{seven_link}&net={LAYERS_NETWORK}&cell=conv2d.1.5.5", "Layers")
    expect(page.locator(".ledger.open")).to_be_visible()
    assert [one for one in hands.tab_through(page, MOST, BEHIND_THE_DOCK) if one] == []


SIZES = {
    "whole": {"viewport": {"width": 1400, "height": 900}},
    "at 200 percent": {"viewport": {"width": 700, "height": 450}, "device_scale_factor": 2},
}


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_wide_spacing_and_zoom_cut_no_text(visitor: Visitor, address: str, size: dict[str, object]) -> None:
    page = visitor(**size)
    cut = {}
    for place in hands.walk_through(page, address, PLACES):
        cut[place] = page.evaluate(BEYOND)
        page.evaluate(WIDEN)
        eyes.still(page)
        cut[place] += page.evaluate(CUT)
    assert cut == {place: [] for place in PLACES}


def test_forced_colours_keep_switches_sliders_and_what_is_chosen(visitor: Visitor, address: str) -> None:
    page = visitor(forced_colors="active")
    eyes.opened(page, f"{address}/?d=")
    page.get_by_text("Prepared as MNIST was: see the steps").click()
    hands.draw(page, hands.SEVEN)
    expect(eyes.digit(page)).to_have_text("7")
    ground = "element => getComputedStyle(element).backgroundColor"
    paper = page.locator(".stApp").evaluate(ground)
    knob = page.locator(".knob").first.evaluate(ground)
    dot = page.locator(".st-key-pad .dot").evaluate(ground)
    chosen = page.locator('[data-variant][data-selected="true"]').first.evaluate(ground)
    assert paper not in (knob, dot, chosen)
    assert knob.count("0)") == dot.count(", 0)") == 0
    assert page.locator(".st-key-pad .range").evaluate("range => getComputedStyle(range).forcedColorAdjust") == "none"
