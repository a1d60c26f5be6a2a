"""Training: build a network, follow it, use the time machine, explore the result, find it again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import eyes
from tests.browser.conftest import Visitor
from tests.server_process import Server

pytestmark = pytest.mark.timeout(900)  # some wait for several trainings

TIMES = 5
"""Ways from a training to its network and back; the page was blank after one in four of them."""

LEARNING = 250_000
"""Milliseconds that a small training may take, Keras's start included; on a busy machine it gives way to all else."""


@pytest.fixture
def address(server_with_runs: Server) -> str:
    return server_with_runs.address


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/Train{query}")
    expect(page.get_by_role("heading", name="Your runs")).to_be_visible()
    eyes.whole(page)


def bench(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()


def build_tiny(page: Page, digits: str = "500", epochs: int = 12, batch: int | None = None) -> None:
    """Start a training of a small network that takes some seconds."""
    bench(page, "Build your own")
    page.get_by_role("combobox", name="Pictures to learn from").fill(digits)
    page.get_by_role("combobox", name="Pictures to learn from").press("Enter")
    for name, number in (("Batch", batch), ("Epochs", epochs)):
        if number is not None:
            page.get_by_role("spinbutton", name=name, exact=True).fill(str(number))
            page.get_by_role("spinbutton", name=name, exact=True).press("Enter")
    page.get_by_role("button", name="Train it").click()


def build_long(page: Page) -> None:
    """Start a training of a small network that outlasts a test: 50,000 steps."""
    build_tiny(page, epochs=200, batch=2)


def test_a_network_is_built_trained_watched_reached_scrubbed_and_explored(page: Page, address: str) -> None:
    """The page follows the training by the clock, and no such look may blank the page that was just opened."""
    opened(page, address)
    build_long(page)
    progress = page.get_by_test_id("stProgress").first
    expect(progress).to_contain_text("learning", timeout=LEARNING)
    for _ in range(5):
        expect(progress).not_to_have_text(progress.inner_text(), timeout=LEARNING)
    page.get_by_role("button", name="More", exact=True).first.click()
    for _ in range(TIMES):
        page.get_by_role("link", name="Explore it on Layers").click()
        eyes.arrived(page, "Layers")
        eyes.link_when(page, lambda carried: carried.get("net", "").startswith("run-"))
        page.locator(".st-key-navigation").get_by_role("link", name=re.compile("^Train")).click()  # says "running" too
        expect(page.get_by_role("heading", name="Your runs")).to_be_visible()
        expect(progress).to_contain_text("learning")
    machine = page.get_by_role("slider", name="Time machine")
    after_two_batches = re.compile(r"^([3-9]|\d\d)")  # after 0, 1 and 2, and now
    expect(machine).to_have_attribute("max", after_two_batches, timeout=LEARNING)
    page.get_by_role("button", name="Stop and keep").click()
    expect(progress).to_contain_text("stopped by you", timeout=LEARNING)

    machine.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("After 0 batches it reads")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("After 1 batch it reads")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_text("After 1 batch it reads")).to_have_count(0)
    eyes.settled(page)

    expect(eyes.digit(page)).to_have_text(re.compile(r"^\d$"))
    page.get_by_role("link", name="Explore it on Layers").click()  # its row is still open
    eyes.arrived(page, "Layers")
    expect(eyes.digit(page)).to_have_text(re.compile(r"^\d$"))
    network = eyes.link_when(page, lambda carried: carried.get("net", "").startswith("run-"))
    page.reload()
    eyes.arrived(page, "Layers")
    eyes.link_when(page, lambda carried: carried == network)
    expect(page.get_by_text("not available here")).to_have_count(0)


def test_two_visitors_with_equal_settings_share_nothing_and_a_tab_that_was_closed_loses_nothing(
    visitor: Visitor, address: str
) -> None:
    first, second = visitor(), visitor()
    for page in (first, second):
        opened(page, address)
        build_long(page)
    expect(first.get_by_test_id("stProgress").first).to_contain_text("learning", timeout=LEARNING)
    again = first.context.new_page()
    first.close()
    opened(again, address, "?bench=watch")
    progress = again.get_by_test_id("stProgress").first
    expect(progress).to_contain_text("Run 1")
    expect(progress).to_contain_text("learning", timeout=LEARNING)
    expect(progress).not_to_have_text(progress.inner_text(), timeout=LEARNING)
    eyes.link_when(again, lambda carried: "run" in carried)
    again.get_by_role("button", name="Cancel").click()
    expect(progress).to_contain_text("cancelled", timeout=LEARNING)

    other = second.get_by_test_id("stProgress").first
    expect(other).to_contain_text("learning", timeout=LEARNING)  # where there is one place, only now
    second.get_by_role("button", name="Cancel").click()
    expect(other).to_contain_text("cancelled", timeout=LEARNING)
    for page in (again, second):
        expect(page.get_by_role("button", name="Run 1", exact=True)).to_have_count(1)
    second.goto(again.url)
    expect(second.get_by_text("not available here")).to_be_visible()


def test_a_training_fits_on_a_phone_and_the_page_scrolls_up_after_a_click_far_down(phone: Page, address: str) -> None:
    """A training started at the foot of the page, and a run that was chosen there; other clicks move nothing."""
    opened(phone, address)
    progress = phone.get_by_test_id("stProgress").first
    build_tiny(phone, epochs=2)
    expect(progress).to_be_in_viewport()
    expect(progress).to_contain_text("done", timeout=LEARNING)
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    phone.get_by_role("button", name=re.compile("^Run ")).last.click()
    expect(progress).to_be_in_viewport()
    phone.get_by_role("button", name="More").last.click()
    expect(phone.get_by_role("textbox", name="Name")).to_be_visible()
    eyes.settled(phone)
    expect(progress).not_to_be_in_viewport()
    phone.get_by_role("button", name="Delete this run").click()
    expect(phone.get_by_text("It cannot be brought back")).to_be_visible()
    row = phone.locator('[class*="st-key-run-"]').last
    assert row.evaluate(
        """row => [row, ...row.querySelectorAll("*")].every(
            part => getComputedStyle(part).overflowY === "visible" || part.scrollHeight <= part.clientHeight + 1
        )"""
    ), "nothing of it is cut off"
    assert row.bounding_box()["height"] > 250  # type: ignore[index]
