"""Drawing by mouse, finger and keys, on both surfaces."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import eyes, hands

SURFACES = ["Live pad", "Editor"]


@pytest.fixture(params=SURFACES)
def drawing_page(request: pytest.FixtureRequest, page: Page, address: str) -> Page:
    """Open the Draw page with one of the two surfaces, nothing drawn yet."""
    eyes.opened(page, f"{address}/?d=")
    if request.param == "Editor":
        hands.use_surface(page, "Editor")
        eyes.link_when(page, lambda carried: carried.get("surface") == "canvas")
    return page


def test_a_seven_drawn_with_the_mouse_is_read(drawing_page: Page) -> None:
    expect(eyes.digit(drawing_page)).to_have_text("–")
    hands.draw(drawing_page, hands.SEVEN)
    expect(eyes.digit(drawing_page)).to_have_text("7")
    assert len(eyes.drawing_when(drawing_page, 1).strokes[0].points) >= 3


def test_the_answer_moves_while_the_pen_is_down(page: Page, address: str) -> None:
    eyes.opened(page, address)
    before = eyes.painted(eyes.bars(page))
    asked = eyes.link_when(page, lambda carried: "d" in carried)
    hands.put_pen_down(page, (60, 50))
    hands.move_pen(page, [(60, 50), (220, 50)])
    eyes.painted_more_than(eyes.bars(page), before)
    first = eyes.shares(page)
    hands.move_pen(page, [(220, 50), (130, 240)])
    expect(eyes.digit(page)).to_have_text("7")
    assert eyes.shares(page) != first
    assert eyes.link(page) == asked, "the link changes once the pen is lifted"
    hands.lift_pen(page)
    eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text("7")


def test_undo_and_clear_with_buttons(drawing_page: Page) -> None:
    hands.draw(drawing_page, hands.SEVEN)
    expect(eyes.digit(drawing_page)).to_have_text("7")
    eyes.drawing_when(drawing_page, 1)
    alone = eyes.exact_shares(drawing_page)
    hands.draw(drawing_page, hands.CROSSBAR)
    eyes.drawing_when(drawing_page, 2)
    assert eyes.exact_shares(drawing_page) != alone
    hands.press(drawing_page, "Undo")
    eyes.drawing_when(drawing_page, 1)
    assert eyes.exact_shares(drawing_page) == alone
    hands.press(drawing_page, "Clear")
    expect(eyes.digit(drawing_page)).to_have_text("–")
    assert eyes.drawing_when(drawing_page, 0).strokes == ()
    hands.draw(drawing_page, hands.ONE)
    expect(eyes.digit(drawing_page)).to_have_text("1")


def test_undo_and_clear_with_keys_on_the_pad(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    hands.draw(page, hands.SEVEN, hands.CROSSBAR)
    eyes.drawing_when(page, 2)
    page.keyboard.press("Control+z")
    eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text("7")
    page.keyboard.press("Delete")
    eyes.drawing_when(page, 0)
    expect(eyes.digit(page)).to_have_text("–")
    page.keyboard.press("Control+z")
    eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text("7")


def test_a_seven_drawn_by_keys_alone(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    hands.reach_with_tab(page, hands.paper(page))
    hands.draw_seven_by_keys(page)
    expect(eyes.digit(page)).to_have_text("7")
    eyes.drawing_when(page, 1)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_seven_drawn_with_a_finger_on_a_phone(surface: str, phone: Page, address: str) -> None:
    eyes.opened(phone, f"{address}/?d=")
    if surface == "Editor":
        hands.use_surface(phone, "Editor")
    finger = hands.Finger(phone)
    finger.draw(hands.SEVEN)
    expect(eyes.digit(phone)).to_have_text("7")
    eyes.drawing_when(phone, 1)
    hands.press(phone, "Clear")
    expect(eyes.digit(phone)).to_have_text("–")


def test_drawing_with_a_finger_does_not_scroll_the_page(phone: Page, address: str) -> None:
    eyes.opened(phone, f"{address}/?d=")
    top = "document.querySelector('[data-testid=\"stMain\"]').scrollTop"
    hands.paper(phone).scroll_into_view_if_needed()
    before = phone.evaluate(top)
    hands.Finger(phone).draw(hands.ONE)
    eyes.drawing_when(phone, 1)
    assert phone.evaluate(top) == before
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_both_surfaces_show_and_keep_the_same_drawing(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}")
    before = eyes.drawing_when(page, 1)
    for surface, named in (("Editor", "canvas"), ("Live pad", None)):
        hands.use_surface(page, surface)
        carried = eyes.link_when(page, eyes.carries("surface", named))
        assert eyes.drawing_of(carried) == before
        expect(eyes.digit(page)).to_have_text("7")


def test_the_brush_is_wider_after_the_slider_was_moved(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    hands.draw(page, hands.ONE)
    thin = eyes.drawing_when(page, 1).strokes[0].width
    page.locator('.st-key-pad [data-role="brush"]').fill("36")
    hands.draw(page, hands.CROSSBAR)
    assert eyes.drawing_when(page, 2).strokes[1].width == 36 > thin


def test_undo_brings_a_test_digit_back_after_an_accidental_tap(page: Page, address: str) -> None:
    eyes.opened(page, address)
    page.locator(".st-key-samples button").nth(7).click()
    carried = eyes.link_when(page, lambda carried: "s" in carried)
    hands.put_pen_down(page, (140, 140))
    hands.lift_pen(page)
    eyes.drawing_when(page, 1)
    page.get_by_role("button", name="Undo").click()
    assert eyes.link_when(page, lambda now: "s" in now) == carried
    expect(page.get_by_text("A test digit: its label is")).to_be_visible()


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
    expect(phone.get_by_role("button", name="Undo")).to_be_disabled()
    finger.draw(hands.ONE)
    assert len(eyes.drawing_when(phone, 1).strokes) == 1


def test_the_enlarged_map_of_the_strip_has_its_buttons_beside_its_title(page: Page, address: str) -> None:
    eyes.opened(page, address)
    page.locator('.st-key-strip canvas[data-role="mosaic"]').nth(1).click(position={"x": 8, "y": 8})
    head = page.locator(".st-key-strip .enlarged .head")
    expect(head).to_be_visible()
    tops = head.locator("button").evaluate_all("buttons => buttons.map(button => button.getBoundingClientRect().top)")
    assert len(tops) == 3
    assert len(set(tops)) == 1
