"""A sentence about what is drawn, which follows it."""

from __future__ import annotations

from cnnviz.ui.components.mount import mount


def sentence(key: str, text: str, *, reads: str = "", nothing: str = "") -> None:
    """Show a sentence as quietly as `st.caption`; an empty one takes no room.

    Args:
        key: The element's key.
        text: Plain text with the links of `cnnviz.ui.shell.terms`.
        reads: What the browser says while the pen moves, if it reads by itself, with the fields `digit` and `share`.
        nothing: What it says of an empty pad.
    """
    mount("sentence", key=key, data={"text": text, "reads": reads, "nothing": nothing})
