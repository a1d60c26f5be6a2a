"""Files arrive complete, even while other visitors draw."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference import trace_export
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks import model_store
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

NETWORK = "cnn-32-64-64"
CLICKS = 3


@pytest.fixture
def room(visitor: Visitor, address: str, seven_link: str) -> None:
    """Have two other visitors draw all the time."""
    for _ in range(2):
        hands.keep_drawing(eyes.opened(visitor(), f"{address}/{seven_link}"))


@pytest.mark.usefixtures("room")
def test_every_click_brings_the_file_while_others_draw(
    page: Page, address: str, seven: Drawing, seven_link: str
) -> None:
    """A file that is made at a click stays until the browser has it, however many scripts end in between."""
    eyes.opened(page, f"{address}/Layers{seven_link}&net={NETWORK}&show=everything", "Layers")
    hands.open_colours_and_files(page)
    expected = trace_export.write_csv(
        trace(model_store.load(NETWORK), preprocessing.from_canvas(strokes.render(seven)).digit), None
    )
    for _ in range(CLICKS):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=".csv").click()
        assert Path(waiting.value.path()).read_bytes() == expected
