"""A row of small grey pictures with captions, which can be picked: one canvas a picture, raw bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cnnviz.ui.components.mount import mount

#: Pictures are thinned to at most this many pixels a side; they are shown smaller than that.
LARGEST = 96


def thumbnails(
    key: str,
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    label: str,
    size: int = 64,
    selected: int = -1,
    faded: Sequence[int] = (),
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Show `images` in a row that wraps.

    Args:
        key: key of the element; `picked(key)` reads the picture that was picked.
        images: (h, w) float in [0, 1], 1 is white.
        captions: one text below each picture.
        label: what the row is, for screen readers.
        size: side of a picture in CSS pixels.
        selected: index of the picture with a frame, or -1.
        faded: indices of pictures that are shown pale, such as steps that are switched off.
        on_pick: called when a picture was picked; without it the pictures are not buttons.
    """
    small = [_thin(image) for image in images]
    header = {
        "label": label,
        "size": size,
        "selected": selected,
        "pickable": on_pick is not None,
        "pictures": [
            {"rows": image.shape[0], "columns": image.shape[1], "caption": caption, "faded": place in faded}
            for place, (image, caption) in enumerate(zip(small, captions, strict=True))
        ],
    }
    mount("thumbnails", key=key, data=_pack(header, small), on_picked_change=on_pick or _nothing)


def picked(key: str) -> int:
    """Return the index of the picture that was picked in this run, or -1."""
    index = getattr(st.session_state.get(key), "picked", None)
    return index if isinstance(index, int) and index >= 0 else -1


def _nothing() -> None:
    """Stand in for a callback, so that the trigger exists."""


def _thin(image: np.ndarray) -> np.ndarray:
    step = -(-max(image.shape) // LARGEST)
    return np.clip(image[::step, ::step] * 255 + 0.5, 0, 255).astype(np.uint8)


def _pack(header: dict[str, object], images: Sequence[np.ndarray]) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + b"".join(image.tobytes() for image in images)
