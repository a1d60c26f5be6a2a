"""Which characters of a stranger's text are shown."""

from __future__ import annotations

import pytest

from cnnviz.core.visible_text import is_visible, keep_visible
from cnnviz.ui.shell.page import escape_markdown

ASTRONAUT = "\U0001f469\u200d\U0001f680"
WANT = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
"""Persian: its letters do not join across the joiner."""

SHOWN = ["plain", "زرافة", "あ ア", "猫🐈", ASTRONAUT, WANT, "❤\ufe0f\u200d🔥", "é", "<b> [[pooling]]"]


@pytest.mark.parametrize("text", SHOWN)
def test_every_script_is_shown_as_it_is_written(text: str) -> None:
    assert is_visible(text)
    assert keep_visible(text) == text
    assert escape_markdown(text).replace("\\", "") == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\u202eb", "a b"),  # turns the direction of writing around
        ("two\nlines", "two lines"),
        ("c\u200dat", "c at"),  # looks like another name
        ("\u200d🔥", " 🔥"),
        (f"{WANT[:2]}\u200c\u200c{WANT[3:]}", f"{WANT[:2]}  {WANT[3:]}"),
        ("\ud800", " "),
        ("\x00", " "),
        ("\u2066x\u2069", " x "),
    ],
)
def test_what_has_no_glyph_is_not_kept(text: str, left: str) -> None:
    assert not is_visible(text)
    assert keep_visible(text, " ") == left
    assert is_visible(keep_visible(text))
