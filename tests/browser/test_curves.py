"""The chart of curves in a browser, while new data comes four times a second."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser import hands
from tests.server_process import serving

Box = dict[str, float]


@pytest.fixture(scope="module")
def growing() -> Iterator[str]:
    """Serve a page whose curves grow; return its address."""
    with serving("-m", "streamlit", "run", "tests/browser/growing_curves.py") as server:
        yield server.address


@pytest.fixture
def chart(page: Page, growing: str) -> Locator:
    return opened(page, growing)


def opened(page: Page, address: str) -> Locator:
    """Return the chart, painted."""
    page.goto(address)
    chart = page.locator(".curves")
    expect(chart.locator(".u-over")).to_have_count(2)
    updated(chart, 1)
    return chart


def updated(chart: Locator, times: int = 4) -> None:
    """Wait for `times` updates."""
    chart.page.wait_for_function(
        "([chart, begin, more]) => Number(chart.dataset.received) >= begin + more",
        arg=[chart.element_handle(), told(chart, "received"), times],
    )


def told(chart: Locator, name: str) -> float:
    value = chart.get_attribute(f"data-{name}")
    assert value is not None, name
    return float(value)


def seen(chart: Locator) -> tuple[float, float]:
    """Return the first and the last batch on the axis."""
    return told(chart, "low"), told(chart, "high")


def over(chart: Locator, panel: str = "loss") -> Locator:
    return chart.locator(f'[data-panel="{panel}"] .u-over')


def box(chart: Locator, panel: str = "loss") -> Any:
    found = over(chart, panel).bounding_box()
    assert found is not None
    return found


def drag(chart: Locator, start: float, end: float) -> None:
    """Drag from one share of the plot's width to another."""
    at, mouse = box(chart), chart.page.mouse
    mouse.move(at["x"] + start * at["width"], at["y"] + 50)
    mouse.down()
    mouse.move(at["x"] + end * at["width"], at["y"] + 60, steps=5)
    mouse.up()
    expect(chart).to_have_attribute("data-zoomed", "true")


def entry(chart: Locator, series: str) -> Locator:
    return chart.locator(f'.legend .entry[data-series="{series}"]')


def value(chart: Locator, series: str, panel: str = "loss") -> Locator:
    """Return where the legend tells the value of a curve in a panel."""
    return entry(chart, series).locator(f'.value[data-panel="{panel}"]')


def plot(chart: Locator, panel: str = "loss") -> Locator:
    return chart.locator(f'[data-panel="{panel}"] .plot')


def zoom_by_drag(chart: Locator) -> None:
    drag(chart, 0.25, 0.5)


def zoom_by_keys(chart: Locator) -> None:
    plot(chart).focus()
    chart.page.keyboard.press("+")


def zoom_by_button(chart: Locator) -> None:
    chart.get_by_role("button", name="Zoom in").click()


def zoom_by_wheel(chart: Locator) -> None:
    over(chart).hover()
    chart.page.keyboard.down("Control")
    chart.page.mouse.wheel(0, -200)
    chart.page.keyboard.up("Control")


def test_updates_draw_into_the_chart_that_is_there(chart: Locator) -> None:
    watch = """chart => {
        chart.changes = 0
        const isElement = (node) => node.nodeType === Node.ELEMENT_NODE
        const changed = ({ addedNodes, removedNodes }) => [...addedNodes, ...removedNodes].filter(isElement)
        const observer = new MutationObserver((all) => (chart.changes += all.flatMap(changed).length))
        observer.observe(chart, { childList: true, subtree: true })
    }"""
    chart.evaluate(watch)
    before = seen(chart)
    updated(chart, 8)
    assert chart.evaluate("chart => chart.changes") == 0
    assert seen(chart)[0] == before[0] == 0
    assert seen(chart)[1] >= before[1] + 8 * 5


def test_the_page_scrolls_under_the_wheel_unless_the_chart_has_the_focus(chart: Locator) -> None:
    over(chart).hover()
    chart.page.mouse.wheel(0, -200)
    updated(chart)
    expect(chart).to_have_attribute("data-zoomed", "false")
    plot(chart).focus()
    chart.page.mouse.wheel(0, -200)
    expect(chart).to_have_attribute("data-zoomed", "true")


def test_a_zoom_stays_while_data_comes_until_everything_is_asked_for(chart: Locator) -> None:
    for zoom in (zoom_by_drag, zoom_by_keys, zoom_by_button, zoom_by_wheel):
        whole = seen(chart)
        zoom(chart)
        expect(chart, zoom.__name__).to_have_attribute("data-zoomed", "true")
        part = seen(chart)
        assert part[1] - part[0] < 0.8 * (whole[1] - whole[0]), zoom.__name__
        updated(chart)
        assert seen(chart) == part, zoom.__name__
        chart.get_by_role("button", name="Show everything").click()
        expect(chart, zoom.__name__).to_have_attribute("data-zoomed", "false")
        updated(chart)
        assert seen(chart)[1] > whole[1], zoom.__name__


