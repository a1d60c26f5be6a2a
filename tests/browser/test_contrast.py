"""Text contrast meets WCAG AA in the light and the dark theme."""

from __future__ import annotations

import pytest

from tests.browser import eyes, hands
from tests.browser.conftest import Visitor
from tests.browser.hands import Stop

PALE_TEXTS = eyes.measuring("contrast")
PLACES = {"Draw": Stop("Draw"), "Open your own": Stop("Draw", popover="Open your own")}
PLACES |= {title: Stop(title) for title in ("Layers", "Filters", "Convolution", "Pooling", "Data", "Train")}
PLACES |= {
    "builder": Stop("Train", option="Build your own"),
    "runs": Stop("Train", option="Watch and compare"),
    "Compare": Stop("Compare"),
    "Glossary": Stop("Glossary"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_meets_wcag_aa(visitor: Visitor, address: str, scheme: str) -> None:
    page = visitor(color_scheme=scheme)
    pale = {}
    for place in hands.walk_through(page, address, PLACES):
        pale[place] = page.evaluate(PALE_TEXTS)
    assert pale == {place: [] for place in PLACES}


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
