"""Compare in a browser: from a cell of the confusion matrix to the layers of a misread digit, and every section."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from cnnviz.core.data import datasets
from cnnviz.core.evaluation import evaluation
from cnnviz.core.networks import model_store
from cnnviz.ui.shell.fields.compare import SECTIONS
from tests.browser import eyes, hands

DENSE = "dense-64"


def test_a_cell_opens_its_digits_and_one_of_them_opens_on_layers(page: Page, address: str) -> None:
    """All sections are on the page; the matrix is one stop of Tab, walked with arrows."""
    made = evaluation.load(DENSE, model_store.card(DENSE).weights_sha256, "digits")
    assert made is not None
    label, answer = next(
        (row, column) for row in range(10) for column in range(10) if row != column and made.confusion[row, column]
    )
    eyes.opened(page, f"{address}/Compare?net={DENSE}", "Compare")
    for key in SECTIONS:
        expect(page.locator(f".st-key-{key}")).to_be_visible()
    expect(page.locator(".st-key-sheet-one button")).to_have_count(30)
    expect(page.locator(".st-key-sheet-other button")).to_have_count(30)
    expect(page.locator(".st-key-sheet-one button[tabindex='0']")).to_have_count(1)
    matrix = page.locator(".st-key-confusion-matrix")
    first = matrix.locator("td button:enabled").first
    expect(first).to_have_attribute("tabindex", "0")
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("tabindex", "-1")
    expect(matrix.locator("button:focus")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "true")
    eyes.link_when(page, eyes.carries("misread", f"{label}-{answer}"))
    digits = page.locator(".st-key-confusion-cell button")
    expect(digits).to_have_count(int(made.confusion[label, answer]))
    digits.first.click()
    number = int(made.find_cell(label, answer)[0])
    eyes.link_when(page, eyes.carries("s", f"digits-{number}"))
    expect(page.locator(".st-key-confusion-cell button[aria-current]")).to_have_attribute(
        "aria-label", re.compile(f"test digit {number}, a {label}")
    )
    hands.go_to(page, "Layers")
    eyes.arrived(page, "Layers")
    expect(eyes.digit(page)).to_have_text(str(answer))
    assert eyes.link(page)["s"] == f"digits-{number}"
    assert int(datasets.load_test().y_test[number]) == label
