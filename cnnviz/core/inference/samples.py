"""Digits as input sources: the one drawn for new visitors, ten test digits to choose from, a link’s own."""

from __future__ import annotations

from functools import cache

import numpy as np

from cnnviz.core.data import datasets, picture_sets, published_sets
from cnnviz.core.data.datasets import Sample
from cnnviz.core.data.picture_sets import DIGIT_CLASSES, PictureSet
from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import InputSource

SLUGS = {datasets.MNIST: "mnist", datasets.BUNDLED: "digits"}
"""Data set -> its name in a link."""

FIRST_DRAWING = Drawing(
    (
        Stroke(
            (
                (84, 84), (88, 76), (94, 69), (102, 63), (110, 58), (120, 54), (130, 52), (140, 51), (151, 52),
                (161, 54), (170, 58), (178, 64), (184, 71), (188, 79), (189, 87), (187, 95), (184, 103), (178, 110),
                (170, 117), (161, 123), (150, 128), (138, 132), (124, 134), (140, 134), (153, 136), (166, 140),
                (176, 145), (184, 151), (191, 159), (195, 167), (197, 176), (197, 186), (195, 196), (190, 206),
                (183, 215), (174, 222), (164, 228), (153, 232), (141, 234), (129, 234), (118, 232), (106, 228),
                (95, 222), (86, 214), (78, 204),
            ),
            20.0,
        ),
    )
)  # fmt: skip
"""A 3 drawn with one stroke for this project, sharp at any size: what a new visitor finds on the pad."""


MAX_SECONDS = 5.0
"""Seconds that a link waits for a data set on this computer: reading 47 MB takes 0.7, a damaged file is downloaded."""


def draw_samples(sheet: int) -> list[Sample]:
    """Return ten test digits, one of each class, 0 first; another `sheet` gives other digits."""
    return sorted(datasets.draw_samples(10, seed=sheet), key=lambda sample: sample.label)


def get_first() -> InputSource:
    """Return what a new visitor finds on the pad, as its link keeps it: whoever opens that sees the same numbers."""
    return InputSource(drawing=_quantize_first())


def is_first(drawing: Drawing) -> bool:
    """Return whether this is the drawing of a new visitor, as it was made or as a link keeps it."""
    return drawing in (FIRST_DRAWING, _quantize_first())


@cache
def _quantize_first() -> Drawing:
    return url_codec.quantize(FIRST_DRAWING)


def make_subject(sample: Sample) -> InputSource:
    """Return `sample` as an input source."""
    return InputSource(
        kind="sample", digit=sample.image, label=sample.label, number=sample.index, source=SLUGS[sample.source]
    )


def take_picture(pictures: PictureSet, index: int) -> InputSource:
    """Return a picture of a data set as an input source; what is no digit has no label here.

    One of a visitor's own is a picture without a name.
    """
    digit = pictures.images[index].astype(np.float32) / np.float32(255)
    digit.flags.writeable = False
    if pictures.name == picture_sets.OWN:  # no link can name it, so a link carries its pixels
        return InputSource(kind="picture", digit=digit, rgba=_add_opacity(pictures, index))
    label = int(pictures.labels[index]) if pictures.classes == DIGIT_CLASSES else None
    return InputSource(kind="sample", digit=digit, label=label, number=index, source=pictures.slug)


def _add_opacity(pictures: PictureSet, index: int) -> np.ndarray:
    """Return a picture of a set as it is, in colour if it has any, (h, w, 4) uint8."""
    picture = np.atleast_3d(pictures.take(np.array([index]))[0])
    opaque = np.full(picture.shape[:2], 255, np.uint8)
    return np.dstack([np.broadcast_to(picture, (*picture.shape[:2], 3)), opaque])


def is_training_digit(source: InputSource) -> bool:
    """Return whether a picture of a data set belongs to its training part."""
    return source.source.endswith(picture_sets.TRAIN_SUFFIX)


def find(source: str, number: int) -> InputSource:
    """Return the picture of a data set that a link names.

    Raises:
        Refusal: if this server has no such data set, or the data set no such picture. Nothing is downloaded.
    """
    name, part = picture_sets.SLUGS.get(source, ("", ""))
    published = published_sets.SETS.get(name)
    missing = not name or (published is not None and not published.is_cached(part))
    pictures = None if missing else picture_sets.request(name, part).wait(MAX_SECONDS).result
    if pictures is None or pictures.slug != source:
        raise Refusal("the digits of “{source}” are not on this server", source=source)
    if not 0 <= number < len(pictures.labels):
        raise Refusal("there is no digit with that number in this data set")
    return take_picture(pictures, number)
