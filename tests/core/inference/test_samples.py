"""The digit that a new visitor finds on the pad."""

from __future__ import annotations

import pytest

from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import MAX_BRUSH, MIN_BRUSH, SIDE
from cnnviz.core.inference import samples, subject
from cnnviz.core.networks import model_store


@pytest.mark.parametrize("name", model_store.names())
def test_every_network_reads_the_first_drawing_as_a_three(name: str) -> None:
    prediction = subject.read(model_store.load(name), samples.get_first(), frozenset(preprocessing.STEPS))
    assert prediction.trace.answer == 3
    assert prediction.trace.probabilities.max() > 0.9


def test_the_first_drawing_is_one_a_pen_can_draw_and_a_link_can_carry() -> None:
    drawing = samples.get_first().drawing
    assert all(0 <= value <= SIDE for stroke in drawing.strokes for point in stroke.points for value in point)
    assert all(MIN_BRUSH <= stroke.width <= MAX_BRUSH for stroke in drawing.strokes)
    assert len(url_codec.encode(drawing)) < 200
    assert url_codec.decode(url_codec.encode(drawing)) == drawing, "who opens the link reads the same numbers"
