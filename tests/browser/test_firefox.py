"""The main journeys in Firefox: a first visit, a drawing, the way into a cell, a guess, a recorded training."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from cnnviz.core import ledger
from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import Cell
from cnnviz.core.networks import model_store
from scripts import browser as installed
from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, PATIENCE
from tests.browser.page_guard import PageGuard

GATE = Path(__file__).with_name("bidi_gate.py")


@pytest.fixture(scope="module")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start the installed Firefox behind the gate; skip the test if there is none, with the way to get it."""
    path = installed.find_firefox()
    if path is None:
        pytest.skip(installed.NO_FIREFOX_FOUND)
    if os.name != "posix":
        pytest.skip("the gate before Firefox is started by a shell")
    program = tmp_path_factory.mktemp("firefox") / "firefox"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(GATE), path])} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=program)
    yield browser
    browser.close()


@pytest.fixture
def page(firefox: Browser, page_guard: PageGuard) -> Iterator[Page]:
    """Open a page in Firefox, guarded as those of Chromium are."""
    context = firefox.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page_guard.watch(context, requests=True)
    yield context.new_page()
    context.close()


def test_a_first_visit_a_drawn_digit_a_guess_pooling_and_a_recorded_training(page: Page, address: str) -> None:
    """From page to page in one window."""
    eyes.opened(page, address)
    expect(eyes.digit(page)).to_have_text("3")
    hands.draw(page, hands.SEVEN)
    eyes.drawing_when(page, 1)
    expect(eyes.digit(page)).to_have_text("7")
    hands.press(page, "Undo")
    expect(eyes.digit(page)).to_have_text("3")
    hands.press(page, "Redo")
    expect(eyes.digit(page)).to_have_text("7")

    hands.go_to(page, "Convolution")
    eyes.arrived(page, "Convolution")
    work = page.locator(".conv_grid")
    work.get_by_role("textbox", name="Rows").fill("3")
    page.keyboard.press("Enter")
    expect(work.locator(".work")).to_contain_text("3 is right")

    hands.go_to(page, "Pooling")
    eyes.arrived(page, "Pooling")
    expect(eyes.digit(page)).to_have_text("7")
    shown = eyes.shown(page.locator("canvas[data-role=mosaic]").last)
    assert np.ptp(eyes.pixels(shown, [(0, row, column) for row in range(6) for column in range(6)])) > 0

    hands.go_to(page, "Train")
    eyes.stand(page, "Train")
    page.get_by_role("button", name="Find out (recorded: at once)").first.click()
    page.get_by_role("button", name="Show the result at once").click()
    expect(page.locator(".st-key-recorded").get_by_text("Read right of 5,000 digits")).to_be_visible()


def test_a_map_and_a_cell_are_opened_and_escape_leads_back(page: Page, layers_link: str, traced: Trace) -> None:
    eyes.opened(page, layers_link, "Layers")
    canvas = eyes.maps(page, 0)
    page.mouse.click(*eyes.centre(canvas, (5, 3, 7)))
    panel = page.locator(".ledger")
    expect(panel).to_have_attribute("data-cell", "conv2d.5.3.7")
    found = ledger.account(model_store.load(LAYERS_NETWORK), traced, Cell("conv2d", 5, 3, 7))
    expect(panel).to_have_attribute("data-value", found.sheet.format(found.total))
    panel.locator(".crumb").last.focus()
    for place in ("conv2d.5", "conv2d"):
        page.keyboard.press("Escape")
        expect(panel).to_have_attribute("data-cell", place)
    page.keyboard.press("Escape")
    expect(panel).not_to_have_attribute("data-cell", re.compile("."))
    expect(canvas).to_be_focused()
