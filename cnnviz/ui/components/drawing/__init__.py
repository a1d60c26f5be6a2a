"""Shows a drawing that exists in several widths: the widest that fits, in the colours of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.ui.components.mount import mount

__all__ = ["drawing"]


def drawing(key: str, drawings: Mapping[int, str]) -> None:
    """Show the widest of `drawings` that the place has room for, or the narrowest.

    Args:
        key: The element's key.
        drawings: Width in CSS pixels from which a drawing is shown -> its SVG text, which has a name of its own.
    """
    data: dict[str, Any] = {"drawings": sorted(([width, text] for width, text in drawings.items()), reverse=True)}
    mount("drawing", key=key, data=data)
