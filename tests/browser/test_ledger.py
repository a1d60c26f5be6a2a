"""One cell accounted for, from a map down to the drawing, by mouse, keys and finger; every number is checked."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core import ledger
from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.ledger import INPUT, Cell, cells
from cnnviz.core.ledger.fixed_point import format_factor
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor

LAYERS = ("conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "conv2d_2", "flatten", "dense", "dense_1")
WINDOWS = """windows => windows.map(window => [
    [...window.querySelectorAll(".amounts .number")].map(each => each.innerText),
    window.querySelector(".subtotal .amount").innerText,
])"""
ENTRIES = """entries => entries.map(
    entry => [entry.innerText, entry.querySelector(".amount").innerText, [...entry.classList].at(-1)]
)"""
ROWS = "rows => rows.map(row => [...row.querySelectorAll('.amount')].map(each => each.innerText))"
UNNAMED = """() => {
    const named = (e) => e.getAttribute("aria-label") || e.title || e.textContent.trim()
    const root = [...document.querySelectorAll("*")].filter((e) => e.shadowRoot?.querySelector(".ledger"))[0].shadowRoot
    return [...root.querySelectorAll("button, canvas, [tabindex='0'], [role=grid], [role=table], nav")]
        .filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 90))
}"""


@pytest.fixture
def layers_page(revisit: Visitor, layers_link: str) -> Page:
    """Return Layers, complete, with the seven and no account; each test closes the maps that it enlarged."""
    page = revisit(layers_link, "Layers")
    if page.locator(".ledger.open").count():
        close(page)
    return page


def panel(page: Page) -> Locator:
    return page.locator(".ledger")


def close(page: Page) -> None:
    page.locator(".st-key-ledger-close button").click()
    eyes.link_when(page, eyes.carries("cell", None))


def open_account(page: Page, traced: Trace, cell: Cell) -> None:
    """Follow a link to the account of `cell`."""
    hands.follow(page, f"/Layers?cell={text_of(cell)}")
    expect_account(page, traced, cell)


def text_of(cell: Cell) -> str:
    return cells.write(cell, cells.list_shapes(model_store.load(LAYERS_NETWORK))[cell.layer])


def number(text: str) -> Decimal:
    """Parse a displayed number, including "− 0.25" and "+ 0.25"."""
    return Decimal(re.sub(r"[\s+]", "", text.replace("−", "-")))


def strongest(traced: Trace, layer: str) -> Cell:
    """Return the cell of the largest value."""
    values = traced.layers[LAYERS.index(layer)].after
    row, column, of = (int(side) for side in np.unravel_index(values.argmax(), values.shape))
    return Cell(layer, of, row, column)


def line(page: Page, name: str) -> Decimal:
    """Return the amounts of all displayed lines with this name."""
    texts = panel(page).locator(f'.entry[data-line="{name}"] .amount').all_inner_texts()
    return sum(map(number, texts), Decimal())


def expect_value(page: Page, traced: Trace, cell: Cell) -> None:
    """Expect this cell's account, with the trace's value."""
    expect(panel(page)).to_have_attribute("data-cell", text_of(cell))
    found = ledger.account(model_store.load(LAYERS_NETWORK), traced, cell)
    expect(panel(page)).to_have_attribute("data-value", found.sheet.format(found.total))


def expect_account(page: Page, traced: Trace, cell: Cell) -> None:
    """Expect this cell's account: its value is the trace's, and its lines add up to the last digit."""
    expect_value(page, traced, cell)
    expect(panel(page).locator(".breadcrumb[aria-current]")).to_have_count(1)
    shape = cells.list_shapes(model_store.load(LAYERS_NETWORK))[cell.layer]
    expect(panel(page).locator(".title")).to_contain_text(format_factor(cells.get_value(traced, cell, shape)))
    field = ledger.find_receptive_field(model_store.load(LAYERS_NETWORK), cell)
    drawn = panel(page).locator('canvas[data-role="field"]')
    expect(drawn).to_have_attribute("data-rows", " ".join(map(str, field.rows)))
    expect(drawn).to_have_attribute("data-columns", " ".join(map(str, field.columns)))
    if cell.layer.startswith("conv2d"):
        added = others(page)
        for amounts, subtotal in panel(page).locator(".window").evaluate_all(WINDOWS):
            products = sum(map(number, amounts), Decimal())
            assert products == number(subtotal)
            added += products
        assert added == line(page, "sum")
        assert max(Decimal(0), line(page, "before")) == line(page, "relu") == line(page, "after")
    elif cell.layer.startswith("max_pooling2d"):
        values = list(map(number, panel(page).locator(".values .number").all_inner_texts()))
        assert max(values) == line(page, "largest") == line(page, "after")
        expect(panel(page)).to_contain_text("Average pooling would have given")
    elif cell.layer.startswith("dense"):
        shown = map(number, panel(page).locator(".terms td.bar").all_inner_texts())
        assert sum(shown, others(page)) == line(page, "products")
        if cell.layer == LAYERS[-1]:
            expect_shares(page, traced, cell)
        else:
            assert max(Decimal(0), line(page, "before")) == line(page, "relu")
    expect_lines(page)


def expect_lines(page: Page) -> None:
    """Expect every total to be the previous one plus all amounts since, including float32's rounding."""
    running = None
    for text, shown, role in panel(page).locator(".entry").evaluate_all(ENTRIES):
        amount = number(shown)
        if role == "total":
            assert running in (None, amount), text
        running = amount + (running or 0) if role == "addend" else amount
    assert running == number(panel(page).get_attribute("data-value") or "")


