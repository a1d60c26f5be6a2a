"""The way back up: whoever pressed a button far down sees from the top what came of it."""

from __future__ import annotations

from cnnviz.ui.components.mount import mount_unseen


def top(turn: int) -> None:
    """Scroll to the top of the page when `turn` is another than at the last drawing; not when the page opens."""
    mount_unseen("top", key="top", data={"turn": turn})
