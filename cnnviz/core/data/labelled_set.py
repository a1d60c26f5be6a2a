"""A set of labelled pictures that a visitor brought or drew, with the limits that it keeps to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape, checks
from cnnviz.core.visible_text import is_visible

MIN_CLASSES = 2
MAX_CLASSES = 100
MAX_CLASS_LENGTH = 40
"""Characters of the name of a class."""

MAX_NAME_LENGTH = 64
"""Characters of the name of a set."""

MAX_PICTURES = 70_000
"""As many as all of MNIST."""

MIN_SIDE, MAX_SIDE = 4, 64
"""Pixels a side of a picture; all pictures of a set are square and of one size."""

CHANNELS = (1, 3)

MAX_PIXEL_BYTES = 64_000_000
"""Bytes of all pixels of a set: 70,000 grey pictures of 28×28 take 55 MB."""

MAX_REPORTED = 50
"""Files that a report names; of the others it has the number alone."""

MIN_A_CLASS = 10
"""Pictures of a class below which its accuracy says little: a fifth of them, one or two, are tested on."""


@dataclass(frozen=True)
class LeftOut:
    """One file of a set that was not taken.

    Attributes:
        name: Its name, visible characters only.
        reason: Why, with what can be done about it.
    """

    name: str
    reason: Refusal


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Labelled pictures of one size.

    Attributes:
        name: Name of the set, 1 to `MAX_NAME_LENGTH` visible characters.
        pictures: (n, side, side, channels) uint8, read-only; n up to `MAX_PICTURES`, side `MIN_SIDE` to `MAX_SIDE`,
            1 or 3 channels.
        labels: (n,) uint8, read-only: indexes into `classes`.
        classes: `MIN_CLASSES` to `MAX_CLASSES` different names.
        report: What was left out and why, at most `MAX_REPORTED` of it.
        left_out: How many were left out in all.
        tested: How many pictures, at the end, the file keeps for the test; 0 if they are still to be chosen.

    Raises:
        Refusal: If anything is outside these limits.
    """

    name: str
    pictures: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: tuple[str, ...]
    report: tuple[LeftOut, ...] = ()
    left_out: int = 0
    tested: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(self.name))
        object.__setattr__(self, "classes", check_classes(self.classes))
        _check_pictures(self.pictures)
        _check_labels(self.labels, len(self.pictures), len(self.classes))
        checks.whole("tested", self.tested, 0, len(self.pictures) - 1)
        for name in ("pictures", "labels"):
            array = np.ascontiguousarray(getattr(self, name), np.uint8).view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def counts(self) -> np.ndarray:
        """Number of pictures of each class, (classes,) int64."""
        return np.bincount(self.labels, minlength=len(self.classes))

    @property
    def shape(self) -> Shape:
        """Rows, columns and channels of a picture."""
        side, _, channels = self.pictures.shape[1:]
        return side, side, channels

    @property
    def sha256(self) -> str:
        """Digest of the content: sizes, names of the classes, labels and pixels."""
        head = json.dumps([self.pictures.shape, self.classes]).encode()
        digest = hashlib.sha256(head)
        digest.update(self.labels.data)  # as they lie in memory: a copy would take up to 64 MB for a moment
        digest.update(self.pictures.data)
        return digest.hexdigest()

    def fit(self, shape: Shape) -> np.ndarray:
        """Return the pictures as a network with this input shape reads them; see `fit_pictures`."""
        return fit_pictures(self.pictures, shape)


def fit_pictures(pictures: np.ndarray, shape: Shape) -> np.ndarray:
    """Return pictures as a network with this input shape reads them.

    Args:
        pictures: (n, side, side, channels) uint8, 1 or 3 channels.
        shape: Rows, columns and channels, 1 or 3.

    Returns:
        (n, rows, columns, channels) uint8: scaled with antialiasing where the size differs; colours become their
        luminance where the network reads grey, grey is repeated where it reads colour.
    """
    rows, columns, channels = shape
    if channels not in CHANNELS:
        raise Refusal(
            "A network must read 1 or 3 channels to learn from pictures. Received: {channels}. Change its input.",
            channels=channels,
        )
    if pictures.shape[3] != channels:
        pictures = np.repeat(pictures, 3, axis=3) if channels == 3 else _to_grey(pictures)
    if pictures.shape[1:3] == (rows, columns):
        return pictures
    made = np.empty((len(pictures), rows, columns, channels), np.uint8)
    for target, picture in zip(made, pictures, strict=True):
        image = Image.fromarray(picture[..., 0] if channels == 1 else picture)
        scaled = np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR))
        target[:] = scaled.reshape(rows, columns, channels)
    return made


