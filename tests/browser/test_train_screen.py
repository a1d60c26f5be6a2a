"""Watching a training on one screen, and what leads to it: cards, builder, an empty tab."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, ViewportSize, expect

from tests.browser import axe, eyes
from tests.browser.conftest import PATIENCE, Visitor
from tests.browser.test_train import LEARNING, bench, build_tiny, opened
from tests.server_process import Server

SCREEN: ViewportSize = {"width": 1400, "height": 900}
MIN_CELL = 26
MIN_TARGET = 24


@pytest.fixture
def address(server_with_runs: Server) -> str:
    return server_with_runs.address


@pytest.fixture
def wide(visitor: Visitor) -> Page:
    return visitor(viewport=SCREEN)


def box(element: Locator) -> Any:
    found = element.bounding_box()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def owner(browser: Browser, server_with_runs: Server) -> StorageState:
    """Train a small network once; return what the browser of its visitor keeps."""
    context = browser.new_context(viewport=SCREEN)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    opened(page, server_with_runs.address)
    build_tiny(page, epochs=2)
    expect(page.get_by_test_id("stProgress").first).to_contain_text("done", timeout=LEARNING)
    kept = context.storage_state()
    context.close()
    return kept


def watched(page: Page, address: str, query: str = "") -> Page:
    """Open the trained run."""
    page.goto(f"{address}/Train?bench=watch{query}")
    expect(page.get_by_test_id("stProgress").first).to_contain_text("done")
    expect(page.locator(".st-key-learning-maps-watched canvas").first).to_be_visible()
    expect(page.locator(".confusion table")).to_be_visible()
    eyes.settled(page)
    eyes.still(page)
    return page


@pytest.fixture
def screen(visitor: Visitor, owner: StorageState, address: str) -> Page:
    return watched(visitor(viewport=SCREEN, storage_state=owner), address)


def test_all_of_a_run_is_on_one_screen(screen: Page) -> None:
    parts = {
        "how it stands": screen.get_by_test_id("stProgress").first,
        "curves of the loss": screen.locator('.st-key-learning-curves [data-panel="loss"] .plot'),
        "curves of the accuracy": screen.locator('.st-key-learning-curves [data-panel="accuracy"] .plot'),
        "legend": screen.locator(".st-key-learning-curves .legend"),
        "time slider": screen.get_by_role("slider", name="Time machine"),
        "digit": screen.locator(".st-key-pad canvas").first,
        "answer": eyes.digit(screen),
        "shares": eyes.bars(screen),
        "maps": screen.locator(".st-key-learning-maps-watched canvas").first,
        "confusion matrix": screen.locator(".confusion table"),
    }
    for name, part in parts.items():
        expect(part).to_be_visible()
        place = box(part)
        assert place["y"] >= 0, name
        assert place["y"] + place["height"] <= SCREEN["height"], name
        assert place["x"] + place["width"] <= SCREEN["width"], name

    cells = [box(cell) for cell in screen.locator(".confusion td.right, .confusion td.none").all()]
    assert len(cells) >= 10
    assert min(min(cell["width"], cell["height"]) for cell in cells) >= MIN_CELL
    heads = screen.locator(".confusion th").all_inner_texts()
    assert heads == ["read as", "was", *map(str, range(10)), *map(str, range(10))]

    slider = screen.get_by_role("slider", name="Time machine")
    slider.focus()
    screen.keyboard.press("ArrowLeft")
    moment = screen.locator(".st-key-time-machine .name")
    expect(moment).to_contain_text("epoch ")
    expect(screen.locator(".curves")).to_have_attribute("data-moment", moment.inner_text())


def test_one_step_is_a_picture_that_adds_up(screen: Page) -> None:
    picture = screen.locator(".one-step")
    picture.scroll_into_view_if_needed()
    expect(picture.locator(".losses i")).to_have_count(2)
    tables = picture.locator("table")
    assert tables.locator("caption").all_inner_texts() == ["gradient", "before", "Adam’s update", "after"]
    before, update, after = (
        [float(text.replace("−", "-")) for text in tables.nth(place).locator("td").all_inner_texts()]
        for place in (1, 2, 3)
    )
    assert len(before) == 9
    assert [start - moved for start, moved in zip(before, update, strict=True)] == pytest.approx(after, abs=1e-9)


@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1920])
def test_a_run_fits_into_every_width(visitor: Visitor, owner: StorageState, address: str, width: int) -> None:
    page = watched(visitor(viewport={"width": width, "height": 900}, storage_state=owner), address)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    cell = box(page.locator(".confusion td.right").first)
    assert min(cell["width"], cell["height"]) >= MIN_CELL


@pytest.mark.skipif(not axe.SCRIPT.is_file(), reason="axe-core is not installed: `npm ci` installs it, as `make` does")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_in_a_run(
    visitor: Visitor, owner: StorageState, address: str, scheme: str, width: int
) -> None:
    page = visitor(viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=owner)
    assert axe.violations(watched(page, address)) == []


def test_eight_layers_fit_into_a_screen_and_a_third(wide: Page, address: str) -> None:
    opened(wide, address)
    bench(wide, "Build your own")
    expect(wide.locator(".st-key-layer-7")).to_contain_text("650 parameters")
    eyes.settled(wide)
    eyes.still(wide)
    first, last = box(wide.locator(".st-key-layer-0")), box(wide.locator(".st-key-layer-7"))
    assert last["y"] + last["height"] - first["y"] <= 1_000
    assert box(wide.locator(".st-key-architecture-editor"))["height"] <= 1_200
    for sign in ("↑", "↓", "✕", "+"):
        for button in wide.locator(".st-key-layer-2").get_by_role("button", name=sign).filter(visible=True).all():
            place = box(button)
            assert min(place["width"], place["height"]) >= MIN_TARGET, sign


def test_buttons_of_experiments_are_not_cut(visitor: Visitor, address: str) -> None:
    page = visitor(viewport={"width": 320, "height": 800})
    opened(page, address)
    buttons = page.locator('[class*="st-key-experiment-"] .stButton button')
    expect(buttons.first).to_be_visible()
    assert (
        buttons.evaluate_all(
            """buttons => buttons.flatMap(button => [button, ...button.querySelectorAll("*")])
            .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
            .map(part => part.textContent)"""
        )
        == []
    )


def test_an_empty_tab_leads_to_the_experiments(wide: Page, address: str) -> None:
    opened(wide, address)
    bench(wide, "Watch and compare")
    wide.get_by_role("button", name="Choose an experiment").click()
    expect(wide.get_by_role("button", name="Find out (recorded: at once)").first).to_be_visible()
