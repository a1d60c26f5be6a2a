"""Drawings sent to the pad and read from it: a drawing survives unchanged, and a test digit comes back."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference import samples
from cnnviz.ui.components.pad import PadMessage
from cnnviz.ui.input import surfaces

CURVE = Drawing((Stroke(tuple((100 + x / 2, 100 + (x - 40) ** 2 / 40) for x in range(80)), 8.0),))
TAP = Drawing((Stroke(((140.0, 140.0),), 20.0),))


class Pad:
    """Stand in for the pad: keeps what it was given, and says what a test chooses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given, self.backdrop, self.revision = Drawing(), b"", -1
        self.says: tuple[Drawing, bool] | None = None
        self.read_with, self.pen_down = "", False
        self.live: dict[str, Any] = {}
        monkeypatch.setattr(surfaces, "pad", self.show)

    def show(
        self, _key: str, drawing: Drawing, revision: int, *_: Any, backdrop: Any, live: Any, **__: Any
    ) -> PadMessage | None:
        if revision != self.revision:
            self.given, self.says, self.revision = drawing, None, revision
        self.backdrop, self.live = backdrop, live
        if self.says is None:
            return None
        return PadMessage(self.says[0], revision, 1, self.pen_down, 20.0, self.says[1], self.read_with)


def script() -> None:
    import streamlit as st

    from cnnviz.ui.input import surfaces
    from cnnviz.ui.shell import session

    session.begin()
    session.enter(st.session_state.get("at", "draw"))
    surfaces.draw(plain=True)


@pytest.fixture
def pad(monkeypatch: pytest.MonkeyPatch) -> Pad:
    return Pad(monkeypatch)


def test_a_drawing_stays_itself_after_a_change_of_page(pad: Pad) -> None:
    app = AppTest.from_function(script).run()
    pad.says = CURVE, False
    assert not app.run().exception
    read = app.session_state["subject"].drawing
    assert read == url_codec.quantize(CURVE)
    assert read != CURVE
    app.session_state["at"] = "layers"
    assert not app.run().exception
    assert pad.given == CURVE
    assert app.session_state["subject"].drawing == read


def test_undo_of_an_accidental_tap_brings_the_test_digit_back(pad: Pad) -> None:
    app = AppTest.from_function(script)
    app.session_state["subject"] = samples.make_subject(samples.draw_samples(0)[0])
    app.run()
    digit = pad.backdrop
    assert digit
    for says, kind in (((TAP, False), "drawing"), ((Drawing(), True), "sample"), ((TAP, False), "drawing")):
        pad.says = says
        assert not app.run().exception
        assert app.session_state["subject"].kind == kind
    pad.says = Drawing(), False  # cleared, which takes the test digit away
    assert not app.run().exception
    assert app.session_state["subject"].kind == "drawing"
    pad.says = Drawing(), True
    assert not app.run().exception
    app.run()
    assert pad.backdrop == digit


def test_the_browser_has_read_what_it_says_it_reads_with_the_present_task(pad: Pad) -> None:
    app = AppTest.from_function(script).run()
    pad.says, pad.read_with = (CURVE, False), pad.live["name"]
    assert app.run().session_state["read_in_browser"]
    pad.pen_down = True
    assert not app.run().session_state["read_in_browser"]
    pad.pen_down = False
    assert app.run().session_state["read_in_browser"]
    app.session_state["step-crop"] = False  # the browser did not know that yet
    assert not app.run().session_state["read_in_browser"]


@pytest.mark.parametrize("says", ["", "pen", "x" * 10_000])
def test_a_browser_that_reads_with_something_else_gets_all_values(pad: Pad, says: str) -> None:
    app = AppTest.from_function(script).run()
    pad.says, pad.read_with = (CURVE, False), says
    assert not app.run().session_state["read_in_browser"]
