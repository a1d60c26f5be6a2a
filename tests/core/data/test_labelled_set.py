"""Labelled sets keep to their limits, and fit what networks read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.errors import Refusal

GREY = np.random.default_rng(1).integers(0, 256, (3, 28, 28, 1), np.uint8)
LABELS = np.array([0, 1, 1], np.uint8)


def made(**changes: Any) -> LabelledSet:
    return LabelledSet(**{"name": "set", "pictures": GREY, "labels": LABELS, "classes": ("a", "b")} | changes)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\x07"},
        {"name": "a" * 65},
        {"classes": ("a",)},
        {"classes": ("a", "a")},
        {"classes": ("a", " a ")},
        {"classes": ("a", "")},
        {"classes": ("a", "b" * 41)},
        {"classes": tuple(map(str, range(101)))},
        {"labels": np.array([0, 1], np.uint8)},
        {"labels": np.array([0, 1, 2], np.uint8)},
        {"labels": np.array([0, 1, -1])},
        {"labels": np.array([0.0, 1.0, 1.0])},
        {"pictures": GREY[..., 0]},
        {"pictures": GREY.astype(np.float32)},
        {"pictures": GREY[:, :20]},
        {"pictures": np.zeros((3, 65, 65, 1), np.uint8)},
        {"pictures": np.zeros((3, 28, 28, 2), np.uint8)},
        {"pictures": GREY[:0], "labels": LABELS[:0]},
    ],
)
def test_a_set_outside_the_limits_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        made(**change)
    assert len(str(caught.value)) <= 300


def test_a_set_tells_its_counts_and_cannot_be_written_to() -> None:
    found = made()
    assert found.counts.tolist() == [1, 2]
    assert found.shape == (28, 28, 1)
    assert not found.pictures.flags.writeable
    assert GREY.flags.writeable  # the array that was given stays as it was


def test_the_digest_changes_with_pixels_labels_and_classes() -> None:
    other = GREY.copy()
    other[0, 0, 0] ^= 1
    digests = {
        made().sha256,
        made(pictures=other).sha256,
        made(labels=LABELS[::-1]).sha256,
        made(classes=("a", "c")).sha256,
    }
    assert len(digests) == 4
    assert made(name="other").sha256 == made().sha256


def test_pictures_are_fitted_to_what_a_network_reads() -> None:
    found = made()
    assert found.fit((28, 28, 1)) is found.pictures
    colour = found.fit((32, 32, 3))
    assert colour.shape == (3, 32, 32, 3)
    assert (colour[..., 0] == colour[..., 2]).all()
    back = made(pictures=np.repeat(GREY, 3, axis=3)).fit((28, 28, 1))
    np.testing.assert_array_equal(back, GREY)


def test_grey_is_the_luminance_that_pillow_computes() -> None:
    colours = np.random.default_rng(2).integers(0, 256, (3, 16, 16, 3), np.uint8)
    grey = made(pictures=colours).fit((16, 16, 1))
    np.testing.assert_array_equal(grey[1, ..., 0], np.asarray(Image.fromarray(colours[1]).convert("L")))


def test_a_network_with_four_channels_learns_from_no_set() -> None:
    with pytest.raises(Refusal, match="1 or 3 channels"):
        made().fit((28, 28, 4))
