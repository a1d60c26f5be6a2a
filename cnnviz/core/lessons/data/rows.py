"""Which pictures of a data set a sheet shows, and where on it a picture is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnviz.core.data import split
from cnnviz.core.data.picture_sets import TEST, TRAIN, PictureSet
from cnnviz.core.errors import Refusal
from cnnviz.core.layers.checks import repr_of
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.training_plan import TrainingPlan

VALIDATION = "validation"
SPLITS = {
    TRAIN: gettext_noop("Training"),
    VALIDATION: gettext_noop("Validation"),
    TEST: gettext_noop("Test"),
}
"""Split -> label. The validation set is held out of the training part."""

PLAN = TrainingPlan(examples=60_000, validation_examples=6_000, seed=1)
"""The plan whose split is shown: that of the network `cnn-32-32`. Other data sets hold out the same share."""

SIDE = 9
PER_SHEET = SIDE * SIDE
"""Pictures on a sheet: nine rows of nine."""

MAX_INDEX_DIGITS = 9
"""Characters of an index that are read as a number."""


def get_part(name: str) -> str:
    """Return the part of a data set, `TRAIN` or `TEST`, that holds a split."""
    return TEST if name == TEST else TRAIN


def count_parts(available: int) -> tuple[int, int]:
    """Return how many pictures of a training part are learned from and how many held out, in `PLAN`'s shares.

    A larger part than the plan's is divided whole too, so that each of its pictures is on some sheet.
    """
    held_out = -(-PLAN.validation_examples * available // PLAN.examples)
    return available - held_out, held_out


@lru_cache(maxsize=16)
def select_rows(pictures: PictureSet, name: str, label: int | None = None) -> np.ndarray:
    """Return the rows of a part that belong to the split `name`, ascending; with a `label` only those that have it.

    The training and validation splits are the plan's own draw (`split.order_stratified`), each class in its share.

    Returns:
        (n,) int32 row numbers, read-only.
    """
    rows = np.arange(len(pictures.labels), dtype=np.int32)
    if name != TEST:
        learned, held_out = count_parts(len(rows))
        order = split.order_stratified(pictures.labels, PLAN.seed)
        rows = np.sort(order[:held_out] if name == VALIDATION else order[held_out : held_out + learned])
    if label is not None:
        rows = rows[pictures.labels[rows] == label]
    rows.flags.writeable = False
    return rows


def count_sheets(rows: np.ndarray) -> int:
    """Return how many sheets show these rows; one at least."""
    return max(1, -(-len(rows) // PER_SHEET))


def cut_sheet(rows: np.ndarray, number: int) -> np.ndarray:
    """Return the rows on a sheet, counted from 0; the last sheet for a number beyond it."""
    first = min(number, count_sheets(rows) - 1) * PER_SHEET
    return rows[first : first + PER_SHEET]


def parse_index(text: object, count: int) -> int:
    """Return the index that `text` spells, of so many pictures. Raises `Refusal` for anything but one of them."""
    typed = str(text).strip().replace(",", "")
    fits = typed.isascii() and typed.isdecimal() and len(typed) <= MAX_INDEX_DIGITS
    if not fits or int(typed) >= count:
        raise Refusal(
            "An index must be a whole number from 0 to {highest}. Received: {value}. Type one in that range.",
            highest=f"{count - 1:,}",
            value=repr_of(text),
        )
    return int(typed)


def find_sheet(rows: np.ndarray, index: int) -> int:
    """Return the number of the sheet that shows the row `index`. Raises `Refusal` if it is not among `rows`."""
    place = int(np.searchsorted(rows, index))
    if place >= len(rows) or rows[place] != index:
        raise Refusal(
            "The picture with the index {index} is not among those shown: it has another label, or belongs to another "
            "set. Choose all labels, or the other set.",
            index=index,
        )
    return place // PER_SHEET
