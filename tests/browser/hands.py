"""Act as a visitor: draw by mouse, finger and keys, press, choose. Places are canvas pixels, 0 to 280."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, dist, pi, sin
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, TimeoutError, expect

from tests.browser import eyes

Place = tuple[float, float]
Line = Sequence[Place]

SIDE = 280
ZERO: Line = [(140 + 55 * sin(2 * pi * i / 24), 140 - 90 * cos(2 * pi * i / 24)) for i in range(25)]
ONE: Line = [(140, 40), (140, 240)]
SEVEN: Line = [(60, 50), (220, 50), (130, 240)]
CROSSBAR: Line = [(120, 150), (190, 150)]

STEP = 20
"""Canvas pixels between two places of a pen that draws a whole line: the page reads and paints all maps at each."""

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
"""Playwright's context options of a phone: narrow, with touch."""

ATTEMPTS = 9
MOMENT = 5_000
"""How often a list is opened, and for how many milliseconds an option is looked for in it."""

KEYS = {(1, 0): "ArrowRight", (-1, 0): "ArrowLeft", (0, 1): "ArrowDown", (0, -1): "ArrowUp"}


def paper(page: Page) -> Locator:
    """Return the canvas that takes the pen: the live pad's, or the upper one of the editor."""
    return page.locator('.st-key-pad canvas, [class*="st-key-editor-"] canvas.upper-canvas')


def on_screen(page: Page, place: Place) -> Place:
    """Return where a place on the paper is on the screen."""
    box = paper(page).bounding_box()
    if box is None:
        raise AssertionError("there is no paper on the page")
    return box["x"] + place[0] * box["width"] / SIDE, box["y"] + place[1] * box["height"] / SIDE


def along(line: Line, step: float = 8) -> Iterator[Place]:
    """Yield places at most `step` pixels apart from the first point of `line` to its last."""
    yield line[0]
    for (x0, y0), (x1, y1) in pairwise(line):
        pieces = max(1, ceil(dist((x0, y0), (x1, y1)) / step))
        for i in range(1, pieces + 1):
            yield x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces


def put_pen_down(page: Page, place: Place) -> None:
    paper(page).scroll_into_view_if_needed()
    page.mouse.move(*on_screen(page, place))
    page.mouse.down()


def move_pen(page: Page, line: Line, step: float = 8) -> None:
    box = on_screen(page, (0, 0)), on_screen(page, (SIDE, SIDE))
    scale = (box[1][0] - box[0][0]) / SIDE
    for x, y in along(line, step):
        page.mouse.move(box[0][0] + x * scale, box[0][1] + y * scale)


def lift_pen(page: Page) -> None:
    page.mouse.up()


def draw(page: Page, *lines: Line) -> None:
    """Draw with the mouse, button pressed along each line; the editor lays curves through places and gets more."""
    for line in lines:
        put_pen_down(page, line[0])
        move_pen(page, line, STEP if page.locator(".st-key-pad canvas").count() else 8)
        lift_pen(page)


def keep_drawing(page: Page) -> None:
    """Draw on the live pad without pause, with a pen of its own, while the test does something else."""
    paper(page).evaluate(
        """canvas => {
            const box = canvas.getBoundingClientRect()
            const place = turn => [box.x + box.width * (0.5 + 0.35 * Math.sin(turn / 7)),
                                   box.y + box.height * (0.5 + 0.35 * Math.cos(turn / 5))]
            const point = (kind, [clientX, clientY]) => canvas.dispatchEvent(new PointerEvent(kind, {
                bubbles: true, composed: true, clientX, clientY, isPrimary: true, buttons: 1, pointerType: "mouse",
            }))
            canvas.setPointerCapture = () => {}
            let turn = 0
            point("pointerdown", place(turn))
            setInterval(() => point("pointermove", place(++turn)), 16)
        }"""
    )


class Finger:
    """A finger on a touch screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def _touch(self, kind: str, *points: Place) -> None:
        self.session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    def stroke(self, places: Sequence[Place]) -> None:
        """Touch the screen at the first place, move through the others, leave it."""
        self._touch("touchStart", places[0])
        for place in places[1:]:
            self._touch("touchMove", place)
        self._touch("touchEnd")

    def draw(self, *lines: Line) -> None:
        for line in lines:
            paper(self.page).scroll_into_view_if_needed()
            self.stroke([on_screen(self.page, place) for place in along(line, STEP)])


def reach_with_tab(page: Page, wanted: Locator, most: int = 40) -> None:
    """Press Tab until `wanted` has the focus, at most `most` times."""
    for tabs in range(most + 1):
        if wanted.evaluate("element => element.matches(':focus')"):
            return
        if tabs < most:
            page.keyboard.press("Tab")
    raise AssertionError(f"{most} tabs did not reach {wanted}")


def tab_through(page: Page, times: int, measure: str) -> list[Any]:
    """Press Tab so many times and return what a function of JavaScript tells after each.

    The page calls it before it hears of the next key, so that nothing is asked of the page in between.
    """
    page.evaluate(
        f"""() => {{
            const [measure, leave] = [{measure}, new AbortController()]
            const told = []
            let pressed = false
            const note = () => (pressed ? told.push(measure()) : (pressed = true))
            addEventListener("keydown", note, {{ capture: true, signal: leave.signal }})
            window.endTabs = () => {{
                leave.abort()
                note()
                return told
            }}
        }}"""
    )
    for _ in range(times):
        page.keyboard.press("Tab")
    told: list[Any] = page.evaluate("endTabs()")
    assert len(told) == times, "the page heard of every key"
    return told


def walk(page: Page, right: int, down: int) -> None:
    """Move the pad's cursor by whole steps of 20 pixels."""
    for (x, y), steps in (((1, 0), right), ((0, 1), down)):
        sign = 1 if steps > 0 else -1
        for _ in range(abs(steps)):
            page.keyboard.press(f"Shift+{KEYS[x * sign, y * sign]}")


