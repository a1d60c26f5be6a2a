"""Drawing by mouse, finger and keys, on both surfaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz.core.drawing import stroke_file, url_codec
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

SURFACES = {"Live pad": None, "Editor": "canvas"}
"""Surface -> its name in the link."""


def clear(page: Page) -> Page:
    """Put the page of the test before in order: nothing is drawn, on the live pad."""
    if not page.locator(".st-key-pad canvas").count():
        use(page, "Live pad")
    if eyes.digit(page).inner_text() != "–":
        hands.press(page, "Clear")
    expect(eyes.digit(page)).to_have_text("–")
    eyes.link_when(page, eyes.carries("d", ""))
    return page


def use(page: Page, surface: str) -> None:
    hands.use_surface(page, surface)
    eyes.link_when(page, eyes.carries("surface", SURFACES[surface]))


@pytest.fixture
def blank(revisit: Visitor, address: str) -> Page:
    """Return the Draw page with nothing drawn on the live pad; what was drawn before can be undone."""
    return clear(revisit(f"{address}/?d="))


@pytest.fixture
def blank_phone(revisit: Visitor, address: str) -> Page:
    """Return the same on a phone: narrow, with touch."""
    return clear(revisit(f"{address}/?d=", **hands.PHONE))


def test_the_answer_moves_while_the_pen_is_down(blank: Page) -> None:
    before = eyes.painted(eyes.bars(blank))
    asked = eyes.link(blank)
    hands.put_pen_down(blank, (60, 50))
    hands.move_pen(blank, [(60, 50), (220, 50)])
    eyes.painted_more_than(eyes.bars(blank), before)
    first = eyes.shares(blank)
    hands.move_pen(blank, [(220, 50), (130, 240)])
    expect(eyes.digit(blank)).to_have_text("7")
    assert eyes.shares(blank) != first
    assert eyes.link(blank) == asked, "the link changes once the pen is lifted"
    hands.lift_pen(blank)
    eyes.drawing_when(blank, 1)
    expect(eyes.digit(blank)).to_have_text("7")


@pytest.mark.parametrize("surface", SURFACES)
def test_a_seven_drawn_with_the_mouse_is_read_and_undone_and_cleared_with_buttons(surface: str, blank: Page) -> None:
    if surface != "Live pad":
        use(blank, surface)
    hands.draw(blank, hands.SEVEN)
    expect(eyes.digit(blank)).to_have_text("7")
    assert len(eyes.drawing_when(blank, 1).strokes[0].points) >= 3
    alone, written = eyes.exact_shares(blank), eyes.shares(blank)
    hands.draw(blank, hands.CROSSBAR)
    eyes.drawing_when(blank, 2)
    assert eyes.shares(blank) != written
    hands.press(blank, "Undo")
    eyes.drawing_when(blank, 1)
    assert eyes.exact_shares(blank) == alone
    hands.press(blank, "Clear")
    expect(eyes.digit(blank)).to_have_text("–")
    assert eyes.drawing_when(blank, 0).strokes == ()
    hands.draw(blank, hands.ONE)
    expect(eyes.digit(blank)).to_have_text("1")
    eyes.drawing_when(blank, 1)


def test_undo_and_clear_with_keys_on_the_pad(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN, hands.CROSSBAR)
    eyes.drawing_when(blank, 2)
    blank.keyboard.press("Control+z")
    eyes.drawing_when(blank, 1)
    expect(eyes.digit(blank)).to_have_text("7")
    blank.keyboard.press("Delete")
    eyes.drawing_when(blank, 0)
    expect(eyes.digit(blank)).to_have_text("–")
    blank.keyboard.press("Control+z")
    eyes.drawing_when(blank, 1)
    expect(eyes.digit(blank)).to_have_text("7")


@pytest.mark.parametrize("surface", SURFACES)
def test_a_seven_drawn_with_a_finger_on_a_phone(surface: str, blank_phone: Page) -> None:
    if surface != "Live pad":
        use(blank_phone, surface)
    finger = hands.Finger(blank_phone)
    finger.draw(hands.SEVEN)
    expect(eyes.digit(blank_phone)).to_have_text("7")
    eyes.drawing_when(blank_phone, 1)
    hands.press(blank_phone, "Clear")
    expect(eyes.digit(blank_phone)).to_have_text("–")


def test_drawing_with_a_finger_does_not_scroll_the_page(blank_phone: Page) -> None:
    top = "document.querySelector('[data-testid=\"stMain\"]').scrollTop"
    hands.paper(blank_phone).scroll_into_view_if_needed()
    before = blank_phone.evaluate(top)
    hands.Finger(blank_phone).draw(hands.ONE)
    eyes.drawing_when(blank_phone, 1)
    assert blank_phone.evaluate(top) == before
    assert blank_phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_both_surfaces_show_and_keep_the_same_drawing(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}")
    before = eyes.drawing_when(page, 1)
    for surface, named in (("Editor", "canvas"), ("Live pad", None)):
        hands.use_surface(page, surface)
        carried = eyes.link_when(page, eyes.carries("surface", named))
        assert eyes.drawing_of(carried) == before
        expect(eyes.digit(page)).to_have_text("7")


def test_the_brush_is_wider_after_the_slider_was_moved(blank: Page) -> None:
    brush = blank.locator('.st-key-pad [data-role="brush"]')
    before = brush.input_value()
    hands.draw(blank, hands.ONE)
    thin = eyes.drawing_when(blank, 1).strokes[0].width
    brush.fill("36")
    hands.draw(blank, hands.CROSSBAR)
    assert eyes.drawing_when(blank, 2).strokes[1].width == 36 > thin
    brush.fill(before)


def test_undo_brings_a_test_digit_back_after_an_accidental_tap(blank: Page) -> None:
    blank.locator(".st-key-samples button").nth(7).click()
    carried = eyes.link_when(blank, lambda carried: "s" in carried)
    hands.put_pen_down(blank, (140, 140))
    hands.lift_pen(blank)
    eyes.drawing_when(blank, 1)
    blank.get_by_role("button", name="Undo").click()
    assert eyes.link_when(blank, lambda now: "s" in now) == carried
    said = blank.locator(".st-key-sentence")
    expect(said.get_by_text("A test digit: its label is")).to_be_visible()


def test_a_second_finger_leaves_no_stroke(phone: Page, address: str) -> None:
    eyes.opened(phone, f"{address}/?d=")
    hands.paper(phone).scroll_into_view_if_needed()
    one, two, further = (hands.on_screen(phone, place) for place in ((100, 100), (180, 180), (240, 240)))
    finger = hands.Finger(phone)
    finger._touch("touchStart", one)
    finger._touch("touchStart", one, two)
    finger._touch("touchMove", one, further)
    finger._touch("touchEnd", further)
    finger._touch("touchEnd")
    eyes.settled(phone)
    for tool in ("Undo", "Redo"):
        expect(phone.get_by_role("button", name=tool)).to_be_disabled()
    finger.draw(hands.ONE)
    assert len(eyes.drawing_when(phone, 1).strokes) == 1


def test_a_second_finger_takes_a_long_stroke_back_and_redo_brings_it_again(blank_phone: Page) -> None:
    hands.paper(blank_phone).scroll_into_view_if_needed()
    places = [hands.on_screen(blank_phone, place) for place in hands.along(hands.ONE)]
    finger = hands.Finger(blank_phone)
    finger._touch("touchStart", places[0])
    for place in places[1:]:
        finger._touch("touchMove", place)
    finger._touch("touchStart", places[-1], hands.on_screen(blank_phone, (200, 60)))
    finger._touch("touchEnd")
    expect(blank_phone.get_by_role("button", name="Redo")).to_be_enabled()
    assert eyes.drawing_when(blank_phone, 0).strokes == ()
    blank_phone.get_by_role("button", name="Redo").tap()
    eyes.drawing_when(blank_phone, 1)
    expect(eyes.digit(blank_phone)).to_have_text("1")


def test_a_finger_beside_the_paper_scrolls_the_page(blank_phone: Page) -> None:
    top = "document.querySelector('[data-testid=\"stMain\"]').scrollTop"
    for width in (320, 360, 390):
        blank_phone.set_viewport_size({"width": width, "height": 700})
        blank_phone.evaluate(f"{top} = 0")
        hands.paper(blank_phone).scroll_into_view_if_needed()
        eyes.still(blank_phone)
        margin = blank_phone.locator('.st-key-pad [data-role="margin"]').bounding_box()
        assert margin is not None
        assert margin["width"] >= 44
        right = width - margin["x"]
        assert right >= 44
        x, y = margin["x"] + margin["width"] / 2, margin["y"] + margin["height"] - 20
        before = blank_phone.evaluate(top)
        hands.Finger(blank_phone).stroke([(x, y - step) for step in range(0, 180, 12)])
        blank_phone.wait_for_function(f"before => {top} > before + 60", arg=before)
        assert eyes.link(blank_phone)["d"] == ""
    blank_phone.set_viewport_size(hands.PHONE["viewport"])


def test_redo_brings_back_what_was_undone(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN, hands.CROSSBAR)
    both = eyes.drawing_when(blank, 2)
    expect(blank.get_by_role("button", name="Redo")).to_be_disabled()
    blank.keyboard.press("Control+z")
    eyes.drawing_when(blank, 1)
    hands.press(blank, "Redo")
    assert eyes.drawing_when(blank, 2) == both
    for keys in ("Control+Shift+z", "Control+y"):
        hands.press(blank, "Undo")
        eyes.drawing_when(blank, 1)
        blank.keyboard.press(keys)
        assert eyes.drawing_when(blank, 2) == both
    expect(blank.get_by_role("button", name="Redo")).to_be_disabled()


def test_the_eraser_cuts_strokes_and_the_link_keeps_what_is_left(blank: Page) -> None:
    eraser = blank.get_by_role("button", name="Eraser")
    expect(eraser).to_be_disabled()
    hands.draw(blank, hands.ONE)
    eyes.drawing_when(blank, 1)
    eraser.click()
    expect(eraser).to_have_attribute("aria-pressed", "true")
    hands.draw(blank, [(60, 140), (220, 140)])
    left = eyes.drawing_when(blank, 2)
    assert [round(stroke.points[0][1]) for stroke in left.strokes] == [40, 160]
    assert [round(stroke.points[-1][1]) for stroke in left.strokes] == [120, 240]
    hands.draw(blank, [(140, 20), (140, 260)])
    assert eyes.drawing_when(blank, 0).strokes == ()
    expect(eyes.digit(blank)).to_have_text("–")
    expect(eraser).to_have_attribute("aria-pressed", "false")


def test_strokes_are_drawn_and_erased_by_keys_alone(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    hands.reach_with_tab(page, hands.paper(page))
    hands.walk(page, 0, -4)
    page.keyboard.press("Space")
    hands.walk(page, 0, 8)
    page.keyboard.press("Space")
    eyes.drawing_when(page, 1)
    hands.walk(page, 0, -4)
    page.keyboard.press("e")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    eyes.drawing_when(page, 2)
    page.keyboard.press("e")
    page.keyboard.press("Space")
    hands.walk(page, 1, 0)
    page.keyboard.press("Space")
    eyes.drawing_when(page, 3)
    page.keyboard.press("Delete")
    eyes.drawing_when(page, 0)
    hands.walk(page, -1, 0)  # to the middle again
    hands.draw_seven_by_keys(page)
    expect(eyes.digit(page)).to_have_text("7")
    eyes.drawing_when(page, 1)


def test_a_finger_erases(blank_phone: Page) -> None:
    finger = hands.Finger(blank_phone)
    finger.draw(hands.ONE)
    eyes.drawing_when(blank_phone, 1)
    blank_phone.get_by_role("button", name="Eraser").tap()
    finger.draw([(60, 140), (220, 140)])
    eyes.drawing_when(blank_phone, 2)


def save(page: Page, item: str) -> Path:
    """Save the drawing by the pad's menu and return the file."""
    page.get_by_role("button", name="Save or open").click()
    with page.expect_download() as started:
        page.get_by_role("button", name=item).click()
    return Path(started.value.path())


