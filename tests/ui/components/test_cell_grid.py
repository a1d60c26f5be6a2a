"""The grid of cells: what it sends to the browser, and what it accepts from one."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from cnnviz.ui.components import cell_grid
from cnnviz.ui.components.cell_grid import encode_sheet, number_grid, picture_grid, read_pick

RANDOM = np.random.default_rng(1)


@given(count=some.integers(1, 20), columns=some.integers(1, 9), colour=some.booleans())
def test_a_sheet_is_one_picture_with_every_pixel(count: int, columns: int, colour: bool) -> None:
    images = RANDOM.integers(0, 256, (count, 5, 4, 3) if colour else (count, 5, 4), np.uint8)
    sheet = np.asarray(Image.open(io.BytesIO(encode_sheet(images, columns))))
    assert sheet.shape[:2] == (5 * -(-count // columns), 4 * columns)
    for place, image in enumerate(images):
        top, left = 5 * (place // columns), 4 * (place % columns)
        np.testing.assert_array_equal(sheet[top : top + 5, left : left + 4], image)


def sent(monkeypatch: pytest.MonkeyPatch, show: Any) -> tuple[dict[str, Any], bytes]:
    found: list[bytes] = []
    monkeypatch.setattr(cell_grid, "mount", lambda *_, data, **__: found.append(data))
    show()
    length = int.from_bytes(found[0][:4], "little")
    return json.loads(found[0][4 : 4 + length]), found[0][4 + length :]


def test_81_digits_are_one_message_of_modest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((81, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = RANDOM.integers(0, 256, (81, 12, 12), np.uint8)  # about as much ink as MNIST has

    def show() -> None:
        texts = [str(place) for place in range(81)]
        picture_grid(
            "sheet",
            images,
            name="Sheet",
            columns=9,
            captions=texts,
            descriptions=texts,
            chosen=4,
            on_pick=lambda: None,
        )

    header, body = sent(monkeypatch, show)
    assert (header["rows"], header["columns"], header["count"], header["chosen"]) == (9, 9, 81, 4)
    assert len(body) < 30_000
    assert body.startswith(b"\x89PNG")


def test_numbers_are_the_bytes_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = RANDOM.integers(0, 256, (28, 28), np.uint8)
    header, body = sent(monkeypatch, lambda: number_grid("numbers", pixels, name="Numbers", shares=True))
    assert body == pixels.tobytes()
    assert (header["rows"], header["columns"], header["shares"]) == (28, 28, True)


@pytest.mark.parametrize(
    ("value", "place"), [({"picked": 7}, 7), ({"picked": -2}, -1), ({"picked": "7"}, -1), ({"picked": True}, -1)]
)
def test_only_a_place_is_a_pick(monkeypatch: pytest.MonkeyPatch, value: object, place: int) -> None:
    monkeypatch.setattr(st, "session_state", {"sheet": value})
    assert read_pick("sheet") == place