def test_a_drag_shows_what_was_dragged_over_and_a_double_click_everything(chart: Locator) -> None:
    low, high = seen(chart)
    drag(chart, 0.25, 0.5)
    part = seen(chart)
    grown = 30  # batches that may have come meanwhile
    assert part[0] == pytest.approx(low + 0.25 * (high - low), abs=grown)
    assert part[1] == pytest.approx(low + 0.5 * (high - low), abs=grown)
    expect(chart.get_by_text("Zoomed: batches")).to_be_hidden()  # the place of the cursor is read instead
    chart.page.mouse.move(0, 0)
    expect(chart.get_by_text("Zoomed: batches")).to_be_visible()
    over(chart).dblclick()
    expect(chart).to_have_attribute("data-zoomed", "false")
    updated(chart)
    expect(chart.page.locator(".st-key-where")).to_have_text("None")  # it reports no batch


def test_the_legend_has_one_small_line_a_curve_and_hides_curves_in_both_panels(chart: Locator) -> None:
    entries = chart.locator(".legend .entry")
    expect(entries).to_have_count(2)
    heights = [one.bounding_box()["height"] for one in entries.all()]  # type: ignore[index]
    assert all(24 <= height <= 28 for height in heights), "a line each, large enough to be hit"
    strokes = [one.locator(".swatch line").evaluate("line => getComputedStyle(line).stroke") for one in entries.all()]
    assert len(set(strokes)) == 2
    entry(chart, "training").click()
    for _ in range(2):
        expect(entry(chart, "training")).to_have_attribute("aria-pressed", "false")
        expect(entry(chart, "validation")).to_have_attribute("aria-pressed", "true")
        updated(chart)
    for panel in ("loss", "accuracy"):
        label = plot(chart, panel).get_attribute("aria-label") or ""
        assert "Training" not in label
        assert "Validation" in label
    entry(chart, "training").click()
    expect(entry(chart, "training")).to_have_attribute("aria-pressed", "true")
    for panel in ("loss", "accuracy"):
        assert "Training" in (plot(chart, panel).get_attribute("aria-label") or "")


def test_pointed_at_curve_comes_forward_and_the_others_pale(chart: Locator) -> None:
    page = chart.page
    orange = (0xC2, 0x57, 0x00)

    def count_strong(colour: tuple[int, int, int]) -> int:
        return int((np.abs(colours(chart).astype(int) - colour).sum(axis=2) < 30).sum())

    for by in ("pointer", "keys"):
        before = count_strong(orange)
        assert before > 20
        if by == "pointer":
            entry(chart, "training").hover()
        else:
            hands.reach_with_tab(page, entry(chart, "training"))
        expect(chart, by).to_have_attribute("data-lit", "training")
        assert count_strong(orange) < before / 4, by
        updated(chart)
        expect(chart, by).to_have_attribute("data-lit", "training")
        if by == "pointer":
            page.mouse.move(0, 0)
        else:
            page.keyboard.press("Tab")
            expect(chart).to_have_attribute("data-lit", "validation")
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Shift+Tab")
        expect(chart, by).not_to_have_attribute("data-lit", re.compile("."))
        assert count_strong(orange) > before / 2, by


def test_a_click_reports_the_batch_to_python_and_a_logarithmic_axis_stays(chart: Locator) -> None:
    at = box(chart, "accuracy")
    low, high = seen(chart)
    chart.page.mouse.click(at["x"] + at["width"] / 2, at["y"] + 60)
    where = chart.page.locator(".st-key-where")
    expect(where).not_to_have_text("None")
    assert float(where.inner_text()) == pytest.approx((low + high) / 2, abs=30)
    assert float(where.inner_text()).is_integer()
    switch = chart.get_by_label("Logarithmic axis")
    drag(chart, 0.25, 0.5)
    part = seen(chart)
    before = colours(chart)
    switch.check()
    assert (colours(chart) != before).any()
    updated(chart)
    expect(switch).to_be_checked()
    assert seen(chart) == part


def colours(chart: Locator) -> np.ndarray:
    """Return the pixels of the loss, as they are drawn."""
    drawn = chart.locator('[data-panel="loss"] canvas').screenshot()
    return np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB"))


def test_all_actions_work_by_keys_which_scroll_their_target_into_view(chart: Locator) -> None:
    page = chart.page
    hands.reach_with_tab(page, plot(chart))
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("data-cursor", "0")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    x = told(chart, "cursor")
    assert x >= 3
    page.keyboard.press("ArrowLeft")
    assert told(chart, "cursor") < x
    updated(chart)
    assert told(chart, "cursor") < x, "the cursor stays where it is"
    said = chart.locator("output").inner_text()
    assert re.match(rf"batch {told(chart, 'cursor'):.0f}, epoch 1: Loss Training 0\.\d+, .*; Accuracy Training ", said)
    page.keyboard.press("+")
    expect(chart).to_have_attribute("data-zoomed", "true")
    page.keyboard.press("-")
    page.keyboard.press("-")
    expect(chart).to_have_attribute("data-zoomed", "false")
    page.keyboard.press("+")
    page.keyboard.press("0")
    expect(chart).to_have_attribute("data-zoomed", "false")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-where")).to_have_text(f"{told(chart, 'cursor')}")
    page.keyboard.press("Escape")
    expect(chart).not_to_have_attribute("data-cursor", re.compile("."))
    drag(chart, 0.25, 0.5)
    plot(chart).focus()
    for key, inside in (("Home", lambda low, _: low == 0), ("End", lambda _, high: high > 120)):
        page.keyboard.press(key)
        assert inside(*seen(chart)), key
        expect(chart).to_have_attribute("data-zoomed", "true")