def test_saved_strokes_are_opened_again_with_every_point(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN, hands.CROSSBAR)
    both = eyes.drawing_when(blank, 2)
    file = save(blank, "Save the strokes")
    saved = stroke_file.read(file.read_text(encoding="utf-8")).drawing
    assert url_codec.quantize(saved) == both
    hands.press(blank, "Clear")
    eyes.drawing_when(blank, 0)
    blank.locator('.st-key-pad [data-role="file"]').set_input_files(file)
    assert eyes.drawing_when(blank, 2) == both
    assert stroke_file.read(save(blank, "Save the strokes").read_text(encoding="utf-8")).drawing == saved


def test_the_saved_picture_is_read_as_the_same_digit(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN)
    eyes.drawing_when(blank, 1)
    picture = Image.open(save(blank, "Save as a picture"))
    assert picture.size == (560, 560)
    saved = np.asarray(picture.convert("L"))
    assert saved[0, 0] == 255
    assert saved[100, 280] == 0  # in the upper bar of the seven
    expect(blank.get_by_role("button", name="Save as a picture")).to_be_hidden()
    expect(blank.get_by_role("button", name="Save or open")).to_be_focused()


NO_DRAWINGS = {
    "no drawing at all": "This file is no drawing that can be read",
    '{"format": "cnnviz-drawing", "version": 9, "side": 280, "strokes": []}': "saved by another version",
    " " * 500_000: "too large for a drawing",
}
"""Texts of files that are no drawings, and what is said of each."""


