"""A set of a visitor's own drawings: classes by name, and drawings as strokes, collected one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from cnnviz.core.data import labelled_set
from cnnviz.core.data.labelled_set import MIN_CLASSES, LabelledSet
from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import Drawing, render
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks

MAX_CLASSES = 20

MAX_DRAWINGS = 1_000
"""Drawings of all classes together: some 300 kB."""

MAX_CODE_LENGTH = 8_000
"""Characters of a drawing as links spell it."""

VERSION = 1


@dataclass(frozen=True)
class DrawnSet:
    """Drawings by class.

    Attributes:
        classes: Names, none before they were chosen, else `MIN_CLASSES` to `MAX_CLASSES`.
        drawings: Class and strokes (`url_codec.encode`) of each drawing, oldest first.
    """

    classes: tuple[str, ...] = ()
    drawings: tuple[tuple[int, str], ...] = ()

    @property
    def counts(self) -> list[int]:
        """Number of drawings of each class."""
        labels = [label for label, _ in self.drawings]
        return [labels.count(label) for label in range(len(self.classes))]

    def rename(self, names: Sequence[str]) -> DrawnSet:
        """Return the set with other classes.

        As many names as before rename the classes in their order; otherwise drawings stay with the name of their class.

        Raises:
            Refusal: If a name cannot be taken, or a class with drawings would be gone.
        """
        classes = _check_classes(names)
        if len(classes) == len(self.classes):
            return replace(self, classes=classes)
        for label, count in enumerate(self.counts):
            if count and self.classes[label] not in classes:
                raise Refusal(
                    "{name} has drawings, so it must stay a class. Received: names without it. Add its name, or delete "
                    "the drawings first.",
                    name=self.classes[label],
                )
        place = {name: number for number, name in enumerate(classes)}
        return DrawnSet(classes, tuple((place[self.classes[label]], code) for label, code in self.drawings))

    def add(self, label: int, drawing: Drawing) -> DrawnSet:
        """Return the set with one drawing more. Raises `Refusal` if there is nothing on the paper, or no room."""
        if not 0 <= label < len(self.classes):
            raise Refusal("A drawing needs a class. Received: none. Choose one first.")
        code = url_codec.encode(drawing)
        if not code or _prepare(code) is None:
            raise Refusal("There is nothing on the paper. Draw something first, then add it.")
        if len(code) > MAX_CODE_LENGTH:
            raise Refusal("This drawing has too many strokes for a set. Clear the paper and draw it again.")
        if len(self.drawings) >= MAX_DRAWINGS:
            raise Refusal("A set may have {most} drawings. Train on these, or take some back.", most=MAX_DRAWINGS)
        return replace(self, drawings=(*self.drawings, (label, code)))

    def take_back(self) -> DrawnSet:
        """Return the set without its newest drawing."""
        return replace(self, drawings=self.drawings[:-1])

    def select_pictures(self, label: int, most: int) -> list[np.ndarray]:
        """Return the newest pictures of a class, newest first, at most so many: (28, 28) uint8 each."""
        codes = [code for each, code in reversed(self.drawings) if each == label][:most]
        return [picture for picture in map(_prepare, codes) if picture is not None]

    def build(self, name: str) -> LabelledSet:
        """Return the drawings as pictures, prepared as what is drawn on the pad is.

        Raises:
            Refusal: If fewer than two classes have drawings; classes without any are left out.
        """
        used = sorted({label for label, _ in self.drawings})
        if len(used) < MIN_CLASSES:
            raise Refusal(
                "A network learns to tell classes apart. Received: drawings of {number}. Draw another class.",
                number=len(used),
            )
        pictures = [(used.index(label), _prepare(code)) for label, code in self.drawings]
        shown = [(label, picture) for label, picture in pictures if picture is not None]
        return LabelledSet(
            name,
            np.stack([picture for _, picture in shown])[..., None],
            np.array([label for label, _ in shown], np.uint8),
            tuple(self.classes[label] for label in used),
        )

    def to_json(self) -> dict[str, Any]:
        """Return this set as plain data for `json.dumps`."""
        return {"version": VERSION, "classes": list(self.classes), "drawings": [list(each) for each in self.drawings]}

    @classmethod
    def from_json(cls, data: object) -> DrawnSet:
        """Return the set that `to_json` described. Raises `Refusal` for anything else."""
        table = checks.table("drawings", data, {"version", "classes", "drawings"})
        checks.whole("version", table["version"], VERSION, VERSION)
        classes = _check_classes(table["classes"]) if table["classes"] else ()
        drawings = table["drawings"]
        if not isinstance(drawings, list) or len(drawings) > MAX_DRAWINGS:
            raise Refusal("`drawings` must be a list of at most {most}. Draw again.", most=MAX_DRAWINGS)
        return cls(classes, tuple(_check_drawing(each, len(classes)) for each in drawings))


def split_names(text: str) -> list[str]:
    """Return the names that a line of text lists, separated by commas."""
    return [name for name in (" ".join(part.split()) for part in text.split(",")) if name]


def _check_classes(names: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(names, (list, tuple)) or not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        raise Refusal(
            "Name {least} to {most} classes, separated by commas. Received: {number}.",
            least=MIN_CLASSES,
            most=MAX_CLASSES,
            number=len(names) if isinstance(names, (list, tuple)) else 0,
        )
    return labelled_set.check_classes(names)


def _check_drawing(entry: object, classes: int) -> tuple[int, str]:
    match entry:
        case [int() as label, str() as code] if 0 <= label < classes and 0 < len(code) <= MAX_CODE_LENGTH:
            return int(label), code
    raise Refusal("A drawing must have its class and its strokes. Received: {value}.", value=checks.repr_of(entry))


@lru_cache(maxsize=4_096)
def _prepare(code: str) -> np.ndarray | None:
    """Return a drawing as (28, 28) uint8, read-only; None without ink, or if it cannot be decoded."""
    try:
        prepared = preprocessing.from_canvas(render(url_codec.decode(code)))
    except ValueError:
        return None
    if prepared.empty:
        return None
    picture: np.ndarray = np.rint(prepared.digit * 255).astype(np.uint8)
    picture.flags.writeable = False
    return picture
