"""Reading .npz files: whole ones as they were written, and nothing but a `ValueError` for any other."""

from __future__ import annotations

import io

import numpy as np
import pytest

from cnnviz.core import npz_file

ARRAYS = {"places": np.linspace(0, 1, 50, dtype=np.float32).reshape(5, 10), "name": np.array("dense")}
ROOM = 10_000


def write(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=True, **arrays)
    return file.getvalue()


def test_arrays_are_as_they_were_written() -> None:
    found = npz_file.read(write(**ARRAYS), ROOM)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_a_file_that_takes_more_decompressed_is_refused() -> None:
    content = write(zeros=np.zeros(100_000, np.uint8))
    assert len(content) < ROOM
    with pytest.raises(ValueError, match="at most 10000 bytes"):
        npz_file.read(content, ROOM)


def test_nothing_is_unpickled() -> None:
    with pytest.raises(ValueError, match="pickle"):
        npz_file.read(write(objects=np.array([{}], object)), ROOM)


def test_a_damaged_file_is_a_value_error_wherever_the_damage_is() -> None:
    content = write(**ARRAYS)
    for length in range(0, len(content), 7):
        with pytest.raises(ValueError, match=r"damaged|Received"):
            npz_file.read(content[:length], ROOM)
    refused = 0
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        try:
            npz_file.read(bytes(changed), ROOM)
        except ValueError:
            refused += 1
    assert refused > len(content) / 2  # the others are in what no reader looks at, such as times
