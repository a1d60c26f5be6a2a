"""Which characters of a stranger's text are shown: those with a glyph, and those that join the glyphs beside them."""

from __future__ import annotations

import re
import unicodedata

JOINER = re.compile("(?<=[^\x00-\u02ff\u200c\u200d])[\u200c\u200d](?=[^\x00-\u02ff\u200c\u200d])")
"""Zero-width joiners between letters of Persian or of Indic scripts, or between emoji: without them words are misspelt
and one picture falls into several. Between Latin letters they would only make two names look the same."""


def is_visible(text: str) -> bool:
    """Return whether all of `text` is shown: no line ends, no marks that turn the direction of writing around."""
    return JOINER.sub("", text).isprintable()


def keep_visible(text: str, instead: str = "") -> str:
    """Return `text` with `instead` for every character that is not shown; spaces of any width stay."""
    if text.isprintable():
        return text
    joiners = {found.start() for found in JOINER.finditer(text)}
    return "".join(
        each if each.isprintable() or at in joiners or unicodedata.category(each) == "Zs" else instead
        for at, each in enumerate(text)
    )
