"""A grid of cells on one canvas: a sheet of small pictures to pick from, or the numbers of one picture.

The cells are no elements, or a sheet would have hundreds: arrow keys go from cell to cell, and the one that they are
at is the only cell that screen readers are told of, with its row and column.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from PIL import Image

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "number_grid", "picture_grid", "read_pick"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "pictures": gettext_noop("{name}. Arrow keys go from picture to picture, Enter chooses one."),
        "numbers": gettext_noop("{name}. Arrow keys go from number to number."),
        "pixel": gettext_noop("Row {row}, column {column}: {value} ÷ 255 = {share}"),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""


def picture_grid(
    key: str,
    images: np.ndarray,
    *,
    name: str,
    columns: int,
    captions: Sequence[str],
    descriptions: Sequence[str],
    chosen: int,
    on_pick: Callable[[], None],
) -> None:
    """Show pictures of one size as a sheet; a click or Enter picks one, which `read_pick` returns.

    Args:
        key: The element's key.
        images: (n, h, w) uint8, 255 is white, or (n, h, w, 3), red, green and blue.
        name: What the sheet is.
        columns: Pictures in a row.
        captions: A few letters in the corner of each picture.
        descriptions: What is said of each picture, below the sheet and to screen readers.
        chosen: Place of the picture that is marked, -1 for none.
        on_pick: Called when a picture was picked.
    """
    count = len(images)
    header = {
        "form": "pictures",
        "name": name,
        "columns": columns,
        "rows": -(-count // columns),
        "count": count,
        "side": [int(images.shape[1]), int(images.shape[2])],
        "captions": list(captions),
        "descriptions": list(descriptions),
        "chosen": chosen,
        "labels": translate_all(LABELS),
    }
    mount("cell_grid", key=key, data=encode(header, [encode_sheet(images, columns)]), on_picked_change=on_pick)


def number_grid(key: str, pixels: np.ndarray, *, name: str, shares: bool) -> None:
    """Show the numbers of one channel of a picture, each on its own grey.

    Args:
        key: The element's key.
        pixels: (rows, columns) uint8.
        name: What the numbers are.
        shares: Whether they are shown divided by 255; what is told of a cell has both.
    """
    rows, columns = pixels.shape
    header = {
        "form": "numbers",
        "name": name,
        "columns": columns,
        "rows": rows,
        "count": int(pixels.size),
        "shares": shares,
        "chosen": -1,
        "labels": translate_all(LABELS),
    }
    mount("cell_grid", key=key, data=encode(header, [pixels.tobytes()]), on_picked_change=browser_state.ignore)


def read_pick(key: str) -> int:
    """Return the place of the picture that was picked in this run, or -1."""
    place = browser_state.read(key, "picked")
    return place if isinstance(place, int) and not isinstance(place, bool) and place >= 0 else -1


def encode_sheet(images: np.ndarray, columns: int) -> bytes:
    """Encode pictures, (n, h, w) or (n, h, w, 3) uint8, side by side as one PNG; places beyond the last are black."""
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, *images.shape[1:]), np.uint8)
    sheet[:count] = images
    tiled = sheet.reshape(rows, columns, *images.shape[1:]).swapaxes(1, 2)
    picture = Image.fromarray(np.ascontiguousarray(tiled.reshape(rows * height, columns * width, *images.shape[3:])))
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()