def expect_shares(page: Page, traced: Trace, cell: Cell) -> None:
    """Expect a softmax table whose columns follow from one another and whose own row is the account's."""
    rows = [list(map(number, texts)) for texts in panel(page).locator(".shares tbody tr").evaluate_all(ROWS)]
    logits, shifted, exponentials, shares = map(list, zip(*rows, strict=True))
    unit = Decimal(1).scaleb(shares[0].as_tuple().exponent)
    assert [logit - max(logits) for logit in logits] == shifted
    assert all(abs(own.exp() - grown) <= unit for own, grown in zip(shifted, exponentials, strict=True))
    totals = panel(page).locator(".shares tfoot tr.total .amount").all_inner_texts()  # the name, then a column each
    total = sum(exponentials)
    assert number(totals[-2]) == total
    assert all(abs(grown / total - share) <= unit / 2 for grown, share in zip(exponentials, shares, strict=True))
    np.testing.assert_allclose(np.array(shares, float), traced.probabilities, atol=1e-6)
    own = [line(page, name) for name in ("before", "exponential", "share")]
    assert own == [column[cell.map] for column in (logits, exponentials, shares)]
    assert abs(own[-1] - line(page, "after")) <= Decimal("1e-6")
    expect(panel(page).locator(".shares tr.own")).to_have_count(1)


def others(page: Page) -> Decimal:
    """Return the sum of the terms that are not shown one by one."""
    shown = panel(page).locator(".others .amount")
    return number(shown.inner_text()) if shown.count() else Decimal()


def way_down(traced: Trace, cell: Cell) -> tuple[Cell, ...]:
    return (cell, *ledger.descend(model_store.load(LAYERS_NETWORK), traced, cell))


def next_value(page: Page, below: Cell) -> Locator:
    """Return the value in a window that belongs to a cell of the layer below."""
    windows = panel(page).locator(".window")
    head = re.compile(rf"^(map|channel) {below.map}[:,]")
    place = f"row {below.row}, column {below.column}:"
    grid = windows.filter(has=page.locator("h4", has_text=head)).locator(".values")
    return grid.get_by_role("gridcell", name=place)


def walk_on(page: Page, below: Cell) -> None:
    """Click the first value of the cell `below`, in a window or in the list of single values."""
    terms = panel(page).locator(".terms .go")
    (terms.first if terms.count() else next_value(page, below)).click()


def test_the_mouse_walks_from_the_answer_down_to_the_drawing(layers_page: Page, traced: Trace) -> None:
    way = way_down(traced, Cell("dense_1", traced.answer))
    assert [cell.layer for cell in way] == [*reversed(LAYERS), INPUT]
    canvas = eyes.maps(layers_page, LAYERS.index("dense_1"))
    layers_page.mouse.click(*eyes.centre(canvas, (0, traced.answer, 0)))
    for cell, below in pairwise(way):
        expect_account(layers_page, traced, cell)
        walk_on(layers_page, below)
    expect_account(layers_page, traced, way[-1])
    expect(panel(layers_page)).to_contain_text("A pixel that the network reads")
    eyes.link_when(layers_page, eyes.carries("cell", text_of(way[-1])))
    panel(layers_page).locator(".breadcrumb").nth(1).click()
    expect_account(layers_page, traced, way[1])
    expect(panel(layers_page).locator(".breadcrumb")).to_have_count(len(way))


