"""Ten tasks of a new user, from the first page to the answer on the screen, by mouse, by keys and by touch.

Each hand uses only what can be seen or heard: roles and names. It keeps one window for all its tasks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from cnnviz.core import ledger
from cnnviz.core.drawing import preprocessing, stroke_file, strokes, url_codec
from cnnviz.core.glossary import TERMS
from cnnviz.core.inference import samples
from cnnviz.core.inference.trace import LayerOutput, Trace, format_share, trace
from cnnviz.core.ledger import Cell, cells
from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.core.lessons.pooling.comparison import Pool, compare, rank
from cnnviz.core.networks import model_store
from cnnviz.core.training import recordings
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.ui.components.visitor import COOKIE
from tests.browser import eyes, hands
from tests.browser.conftest import PATIENCE
from tests.browser.page_guard import PageGuard
from tests.browser.test_train_screen import TOKEN, make_counts, write_run
from tests.server_process import serving

NETWORK = model_store.DEFAULT
MAX_ACTIONS = 8
"""Presses, choices, typed answers and drawings that a task may take."""

MAX_TABS = 60
"""Tabs from one control to the next that a task needs."""

MIN_TARGET = 24
"""CSS pixels of what is pressed, in each direction (WCAG 2.2, 2.5.8)."""

WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PHONE: dict[str, Any] = WIDE | {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
"""Options of the windows; with less motion a replay is at its end at once."""

NEXT_KEY = """(target, inside) => {
    if (target.matches(inside)) return ""
    const path = element => {
        const hosts = [element]
        while (hosts[0].getRootNode().host) hosts.unshift(hosts[0].getRootNode().host)
        return hosts
    }
    let focus = document.activeElement
    while (focus.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement
    const [there, here] = [path(target), path(focus)]
    const parts = there.findIndex((element, i) => element !== here[i])
    if (focus === document.body || !here[parts]) return "Tab"
    const before = here[parts].compareDocumentPosition(there[parts]) & Node.DOCUMENT_POSITION_PRECEDING
    return before ? "Shift+Tab" : "Tab"
}"""
"""The key that brings the focus nearer to an element, also to one in a component; "" where it is there."""


class Hand:
    """A visitor with a mouse, who does one task after the other in one window."""

    options: dict[str, Any] = WIDE

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": address}])
        self.guard = PageGuard()
        self.guard.watch(context)
        self.address = address
        self.page = context.new_page()
        self.actions = 0

    def start(self) -> Page:
        """Begin a task on the first page, which stays open from one task to the next."""
        if not self.page.get_by_role("heading", name="Draw", exact=True).is_visible():
            self.open()
        self.actions = 0
        return self.page

    def open(self) -> None:
        """Go to the first page: by the address at first, then by the navigation."""
        if self.page.url == "about:blank":
            eyes.opened(self.page, self.address)
        else:
            self.go_to("Draw")

    def count(self, target: Locator) -> None:
        """Count an action on `target`, which can be seen and is large enough."""
        self.actions += 1
        expect(target).to_be_visible()
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= MIN_TARGET, f"{target}: {box}"

    def press(self, target: Locator) -> None:
        self.count(target)
        target.click()

    def choose(self, option: Locator) -> None:
        """Choose one of several that stand side by side."""
        self.press(option)

    def point(self, canvas: Locator, row: int, column: int) -> None:
        """Point at a value of a picture."""
        self.count(canvas)
        self.page.mouse.move(*eyes.centre(canvas, (0, row, column)))

    def explain(self, term: Locator) -> None:
        """Open the explanation of a term in a sentence."""
        self.actions += 1
        term.hover()

    def type(self, field: Locator, text: str) -> None:
        """Type an answer and hand it in."""
        self.press(field)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def draw(self) -> None:
        """Draw a seven."""
        self.actions += 1
        hands.draw(self.page, hands.SEVEN)

    def go_to(self, name: str) -> None:
        """Follow the navigation to another page."""
        self.press(self.page.locator(".st-key-navigation").get_by_role("link", name=re.compile(f"^{name}")))
        eyes.arrived(self.page, name)

    def go_inside(self, layer: str) -> None:
        """Follow a layer of the strip to its account on Layers."""
        self.press(self.page.get_by_role("button", name=layer, exact=True))
        eyes.arrived(self.page, "Layers")


class Finger(Hand):
    """A visitor with a phone."""

    options = PHONE

    def press(self, target: Locator) -> None:
        self.count(target)
        target.tap()

    def point(self, canvas: Locator, row: int, column: int) -> None:
        self.count(canvas)
        self.page.touchscreen.tap(*eyes.centre(canvas, (0, row, column)))

    def go_to(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name="Pages"))
        super().go_to(name)

    def explain(self, term: Locator) -> None:
        self.actions += 1
        term.tap()

    def draw(self) -> None:
        self.actions += 1
        hands.Finger(self.page).draw(hands.SEVEN)


class Keys(Hand):
    """A visitor without a pointer."""

    def open(self) -> None:
        eyes.opened(self.page, self.address)

    def reach(self, target: Locator, inside: str = ":focus") -> None:
        """Press Tab, or Shift and Tab, until `target` has the focus."""
        expect(target).to_be_visible()
        for _ in range(MAX_TABS):
            key = target.evaluate(NEXT_KEY, inside)
            if not key:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{MAX_TABS} tabs did not reach {target}")

    def press(self, target: Locator) -> None:
        self.count(target)
        self.reach(target)
        self.page.keyboard.press("Enter")

    def choose(self, option: Locator) -> None:
        self.count(option)
        group = option.locator("xpath=ancestor::*[@role='radiogroup'][1]")
        self.reach(group, ":focus-within")
        for _ in range(group.get_by_role("radio").count()):
            if option.evaluate("element => element.matches(':focus')"):
                break
            self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("Space")

    def point(self, canvas: Locator, row: int, column: int) -> None:
        self.count(canvas)
        self.reach(canvas)
        for key, times in (("ArrowDown", row), ("ArrowRight", column)):
            for _ in range(times):
                self.page.keyboard.press(key)

    def explain(self, term: Locator) -> None:
        self.actions += 1
        self.reach(term)

    def type(self, field: Locator, text: str) -> None:
        self.count(field)
        self.reach(field)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def draw(self) -> None:
        self.actions += 1
        self.reach(hands.paper(self.page))
        hands.draw_seven_by_keys(self.page)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app for a visitor who has trained a network before."""
    runs = tmp_path_factory.mktemp("runs")
    write_run(runs, "Run 1", TOKEN)
    with serving(environment={"CNNVIZ_RUNS": str(runs)}) as running:
        yield running.address


@pytest.fixture(scope="module", params=[Hand, Keys, Finger], ids=["mouse", "keys", "touch"])
def visit(
    request: pytest.FixtureRequest, browser: Browser, browser_context_args: dict[str, Any], address: str
) -> Iterator[Hand]:
    context = browser.new_context(**browser_context_args | request.param.options)
    yield request.param(context, address)
    context.close()


@pytest.fixture
def hand(visit: Hand) -> Iterator[Hand]:
    """Hand out the window, and fail a task that took too long or left errors; the next one begins anew after that."""
    yield visit
    said, visit.guard.violations[:] = list(visit.guard.violations), []
    assert said == []
    assert visit.actions <= MAX_ACTIONS


def panel(page: Page) -> Locator:
    return page.locator(".ledger")


def traced(page: Page) -> Trace:
    """Trace the drawing that the address carries, in this process."""
    drawing = eyes.drawing_of(eyes.link_when(page, lambda carried: "d" in carried))
    return trace(model_store.load(NETWORK), preprocessing.from_canvas(strokes.render(drawing)).digit)


def layer(found: Trace, name: str) -> LayerOutput:
    return next(each for each in found.layers if each.name == name)


def strongest(found: Trace, name: str) -> Cell:
    """Return the cell of a layer's largest value."""
    values = layer(found, name).after
    row, column, of = (int(side) for side in np.unravel_index(values.argmax(), values.shape))
    return Cell(name, of, row, column)


def expect_account(page: Page, found: Trace, cell: Cell) -> None:
    """Expect the account of this cell, with the value that core computes."""
    network = model_store.load(NETWORK)
    text = cells.write(cell, cells.list_shapes(network)[cell.layer])
    expect(panel(page)).to_have_attribute("data-cell", text)
    account = ledger.shorten(ledger.account(network, found, cell))
    expect(panel(page)).to_have_attribute("data-value", account.sheet.format(account.total))


def test_a_digit_is_drawn_and_answered(hand: Hand) -> None:
    page = hand.start()
    hand.press(page.get_by_role("button", name="Clear"))
    expect(eyes.digit(page)).to_have_text("–")
    hand.draw()
    expect(eyes.digit(page)).to_have_text("7")
    eyes.drawing_when(page, 1)
    assert eyes.shares(page) == [format_share(share) for share in traced(page).probabilities]


def test_a_drawing_is_undone_brought_back_and_saved(hand: Hand) -> None:
    page = hand.start()
    drawn = eyes.drawing_of(eyes.link_when(page, lambda carried: "d" in carried))
    if samples.is_first(drawn):  # otherwise it is the one of the task before
        hand.draw()
        drawn = eyes.drawing_when(page, 1)
    hand.press(page.get_by_role("button", name="Undo"))
    eyes.link_when(page, lambda carried: carried.get("d") != url_codec.encode(drawn))
    hand.press(page.get_by_role("button", name="Redo"))
    eyes.link_when(page, eyes.carries("d", url_codec.encode(drawn)))
    hand.press(page.get_by_role("button", name="Save or open"))
    with page.expect_download() as saving:
        hand.press(page.get_by_role("button", name="Save the strokes"))
    saved = stroke_file.read(Path(saving.value.path()).read_text(encoding="utf-8")).drawing
    assert url_codec.quantize(saved) == drawn


def test_a_term_is_explained_in_its_place(hand: Hand) -> None:
    page = hand.start()
    hand.explain(page.get_by_text("convolutional network", exact=True))
    shown = page.locator(".term-popover:popover-open")
    expect(shown).to_contain_text(TERMS["network"].definition)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)


