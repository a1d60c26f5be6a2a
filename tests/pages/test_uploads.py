"""Messages of Draw about an upload, with a fake reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing.preprocessing import Preparation
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource
from cnnviz.jobs.sandbox.upload import NOTES, Note, Picture
from tests.marked_text import plain
from tests.pages.page_digit import get_words

APP = Path(__file__).parents[2] / "app.py"


def picture() -> Picture:
    """Return a dark bar on light paper."""
    rgba = np.full((60, 90, 4), 240, np.uint8)
    rgba[10:50, 20:28, :3] = 10
    rgba[..., 3] = 255
    return Picture(rgba, (Note(NOTES["reduced"], {"width": 8160, "height": 6144}),))


@pytest.fixture
def app() -> AppTest:
    """Open Draw with an upload."""
    opened = AppTest.from_file(str(APP), default_timeout=60)
    opened.run()
    file = picture()
    source = InputSource(kind="picture", rgba=file.rgba)
    for key, value in {"upload": file, "opened": source, "subject": source, "upload_key": "key", "uploads": 1}.items():
        opened.session_state[key] = value
    return opened


def finds(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Have the reader find these in every upload."""
    real: Callable[..., Preparation] = subject.prepare

    def prepare(source: InputSource, rgba: np.ndarray, steps: frozenset[str]) -> Preparation:
        made = real(source, rgba, steps)
        return replace(made, part=source.part or 0, **fields) if source.rgba is not None else made

    monkeypatch.setattr(subject, "prepare", prepare)


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.info, app.error)
    return plain("\n".join([*(element.value for kind in kinds for element in kind), *get_words(app)]))


def test_what_was_done_to_the_file_and_which_ink_was_read_is_reported(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "reduced from 8160 × 6144 pixels" in texts(app)
    assert "Ink that was read: darker than the paper." in texts(app)
    assert "digits in this picture" not in texts(app)


def test_two_digits_are_reported_and_each_can_be_read(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, parts=((20, 10, 28, 50), (40, 10, 60, 50)))
    app.run()
    assert "There are 2 digits in this picture; digit 1 from the left is read." in texts(app)
    choice: Any = next(group for group in app.get("button_group") if "part" in str(group.key))
    choice.set_value(1).run()
    assert not app.exception
    assert app.session_state["opened"].part == 1
    assert "digit 2 from the left is read." in texts(app)


def test_what_was_left_out_is_named_once(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("frame", "specks", "specks", "border", "surroundings", "digit")
    finds(monkeypatch, left_out=tuple(SimpleNamespace(kind=kind, box=(1, 2, 30, 40)) for kind in kinds))
    app.run()
    words = (
        "a frame around the digit, specks and small marks, what reaches in from the edge, what lies around the sheet"
    )
    assert f"Left out, dashed in the picture: {words}." in texts(app)


def test_a_picture_without_ink_says_what_to_do(app: AppTest) -> None:
    paper = np.full((60, 90, 4), 255, np.uint8)
    source = InputSource(kind="picture", rgba=paper)
    app.session_state["upload"] = Picture(paper)
    app.session_state["opened"] = app.session_state["subject"] = source
    app.run()
    assert "The picture was read, but no ink was found. Drag a frame around the digit" in texts(app)
    assert "Nothing drawn yet" not in texts(app)


def test_the_buttons_turn_the_picture_and_take_the_frame_away(app: AppTest) -> None:
    app.session_state["opened"] = subject.crop(app.session_state["opened"], (10, 0, 40, 60))
    app.run()
    app.button(key="upload-right-1").click().run()
    assert app.session_state["opened"].turns == 1
    assert app.session_state["opened"].crop == (0, 10, 60, 40)
    assert app.session_state["subject"].turns == 1
    app.button(key="upload-whole-1").click().run()
    assert app.session_state["opened"].crop is None
    app.button(key="upload-left-1").click().run()
    assert app.session_state["opened"].turns == 0


def test_a_drawing_in_between_does_not_lose_the_picture(app: AppTest) -> None:
    app.session_state["subject"] = InputSource()
    app.run()
    app.button(key="upload-again-1").click().run()
    assert app.session_state["subject"].rgba is app.session_state["opened"].rgba
    assert not app.exception


def test_a_refusal_is_still_there_after_another_page(app: AppTest) -> None:
    app.session_state["upload"] = Refusal("This file is empty. Please choose another picture.")
    app.session_state["opened"] = None
    app.session_state["subject"] = InputSource()
    app.run()
    app.switch_page("pages/Convolution.py").run()
    app.switch_page("app.py").run()
    assert "This file is empty" in texts(app)


def test_layers_shows_the_picture_that_is_read(app: AppTest) -> None:
    app.switch_page("pages/Layers.py").run()
    assert not app.exception
    assert "Ink that was read: darker than the paper." in texts(app)