def test_keys_alone_walk_from_an_answer_down_to_the_drawing(layers_page: Page, traced: Trace) -> None:
    bars = eyes.maps(layers_page, LAYERS.index("dense_1"))
    hands.reach_with_tab(layers_page, bars, most=120)
    for _ in range(traced.answer):
        layers_page.keyboard.press("ArrowRight")
    layers_page.keyboard.press("Enter")
    way = way_down(traced, Cell("dense_1", traced.answer))
    for cell in way[:-1]:
        expect_value(layers_page, traced, cell)
        expect(panel(layers_page).locator(":focus")).to_have_count(1)
        layers_page.keyboard.press("Enter")
    expect_value(layers_page, traced, way[-1])
    for cell in reversed(way[:-1]):
        layers_page.keyboard.press("Escape")
        expect_value(layers_page, traced, cell)
    layers_page.keyboard.press("Escape")
    expect(panel(layers_page)).to_have_attribute("data-cell", "dense_1")  # all units of the layer
    layers_page.keyboard.press("Escape")
    expect(panel(layers_page)).not_to_have_attribute("data-cell", re.compile("."))
    expect(bars).to_be_focused()


def test_enter_in_an_enlarged_map_goes_into_the_ledger(layers_page: Page, traced: Trace) -> None:
    canvas = eyes.maps(layers_page, 0)
    canvas.focus()
    layers_page.keyboard.press("ArrowRight")
    layers_page.keyboard.press("Enter")
    expect_account(layers_page, traced, Cell("conv2d", 0, 0, 1))
    enlarged = layers_page.locator(".st-key-maps-0 .enlarged canvas").last
    enlarged.focus()
    for _ in range(3):
        layers_page.keyboard.press("ArrowDown")
    layers_page.keyboard.press("Enter")
    expect(panel(layers_page)).to_have_attribute("data-cell", re.compile(r"^conv2d\.0\.3\."))
    expect(panel(layers_page).locator(".values .number:focus")).to_have_count(1)
    enlarged.focus()
    layers_page.keyboard.press("Escape")
    expect(enlarged).to_have_count(0)


def test_a_product_lights_up_its_two_factors(layers_page: Page, traced: Trace) -> None:
    cell = strongest(traced, "conv2d_1")
    open_account(layers_page, traced, cell)
    window = panel(layers_page).locator(".window").first
    for by in ("hover", "focus"):
        getattr(window.locator(".amounts .number").nth(5), by)()
        for grid in ("values", "weights", "amounts"):
            lit = window.locator(f".{grid} .number.lit")
            expect(lit).to_have_count(1)
            assert lit.evaluate("e => [...e.closest('.grid').querySelectorAll('.number')].indexOf(e)") == 5
        factors = [window.locator(f".{grid} .lit").inner_text() for grid in ("values", "weights", "amounts")]
        expect(panel(layers_page).locator(".readout")).to_contain_text("{} × {} = {}".format(*factors))
    layers_page.keyboard.press("ArrowDown")
    assert (
        window.locator(".amounts .lit").evaluate("e => [...e.closest('.grid').querySelectorAll('.number')].indexOf(e)")
        == 8
    )
    panel(layers_page).get_by_role("button", name="Show 9 more").click()
    expect(panel(layers_page).locator(".window")).to_have_count(12)
    expect_account(layers_page, traced, cell)


def test_the_window_is_framed_on_the_maps_of_the_layer_before(layers_page: Page, traced: Trace) -> None:
    """The maps change while the ledger is open, and are what they were when it is closed."""
    cell = Cell("max_pooling2d", 0, 5, 6)
    canvas = eyes.maps(layers_page, 0)
    plain = saved(canvas)
    open_account(layers_page, traced, cell)
    layers_page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), plain]
    )
    framed = saved(canvas)
    layers_page.locator(".st-key-ledger-close button").click()
    layers_page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), framed]
    )
    assert saved(canvas) == plain


def saved(canvas: Locator) -> str:
    """Return the pixels of a canvas."""
    shown: str = canvas.evaluate("canvas => canvas.toDataURL()")
    return shown