def draw_seven_by_keys(page: Page) -> None:
    """Draw a 7 by keys: move from the middle of the paper to the upper left, then lower the pen."""
    walk(page, -4, -4)
    page.keyboard.press("Space")
    walk(page, 8, 0)
    for _ in range(9):
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")


def use_surface(page: Page, label: str) -> None:
    """Choose "Live pad" or "Editor" and wait for its paper."""
    choose(page, label)
    kind = '[class*="st-key-editor-"] canvas.upper-canvas' if label == "Editor" else ".st-key-pad canvas"
    page.locator(kind).wait_for()


def go_to(page: Page, name: str) -> None:
    """Follow the navigation's link to another page, on a phone after opening the menu."""
    if (menu := page.locator(".frame .menu")).is_visible():
        menu.click()
    page.locator(".st-key-navigation").get_by_role("link", name=name).click()


def follow(page: Page, link: str) -> None:
    """Go to another page as links do that name a network or a place of it, and nothing else; `link` has no host."""
    page.evaluate(
        "link => { history.pushState({}, '', link); dispatchEvent(new PopStateEvent('popstate', { state: {} })) }", link
    )


@dataclass(frozen=True)
class Stop:
    """A stop of a walk through the app.

    Attributes:
        title: of its page.
        option: what is chosen there, "" for nothing.
        link: leads there from another page; "": the navigation does.
        popover: name of the button whose popover is opened there, "" for none; it is closed before the walk goes on.
    """

    title: str
    option: str = ""
    link: str = ""
    popover: str = ""


def walk_through(page: Page, address: str, stops: Mapping[str, Stop]) -> Iterator[str]:
    """Open the first stop at `address` and walk to the others; yield the name of each once all of it is there.

    To walk to a page takes the processor a quarter of what opening it takes.
    """
    page.goto(address)
    for number, (name, stop) in enumerate(stops.items()):
        if number and stop.link:
            follow(page, stop.link)
        elif number and not eyes.heading(page, stop.title).is_visible():
            go_to(page, stop.title)
        eyes.stand(page, stop.title)
        if stop.option:
            choose(page, stop.option)
            expect(page.get_by_role("radio", name=stop.option, exact=True)).to_be_checked()
            eyes.settled(page)
            eyes.still(page)
        if stop.popover:
            page.get_by_role("button", name=stop.popover).press("Enter")  # the focus is at the popover then
            page.get_by_test_id("stPopoverBody").get_by_test_id("stElementContainer").first.wait_for()
            eyes.settled(page)
            eyes.still(page)
        else:
            focus_beginning(page)
        yield name
        if stop.popover:
            page.keyboard.press("Escape")
            expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def focus_beginning(page: Page) -> None:
    """Put the focus where a page that is opened has it: before everything."""
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")


def begin_again(page: Page) -> None:
    """Point at nothing, close what has popped up, put the focus before everything, and scroll to the top."""
    if page.get_by_test_id("stPopoverBody").count():
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.mouse.move(0, 0)
    focus_beginning(page)
    page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    eyes.settled(page)
    eyes.still(page)


def press(page: Page, label: str) -> None:
    """Press the button with this name, which a key's name may follow: the pad's icons and Streamlit's buttons alike."""
    page.get_by_role("button", name=re.compile(f"^{label}( Shortcut .*)?$")).first.click()


def choose(page: Page, label: str) -> None:
    """Choose one of several that stand side by side."""
    page.get_by_role("radio", name=label, exact=True).click()


def open_colours_and_files(page: Page) -> None:
    """Open the place on Layers that holds the colours and files, and again where a late run of the page closed it."""
    button = page.get_by_role("button", name="Colours and files")
    offered = page.get_by_test_id("stPopoverBody").get_by_text("Download the numbers")
    button.scroll_into_view_if_needed()
    for attempt in reversed(range(ATTEMPTS)):
        if button.get_attribute("aria-expanded") != "true":
            button.click()
        try:
            offered.wait_for(timeout=MOMENT)
            return
        except TimeoutError:
            if not attempt:
                raise


def choose_option(page: Page, box: Locator, name: str | re.Pattern[str]) -> None:
    """Choose an option of the list that opens below `box`, and open it again where a late run of the page closed it."""
    option = page.get_by_role("option", name=name, exact=isinstance(name, str))
    for attempt in reversed(range(ATTEMPTS)):
        if box.get_attribute("aria-expanded") != "true":
            box.press("ArrowDown")
        try:
            option.click(timeout=MOMENT)
            return
        except TimeoutError:  # the list went while the option was looked for
            if not attempt:
                raise
