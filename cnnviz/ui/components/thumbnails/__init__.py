"""Small pictures, grey or in colour, in a row to pick from or as steps with a switch each.

One canvas a picture, raw bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount

MAX_SIDE = 64
"""Pictures are thinned to at most this many pixels a side; they are shown about as large."""


@dataclass(frozen=True)
class Step:
    """One picture with a switch.

    Attributes:
        image: (h, w) float in [0, 1], 1 is white, or (h, w, 3), red, green and blue.
        title: what the switch does, short.
        why: what it is good for, a sentence.
        effect: what the other position would change; may be empty.
        active: whether it is switched on.
    """

    image: np.ndarray
    title: str
    why: str
    effect: str
    active: bool


@dataclass(frozen=True)
class Mark:
    """What is said of a picture beside its caption.

    Attributes:
        tone: "right" or "wrong", the colour of the caption and of a frame; "" for neither.
        description: what the picture is, for those who hear it or point at it.
        current: whether it is the one that every page shows.
    """

    tone: str = ""
    description: str = ""
    current: bool = False


def thumbnails(
    key: str,
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    label: str,
    size: int = 64,
    on_pick: Callable[[], None] | None = None,
    live: bool = False,
    marks: Sequence[Mark] = (),
) -> None:
    """Show `images` in a row that wraps.

    Args:
        key: key of the element; `read_pick(key)` reads the picture that was picked.
        images: (h, w) float in [0, 1], 1 is white, or (h, w, 3), red, green and blue.
        captions: one text below each picture.
        label: what the row is, for screen readers.
        size: side of a picture in CSS pixels.
        on_pick: called when a picture was picked; without it the pictures are not buttons.
        live: whether it is the one picture that the network reads, which the browser may paint while the pen moves.
        marks: one a picture; they are then one stop of the Tab key, and arrows go from picture to picture.
    """
    header: dict[str, object] = {
        "form": "pick" if on_pick else "row",
        "label": label,
        "size": size,
        "live": "input" if live else "",
        "roving": bool(marks),
    }
    texts: list[dict[str, object]] = [{"caption": caption} for caption in captions]
    for text, mark in zip(texts, marks, strict=False):
        text.update(vars(mark))
    _show(key, header, images, texts, on_pick)


def steps(key: str, rows: Sequence[Step], *, label: str, size: int = 52, on_switch: Callable[[], None]) -> None:
    """Show `rows` one below the other, each a picture and a switch; `read_pick(key)` reads which was switched.

    They are the steps of the preparation, whose pictures the browser may paint while the pen moves.
    """
    texts = [{"caption": row.title, "why": row.why, "effect": row.effect, "active": row.active} for row in rows]
    header: dict[str, object] = {"form": "steps", "label": label, "size": size, "live": "steps"}
    _show(key, header, [row.image for row in rows], texts, on_switch)


def read_pick(key: str) -> int:
    """Return the index of the picture that was picked in this run, or -1."""
    index = getattr(st.session_state.get(key), "picked", None)
    return index if isinstance(index, int) and index >= 0 else -1


def _show(
    key: str,
    header: dict[str, object],
    images: Sequence[np.ndarray],
    texts: Sequence[dict[str, object]],
    on_pick: Callable[[], None] | None,
) -> None:
    small = [_thin(image) for image in images]
    sizes = [
        {
            "rows": image.shape[0],
            "columns": image.shape[1],
            "channels": image.size // (image.shape[0] * image.shape[1]),
        }
        for image in small
    ]
    pictures = [size | text for size, text in zip(sizes, texts, strict=True)]
    data = encode(header | {"pictures": pictures}, (image.tobytes() for image in small))
    mount("thumbnails", key=key, data=data, on_picked_change=on_pick or browser_state.ignore)


def _thin(image: np.ndarray) -> np.ndarray:
    step = -(-max(image.shape[:2]) // MAX_SIDE)
    return np.clip(image[::step, ::step] * 255 + 0.5, 0, 255).astype(np.uint8)