def test_padding_is_marked(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/Layers{seven_link}&net=cnn-16-128-256&cell=conv2d.3.0.27", "Layers")
    padding = panel(page).locator(".values .padding")
    expect(padding).to_have_count(5)
    expect(padding.first).to_have_attribute("aria-label", re.compile("padding, counts as 0"))
    expect(panel(page)).to_contain_text("(2 × 2 pixels)")


def test_a_cell_is_typed_and_stays_in_the_link(layers_page: Page, traced: Trace) -> None:
    box = layers_page.get_by_role("combobox", name="Layer", exact=True)
    hands.choose_option(layers_page, box, "Convolution 2 · conv2d_1")
    cell = strongest(traced, "conv2d_1")
    expect_account(layers_page, traced, cell)
    row = layers_page.get_by_role("spinbutton", name="Row")
    row.fill("4")
    row.press("Enter")
    moved = Cell(cell.layer, cell.map, 4, cell.column)
    expect_account(layers_page, traced, moved)
    eyes.link_when(layers_page, eyes.carries("cell", text_of(moved)))
    close(layers_page)
    expect(layers_page.get_by_text("One cell, accounted for.")).to_be_visible()


def test_a_cell_out_of_range_gets_a_notice_and_the_nearest_is_shown(
    page: Page, layers_link: str, traced: Trace
) -> None:
    eyes.opened(page, f"{layers_link}&cell=conv2d_1.5.99.7", "Layers")
    expect(page.get_by_role("alert").filter(has_text="cell")).to_contain_text("conv2d_1.5.99.7")
    expect_account(page, traced, Cell("conv2d_1", 5, 10, 7))


def test_the_ledger_follows_the_drawing(layers_page: Page, seven: Drawing, traced: Trace) -> None:
    bar = ((60.0, 200.0), (220.0, 200.0))
    more = Drawing((*seven.strokes, Stroke(bar, 20.0)))
    then = trace(model_store.load(LAYERS_NETWORK), preprocessing.from_canvas(strokes.render(more)).digit)
    change = then.layers[0].after - traced.layers[0].after
    row, column, of = (int(side) for side in np.unravel_index(change.argmax(), change.shape))
    cell = Cell("conv2d", of, row, column)
    open_account(layers_page, traced, cell)
    hands.draw(layers_page, bar)
    drawn = eyes.drawing_when(layers_page, 2)
    now = trace(model_store.load(LAYERS_NETWORK), preprocessing.from_canvas(strokes.render(drawn)).digit)
    expect_account(layers_page, now, cell)
    hands.press(layers_page, "Undo")
    eyes.drawing_when(layers_page, 1)
    expect_account(layers_page, traced, cell)


def test_the_copied_program_prints_the_number_with_the_downloaded_file(
    layers_page: Page, traced: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = strongest(traced, "conv2d_1")
    open_account(layers_page, traced, cell)
    hands.open_colours_and_files(layers_page)
    with layers_page.expect_download() as waiting:
        layers_page.get_by_role("button", name=f"{LAYERS_NETWORK}.npz").click()
    waiting.value.save_as(tmp_path / f"{LAYERS_NETWORK}.npz")
    layers_page.keyboard.press("Escape")
    layers_page.get_by_role("button", name="Copy", exact=True).click()
    program = layers_page.get_by_test_id("stCode").filter(has_text="import numpy").inner_text()
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with redirect_stdout(said):
        exec(program, {})
    assert number(said.getvalue()) == pytest.approx(number(panel(layers_page).get_attribute("data-value") or ""))
    text = layers_page.get_by_test_id("stCode").first.inner_text()
    assert text.splitlines()[0].endswith(format_factor(cells.get_value(traced, cell, (11, 11, 64))))
    with layers_page.expect_download() as waiting:
        layers_page.get_by_role("button", name="As a table (CSV)").click()
    assert waiting.value.suggested_filename == f"{text_of(cell)}.csv"
    table = Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()
    assert len([row for row in table if row.startswith("product,")]) == 3 * 3 * 32


def test_a_finger_walks_on_a_phone(phone: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(phone, layers_link, "Layers")
    cell = strongest(traced, "max_pooling2d_1")
    canvas = eyes.maps(phone, LAYERS.index("max_pooling2d_1"))
    phone.touchscreen.tap(*eyes.centre(canvas, (cell.map, cell.row, cell.column)))
    expect_account(phone, traced, cell)
    below = way_down(traced, cell)[1]
    next_value(phone, below).tap()
    expect_account(phone, traced, below)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    wide = phone.locator(".st-key-ledger-dock").evaluate(
        "e => [e.scrollWidth, e.clientWidth, e.clientHeight, innerHeight]"
    )
    assert wide[0] <= wide[1]
    assert wide[2] < 0.6 * wide[3], "the maps stay in sight"
    phone.locator(".st-key-ledger-close button").tap()
    expect(phone.locator(".ledger.open")).to_have_count(0)


def test_every_control_has_an_accessible_name(layers_page: Page) -> None:
    for cell in ("conv2d_1.3.2.2", "dense_1.7", "max_pooling2d.1.2.3"):
        hands.follow(layers_page, f"/Layers?cell={cell}")
        expect(panel(layers_page)).to_have_attribute("data-cell", cell)
        assert layers_page.evaluate(UNNAMED) == []
