"""In colour: drawn with a coloured ink on coloured paper, and one filter over three channels whose numbers add up."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.lessons.convolution.colour_sum import UNIT, ColourSum
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

NAME = "cnn-rgb"
INK, PAPER = "#ffcc00", "#2b0a3d"
COLOURED = f"net={NAME}&ink={INK[1:]}&paper={PAPER[1:]}"


def seen(drawing: Drawing, ink: str = INK, paper: str = PAPER) -> np.ndarray:
    """Compute the network's input for a drawing in this process."""
    return colour_digits.colour_from_hex(preprocessing.from_canvas(strokes.render(drawing)).digit, ink, paper)


def painted(page: Page, x: float, y: float) -> list[int]:
    """Return the colour of the pad's ink at a place of the paper; its alpha is 0 where there is none."""
    found: list[int] = hands.paper(page).evaluate(
        """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
            x * canvas.width / 280, y * canvas.height / 280, 1, 1).data]""",
        [x, y],
    )
    return found


def paper_colour(page: Page) -> str:
    found: str = page.locator(".st-key-pad .paper").evaluate("e => getComputedStyle(e).backgroundColor")
    return found


def strip_input(page: Page) -> Locator:
    return page.locator('.st-key-strip canvas[data-block="input"]')


def test_a_digit_is_drawn_in_ink_on_paper_and_read_in_colour(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?{COLOURED}&d=")
    hands.draw(page, hands.SEVEN)
    drawing = eyes.drawing_when(page, 1)
    assert painted(page, 140, 50) == [255, 204, 0, 255]
    assert paper_colour(page) == "rgb(43, 10, 61)"
    expected = seen(drawing)
    for row, column in ((0, 0), (16, 16), (10, 14), (25, 12)):
        shown = np.array(eyes.pixel(strip_input(page), (0, row, column)))
        assert np.abs(shown - expected[row, column] * 255).max() <= 2
    answer = trace(model_store.load(NAME), expected).answer
    expect(page.locator(".st-key-predicted-digit")).to_have_text(str(answer))
    page.reload()
    eyes.arrived(page, "Draw")
    assert painted(page, 140, 50) == [255, 204, 0, 255]


def test_another_ink_is_picked_and_what_is_drawn_stays(
    page: Page, address: str, seven: Drawing, seven_link: str
) -> None:
    eyes.opened(page, f"{address}/{seven_link}&net={NAME}")
    page.locator('[data-testid="stColorPicker"]').filter(has_text="Ink").get_by_role("button").click()
    page.get_by_role("textbox", name="hex").fill("#00ff88")
    page.keyboard.press("Escape")
    carried = eyes.link_when(page, eyes.carries("ink", "00ff88"))
    assert eyes.drawing_of(carried) == seven
    assert painted(page, 140, 50) == [0, 255, 136, 255]
    answer = trace(model_store.load(NAME), seen(seven, "#00ff88", colour_digits.PAPER)).answer
    expect(page.locator(".st-key-predicted-digit")).to_have_text(str(answer))


def test_the_pad_of_a_network_that_reads_grey_keeps_the_themes_ink(page: Page, address: str, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}&ink={INK[1:]}")
    assert painted(page, 140, 50)[:3] != [255, 204, 0]
    expect(page.locator('[data-testid="stColorPicker"]')).to_have_count(0)


# One filter over three channels.


@pytest.fixture
def read_page(revisit: Visitor, address: str, seven_link: str) -> Page:
    """Return the page of the sum, on which no weight is changed."""
    page = revisit(f"{address}/Convolution{seven_link}&{COLOURED}&rgb=3&show=everything", "Convolution")
    sheet(page, "after relu").scroll_into_view_if_needed()
    return page


def sheet(page: Page, name: str) -> Locator:
    return page.locator(f'.colour_sum canvas[aria-label^="{name}"]')


def number(text: str) -> int:
    return int(Decimal(text.replace("−", "-")) * UNIT)


def lines(page: Page) -> dict[str, int]:
    """Return the sums of the account: per channel, their sum, the bias, with the bias, after relu."""
    names = ("red", "green", "blue", "total", "bias", "before", "after")
    return {name: number(page.locator(f".colour_sum .sums .{name} .value").inner_text()) for name in names}


def products(page: Page, channel: str) -> list[list[int]]:
    """Return pixels, weights and products of a channel's nine cells."""
    return [
        [number(text) for text in page.locator(f".colour_sum .products.{channel} .{which} span").all_inner_texts()]
        for which in ("pixels", "weights", "results")
    ]


def here(page: Page) -> tuple[int, int]:
    root = page.locator(".colour_sum")
    return int(root.get_attribute("data-row") or -1), int(root.get_attribute("data-column") or -1)


def shown(seven: Drawing, given: colour_sum.Numbers) -> ColourSum:
    return ColourSum(seen(seven), given)


def check(page: Page, expected: ColourSum) -> None:
    """Check that the texts of the current cell add up and match Python's values."""
    row, column = here(page)
    expect(page.locator(".colour_sum .here")).to_have_text(f"Row {row}, column {column}")
    said = lines(page)
    for place, channel in enumerate(("red", "green", "blue")):
        pixels, weights, results = products(page, channel)
        assert sum(results) == said[channel] == expected.partial[place, row, column]
        assert pixels == expected.pixels[place, row : row + 3, column : column + 3].ravel().tolist()
        assert weights == expected.kernel[place].ravel().tolist()
    assert said["red"] + said["green"] + said["blue"] == said["total"]
    assert said["total"] + said["bias"] == said["before"]
    assert said["after"] == max(0, said["before"]) == expected.after[row, column]


def test_the_numbers_at_a_hovered_cell_add_up(read_page: Page, seven: Drawing) -> None:
    expected = shown(seven, colour_sum.list_filters(model_store.load(NAME))[3])
    check(read_page, expected)
    for name, row, column in (("what red gives", 7, 12), ("Sum of the three", 20, 17), ("after relu", 0, 29)):
        canvas = sheet(read_page, name)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        side = box["width"] / 30
        read_page.mouse.move(box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side)
        assert here(read_page) == (row, column)
        check(read_page, expected)


def test_the_essentials_have_three_decimals_which_add_up_too(
    page: Page, address: str, seven: Drawing, seven_link: str
) -> None:
    eyes.opened(page, f"{address}/Convolution{seven_link}&{COLOURED}&rgb=3", "Convolution")
    learned = colour_sum.list_filters(model_store.load(NAME))[3]
    expected = shown(seven, learned)
    numbers = page.locator(".colour_sum .account :is(.numbers span, .value)")
    expect(numbers.first).to_be_visible()
    texts = numbers.all_inner_texts()
    assert {len(text.partition(".")[2]) for text in texts} == {3}
    sums, (row, column) = lines(page), here(page)
    assert sums["red"] + sums["green"] + sums["blue"] == sums["total"]
    assert sums["total"] + sums["bias"] == sums["before"]
    assert abs(sums["before"] - expected.before[row, column]) <= 500
    for place, channel in enumerate(("red", "green", "blue")):
        results = products(page, channel)[2]
        assert sum(results) == sums[channel]
        assert abs(sums[channel] - expected.partial[place, row, column]) <= 1000
    box = weight(page, "red", 0, 0)
    expect(box).to_have_value(colour_sum.format_number(round(learned[0], 3)))
    box.focus()
    expect(box).to_have_value(colour_sum.format_number(learned[0]))
    weight(page, "red", 0, 1).fill("0.5")
    page.keyboard.press("Enter")
    carried = eyes.link_when(page, lambda link: "~" in link.get("rgb", ""))
    assert carried["rgb"] == colour_sum.encode((learned[0], 0.5, *learned[2:])), "the others keep all their decimals"


def test_cells_are_reached_by_keys(read_page: Page, seven: Drawing) -> None:
    expected = shown(seven, colour_sum.list_filters(model_store.load(NAME))[3])
    sheet(read_page, "after relu").focus()
    before = here(read_page)
    read_page.keyboard.press("ArrowDown")
    read_page.keyboard.press("ArrowLeft")
    assert here(read_page) == (before[0] + 1, before[1] - 1)
    check(read_page, expected)
    for _ in range(40):
        read_page.keyboard.press("ArrowUp")
    assert here(read_page)[0] == 0, "the edge holds"
    check(read_page, expected)


def weight(page: Page, channel: str, row: int, column: int) -> Locator:
    return page.get_by_role("textbox", name=f"weight for {channel}, row {row}, column {column}", exact=True)


def test_a_phone_shows_it_all_without_scrolling_sideways(phone: Page, address: str, seven_link: str) -> None:
    eyes.opened(phone, f"{address}/Convolution{seven_link}&{COLOURED}", "Convolution")
    phone.locator(".colour_sum .account").scroll_into_view_if_needed()
    assert phone.locator(".colour_sum").evaluate("e => e.scrollWidth <= e.clientWidth")
    boxes = phone.locator(".colour_sum").evaluate(
        """root => [...root.querySelectorAll("canvas, input, .numbers, .value")]
            .map((e) => e.getBoundingClientRect().right)"""
    )
    assert max(boxes) <= 390


def test_weights_are_refused_or_typed_one_after_the_other_and_the_sums_follow_them_and_the_pen(
    page: Page, address: str, seven: Drawing, seven_link: str
) -> None:
    """A text that is no weight leaves the last one; the pen changes the picture once it is lifted."""
    eyes.opened(page, f"{address}/Convolution{seven_link}&{COLOURED}&rgb=3&show=everything", "Convolution")
    sheet(page, "after relu").scroll_into_view_if_needed()
    root = page.locator(".colour_sum")
    learned = colour_sum.list_filters(model_store.load(NAME))[3]
    before = weight(page, "red", 0, 0).input_value()
    for text in ("nan", "blue", "1e9"):
        painted = eyes.painted(root)
        weight(page, "red", 0, 0).fill(text)
        page.keyboard.press("Enter")
        eyes.painted_more_than(root, painted)  # so what is said is said of this text
        expect(root.locator(".trouble"), text).to_contain_text("is kept")
        expect(weight(page, "red", 0, 0), text).to_have_value(before)
        expect(weight(page, "red", 0, 0), text).to_have_attribute("aria-invalid", "true")
        check(page, shown(seven, learned))

    weight(page, "green", 1, 2).fill("−0.75")
    page.keyboard.press("Tab")
    page.keyboard.type("0.2")
    first = (*learned[: 9 + 5], -0.75, *learned[9 + 6 :])
    eyes.link_when(page, lambda link: link.get("rgb") == colour_sum.encode(first))
    expect(page.locator(".colour_sum .products.green .weights span").nth(5)).to_have_text("−0.750000")
    expect(weight(page, "green", 2, 0)).to_have_value("0.2")  # the answer to the first leaves the second alone
    page.keyboard.press("Enter")
    typed = (*first[: 9 + 6], 0.2, *first[9 + 7 :])
    carried = eyes.link_when(page, lambda link: link.get("rgb") == colour_sum.encode(typed))
    expect(page.locator(".colour_sum .products.green .weights span").nth(5)).to_have_text("−0.750000")
    kept = colour_sum.decode(carried["rgb"])
    check(page, shown(seven, kept))

    painted = eyes.painted(root)
    hands.draw(page, hands.CROSSBAR)
    drawing = eyes.drawing_when(page, 2)
    eyes.painted_more_than(root, painted)
    check(page, shown(drawing, kept))
