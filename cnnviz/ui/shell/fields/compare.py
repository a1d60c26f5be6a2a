"""Fields of the page Compare: the two networks, which digits are looked at, and what is done to the learner's digit."""

from __future__ import annotations

import re

from cnnviz.core.errors import Refusal
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import Codec, Field, whole

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

FIELDS = (
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
    Field("speed", None),  # the task that measures the time a digit, while it runs and after
)
