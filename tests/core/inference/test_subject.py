"""An upload is turned and cut as the visitor says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.drawing import preprocessing
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource


def upload(height: int = 40, width: int = 60) -> InputSource:
    """Return an upload, every pixel of which is another."""
    rgba = np.arange(height * width * 4, dtype=np.uint32).astype(np.uint8).reshape(height, width, 4)
    rgba[..., 0], rgba[..., 1] = np.arange(height)[:, None], np.arange(width)[None]
    return InputSource(kind="picture", rgba=rgba)


def shown(source: InputSource) -> np.ndarray:
    pixels = subject.get_pixels(source)
    assert pixels is not None
    return pixels


def test_a_turn_to_the_right_brings_the_left_column_to_the_top() -> None:
    source = upload()
    turned = shown(subject.turn(source, 1))
    assert turned.shape == (60, 40, 4)
    np.testing.assert_array_equal(turned[0], shown(source)[::-1, 0])


@given(st.integers(-7, 7), st.integers(0, 30), st.integers(0, 20), st.integers(8, 30), st.integers(8, 20))
def test_what_is_cut_out_turns_with_the_picture(turns: int, left: int, top: int, width: int, height: int) -> None:
    cut = subject.crop(upload(), (left, top, left + width, top + height))
    np.testing.assert_array_equal(shown(subject.turn(cut, turns)), np.rot90(shown(cut), -turns))


@given(*(st.integers(-100, 100) for _ in range(4)))
def test_any_box_is_a_piece_of_the_picture_that_is_large_enough(left: int, top: int, right: int, bottom: int) -> None:
    height, width = shown(subject.crop(upload(), (left, top, right, bottom))).shape[:2]
    assert subject.MIN_CROP <= height <= 40
    assert subject.MIN_CROP <= width <= 60


def test_a_box_around_everything_is_no_crop_and_small_pictures_are_not_cut() -> None:
    assert subject.crop(upload(), (60, 40, 0, 0)).crop is None
    assert subject.crop(upload(6, 5), (1, 1, 3, 3)).crop is None


def test_another_piece_or_turn_asks_for_its_largest_digit_again() -> None:
    source = InputSource(kind="picture", rgba=upload().rgba, part=1)
    assert subject.crop(source, (0, 0, 20, 20)).part is None
    assert subject.turn(source, 1).part is None


def test_only_an_upload_can_be_turned() -> None:
    with pytest.raises(ValueError, match="must be an upload"):
        subject.turn(InputSource(), 1)


def test_all_that_shows_an_upload_shares_its_preparation(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = preprocessing.from_picture

    def from_picture(rgba: np.ndarray, **how: Any) -> preprocessing.Preparation:
        read.append(how["polarity"])
        return real(rgba, **how)

    monkeypatch.setattr(preprocessing, "from_picture", from_picture)
    source = upload()
    first = subject.prepare(source, shown(source), preprocessing.ALL)
    # The colours of the ink are put in anew for every answer; they change nothing of the digit.
    assert subject.prepare(replace(source, ink="#ff0000"), shown(source), preprocessing.ALL) is first
    assert read == ["auto"]
    changes: list[dict[str, Any]] = [{"polarity": "bright"}, {"turns": 1}, {"crop": (0, 0, 20, 20)}, {"part": 1}]
    for number, change in enumerate(changes):
        changed = replace(source, **change)
        assert subject.prepare(changed, shown(changed), preprocessing.ALL) is not first
        assert len(read) == number + 2
    subject.prepare(source, shown(source), preprocessing.ALL - {"crop"})
    other = replace(source, rgba=upload().rgba)
    subject.prepare(other, shown(other), preprocessing.ALL - {"crop"})
    assert len(read) == len(changes) + 3