def check_name(name: object) -> str:
    """Return `name` without needless spaces. Raises `Refusal` if it is empty, too long or not visible."""
    if text := _clean_name(name, MAX_NAME_LENGTH):
        return text
    raise Refusal(
        "The name of a set must have 1 to {most} visible characters. Received: {name}. Choose a shorter, plain one.",
        most=MAX_NAME_LENGTH,
        name=checks.repr_of(name),
    )


def check_class(name: object) -> str:
    """Return the name of a class without needless spaces. Raises `Refusal` if it is empty, too long or not visible."""
    if text := _clean_name(name, MAX_CLASS_LENGTH):
        return text
    raise Refusal(
        "The name of a class must have 1 to {most} visible characters. Received: {name}. Choose a shorter, plain one.",
        most=MAX_CLASS_LENGTH,
        name=checks.repr_of(name),
    )


def _clean_name(name: object, most: int) -> str:
    """Return `name` without needless spaces; "" if nothing is left, or if it is too long or not visible."""
    text = " ".join(name.split()) if isinstance(name, str) else ""
    return text if len(text) <= most and is_visible(text) else ""


def check_classes(names: Sequence[object]) -> tuple[str, ...]:
    """Return the names of all classes. Raises `Refusal` if they are too few, too many, or two are the same."""
    if not isinstance(names, (list, tuple)) or not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        raise Refusal(
            "A set must have {least} to {most} classes. Received: {number}. Sort the pictures into others.",
            least=MIN_CLASSES,
            most=MAX_CLASSES,
            number=len(names) if isinstance(names, (list, tuple)) else checks.repr_of(names),
        )
    checked = tuple(check_class(name) for name in names)
    for name in checked:
        if checked.count(name) > 1:
            raise Refusal("Every class needs a name of its own. Received: {name} twice. Rename one.", name=name)
    return checked


def _check_pictures(pictures: np.ndarray) -> None:
    count, rows, columns, channels = pictures.shape if pictures.ndim == 4 else (0, 0, 0, 0)
    fits = MIN_SIDE <= rows == columns <= MAX_SIDE and channels in CHANNELS and pictures.dtype == np.uint8
    if not fits:
        raise Refusal(
            "Pictures must be squares of {least} to {most} pixels a side, grey or red, green and blue. "
            "Received: {shape}. Scale them first.",
            least=MIN_SIDE,
            most=MAX_SIDE,
            shape=f"{pictures.shape} {pictures.dtype}",
        )
    check_amount(count, pictures.nbytes)


def check_amount(count: int, pixel_bytes: int) -> None:
    """Raise `Refusal` unless a set may have this many pictures and bytes of pixels."""
    if not 1 <= count <= MAX_PICTURES:
        raise Refusal(
            "A set must have 1 to {most} pictures. Received: {count}. Take fewer of each class.",
            most=MAX_PICTURES,
            count=count,
        )
    if pixel_bytes > MAX_PIXEL_BYTES:
        raise Refusal(
            "The pixels of a set may take {most} MB. Received: {size} MB. Take fewer or smaller pictures.",
            most=MAX_PIXEL_BYTES // 1_000_000,
            size=-(-pixel_bytes // 1_000_000),
        )


def _check_labels(labels: np.ndarray, pictures: int, classes: int) -> None:
    if labels.shape != (pictures,) or labels.dtype.kind not in "iu" or not 0 <= labels.min() <= labels.max() < classes:
        raise Refusal(
            "Every picture needs a label from 0 to {most}. Received: others. Label all pictures.", most=classes - 1
        )


def _to_grey(pictures: np.ndarray) -> np.ndarray:
    """Return the luminance (n, rows, columns, 1) of colours, by ITU-R BT.601 as Pillow computes it."""
    red, green, blue = (pictures[..., channel].astype(np.uint32) for channel in range(3))
    grey: np.ndarray = ((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16).astype(np.uint8)
    return grey[..., None]
