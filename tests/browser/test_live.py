"""The browser reads the drawing while the pen moves; once it is up, what the server reads stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK

NETWORKS = "**/bidi-components/*/networks/**"
SENTENCE = '.st-key-sentence [data-role="sentence"]'


def answers(page: Page, who: str) -> None:
    """Wait until it is said that `who` answers while the pen moves: "browser", "server", or "soon" the browser."""
    expect(page.locator(f'.st-key-pad .pad[data-answers="{who}"]')).to_be_attached()


@pytest.fixture
def sent(page: Page) -> list[object]:
    """Collect what the page sends through its websocket."""
    found: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: found.append(frame)))
    return found


@pytest.fixture
def live_page(page: Page, address: str, sent: list[object]) -> Page:  # noqa: ARG001 (listens before the page comes)
    """Open Draw, empty, with the network in the browser."""
    eyes.opened(page, f"{address}/?d=")
    answers(page, "browser")
    return page


def read(drawing: Drawing, name: str = model_store.DEFAULT) -> np.ndarray:
    """Return the probabilities that the NumPy engine gives a drawing."""
    digit = preprocessing.from_canvas(strokes.render(drawing)).digit
    return trace(model_store.load(name), digit).probabilities


def picture(page: Page) -> Callable[[], str]:
    """Return what reads the picture that the network reads."""
    canvas = page.locator(".st-key-preparation canvas")
    return lambda: str(canvas.evaluate("canvas => canvas.toDataURL()"))


def strip(page: Page) -> Locator:
    return page.locator('.st-key-strip canvas[data-role="mosaic"]').first


def test_nothing_is_sent_while_the_pen_is_down_and_all_of_it_moves(live_page: Page, sent: list[object]) -> None:
    hands.put_pen_down(live_page, (60, 50))
    shown, before = picture(live_page), len(sent)
    hands.move_pen(live_page, [(60, 50), (220, 50)])
    expect(live_page.locator(SENTENCE)).to_contain_text("The network reads a")
    bar, first = eyes.shares(live_page), shown()
    painted = [eyes.painted(each) for each in (eyes.bars(live_page), strip(live_page))]
    hands.move_pen(live_page, [(220, 50), (130, 240)])
    expect(eyes.digit(live_page)).to_have_text("7")
    expect(live_page.locator(SENTENCE)).to_contain_text("The network reads a 7 and gives it a share of")
    for each, times in zip((eyes.bars(live_page), strip(live_page)), painted, strict=True):
        eyes.painted_more_than(each, times)
    assert eyes.shares(live_page) != bar
    assert shown() != first
    assert len(sent) == before
    hands.lift_pen(live_page)
    eyes.drawing_when(live_page, 1)
    assert len(sent) > before


def test_the_browser_shows_what_the_server_would_whose_answer_stands_once_the_pen_is_up(live_page: Page) -> None:
    """The points that the pen leaves here are those that a link keeps, so both read the same drawing."""
    hands.put_pen_down(live_page, (60, 50))
    for place in hands.SEVEN:
        live_page.mouse.move(*hands.on_screen(live_page, place))
    expect(eyes.digit(live_page)).to_have_text("7")
    shown, bars = picture(live_page)(), eyes.shares(live_page)
    words = live_page.locator(SENTENCE).inner_text()
    before = eyes.painted(strip(live_page))
    hands.lift_pen(live_page)
    eyes.drawing_when(live_page, 1)
    eyes.painted_more_than(strip(live_page), before)
    assert (picture(live_page)(), eyes.shares(live_page)) == (shown, bars)
    assert live_page.locator(SENTENCE).inner_text().startswith(words)
    hands.press(live_page, "Clear")
    eyes.drawing_when(live_page, 0)
    hands.draw(live_page, hands.SEVEN)
    drawing = eyes.drawing_when(live_page, 1)
    expected = read(drawing)
    told = eyes.exact_shares(live_page)
    assert [float(text.split(": ")[1]) for text in told] == [float(str(share)) for share in expected]
    expect(eyes.digit(live_page)).to_have_text(str(expected.argmax()))
    expect(live_page.locator(SENTENCE)).to_contain_text(f"reads a {expected.argmax()} and gives it a share of")
    hands.draw(live_page, hands.CROSSBAR)
    assert eyes.exact_shares(live_page) != told


def test_a_browser_that_works_out_something_else_gets_the_servers_maps(page: Page, address: str) -> None:
    """The first weights that it fetches are of another sign, as if its own arithmetic were wrong."""

    def spoil(route: Route) -> None:
        body = bytearray(route.fetch().body())
        start = 4 + int.from_bytes(body[:4], "little")
        weights = np.frombuffer(body[start : start + 4 * 288], "<f4")
        body[start : start + 4 * 288] = (-weights).tobytes()
        route.fulfill(body=bytes(body), content_type="application/octet-stream")

    page.route(NETWORKS, spoil)
    eyes.opened(page, f"{address}/?d=")
    answers(page, "browser")
    hands.draw(page, hands.SEVEN)
    drawing = eyes.drawing_when(page, 1)
    eyes.settled(page)
    output = trace(model_store.load(model_store.DEFAULT), preprocessing.from_canvas(strokes.render(drawing)).digit)
    first = output.layers[0].after
    row, column, best = (int(index) for index in np.unravel_index(first.argmax(), first.shape))
    maps = page.locator('.st-key-strip canvas[data-role="mosaic"]').nth(1)
    page.mouse.move(*eyes.centre(maps, (best, row, column)))
    told = page.locator('.st-key-strip [data-role="readout"]')
    expect(told).to_contain_text("about")
    value = float(told.get_attribute("data-value") or "")
    assert abs(value - float(first[row, column, best])) < 0.01 * float(first.max())


def test_a_stroke_that_is_taken_back_leaves_all_as_it_was(phone: Page, address: str) -> None:
    eyes.opened(phone, f"{address}/?d=")
    answers(phone, "browser")
    hands.paper(phone).scroll_into_view_if_needed()
    words, shares = phone.locator(SENTENCE).inner_text(), eyes.shares(phone)
    one, two, further = (hands.on_screen(phone, place) for place in ((100, 100), (180, 180), (240, 240)))
    finger = hands.Finger(phone)
    finger._touch("touchStart", one)
    finger._touch("touchMove", further)
    expect(eyes.digit(phone)).not_to_have_text("–")
    finger._touch("touchStart", further, two)
    finger._touch("touchEnd", further)
    finger._touch("touchEnd")
    expect(eyes.digit(phone)).to_have_text("–")
    expect(phone.locator(SENTENCE)).to_have_text(words)
    expect(phone.locator(".st-key-answer .share")).to_have_text(shares)


def test_the_layers_in_view_move_with_nothing_sent_and_are_exact_for_who_looks_once_the_server_has_confirmed_them(
    page: Page, layers_link: str, sent: list[object]
) -> None:
    """Confirmed maps are not painted again until somebody points at them."""
    eyes.opened(page, layers_link, "Layers")
    answers(page, "browser")
    first, last = eyes.maps(page, 0), page.locator('[class*="st-key-maps-"] canvas').last
    times = eyes.painted(first), eyes.painted(last)
    hands.put_pen_down(page, (60, 200))
    before = len(sent)
    hands.move_pen(page, [(60, 200), (220, 200)])
    eyes.painted_more_than(first, times[0] + 2)
    assert eyes.painted(last) == times[1], "nobody sees it now"
    assert len(sent) == before
    hands.lift_pen(page)
    drawing = eyes.drawing_when(page, 2)
    eyes.settled(page)
    painted, before = eyes.painted(first), len(sent)
    digit = preprocessing.from_canvas(strokes.render(drawing)).digit
    output = trace(model_store.load(LAYERS_NETWORK), digit).layers[0].after
    row, column, best = (int(index) for index in np.unravel_index(output.argmax(), output.shape))
    page.mouse.move(*eyes.centre(first, (best, row, column)))
    told = eyes.readout(page, 0)
    expect(told).not_to_contain_text("about")
    assert np.float32(told.get_attribute("data-value") or "") == output[row, column, best]
    assert len(sent) == before + 1, "the exact values are asked for once"
    eyes.painted_more_than(first, painted)
    last.scroll_into_view_if_needed()
    eyes.painted_more_than(last, times[1])


def test_without_the_network_the_server_answers_every_move(page: Page, address: str, sent: list[object]) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=204)

    page.route(NETWORKS, refuse)
    eyes.opened(page, f"{address}/?d=")
    answers(page, "server")
    hands.put_pen_down(page, (60, 50))
    before = len(sent)
    hands.move_pen(page, hands.SEVEN)
    expect(eyes.digit(page)).to_have_text("7")
    assert len(sent) > before
    hands.lift_pen(page)
    eyes.drawing_when(page, 1)


def test_another_network_is_fetched_and_read(page: Page, address: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    eyes.opened(page, f"{address}/?d=&net=pool-max")
    answers(page, "browser")
    assert [url for url in fetched if "/networks/pool-max/" in url]
    hands.put_pen_down(page, (60, 50))
    hands.move_pen(page, hands.SEVEN)
    expect(eyes.digit(page)).to_have_text("7")
    hands.lift_pen(page)
    drawing = eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text(str(read(drawing, "pool-max").argmax()))
