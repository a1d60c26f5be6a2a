"""Fields of the page Data: the data set, what of it is on the sheet, the chosen picture, and the batch."""

from __future__ import annotations

from cnnviz.core.data import colour_digits, picture_sets, published_sets
from cnnviz.core.lessons.data import augmented, rows
from cnnviz.jobs.sandbox import data_reasons
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import Field, whole

ALL = "all"

MAX_INDEX = max(max(each.sizes.values()) for each in published_sets.SETS.values()) - 1
"""Largest index in a link: that of the largest part, and of no smaller one of a visitor's own."""

MAX_SHEETS = MAX_INDEX // rows.PER_SHEET
"""Largest number of a sheet in a link, counted from 0."""

LABELS = range(max(len(each.classes) for each in published_sets.SETS.values()))
"""Labels in a link. Of a set with fewer classes, all are shown for those that it lacks."""

BATCH = 4
"""Pictures of the batch whose axes are shown."""

MAX_PLACE = colour_digits.SIDE - 1

PREPARATIONS = {
    data_reasons.AUTO: gettext_noop("Automatic"),
    data_reasons.DRAWINGS: gettext_noop("Signs on paper"),
    data_reasons.PHOTOS: gettext_noop("Whole pictures"),
}
"""Preparation of the pictures in a ZIP file -> label."""

FIELDS = (
    # A visitor's own set is a further value, which no link carries.
    Field(
        "data_set",
        picture_sets.MNIST,
        "set",
        options=picture_sets.NAMES,
        written=lambda get: get("data_set") in picture_sets.NAMES,
    ),
    Field("data_split", picture_sets.TEST, "split", options=rows.SPLITS),
    Field(
        "data_label",
        ALL,
        "label",
        options={ALL: gettext_noop("all"), **{str(label): str(label) for label in LABELS}},
        written=lambda get: get("data_set") in picture_sets.NAMES,
    ),
    Field("data_sheet", 0, "sheet", whole(0, MAX_SHEETS)),
    Field("data_index", -1, "index", whole(0, MAX_INDEX)),  # the chosen picture; -1: the first on the sheet
    Field("data_typed", ""),  # the index that was typed into the search
    Field("data_problem", None),  # the Refusal that it got
    Field(
        "data_numbers",
        "bytes",
        "numbers",
        options={"bytes": gettext_noop("0 to 255"), "shares": gettext_noop("0 to 1")},
    ),
    Field(
        "data_channel",  # of a picture in colour
        "0",
        "plane",
        options={"0": gettext_noop("red"), "1": gettext_noop("green"), "2": gettext_noop("blue")},
    ),
    Field("data_augmentation", "affine", "augment", options=augmented.KINDS),
    Field("data_draw", 0),  # which draw of augmented copies is shown
    # the visitor's own set
    Field("own_drawn", None),  # the DrawnSet as it is on disk; None before it was read
    Field("own_class", 0),  # the class to which the next drawing is added
    Field("own_revision", 0),  # of the paper
    Field("own_deletions", 0),  # how often all drawings were deleted
    Field("own_problem", None),  # the Refusal of what was done last to the drawings
    Field("own_upload", None),  # what was read of the last file (`Opened`), or the Refusal
    Field("own_uploads", 0),  # files that were read: each has an uploader of its own
    Field("own_preparation", data_reasons.AUTO, options=PREPARATIONS),
    Field("data_fetching", ""),  # the data set whose archive this visitor has begun to fetch
    Field("own_adding", ""),  # the published set that is being added to the visitor's own
    Field("own_changed", False),  # whether the page does not know yet which sets there are
    # one number of the batch
    Field("batch_sample", 0, "sample", whole(0, BATCH - 1)),
    Field("batch_row", 14, "line", whole(0, MAX_PLACE)),
    Field("batch_column", 14, "across", whole(0, MAX_PLACE)),
    Field("batch_channel", 0, "tint", whole(0, colour_digits.CHANNELS - 1)),
)
