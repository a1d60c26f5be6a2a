"""Layers: the value under the pointer is the value that NumPy has, by mouse, finger and keys, and in files."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, Page, expect

from cnnviz.core.inference.trace import LayerOutput, Trace
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor

Cell = tuple[int, int, int]  # map, row, column


@pytest.fixture
def read_page(revisit: Visitor, layers_link: str) -> Page:
    """Return a page of Layers, complete, on which nothing is changed."""
    return revisit(layers_link, "Layers")


@pytest.fixture
def changed_page(revisit: Visitor, layers_link: str) -> Page:
    """Return a page of Layers, complete, on which colours and files are chosen and maps are enlarged.

    Each test chooses what it depends on, and leaves the drawing as it was.
    """
    return revisit(layers_link, "Layers", visit="changed")


def place_of(traced: Trace, name: str) -> int:
    return [layer.name for layer in traced.layers].index(name)


def values(layer: LayerOutput, block: str) -> np.ndarray:
    """Return what a block shows as (rows, columns, maps)."""
    shown: np.ndarray = getattr(layer, block)
    return shown if shown.ndim == 3 else shown[:, None, None]


def telling_cells(shown: np.ndarray) -> list[Cell]:
    """Return the cells of the largest and the smallest value, and two corners."""
    rows, columns, maps = shown.shape
    extremes = [np.unravel_index(f(shown), shown.shape) for f in (np.argmax, np.argmin)]
    corners = [(0, 0, 0), (rows - 1, columns - 1, maps - 1)]
    return [(int(m), int(r), int(c)) for r, c, m in [*extremes, *corners]]


def expect_reading(page: Page, place: int, cell: Cell, value: np.float32) -> None:
    """Expect this cell in the readout, with exactly this float32."""
    told = eyes.readout(page, place)
    for name, index in zip(("map", "row", "column"), cell, strict=True):
        expect(told).to_have_attribute(f"data-{name}", str(index))
    shown = told.get_attribute("data-value") or ""
    assert np.float32(shown) == value
    assert shown in told.inner_text()
    assert "about" not in told.inner_text()


def take_back(page: Page) -> None:
    """Undo the second stroke, and wait until the maps are those of the first again."""
    painted = eyes.painted(eyes.maps(page, 0))
    hands.press(page, "Undo")
    eyes.drawing_when(page, 1)
    eyes.painted_more_than(eyes.maps(page, 0), painted)


def blocks_of(layer: LayerOutput) -> list[str]:
    return ["after"] if layer.before is layer.after else ["before", "after"]


def test_the_mouse_reads_the_values_that_numpy_has(read_page: Page, traced: Trace) -> None:
    """Of every layer that changes something: sums before the activation, outputs, poolings, dense bars."""
    for place, layer in enumerate(traced.layers):
        for block in blocks_of(layer) if layer.kind not in {"Flatten", "Dropout"} else []:
            shown = values(layer, block)
            canvas = eyes.maps(read_page, place, block)
            for cell in telling_cells(shown):
                read_page.mouse.move(*eyes.centre(canvas, cell))
                expect_reading(read_page, place, cell, shown[cell[1], cell[2], cell[0]])


def test_a_finger_reads_the_values_that_numpy_has(phone: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(phone, layers_link, "Layers")
    shown = values(traced.layers[0], "before")
    canvas = eyes.maps(phone, 0, "before")
    for cell in telling_cells(shown)[:2]:
        eyes.still(phone)  # a tap opens the account, which moves what lies below it
        phone.touchscreen.tap(*eyes.centre(canvas, cell))
        expect_reading(phone, 0, cell, shown[cell[1], cell[2], cell[0]])
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_arrow_keys_read_the_values_that_numpy_has(read_page: Page, traced: Trace) -> None:
    shown = values(traced.layers[0], "before")
    eyes.maps(read_page, 0, "before").focus()
    read_page.keyboard.press("ArrowRight")
    read_page.keyboard.press("ArrowDown")
    expect_reading(read_page, 0, (0, 1, 1), shown[1, 1, 0])
    for _ in range(5):
        read_page.keyboard.press("Shift+ArrowRight")
    expect_reading(read_page, 0, (1, 1, 0), shown[1, 0, 1])


def test_a_click_enlarges_a_map_and_escape_closes_it(changed_page: Page, traced: Trace) -> None:
    shown = values(traced.layers[0], "after")
    m, row, column = telling_cells(shown)[0]
    canvas = eyes.maps(changed_page, 0)
    changed_page.mouse.click(*eyes.centre(canvas, (m, row, column)))
    enlarged = changed_page.locator(".st-key-maps-0 .enlarged")
    expect(enlarged).to_contain_text(f"map {m}")
    large = enlarged.locator("canvas")
    expect(large).to_have_count(2)  # before and after the activation
    expect(changed_page.locator(".st-key-ledger-place")).to_be_visible()  # brings the map into sight
    eyes.settled(changed_page)
    eyes.still(changed_page)
    changed_page.mouse.move(*eyes.centre(large.last, (m, row, column)))
    expect_reading(changed_page, 0, (m, row, column), shown[row, column, m])
    enlarged.get_by_role("button", name="Next map").click()
    expect(enlarged).to_contain_text(f"map {(m + 1) % shown.shape[2]}")
    changed_page.keyboard.press("Escape")
    expect(enlarged).to_have_count(0)


def test_enter_enlarges_a_map_and_escape_gives_the_focus_back(changed_page: Page) -> None:
    canvas = eyes.maps(changed_page, 0)
    canvas.focus()
    changed_page.keyboard.press("ArrowRight")
    changed_page.keyboard.press("Enter")
    enlarged = changed_page.locator(".st-key-maps-0 .enlarged")
    expect(enlarged).to_be_visible()
    changed_page.keyboard.press("Escape")
    expect(enlarged).to_have_count(0)
    expect(canvas).to_be_focused()


def grey(value: float, top: float) -> int:
    """Return the grey of a value that is never negative, on a scale from 0 to `top`."""
    return int(np.floor(value * 255 / top + 0.5)) if top > 0 else 0


@pytest.mark.parametrize("label", ["each map", "each layer", "whole network"])
def test_colours_are_stretched_over_what_the_reader_chose(label: str, changed_page: Page, traced: Trace) -> None:
    hands.open_colours_and_files(changed_page)
    hands.choose(changed_page, "Grey")
    hands.choose(changed_page, label)
    named = {"each map": "map", "each layer": None, "whole network": "network"}[label]
    eyes.link_when(changed_page, lambda carried: (carried.get("range"), carried.get("colours")) == (named, "grey"))
    for name in ("max_pooling2d", "conv2d_2"):
        place = place_of(traced, name)
        shown = values(traced.layers[place], "after")
        highest = max(float(v.max()) for x in traced.layers if x.after.ndim == 3 for v in (x.before, x.after))
        tops = {
            "map": shown.max(axis=(0, 1)),
            None: np.full(shown.shape[2], shown.max()),
            "network": np.full(shown.shape[2], highest),
        }[named]
        for cell in telling_cells(shown)[:2]:
            m, row, column = cell
            expected = grey(float(shown[row, column, m]), float(tops[m]))
            colour = eyes.pixel(eyes.maps(changed_page, place), cell)
            assert max(abs(channel - expected) for channel in colour) <= 1


def test_every_palette_paints_another_colour(changed_page: Page, traced: Trace) -> None:
    cell = telling_cells(values(traced.layers[0], "after"))[0]
    seen = set()
    hands.open_colours_and_files(changed_page)
    hands.choose(changed_page, "each layer")
    eyes.link_when(changed_page, eyes.carries("range", None))
    for label in ("Cividis", "Magma", "Grey", "Viridis"):
        hands.open_colours_and_files(changed_page)
        hands.choose(changed_page, label)
        wanted = None if label == "Viridis" else label.lower()
        eyes.link_when(changed_page, eyes.carries("colours", wanted))
        seen.add(eyes.pixel(eyes.maps(changed_page, 0), cell))
    assert len(seen) == 4
    assert (255, 255, 255) in seen, "white is the largest value in grey"


def test_signed_values_have_zero_in_the_middle_of_two_colours(read_page: Page, traced: Trace) -> None:
    shown = values(traced.layers[0], "before")
    highest, lowest = telling_cells(shown)[:2]
    canvas = eyes.maps(read_page, 0, "before")
    red, _, blue = eyes.pixel(canvas, highest)
    assert red > blue, "positive is red or orange"
    red, _, blue = eyes.pixel(canvas, lowest)
    assert blue > red, "negative is blue"


def test_every_layer_has_a_card_with_its_sizes_and_keras_line(read_page: Page, traced: Trace) -> None:
    for place, layer in enumerate(traced.layers):
        card = read_page.locator(f'[class*="st-key-card-{place}-"]')
        expect(card).to_contain_text(layer.name)
        expect(card).to_contain_text(" × ".join(map(str, layer.output_shape)))
        if layer.kind not in {"Flatten", "Dropout"}:
            expect(card.locator(".written")).to_have_text(layer.layer.keras_line())
            expect(card).to_contain_text(f"{layer.parameters:,}" if layer.parameters else "nothing here is learned")


def test_a_card_collapses_and_opens_again(changed_page: Page) -> None:
    card = changed_page.locator('[class*="st-key-card-0-"]')
    card.locator("summary").click()
    expect(eyes.maps(changed_page, 0)).to_have_count(0)
    expect(eyes.maps(changed_page, 1)).to_be_visible()
    hands.draw(changed_page, hands.CROSSBAR)
    eyes.drawing_when(changed_page, 2)
    expect(eyes.maps(changed_page, 0)).to_have_count(0)
    card.locator("summary").click()
    expect(eyes.maps(changed_page, 0)).to_be_visible()
    take_back(changed_page)


def test_maps_move_while_the_pen_is_down(changed_page: Page) -> None:
    canvas = eyes.maps(changed_page, 0)
    before = eyes.painted(canvas)
    hands.put_pen_down(changed_page, (60, 200))
    hands.move_pen(changed_page, [(60, 200), (220, 200)])
    eyes.painted_more_than(canvas, before)
    hands.lift_pen(changed_page)
    eyes.drawing_when(changed_page, 2)
    take_back(changed_page)


def saved(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def download(page: Page, layer: str, button: str) -> Download:
    hands.open_colours_and_files(page)
    if layer:
        box = page.get_by_test_id("stPopoverBody").get_by_role("combobox", name="Layer")
        hands.choose_option(page, box, re.compile(f" · {layer}$"))
        eyes.settled(page)
    offered = page.get_by_role("button", name=button)
    expect(offered).to_contain_text(f"{LAYERS_NETWORK}-{layer}." if layer else f"{LAYERS_NETWORK}.")
    with page.expect_download() as waiting:
        offered.click()
    return waiting.value


def test_npz_of_the_whole_network_has_every_number(read_page: Page, traced: Trace) -> None:
    file = download(read_page, "", ".npz")
    assert file.suggested_filename == f"{LAYERS_NETWORK}.npz"
    with np.load(io.BytesIO(saved(file))) as arrays:
        assert np.array_equal(arrays["digit"], traced.digit)
        for layer in traced.layers:
            for block in blocks_of(layer):
                assert np.array_equal(arrays[f"{layer.name}/{block}"], getattr(layer, block))


def test_csv_of_one_layer_has_every_number(changed_page: Page, traced: Trace) -> None:
    file = download(changed_page, "max_pooling2d", ".csv")
    assert file.suggested_filename == f"{LAYERS_NETWORK}-max_pooling2d.csv"
    shown = traced.layers[place_of(traced, "max_pooling2d")].after
    found = np.full(shown.shape, np.nan, np.float32)
    for row in csv.DictReader(io.StringIO(saved(file).decode())):
        assert row["layer"] == "max_pooling2d"
        found[int(row["row"]), int(row["column"]), int(row["map"])] = np.float32(row["value"])
    assert np.array_equal(found, shown)


def test_png_of_a_mosaic_has_the_grey_of_every_value(changed_page: Page, traced: Trace) -> None:
    hands.open_colours_and_files(changed_page)
    hands.choose(changed_page, "Grey")
    hands.choose(changed_page, "each layer")
    eyes.link_when(changed_page, lambda carried: (carried.get("range"), carried.get("colours")) == (None, "grey"))
    place = place_of(traced, "max_pooling2d")
    with changed_page.expect_download() as waiting:
        changed_page.locator(f'.st-key-maps-{place} [data-role="save"]').click()
    assert waiting.value.suggested_filename == f"maps-{place}-after.png"
    shown = traced.layers[place].after
    rows, columns, maps = shown.shape
    with Image.open(io.BytesIO(saved(waiting.value))) as picture:
        pixels = np.asarray(picture.convert("L")).astype(int)
    cell, gap = 4, 4
    across = (pixels.shape[1] + gap) // (columns * cell + gap)
    expected = np.floor(shown * (255 / shown.max()) + 0.5)
    for m in range(maps):
        top, left = m // across * (rows * cell + gap), m % across * (columns * cell + gap)
        seen = pixels[top : top + rows * cell : cell, left : left + columns * cell : cell]
        assert np.abs(seen - expected[..., m]).max() <= 1
