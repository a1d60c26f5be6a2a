"""Recorded pens, replayed on the real page, are read right as often as the same strokes without a browser."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store
from tests.browser import replay
from tests.browser.replay import EDITOR, PAD, Surface

DIGITS = {PAD: 60, EDITOR: 30}  # a pen takes a second of processor time and more
MAX_DIFFERENCE = 0.01  # one point


def answers_without_a_browser(drawings: list[Drawing]) -> np.ndarray:
    prepared = [preprocessing.from_canvas(strokes.render(drawing)).digit for drawing in drawings]
    answers: np.ndarray = predict(model_store.load(model_store.DEFAULT), np.stack(prepared)).argmax(axis=1)
    return answers


@pytest.mark.data
@pytest.mark.timeout(600)
@pytest.mark.parametrize("surface", [pytest.param(PAD, id="live pad"), pytest.param(EDITOR, id="editor")])
def test_pens_replayed_through_the_page_are_read_as_well_as_in_python(
    surface: Surface, address: str, pen_strokes: list[dict[str, Any]]
) -> None:
    chosen = random.Random(20).sample(pen_strokes, DIGITS[surface])
    labels = np.array([record["label"] for record in chosen])
    drawings = [replay.drawing_of(record) for record in chosen]
    without = answers_without_a_browser(drawings)
    through = np.array(replay.answers(address, surface, drawings))
    right_without, right_through = (int((found == labels).sum()) for found in (without, through))
    same = (without == through).mean()
    told = f"{right_through} right through the page, {right_without} in Python, {same:.1%} alike"
    print(f"\n{len(chosen)} pens: {told}")
    assert abs(right_through - right_without) <= MAX_DIFFERENCE * len(chosen)
    assert same >= 0.97
    assert right_without > 0.9 * len(chosen), "the figures say something"