def test_a_file_that_is_no_drawing_is_refused_in_plain_words(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN)
    before = eyes.drawing_when(blank, 1)
    for text, said in NO_DRAWINGS.items():
        file = {"name": "seven.json", "mimeType": "application/json", "buffer": text.encode()}
        blank.locator('.st-key-pad [data-role="file"]').set_input_files(file)  # type: ignore[arg-type]
        expect(blank.get_by_role("alert")).to_contain_text(said)
        assert eyes.drawing_when(blank, 1) == before
        expect(eyes.digit(blank)).to_have_text("7")


def test_the_menu_of_files_closes_with_escape_and_gives_the_focus_back(blank: Page) -> None:
    files = blank.get_by_role("button", name="Save or open")
    files.focus()
    blank.keyboard.press("Enter")
    expect(files).to_have_attribute("aria-expanded", "true")
    expect(blank.get_by_role("button", name="Save as a picture")).to_be_focused()
    blank.keyboard.press("Escape")
    expect(files).to_be_focused()
    expect(files).to_have_attribute("aria-expanded", "false")


def test_the_pads_tools_are_large_enough_and_fit_a_rail(blank: Page, blank_phone: Page) -> None:
    for each, least in ((blank, 24), (blank_phone, 44)):
        sizes = each.locator(".st-key-pad :is(.tool, .range)").evaluate_all(
            "tools => tools.map(tool => tool.getBoundingClientRect()).map(({ width, height }) => [width, height])"
        )
        assert len(sizes) == 6
        assert min(side for size in sizes for side in size) >= least
    pad = blank.locator(".st-key-pad .pad")
    pad.evaluate("pad => pad.style.width = '260px'")
    tools = blank.locator(".st-key-pad .tools")
    assert tools.evaluate("tools => tools.scrollWidth <= tools.clientWidth")
    pad.evaluate("pad => pad.style.width = ''")


def test_the_enlarged_map_of_the_strip_has_its_buttons_beside_its_title(blank: Page) -> None:
    hands.draw(blank, hands.SEVEN)
    eyes.drawing_when(blank, 1)
    blank.locator('.st-key-strip canvas[data-role="mosaic"]').nth(1).click(position={"x": 8, "y": 8})
    head = blank.locator(".st-key-strip .enlarged .head")
    expect(head).to_be_visible()
    tops = head.locator("button").evaluate_all("buttons => buttons.map(button => button.getBoundingClientRect().top)")
    assert len(tops) == 4
    assert len(set(tops)) == 1
    blank.keyboard.press("Escape")
    expect(head).to_have_count(0)
