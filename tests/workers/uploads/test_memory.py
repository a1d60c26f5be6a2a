"""A file of labelled pictures is never unpacked as a whole: only its pixels are kept, one byte each."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from cnnviz.workers.entry import read_data
from cnnviz.workers.uploads.arrays import PixelCollector

SIDE = 28
MOST = 8_000_000
"""Bytes of what is unpacked and converted at a time, over and above 1.3 bytes for each pixel that is kept."""


def zipped_table(count: int) -> bytes:
    row = ",".join(["0.123456789012345678901"] * SIDE**2)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("digits.csv", "\n".join(f"{number % 2},{row}" for number in range(count)))
    return buffer.getvalue()


def packed_array(count: int) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=np.ones((count, SIDE, SIDE)), y=np.arange(count) % 2)
    return buffer.getvalue()


@pytest.mark.parametrize(("make", "count"), [(zipped_table, 600), (packed_array, 4_000)])
def test_an_unpacked_file_is_never_there_as_a_whole(make: Callable[[int], bytes], count: int) -> None:
    data = make(count)
    tracemalloc.start()
    try:
        found = read_data.read(data, "auto")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.pictures.shape == (count, SIDE, SIDE, 1)
    assert peak < 1.3 * count * SIDE**2 + MOST


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([[0.0, 0.5], [1.0]], [0, 128, 255]),
        ([[0, 1], [1]], [0, 255, 255]),
        ([[0.0, 0.4, 0.5], [0.6, 1.0], [7.5, 255.0]], [0, 0, 0, 1, 1, 8, 255]),
        ([[0, 1], [2]], [0, 1, 2]),
        ([[0], [0]], [0, 0]),
    ],
)
def test_fractions_may_be_told_from_whole_numbers_at_the_end_alone(
    blocks: list[list[float]], expected: list[int]
) -> None:
    found = PixelCollector()
    for block in blocks:
        found.add(np.array(block))
    assert found.is_valid
    assert found.stack(1, 1).ravel().tolist() == expected


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0, 255.5])
def test_what_is_no_pixel_is_told_after_all_blocks(wrong: float) -> None:
    found = PixelCollector()
    for block in ([0.5], [wrong], [3.0]):
        found.add(np.array(block))
    assert not found.is_valid
    low, high = found.limits
    assert np.isnan([low, high]).any() if np.isnan(wrong) else wrong in (low, high)


def test_an_array_that_is_stored_by_columns_is_read_the_same() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (5, 8, 8), np.uint8)
    found = []
    for order in ("C", "F"):
        buffer = io.BytesIO()
        np.savez(buffer, x=np.asarray(pictures, order=order), y=np.arange(5) % 2)
        found.append(read_data.read(buffer.getvalue(), "auto").pictures[..., 0])
    np.testing.assert_array_equal(found[0], pictures)
    np.testing.assert_array_equal(found[1], pictures)