def test_the_legend_tells_what_was_known_at_the_marked_moment_and_the_values_under_the_cursor(chart: Locator) -> None:
    expect(chart).to_have_attribute("data-moment", "epoch 2, batch 60")
    chart.page.mouse.move(0, 0)
    expect(value(chart, "training")).to_have_text("0.0167")  # at batch 60, which is marked
    expect(value(chart, "validation")).to_have_text("0.02")  # after the epoch before
    label = plot(chart).get_attribute("aria-label") or ""
    assert label.startswith("Loss over batches. Training 0.0167, Validation 0.02.")
    at = box(chart)
    low, high = seen(chart)
    chart.page.mouse.move(at["x"] + at["width"] * (100 - low) / (high - low), at["y"] + 40)
    x = int(told(chart, "cursor"))
    expect(chart.get_by_text(f"batch {x}, epoch {-(-x // 50)}")).to_be_visible()
    # 1/x in three digits; above 200 batches only every second value is sent, so the legend shows its neighbour's
    told_loss = float(value(chart, "training").inner_text())
    assert told_loss == pytest.approx(1 / x, rel=0.03)
    told_accuracy = value(chart, "training", "accuracy").inner_text()
    assert float(told_accuracy.removesuffix("\u00a0%")) == pytest.approx(100 - 100 / x, abs=0.05)


def test_the_colours_are_the_themes_and_those_of_the_saved_picture(chart: Locator) -> None:
    expect_colours(chart, "light")
    with chart.page.expect_download() as download:
        chart.get_by_role("button", name="Save this picture").click()
    assert download.value.suggested_filename == "chart.png"
    picture = np.asarray(Image.open(download.value.path()).convert("RGB")).astype(int)
    size = chart.locator(".panels").bounding_box()
    assert size is not None
    assert picture.shape[1] == pytest.approx(size["width"] + 24, abs=2)
    blue = np.abs(picture - (0x00, 0x72, 0xB2)).sum(axis=2) < 30
    middle = picture.shape[1] // 2
    assert blue[:, :middle].sum() > 100
    assert blue[:, middle:].sum() > 100


def test_the_colours_are_those_of_the_dark_theme(page: Page, growing: str) -> None:
    page.emulate_media(color_scheme="dark")
    expect_colours(opened(page, growing), "dark")


def expect_colours(chart: Locator, scheme: str) -> None:
    picture = colours(chart).astype(int)
    line = (0x00, 0x72, 0xB2) if scheme == "light" else (0x56, 0xB4, 0xE9)
    assert (np.abs(picture - line).sum(axis=2) < 30).sum() > 100
    paper = np.median(picture.reshape(-1, 3), axis=0).mean()
    assert paper > 240 if scheme == "light" else paper < 40


class Fingers(hands.Finger):
    def pinch(self, at: Any, apart: tuple[float, float]) -> None:
        """Move two fingers apart around the middle of the plot; places are shares of its width."""
        y, middle = at["y"] + 60, at["x"] + at["width"] / 2
        for step, share in enumerate(np.linspace(*apart, 6)):
            places = [(middle - share * at["width"] / 2, y), (middle + share * at["width"] / 2, y)]
            self._touch("touchMove" if step else "touchStart", *places)
        self._touch("touchEnd")


def test_fingers_zoom_and_pan_on_a_phone(phone: Page, growing: str) -> None:
    chart = opened(phone, growing)
    first, second = box(chart), box(chart, "accuracy")
    assert second["y"] > first["y"] + first["height"], "one below the other"
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide: Box = chart.bounding_box()  # type: ignore[assignment]
    assert wide["width"] <= 390
    low, high = seen(chart)
    fingers = Fingers(phone)
    over(chart).scroll_into_view_if_needed()
    fingers.pinch(box(chart), (0.3, 0.9))
    expect(chart).to_have_attribute("data-zoomed", "true")
    part = seen(chart)
    assert part[1] - part[0] == pytest.approx((high - low) / 3, rel=0.2)
    assert sum(part) / 2 == pytest.approx((low + high) / 2, abs=30)
    updated(chart)
    assert seen(chart) == part
    expect(phone.locator(".st-key-where")).to_have_text("None")
    at = box(chart)
    fingers.stroke([(at["x"] + at["width"] / 2, at["y"] + 50)])
    expect(phone.locator(".st-key-where")).not_to_have_text("None")
    assert part[0] < float(phone.locator(".st-key-where").inner_text()) < part[1]
