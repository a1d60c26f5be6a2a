"""Scroll to the top of the page, so that the effect of a button far down is seen."""

from __future__ import annotations

from cnnviz.ui.components.mount import mount_unseen


def top(turn: int) -> None:
    """Scroll to the top of the page, and give its title the focus, when `turn` is another than at the last drawing.

    Not when the page opens.
    """
    mount_unseen("top", key="top", data={"turn": turn})
