"""Fields of the page Compare: the two networks, which digits are looked at, and what is done to the learner's digit."""

from __future__ import annotations

import re

from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation.fooling import CHANGES
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, Codec, Field, whole

FIRST_ONE, FIRST_OTHER = "dense-64", "cnn-32-64-64"
"""The networks that are compared at first: those of a tutorial that sets a dense network against a CNN."""

MAX_SHEET = 400
"""Sheets of 30 digits of a test set, at most."""


def _read_cell(text: str) -> tuple[int, int]:
    if not re.fullmatch("[0-9]-[0-9]", text):
        raise Refusal("A mistake in a link is spelled label-answer, such as 4-9. Received: {value}.", value=text)
    return int(text[0]), int(text[2])


CELL = Codec(lambda cell: f"{cell[0]}-{cell[1]}", _read_cell)
"""A cell of a confusion matrix: label and answer."""

SECTIONS = ("sheet-of-30", "networks", "confusion", "calibration", "drawn", "embedding", "fool-it")
"""Sections of the page that fold away."""

FIRST_UNFOLDED = SECTIONS[:3]
"""Those that show what was computed beforehand; the others compute, or load what draws charts."""


def _read_sections(text: str) -> tuple[str, ...]:
    names = tuple(text.split(".")) if text else ()
    if set(names) - set(SECTIONS):
        raise Refusal("A link can unfold {names}. Received: {value}.", names=", ".join(SECTIONS), value=text[:60])
    return names


FIELDS = (
    Field("unfolded", FIRST_UNFOLDED, "open", Codec(".".join, _read_sections)),
    Field("compare_one", FIRST_ONE, "one"),  # which there are depends on the visitor: see `shell.url`
    Field("compare_other", FIRST_OTHER, "other"),
    Field(
        "networks_by",
        "accuracy",
        "by",
        options={
            "accuracy": gettext_noop("accuracy"),
            "loss": gettext_noop("loss"),
            "parameters": gettext_noop("parameters"),
            "multiplications": gettext_noop("multiplications"),
            "trained": gettext_noop("time to train"),
            "name": gettext_noop("name"),
        },
    ),
    # the sheet of 30
    Field(
        "sheet_shows",
        "all",
        "which",
        options={
            "all": gettext_noop("All digits"),
            "apart": gettext_noop("One right, one wrong"),
            "both": gettext_noop("Both wrong"),
        },
    ),
    Field("sheet_page", 0, "thirty", whole(0, MAX_SHEET)),
    # the confusion matrix
    Field(
        "matrix_of", "one", "matrix", options={"one": gettext_noop("the first"), "other": gettext_noop("the second")}
    ),
    Field("matrix_as", "counts", "cells", options={"counts": gettext_noop("Counts"), "shares": gettext_noop("Shares")}),
    Field("matrix_cell", None, "misread", CELL),  # label and answer of the digits that are shown; None: none
    # fool it
    Field(
        "fool_how",
        "right",
        "fool",
        options={
            **{name: change.label for name, change in CHANGES.items()},
            "written letters": gettext_noop("Letter"),
            "scribbles": gettext_noop("Scribble"),
            "symbols": gettext_noop("Symbol"),
        },
    ),
    Field("fool_amount", -1, "far", whole(0, 40)),  # index among the amounts; -1: the one that changes nothing
    Field("fool_other", 8, "into", whole(0, 9)),  # class of the test digit that a morph ends in
    Field("fool_kept", None),  # the learner's own digit that it ends in, (28, 28) float32, or None
    Field("fool_seed", 1, "draw", whole(0, 9999)),  # which picture without a digit is shown
    Field("fool_attack", None),  # the digit, both networks, and the task that finds a few pixels for them
    # the map of digits
    Field("map_of", "other", "of", options={"one": gettext_noop("the first"), "other": gettext_noop("the second")}),
    Field(
        "map_by",
        "components",
        "placed",
        options={"components": gettext_noop("principal components"), "neighbours": gettext_noop("t-SNE")},
    ),
    Field("map_layer", "", "values", LAYER_NAME),  # a name that is not there: the last one
    Field("evaluating", {}),  # own network -> the task that reads the test digits with it
    Field("speed", None),  # the task that measures the time a digit, while it runs and after
)
