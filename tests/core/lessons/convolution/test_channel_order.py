"""Both orders of channels, against NumPy's own memory."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.lessons.convolution.channel_order import SHAPE, Place, list_in_memory_order

PICTURE = np.array([[[f"{r}{c}{k}" for k in range(3)] for c in range(4)] for r in range(3)])


@pytest.mark.parametrize("index", list(np.ndindex(SHAPE)))
def test_every_value_is_where_numpy_has_it(index: tuple[int, int, int]) -> None:
    place = Place(*index)
    last, first = PICTURE, np.ascontiguousarray(PICTURE.transpose(2, 0, 1))
    assert last[place.last] == first[place.first] == place.text
    assert last.ravel()[place.number_last] == first.ravel()[place.number_first] == place.text
    for work, number in ((place.work_last, place.number_last), (place.work_first, place.number_first)):
        formula, _, shown = work.partition(" = ")
        assert eval(formula.replace("×", "*")) == int(shown) == number


def test_memory_is_written_in_its_order() -> None:
    assert [each.text for each in list_in_memory_order("last")] == list(PICTURE.ravel())
    assert [each.text for each in list_in_memory_order("first")] == list(PICTURE.transpose(2, 0, 1).ravel())