def test_the_map_that_reacts_most_is_found(hand: Hand) -> None:
    page = hand.start()
    hand.go_inside("Convolution 1")
    found = traced(page)
    cell = strongest(found, "conv2d")
    expect(page.get_by_text(f"Map {cell.map} responds most").first).to_be_attached()
    hand.press(page.get_by_role("button", name="Go to the largest value"))
    expect_account(page, found, cell)
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text(f"map {cell.map}")


def test_a_number_is_followed_to_the_drawing(hand: Hand) -> None:
    page = hand.start()
    hand.go_inside("Convolution 2")
    found = traced(page)
    hand.press(page.get_by_role("button", name="Go to the largest value"))
    cell = strongest(found, "conv2d_1")
    for below in ledger.descend(model_store.load(NETWORK), found, cell):
        expect_account(page, found, cell)
        head = page.get_by_role("heading", name=re.compile(rf"^(map|channel) {below.map}[:,]"))
        values = panel(page).locator(".window").filter(has=head).locator(".values")
        hand.press(values.get_by_role("gridcell", name=f"row {below.row}, column {below.column}:"))
        cell = below
    expect(panel(page)).to_contain_text("A pixel that the network reads")
    expect_account(page, found, cell)


def test_somebody_else_sees_the_same_by_a_link(
    hand: Hand, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    page = hand.start()
    hand.go_inside("Dense layer")
    expect(panel(page)).to_have_attribute("data-cell", "dense")
    eyes.link_when(page, eyes.carries("cell", "dense"))
    context = browser.new_context(**browser_context_args | hand.options)
    hand.guard.watch(context)
    other = eyes.opened(context.new_page(), page.url, "Layers")
    expect(panel(other)).to_have_attribute("data-cell", "dense")
    assert eyes.shares(other) == eyes.shares(page) == [format_share(share) for share in traced(page).probabilities]
    assert other.url == page.url
    context.close()


def test_what_padding_does_is_found_out(hand: Hand) -> None:
    page = hand.start()
    hand.go_to("Convolution")
    padded = ConvWorkedExample(ONE, KERNELS["rows"].weights, padding="same")
    rows, columns = padded.output_shape
    hand.choose(page.get_by_role("radio", name="same", exact=True))
    expect(page.get_by_text("how many rows will the feature map have?")).to_be_visible()
    hand.type(page.get_by_role("textbox", name="Rows"), str(rows))
    expect(page.locator(".conv_grid .work")).to_contain_text(f"{rows} is right")
    expect(page.locator(".conv_grid .result button")).to_have_count(rows * columns)


def test_max_and_average_are_compared(hand: Hand) -> None:
    page = hand.start()
    hand.go_to("Pooling")
    values = layer(traced(page), "conv2d").after
    found = compare(np.ascontiguousarray(values[..., rank(values, Pool())[0]]), Pool())
    hand.point(page.locator('.st-key-pooled-map canvas[data-block="max"]'), 3, 4)
    told = page.locator('.st-key-pooled-map [data-role="readout"]')
    expect(told).to_have_attribute("data-row", "3")
    expect(told).to_have_attribute("data-column", "4")
    numbers = [np.float32(each) for each in (told.get_attribute("data-value") or "").split()]
    assert numbers == [each[3, 4] for each in (found.largest, found.means, found.difference)]


def test_eight_filters_are_compared_with_thirty_two(hand: Hand) -> None:
    page = hand.start()
    hand.go_to("Train")
    experiment = EXPERIMENTS["filters"]
    card = page.locator('[class*="st-key-experiment-"]').filter(has_text="2, 8 or 32").last
    hand.choose(card.get_by_role("radio", name="8 are enough"))
    hand.press(card.get_by_role("button", name="Find out (recorded: at once)"))
    verdict = page.get_by_text("Read right of 5,000 digits")
    expect(verdict).to_be_visible()
    recording = recordings.load(experiment)
    assert recording is not None
    for shares in recording.get_shares().values():
        expect(verdict).to_contain_text(f"{100 * np.mean(shares):.2f} %")


def test_a_run_is_found_again_after_a_reload(hand: Hand) -> None:
    page = hand.start()
    hand.go_to("Train")
    hand.choose(page.get_by_role("radio", name="Watch and compare"))
    counts = make_counts()
    for again in (False, True):
        if again:
            page.reload()
        expect(page.get_by_test_id("stProgress").first).to_contain_text("Run 1")
        expect(page.get_by_text(f"{counts.trace():,} of {counts.sum():,} right")).to_be_visible()
        expect(page.locator(".confusion td.right").first).to_have_text(str(counts[0, 0]))
        eyes.link_when(page, lambda carried: "run" in carried)
