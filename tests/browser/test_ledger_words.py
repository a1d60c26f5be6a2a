"""Texts of the ledger: names of cells, and where to find the rest of a long list."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.data import datasets
from cnnviz.core.inference import samples
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

IN_TABLE = "all of them are in the table (CSV)"


@pytest.fixture
def layers_page(revisit: Visitor, address: str) -> Page:
    """Return Layers, on which any cell may be accounted for."""
    return revisit(f"{address}/Layers?net=cnn-32-64-64", "Layers")


def open_account(page: Page, cell: str) -> Locator:
    """Follow a link to the account of `cell`, and return the panel with it."""
    hands.follow(page, f"/Layers?cell={cell}")
    panel = page.locator(".ledger")
    expect(panel).to_have_attribute("data-cell", cell)
    return panel


@pytest.mark.parametrize(("cell", "shown"), [("conv2d_2.3.1.1", 24), ("dense.5", 72)])
def test_a_list_that_ends_early_says_where_all_of_it_is(layers_page: Page, cell: str, shown: int) -> None:
    panel = open_account(layers_page, cell)
    foot = panel.locator(".others")
    while (more := foot.get_by_role("button")).count():
        expect(foot).not_to_contain_text(IN_TABLE)
        name = more.inner_text()
        more.click()
        expect(foot.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(panel.locator(".window, .terms tbody tr")).to_have_count(shown)
    expect(foot).to_contain_text(IN_TABLE)


def test_a_single_cell_that_is_read_is_named_by_its_place(layers_page: Page) -> None:
    panel = open_account(layers_page, "flatten.129")  # row 0, column 2 of 3 x 3 x 64
    expect(panel.locator(".window h4")).to_have_text("map 1, row 0, column 2")
    expect(panel.locator(".grid.values")).to_have_attribute("aria-label", re.compile("^Values of map 1[.]"))


def test_a_test_digit_is_not_called_a_drawing(page: Page, address: str) -> None:
    source = samples.SLUGS[datasets.load_test().name]
    eyes.opened(page, f"{address}/Layers?net=cnn-rgb&s={source}-7&cell=input.2.9.17", "Layers")
    panel = page.locator(".ledger")
    expect(panel.locator(".title")).to_contain_text("the digit, row 9, column 17, blue: ")
    expect(panel.locator(".breadcrumb")).to_have_text("the digit (9, 17), blue")
    expect(panel).to_contain_text("Row and column are those of the 32 × 32 digit that the network reads.")
