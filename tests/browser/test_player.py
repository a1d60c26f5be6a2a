"""The player in a browser: by keys, by mouse, playing, with a slow Python, and moved from Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import hands
from tests.server_process import serving


@pytest.fixture(scope="module")
def playing() -> Iterator[str]:
    """Serve a page with a player; return its address."""
    with serving("-m", "streamlit", "run", "tests/browser/playing_moments.py") as server:
        yield server.address


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator(".player[data-index='2'][data-settled='true']")).to_be_visible()
    return page


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moments")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def at(page: Page) -> Locator:
    """Return the text in which Python reports the shown moment."""
    return page.locator(".st-key-at")


def seen(page: Page) -> list[int]:
    return [int(each) for each in page.locator(".st-key-seen").inner_text().split()]


def expect_seen(page: Page, moments: list[int]) -> None:
    """Expect Python to have shown these moments; it reports each in the following run."""
    expect(page.locator(".st-key-seen")).to_have_text(" ".join(map(str, moments)))


def more_runs(page: Page, times: int = 4) -> None:
    """Wait for further runs of the page's script."""
    before = int(page.locator(".st-key-runs").inner_text())
    page.wait_for_function(
        "least => Number(document.querySelector('.st-key-runs').textContent) >= least", arg=before + times
    )


def test_steps_and_keys_reach_python_which_can_move_the_slider(page: Page, playing: str) -> None:
    opened(page, playing)
    button(page, "One step forward").click()
    expect(at(page)).to_have_text("3")
    button(page, "One step back").click()
    expect(at(page)).to_have_text("2")
    hands.reach_with_tab(page, slider(page))
    for key, moment in (("ArrowRight", 3), ("End", 5), ("Home", 0)):
        page.keyboard.press(key)
        expect(at(page)).to_have_text(str(moment))
        expect(slider(page)).to_have_attribute("aria-valuetext", f"batch {10 * moment}")
    expect(button(page, "One step back")).to_be_disabled()
    more_runs(page)
    expect(at(page)).to_have_text("0")
    slider(page).fill("4")
    expect(at(page)).to_have_text("4")
    button(page, "First").click()
    expect(slider(page)).to_have_attribute("aria-valuetext", "batch 0")
    more_runs(page)
    expect(at(page)).to_have_text("0")
    button(page, "One step forward").click()
    expect(at(page)).to_have_text("1")


def test_it_plays_every_moment_and_stops_at_the_last_or_where_the_slider_is_moved(page: Page, playing: str) -> None:
    opened(page, playing)
    page.get_by_label("Speed").select_option("4×")
    button(page, "Play").click()
    expect(button(page, "Pause")).to_be_visible()
    expect(at(page)).to_have_text("5")
    expect(button(page, "Play")).to_be_visible()
    expect_seen(page, [2, 3, 4, 5])
    button(page, "Play").click()  # from the end it begins anew
    expect(at(page)).to_have_text("0")
    expect(at(page)).to_have_text("5")
    expect_seen(page, [2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
    page.get_by_label("Speed").select_option("1×")
    button(page, "Play").click()
    expect(at(page)).to_have_text("3")
    slider(page).fill("1")
    expect(at(page)).to_have_text("1")
    expect(page.locator(".player")).to_have_attribute("data-playing", "false")
    more_runs(page, 8)
    expect(at(page)).to_have_text("1")


def test_a_slow_python_sees_every_moment_too_and_the_last_of_many_moves_at_once(page: Page, playing: str) -> None:
    opened(page, f"{playing}/?slow")
    page.get_by_label("Speed").select_option("4×")
    slider(page).focus()
    page.keyboard.press("Space")
    expect(page.locator(".player")).to_have_attribute("data-playing", "true")
    expect(at(page)).to_have_text("5")
    expect_seen(page, [2, 3, 4, 5])
    for moment in (3, 4, 5, 1, 0, 4):
        slider(page).fill(str(moment))
    expect(at(page)).to_have_text("4")
    expect(page.locator(".player")).to_have_attribute("data-settled", "true")
    more_runs(page, 2)
    expect(at(page)).to_have_text("4")
    assert len(seen(page)) < 4 + 6, "moves while Python was busy are one"


def test_moments_may_be_added_later(page: Page, playing: str) -> None:
    opened(page, f"{playing}/?grow")
    slider(page).fill("3")
    expect(slider(page)).to_have_attribute("max", re.compile("^([7-9]|1.)$"))
    expect(at(page)).to_have_text("3")


def test_a_player_that_begins_by_itself_plays_every_moment(page: Page, playing: str) -> None:
    page.goto(f"{playing}/?plays")
    expect(page.locator(".player")).to_have_attribute("data-playing", "true")
    page.get_by_label("Speed").select_option("4×")
    expect(at(page)).to_have_text("5")
    expect_seen(page, [2, 3, 4, 5])


def test_with_reduced_motion_it_goes_to_the_last_moment_at_once_and_steps_replace_playing(
    page: Page, playing: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{playing}/?plays")
    expect(at(page)).to_have_text("5")
    expect_seen(page, [2, 5])
    expect(button(page, "Play")).to_have_count(0)
    button(page, "One step back").click()
    expect(at(page)).to_have_text("4")
