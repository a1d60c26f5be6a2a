"""Convolution: worked out by keyboard, mouse and finger; a kernel on the digit whose numbers are NumPy's."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.convolution import map_sum
from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.filtering import FilterResult, apply_kernel
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.convolution.map_sum import MapSum
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample, format_exact
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

ROWS = KERNELS["rows"].weights
FIRST = ConvWorkedExample(ONE, ROWS)
UNNAMED = """() => {
    const named = (e) => e.getAttribute("aria-label") || e.title || e.textContent.trim() || e.labels?.[0]?.textContent
    return [...document.querySelectorAll("*")].filter((e) => e.shadowRoot)
        .flatMap((host) => [...host.shadowRoot.querySelectorAll("button, input, select, canvas, [tabindex]")])
        .filter((e) => e.closest(".conv_grid, .kernel_grid, .feature_maps") && !e.hidden && !named(e))
        .map((e) => e.outerHTML.slice(0, 90))
}"""


@pytest.fixture
def link(address: str, seven_link: str) -> str:
    return f"{address}/Convolution{seven_link}&show=everything"


@pytest.fixture
def convolution(page: Page, link: str) -> Page:
    return eyes.opened(page, link, "Convolution")


@pytest.fixture
def read_book(revisit: Visitor, link: str) -> Page:
    """Return the page without guesses, which each test leaves with the same numbers, settings and drawing."""
    return revisit(f"{link}&ask=0", "Convolution")


@pytest.fixture
def padded(revisit: Visitor, link: str) -> Page:
    """Return the page without guesses, with padding and dilation; nothing is played on it."""
    return revisit(f"{link}&ask=0&around=same&dilation=2", "Convolution")


@pytest.fixture
def read_page(revisit: Visitor, link: str) -> Page:
    """Return the page, on which no test guesses, or changes the digit or a kernel."""
    return revisit(link, "Convolution")


def grid(page: Page) -> Locator:
    return page.locator(".conv_grid")


def cell(page: Page, name: str, row: int, column: int) -> Locator:
    return page.get_by_role("textbox", name=f"{name} row {row}, column {column}", exact=True)


def results(page: Page) -> list[str]:
    return grid(page).locator(".result button").all_inner_texts()


def button(page: Page, name: str) -> Locator:
    return grid(page).get_by_role("button", name=name, exact=True)


def controls(page: Page) -> Locator:
    return grid(page).locator(".controls")


def expect_known(page: Page, number: int) -> None:
    expect(grid(page)).to_have_attribute("data-known", str(number))


def shown(example: ConvWorkedExample, number: int) -> list[str]:
    """Return the feature map as it stands after `number` windows."""
    texts = [format_exact(window.total) for window in example.windows]
    return texts[:number] + ["?"] * (len(texts) - number)


def expect_worked_out(page: Page, example: ConvWorkedExample, place: int) -> None:
    """Expect the window, the products and the sum of this place on the screen."""
    window = example.windows[place]
    expect(grid(page)).to_contain_text(f"Window {place + 1} of {len(example.windows)}")
    expect(grid(page).locator(".line-of-work.sum")).to_contain_text(window.work)
    assert grid(page).locator(".product .value").all_inner_texts() == [format_exact(tap.product) for tap in window.taps]
    expect(grid(page).locator(".input.image .cell.under")).to_have_count(len(window.taps))


# By hand.


def test_all_nine_windows_are_reached_by_buttons_and_keys(read_book: Page) -> None:
    for place in range(9):
        expect_known(read_book, place + 1)
        assert results(read_book) == shown(FIRST, place + 1)
        expect_worked_out(read_book, FIRST, place)
        if place % 2:
            button(read_book, "One step forward").click()
        elif place < 8:
            controls(read_book).focus()
            read_book.keyboard.press("ArrowRight")
    expect(button(read_book, "One step forward")).to_be_disabled()
    controls(read_book).focus()
    read_book.keyboard.press("ArrowLeft")
    expect_worked_out(read_book, FIRST, 7)
    read_book.keyboard.press("Home")
    expect_worked_out(read_book, FIRST, 0)
    grid(read_book).locator(".result button").nth(4).click()
    expect_worked_out(read_book, FIRST, 4)
    button(read_book, "Start again").click()
    expect_known(read_book, 1)


def test_example_plays_to_the_end_at_the_chosen_speed(read_book: Page) -> None:
    grid(read_book).get_by_role("combobox", name="Speed").select_option("4")
    controls(read_book).focus()
    read_book.keyboard.press("Space")
    expect(button(read_book, "Pause")).to_be_visible()
    expect_known(read_book, 9)
    expect(button(read_book, "Play")).to_be_visible()
    assert results(read_book) == shown(FIRST, 9)
    button(read_book, "Start again").click()
    expect_known(read_book, 1)


def test_reduced_motion_replaces_playing_by_steps(padded: Page) -> None:
    padded.emulate_media(reduced_motion="reduce")
    hands.go_to(padded, "Glossary")
    eyes.stand(padded, "Glossary")
    hands.go_to(padded, "Convolution")
    eyes.arrived(padded, "Convolution")
    expect(button(padded, "One step forward")).to_be_visible()
    expect(button(padded, "Play")).to_have_count(0)
    expect(grid(padded).get_by_role("combobox", name="Speed")).to_have_count(0)
    assert grid(padded).locator(".image .window").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    padded.emulate_media(reduced_motion="no-preference")


def guess(page: Page, kind: str, text: str) -> None:
    grid(page).locator(f'[data-guess="{kind}"]').fill(text)
    page.keyboard.press("Enter")


def test_size_and_values_are_guessed_checked_and_remembered(convolution: Page) -> None:
    work = grid(convolution).locator(".work")
    expect(grid(convolution).get_by_text("? × ?")).to_be_visible()
    expect(grid(convolution)).not_to_contain_text("(5 − 3) / 1 + 1")
    guess(convolution, "size", "three")
    expect(grid(convolution).locator(".guess .trouble").first).to_contain_text("Type a number")
    for _ in range(2):  # the second time it is the last try
        guess(convolution, "size", "2")
    expect(work).to_contain_text("Not 2: the first place counts too, hence the + 1")
    expect(work).to_contain_text("(5 − 3) / 1 + 1 = 3")
    assert results(convolution) == ["?"] * 9
    guess(convolution, "sum", "3")
    expect(work).to_contain_text("3 is right")
    expect_worked_out(convolution, FIRST, 0)
    button(convolution, "One step forward").click()
    for _ in range(2):
        guess(convolution, "sum", "1")
    expect(work).to_contain_text("Not 1: that is what the kernel gives when it is turned around")
    expect(grid(convolution)).to_contain_text("1 of 3 guesses right")
    eyes.settled(convolution)
    hands.go_to(convolution, "Glossary")
    eyes.stand(convolution, "Glossary")
    hands.go_to(convolution, "Convolution")
    eyes.arrived(convolution, "Convolution")
    expect(grid(convolution)).to_contain_text("1 of 3 guesses right")
    expect(work).to_contain_text("3 is right")
    assert results(convolution) == shown(FIRST, 2)


def test_a_wrong_guess_gets_a_hint_then_a_second_try_then_the_solution(convolution: Page) -> None:
    size, sums = (grid(convolution).locator(".guess").nth(place) for place in range(2))
    work = grid(convolution).locator(".work")
    expect(size.locator(".hint")).to_have_attribute("role", "status")
    guess(convolution, "size", "5")
    expect(size.locator(".hint")).to_contain_text("Not 5: that would be so with the other padding")
    expect(size.locator(".hint")).to_contain_text("Hint: The kernel covers 3 rows and has to stay inside the 5 rows")
    expect(grid(convolution).get_by_text("? × ?")).to_be_visible()
    expect(size.locator("input")).to_be_focused()
    expect(size.locator("input")).to_have_accessible_description(re.compile("Count the starts"))
    convolution.keyboard.type("3")  # what was typed is selected
    convolution.keyboard.press("Enter")
    expect(work).to_contain_text("3 is right")
    expect(sums.locator("input")).to_be_focused()
    guess(convolution, "sum", "4")
    expect(sums.locator(".hint")).to_contain_text("Not 4: that adds up the numbers without the weights")
    expect(sums.locator(".hint")).to_contain_text("Hint: Of the 9 products 3 are not 0: 1 × 1, 1 × 1, 1 × 1.")
    assert results(convolution) == ["?"] * 9
    grid(convolution).locator(".result button").nth(1).click()
    expect(sums.locator(".hint")).to_be_empty()
    guess(convolution, "sum", "99")
    assert results(convolution) == ["?"] * 9, "another cell has two tries of its own"
    guess(convolution, "sum", "98")
    expect_worked_out(convolution, FIRST, 1)
    expect(work).to_contain_text("Not 98")
    expect(grid(convolution)).to_contain_text("1 of 2 guesses right")


def test_a_guess_can_be_left_out(read_page: Page) -> None:
    button(read_page, "One step forward").click()
    expect(grid(read_page)).to_have_attribute("data-sized", "true")
    button(read_page, "One step forward").click()
    expect_worked_out(read_page, FIRST, 0)
    expect(grid(read_page).locator(".score")).to_be_empty()
    button(read_page, "Start again").click()
    expect(grid(read_page)).to_have_attribute("data-sized", "false")


def test_image_and_kernel_are_edited_by_keys_alone(read_book: Page) -> None:
    hands.reach_with_tab(read_book, cell(read_book, "image", 0, 0), most=60)
    read_book.keyboard.type("-2,5")
    read_book.keyboard.press("ArrowDown")
    expect(cell(read_book, "image", 1, 0)).to_be_focused()
    expect(cell(read_book, "image", 0, 0)).to_have_value("−2.5")
    hands.reach_with_tab(read_book, cell(read_book, "kernel", 0, 0))
    read_book.keyboard.type("2")
    read_book.keyboard.press("Enter")
    read_book.keyboard.type("8")
    read_book.keyboard.press("Escape")
    expect(cell(read_book, "kernel", 1, 0)).to_have_value("−1")
    image, kernel = ((-2.5, *ONE[0][1:]), *ONE[1:]), ((2.0, *ROWS[0][1:]), *ROWS[1:])
    expect(grid(read_book).locator(".result button").first).to_have_text("−2")
    expect_worked_out(read_book, ConvWorkedExample(image, kernel), 0)
    carried = eyes.link_when(read_book, lambda now: "kernel" in now and "image" in now)
    assert carried["kernel"] == "2~0~1_-1~0~1_-1~0~1"
    restore_numbers(read_book)


def restore_numbers(page: Page) -> None:
    """Fill image and kernel with what they were at first."""
    for key in ("image-one", "kernel-rows"):
        page.locator(f".st-key-fill-{key} button").click()
    eyes.link_when(page, lambda now: now.keys().isdisjoint({"image", "kernel"}))
    expect(grid(page).locator(".kernel input")).to_have_count(9)
    button(page, "Start again").click()
    expect_known(page, 1)


def test_a_bad_text_gets_a_sentence_and_the_old_value_stays(read_book: Page) -> None:
    alert = grid(read_book).get_by_role("alert").filter(has_text="the old value is kept")
    cell(read_book, "kernel", 0, 2).fill("one")
    read_book.keyboard.press("Enter")
    expect(alert).to_be_visible()
    expect(cell(read_book, "kernel", 0, 2)).to_have_value("1")
    expect(cell(read_book, "kernel", 0, 2)).to_have_attribute("aria-invalid", "true")
    expect(cell(read_book, "image", 0, 2)).to_have_attribute("aria-invalid", "false")
    cell(read_book, "kernel", 0, 2).fill("4")
    read_book.keyboard.press("Enter")
    eyes.link_when(read_book, eyes.carries("kernel", "-1~0~4_-1~0~1_-1~0~1"))
    expect(alert).to_have_count(0)
    cell(read_book, "kernel", 0, 2).fill("1")
    read_book.keyboard.press("Enter")
    eyes.link_when(read_book, lambda now: now.get("kernel") != "-1~0~4_-1~0~1_-1~0~1")


PASTE = """(input, text) => {
    const data = new DataTransfer()
    data.setData("text", text)
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
}"""


def test_a_kernel_is_pasted_and_one_of_the_wrong_shape_is_not(read_book: Page) -> None:
    cell(read_book, "kernel", 0, 0).evaluate(PASTE, "1 2 3\n4 5")
    expect(grid(read_book).get_by_role("alert").filter(has_text="must be a square")).to_be_visible()
    expect(cell(read_book, "kernel", 0, 0)).to_have_value("−1")
    cell(read_book, "kernel", 0, 0).evaluate(PASTE, "[[1, 2], [3, 4]]")
    eyes.link_when(read_book, eyes.carries("kernel", "1~2_3~4"))
    expect(grid(read_book).locator(".kernel input")).to_have_count(4)
    expect(grid(read_book).locator(".result button")).to_have_count(16)
    restore_numbers(read_book)


def test_padding_is_visible(padded: Page) -> None:
    expect(grid(padded).locator(".cell.outside")).to_have_count(81 - 25)
    expect_worked_out(padded, ConvWorkedExample(ONE, ROWS, padding="same", dilation_rate=(2, 2)), 0)
    expect(grid(padded).locator(".work")).to_contain_text("5 of these cells are padding and count as 0")


def test_what_is_never_reached_is_struck_out(read_book: Page) -> None:
    stride = read_book.get_by_role("slider", name="Stride")
    for steps in ("2", "3"):
        stride.press("ArrowRight")
        eyes.link_when(read_book, eyes.carries("steps", steps))
    assert ConvWorkedExample(ONE, ROWS, strides=(3, 3)).reached == ((True, True, True, False, False),) * 2
    expect(grid(read_book).locator(".cell.struck-row")).to_have_count(10)
    expect(grid(read_book).locator(".cell.struck-column")).to_have_count(10)
    expect(grid(read_book)).to_contain_text("never reaches the rows and columns that are struck out")
    assert not grid(read_book).locator(".cell.outside").count()
    stride.press("Home")
    eyes.link_when(read_book, eyes.carries("steps", None))


def test_sliders_clamp_each_other_and_one_line_says_what_changed(read_book: Page) -> None:
    stride = read_book.get_by_role("slider", name="Stride")
    stride.focus()
    read_book.keyboard.press("ArrowRight")
    facts = grid(read_book).locator(".facts")
    expect(facts).to_contain_text("Stride 1 → 2: feature map 3 × 3 → 2 × 2, multiplications 81 → 36")
    eyes.settled(read_book)
    read_book.get_by_role("slider", name="Dilation").focus()
    read_book.keyboard.press("ArrowRight")
    expect(facts).to_contain_text("Stride gave way: stride and dilation cannot both be larger than 1")
    eyes.link_when(read_book, lambda now: now.get("dilation") == "2" and "steps" not in now)
    expect(stride).to_have_value("1")
    expect(facts).to_contain_text("(3 − 1) × 2 + 1 = 5")
    read_book.get_by_role("slider", name="Dilation").press("Home")
    eyes.link_when(read_book, eyes.carries("dilation", None))


def test_a_product_shows_its_two_factors_in_place(read_book: Page) -> None:
    grid(read_book).locator(".product").nth(2).hover()
    expect(grid(read_book).locator(".image .cell.lit")).to_have_count(1)
    expect(grid(read_book).locator(".image .cell.lit input")).to_have_value("1")
    expect(grid(read_book).locator(".kernel .cell.lit input")).to_have_value("1")


# On your digit.


def picture(page: Page, block: str) -> Locator:
    return page.locator(f'.st-key-filtered-digit canvas[data-block="{block}"]')


def weight(page: Page, row: int, column: int) -> Locator:
    return page.get_by_role("textbox", name=f"weight in row {row}, column {column}", exact=True)


def found_in(seven: Drawing, kernel: tuple[tuple[float, ...], ...] = ROWS) -> FilterResult:
    return apply_kernel(preprocessing.from_canvas(strokes.render(seven)).digit, kernel, 0, "valid")


def expect_values(page: Page, found: FilterResult) -> None:
    """Expect these numbers in both results, bit for bit, in the cell of the largest sum."""
    row, column = (int(each) for each in np.unravel_index(found.before.argmax(), found.before.shape))
    told = page.locator('.st-key-filtered-digit [data-role="readout"]')
    values = " ".join(map(str, (found.before[row, column], found.after[row, column])))
    page.mouse.move(*eyes.centre(picture(page, "relu"), (0, row, column)))
    page.mouse.move(*eyes.centre(picture(page, "sums"), (0, row, column)))
    expect(told).to_have_attribute("data-row", str(row))
    page.wait_for_function(
        "([told, wanted]) => told.dataset.value.split(' ').map(Math.fround).join(' ') "
        "=== wanted.split(' ').map(Math.fround).join(' ')",
        arg=[told.element_handle(), values],
    )


def test_digit_is_shown_before_and_after_relu(read_page: Page, seven: Drawing) -> None:
    found = found_in(seven)
    expect_values(read_page, found)
    note = read_page.locator(".st-key-filtered-digit .note")
    expect(note).to_have_text(f"{found.negative} of 676 sums are below zero; relu makes them 0.")


def test_a_weight_is_live_while_it_is_typed(read_book: Page, seven: Drawing) -> None:
    eyes.settled(read_book)
    weight(read_book, 1, 1).focus()
    read_book.keyboard.type("4")
    kernel = (ROWS[0], (-1.0, 4.0, 1.0), ROWS[2])
    eyes.link_when(read_book, eyes.carries("own", "-1~0~1_-1~4~1_-1~0~1"))
    expect(weight(read_book, 1, 1)).to_be_focused()
    expect_values(read_book, found_in(seven, kernel))
    read_book.keyboard.press("Escape")
    eyes.link_when(read_book, eyes.carries("own", None))
    expect(weight(read_book, 1, 1)).to_have_value("0")
    read_book.keyboard.type("4")
    eyes.link_when(read_book, eyes.carries("own", "-1~0~1_-1~4~1_-1~0~1"))
    read_book.keyboard.type("x")
    read_book.keyboard.press("Enter")
    alert = read_book.locator(".kernel_grid").get_by_role("alert")
    expect(alert).to_contain_text("the old value is kept")
    expect(weight(read_book, 1, 1)).to_have_value("4")
    expect_values(read_book, found_in(seven, kernel))
    weight(read_book, 1, 1).fill("0")
    read_book.keyboard.press("Enter")
    expect(alert).not_to_contain_text("the old value is kept")
    eyes.link_when(read_book, lambda now: now.get("own") in (None, "-1~0~1_-1~0~1_-1~0~1"))


def test_the_pictures_follow_the_pen_by_the_servers_answers(read_book: Page) -> None:
    expect(read_book.locator('.st-key-pad .pad[data-answers="server"]')).to_be_attached()
    painted = eyes.painted(eyes.shown(picture(read_book, "relu")))
    note = read_book.locator(".st-key-filtered-digit .note")
    before = note.inner_text()
    hands.put_pen_down(read_book, (60, 200))
    hands.move_pen(read_book, [(60, 200), (220, 200)])
    eyes.painted_more_than(picture(read_book, "relu"), painted)
    hands.lift_pen(read_book)
    drawing = eyes.drawing_when(read_book, 2)
    expect(note).not_to_have_text(before)
    expect_values(read_book, found_in(drawing))
    hands.press(read_book, "Undo")
    eyes.drawing_when(read_book, 1)
    expect(note).to_have_text(before)


def test_the_strokes_are_guessed(read_page: Page) -> None:
    read_page.locator(".st-key-finds-sobel-x").get_by_role("button").click()
    expect(read_page.get_by_text("is right: 100 % of its answer to both strokes")).to_be_visible()


# Many maps in, one out.


def amount(text: str) -> int:
    """Return a number with three decimals in thousandths."""
    return round(1000 * float(text.replace("−", "-").partition(" ")[0]))


def expect_sum(page: Page, found: MapSum) -> None:
    """Expect numbers that add up, each within a thousandth of what Python works out at this cell."""
    root = page.locator(".map_sum")
    row, column = (int(root.get_attribute(f"data-{axis}") or -1) for axis in ("row", "column"))
    rows = [amount(text) for text in root.locator(".rows > .value").all_inner_texts()]
    bias = amount(root.locator(".bias").inner_text().rpartition(" ")[2])
    before, after = (amount(root.locator(f".{name} .value").inner_text()) for name in ("before", "after"))
    assert sum(rows) + bias == before
    assert after == max(0, before)
    parts = [*found.partial[row, column][list(found.shown)], found.rest[row, column]]
    assert np.abs(np.array(rows) / 1000 - parts).max() <= 1.001e-3
    assert abs(bias / 1000 - found.bias) <= 1.001e-3
    assert abs(before / 1000 - found.before[row, column]) <= 0.51e-3
    account = root.locator(".account")
    expect(account).to_contain_text(f"Row {row}, column {column}: ")
    expect(account).to_contain_text("(the other 28)")
    expect(account).to_contain_text(f"= {root.locator('.before .value').inner_text()}; after relu: ")


@pytest.fixture
def sums_page(revisit: Visitor, address: str, seven_link: str) -> Page:
    """Return the essentials of the page with a network of several convolutions, and the seven."""
    return revisit(f"{address}/Convolution{seven_link}&net=cnn-32-64-64", "Convolution")


@pytest.fixture(scope="module")
def taken_apart(seven: Drawing) -> MapSum:
    network = model_store.load("cnn-32-64-64")
    layer = map_sum.find_convolution(network)
    assert layer is not None
    digit = preprocessing.from_canvas(strokes.render(seven)).digit
    return map_sum.take_apart(network, trace(network, digit), layer)


def test_partial_maps_and_bias_add_up_at_every_cell_by_mouse_and_keys(sums_page: Page, taken_apart: MapSum) -> None:
    root = sums_page.locator(".map_sum")
    assert (root.get_attribute("data-row"), root.get_attribute("data-column")) == tuple(map(str, taken_apart.strongest))
    expect_sum(sums_page, taken_apart)
    for name, row, column in (("map", 2, 7), ("the other 28", 9, 0), ("all added up", 4, 4)):
        canvas = root.locator(f'.map canvas[aria-label^="{name}"]').first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        side = box["width"] / 11
        sums_page.mouse.move(box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side)
        expect(root).to_have_attribute("data-row", str(row))
        expect(root).to_have_attribute("data-column", str(column))
        expect_sum(sums_page, taken_apart)
    root.locator('canvas[aria-label^="after relu"]').focus()
    for _ in range(12):
        sums_page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-column", "0")
    sums_page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-column", "1")
    expect_sum(sums_page, taken_apart)


def test_the_sum_follows_the_pen_once_it_is_up(sums_page: Page) -> None:
    root = sums_page.locator(".map_sum")
    before = eyes.painted(root)
    hands.draw(sums_page, hands.CROSSBAR)
    drawing = eyes.drawing_when(sums_page, 2)
    eyes.painted_more_than(root, before)
    network = model_store.load("cnn-32-64-64")
    layer = map_sum.find_convolution(network)
    assert layer is not None
    digit = preprocessing.from_canvas(strokes.render(drawing)).digit
    expect_sum(sums_page, map_sum.take_apart(network, trace(network, digit), layer))
    before = eyes.painted(root)
    hands.press(sums_page, "Undo")
    eyes.drawing_when(sums_page, 1)
    eyes.painted_more_than(root, before)


def test_index_of_a_value_is_shown_in_both_orders(read_page: Page) -> None:
    read_page.get_by_role("slider", name="Row").focus()
    read_page.keyboard.press("ArrowRight")
    expect(read_page.get_by_text("x[2, 2, 0]")).to_be_visible()
    expect(read_page.get_by_text("x[0, 2, 2]")).to_be_visible()
    expect(read_page.locator(".channel-order .chosen")).to_have_count(4)
    assert set(read_page.locator(".channel-order .chosen").all_inner_texts()) == {"220"}


def test_a_phone_shows_and_reads_everything(phone: Page, link: str) -> None:
    eyes.opened(phone, f"{link}&ask=0&around=same&dilation=2", "Convolution")
    button(phone, "One step forward").tap()
    expect_worked_out(phone, ConvWorkedExample(ONE, ROWS, padding="same", dilation_rate=(2, 2)), 1)
    cell(phone, "kernel", 0, 0).tap()
    phone.keyboard.type("5")
    phone.keyboard.press("Enter")
    eyes.link_when(phone, lambda now: now.get("kernel", "").startswith("5~0"))
    weight(phone, 0, 0).tap()
    phone.keyboard.type("3")
    eyes.link_when(phone, lambda now: now.get("own", "").startswith("3~0"))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    beyond = phone.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => e.shadowRoot)
            .flatMap((host) => [...host.shadowRoot.querySelectorAll(".cells, .controls, .facts, canvas, .product")])
            .filter((e) => e.closest(".conv_grid, .kernel_grid, .feature_maps"))
            .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).length"""
    )
    assert beyond == 0


def test_every_control_has_an_accessible_name(read_page: Page) -> None:
    assert read_page.evaluate(UNNAMED) == []
