"""What those hear who do not see the page, and where the focus is when what had it is gone."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.drawing.strokes import Drawing, render
from cnnviz.core.networks.descriptions import DESCRIPTIONS
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK

FOCUSED = """() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element === document.body ? "" : element.className + " " + element.tagName
}"""
"""Returns what has the focus, "" for nothing."""


def told(page: Page) -> Locator:
    """Return the live region of the answer."""
    return page.locator('.st-key-answer [role="status"].unseen')


def count_told(page: Page) -> None:
    """Count from now on how often the live region changes."""
    told(page).evaluate(
        """region => {
            window.told = 0
            new MutationObserver(() => (window.told += 1)).observe(region, { childList: true, characterData: true })
        }"""
    )


def test_an_answer_is_told_when_the_pen_is_lifted_and_not_before_and_is_brought_back(page: Page, address: str) -> None:
    """The last answers are buttons that bring their drawings back."""
    eyes.opened(page, f"{address}/?d=")
    count_told(page)
    before = eyes.painted(eyes.bars(page))
    hands.put_pen_down(page, (60, 50))
    hands.move_pen(page, hands.SEVEN)
    expect(eyes.digit(page)).to_have_text("7")
    eyes.painted_more_than(eyes.bars(page), before + 1)
    assert page.evaluate("window.told") == 0
    hands.lift_pen(page)
    expect(told(page)).to_contain_text("The network reads a 7")
    seven = eyes.drawing_when(page, 1)
    assert page.evaluate("window.told") == 1

    hands.press(page, "Clear")
    eyes.drawing_when(page, 0)
    hands.draw(page, hands.ONE)
    expect(eyes.digit(page)).to_have_text("1")
    answers = page.locator(".st-key-last-answers button")
    expect(answers).to_have_count(2)
    expect(answers.nth(1)).to_have_accessible_name(re.compile(r"^7: \d\d\s%$"))
    answers.nth(1).focus()
    page.keyboard.press("Enter")
    expect(eyes.digit(page)).to_have_text("7")
    eyes.link_when(page, lambda carried: "d" in carried and eyes.drawing_of(carried) == seven)
    expect(answers).to_have_count(2)
    boxes = [box for box in (each.bounding_box() for each in answers.all()) if box is not None]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


def test_a_test_digit_an_upload_and_another_network_are_told(page: Page, address: str, seven: Drawing) -> None:
    eyes.opened(page, f"{address}/?d=")
    page.locator(".st-key-samples button").nth(2).click()
    expect(told(page)).to_contain_text("A test digit: its label is")
    first = told(page).inner_text()
    eyes.link_when(page, lambda carried: "s" in carried)
    eyes.settled(page)
    network = re.compile(rf"^{DESCRIPTIONS[LAYERS_NETWORK]} ·")
    hands.choose_option(page, page.get_by_role("combobox", name="Network"), network)
    expect(told(page)).not_to_have_text(first)
    picture = io.BytesIO()
    Image.fromarray(render(seven)).save(picture, "PNG")
    page.get_by_text("Or open a picture of a digit").click()
    file = {"name": "seven.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(file)  # type: ignore[arg-type]
    expect(told(page)).to_contain_text("The network reads a 7")


def test_what_leads_to_an_account_is_told_or_leads_the_focus_there(layers_page: Page) -> None:
    """A cell that is clicked is told, and keys lead from its account back; a layer that is chosen takes the focus."""
    maps = eyes.maps(layers_page, 0)
    maps.scroll_into_view_if_needed()
    layers_page.mouse.click(*eyes.centre(maps, (1, 5, 5)))
    ledger = layers_page.locator(".ledger")
    expect(ledger.locator('[role="status"].unseen')).to_contain_text("At the foot of the window: ")
    close = layers_page.locator(".st-key-ledger-close button")
    close.focus()
    layers_page.keyboard.press("Enter")
    expect(ledger.locator('[role="status"].unseen')).to_have_text("The account is closed.")
    expect(close).to_have_count(0)
    layers_page.wait_for_function(f"() => ({FOCUSED})().includes('CANVAS')")

    box = layers_page.get_by_role("combobox", name="Layer", exact=True)
    hands.choose_option(layers_page, box, "Max pooling 1 · max_pooling2d")
    expect(layers_page.locator(".ledger.open")).to_be_visible()
    layers_page.wait_for_function("() => document.activeElement.shadowRoot?.activeElement?.closest('.ledger') != null")


def test_after_a_guess_or_find_out_the_focus_goes_on_from_where_it_was(page: Page, address: str) -> None:
    """From the guess into the grid that is stepped through; on Train to the title above what was found out."""
    for place, right in (("Convolution", "3"), ("Pooling", "7")):
        if place == "Convolution":
            eyes.opened(page, f"{address}/{place}", place)
        else:
            hands.go_to(page, place)
            eyes.arrived(page, place)
        guess = page.locator(".guess:visible input").first
        guess.fill(right)
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUSED)
        if place == "Convolution":  # the size first, then the sum of the first window
            page.locator('.guess:visible input[data-guess="sum"]').press("Enter")
        assert "controls" in page.evaluate(FOCUSED)
        page.keyboard.press("ArrowRight")
        expect(page.locator("output.here").first).to_contain_text("2")
    hands.go_to(page, "Train")
    eyes.stand(page, "Train")
    page.get_by_role("button", name="Find out").nth(3).press("Enter")
    expect(page.locator(".st-key-recorded")).to_be_visible()
    expect(eyes.heading(page, "Train")).to_be_focused()
