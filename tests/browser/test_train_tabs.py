"""Two trainings of one visitor, in two tabs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import eyes
from tests.browser.conftest import Visitor
from tests.browser.test_train import LEARNING, build_long, build_tiny, opened
from tests.server_process import Server

pytestmark = pytest.mark.timeout(900)  # several trainings, one after the other

SERVER_ENVIRONMENT = {"CNNVIZ_SLOTS": "1"}
"""One place for trainings."""


@pytest.fixture
def address(server_with_runs: Server) -> str:
    return server_with_runs.address


def look_at(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_test_id("stProgress").first).to_contain_text(name)
    eyes.settled(page)


def test_second_tab_follows_the_first_and_runs_are_compared_renamed_and_downloaded(
    visitor: Visitor, address: str
) -> None:
    first = visitor()
    opened(first, address)
    build_tiny(first, epochs=2)
    expect(first.get_by_test_id("stProgress").first).to_contain_text("done", timeout=LEARNING)
    eyes.settled(first)
    build_long(first)
    expect(first.get_by_test_id("stProgress").first).to_contain_text("learning", timeout=LEARNING)
    second = first.context.new_page()
    opened(second, address, "?bench=watch")
    for page in (first, second):
        look_at(page, "Run 1")
        expect(page.get_by_role("button", name="One more epoch")).to_be_visible()
    first.get_by_role("button", name="One more epoch").click()
    expect(first.get_by_test_id("stProgress").first).to_contain_text("waiting")
    look_at(second, "Run 2")
    look_at(second, "Run 1")
    expect(second.get_by_test_id("stProgress").first).to_contain_text("waiting")
    expect(second.get_by_role("button", name="One more epoch")).to_have_count(0)

    look_at(first, "Run 2")
    keep = first.get_by_role("switch", name="Keep training when I leave")
    first.get_by_text("Keep training when I leave").click()
    expect(keep).to_be_checked()
    look_at(second, "Run 2")
    expect(second.get_by_role("switch", name="Keep training when I leave")).to_be_checked()
    first.get_by_role("button", name="Cancel").click()
    expect(first.get_by_test_id("stProgress").first).to_contain_text("cancelled", timeout=LEARNING)
    look_at(first, "Run 1")
    expect(first.get_by_test_id("stProgress").first).to_contain_text("epoch 3 of 3", timeout=LEARNING)
    expect(first.get_by_test_id("stProgress").first).to_contain_text("done", timeout=LEARNING)

    first.get_by_test_id("stCheckbox").get_by_text("Compare", exact=True).click()
    legend = first.locator(".st-key-learning-curves .legend .entry .name")
    expect(legend).to_have_text(["Run 1", "Run 2"])
    first.get_by_role("slider", name="Time machine").focus()
    first.keyboard.press("Home")
    expect(first.get_by_text("After 0 batches it reads")).to_have_count(2)

    first.get_by_role("button", name="More", exact=True).last.click()
    first.get_by_role("textbox", name="Name", exact=True).fill("Three epochs")
    first.get_by_role("textbox", name="Name", exact=True).press("Enter")
    expect(first.get_by_role("button", name="Three epochs", exact=True)).to_be_visible()
    with first.expect_download() as downloading:
        first.get_by_role("button", name="three-epochs.csv").click()
    assert downloading.value.suggested_filename == "three-epochs.csv"
    lines = Path(downloading.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("kind,step,epoch,loss")
    assert sum(line.startswith("epoch,") for line in lines) == 3
