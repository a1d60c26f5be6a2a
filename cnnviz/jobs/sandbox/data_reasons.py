"""Limits on uploaded data files, and every reason for which one, or a part of one, is not taken.

The child process that reads the file names a reason by its key and gives values; the words come from here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cnnviz.core.messages import gettext_noop

MAX_BYTES = 30_000_000
"""Bytes of a file that is uploaded."""

MAX_UNPACKED_BYTES = 400_000_000
"""Bytes that everything in a file may take unpacked."""

MAX_ZIP_PICTURES = 20_000
"""Pictures in a ZIP file; each is decoded by itself."""

MAX_ENTRIES = 40_000
"""Entries of a ZIP file, folders and what is skipped included."""

MAX_PICTURE_BYTES = 10_000_000
"""Bytes of one picture in a ZIP file."""

MAX_FILE_PIXELS = 16_000_000
"""Pixels of one picture in a ZIP file, before it is scaled."""

AUTO, DRAWINGS, PHOTOS = "auto", "drawings", "photos"
PREPARATIONS = (AUTO, DRAWINGS, PHOTOS)
"""How the pictures in a ZIP file are prepared.

- "auto": as they are if all are squares of one size up to 64 pixels, else as "drawings".
- "drawings": the ink is found and brought to 28×28 grey, as with what is drawn on the pad.
- "photos": the whole picture, scaled to 28×28 grey or 32×32 in colour.
"""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # About the file as a whole.
        "kind": gettext_noop(
            "This is not a file with labelled pictures. Choose a ZIP file with a folder for each class, a CSV file of "
            "labels and pixels, or a NumPy file (.npz, .npy)."
        ),
        "unsound": gettext_noop(
            "This file is damaged, or not as programs write it. Please save it again and try once more."
        ),
        "damaged-zip": gettext_noop("This ZIP file is damaged or cut short. Please pack it again and try once more."),
        "damaged-array": gettext_noop(
            "This NumPy file is damaged or cut short. Please save it again with numpy.savez_compressed."
        ),
        "around-zip": gettext_noop(
            "There are bytes before or after the contents of this ZIP file. Please pack it again and try once more."
        ),
        "entries": gettext_noop("This ZIP file has {number} entries, but at most {most} are read. Please pack fewer."),
        "unpacked": gettext_noop(
            "Unpacked, this file takes {size} MB, but at most {most} MB are read. Please take fewer or smaller "
            "pictures."
        ),
        "symlink": gettext_noop(
            "This ZIP file has a link in it, {name}. Links are not followed; please pack the pictures themselves."
        ),
        "path": gettext_noop(
            "A name in this ZIP file leads out of it: {name}. Please pack the folders of the classes again."
        ),
        "twice": gettext_noop("This ZIP file has {name} twice. Please pack it again, each picture once."),
        "overlap": gettext_noop("Two entries of this ZIP file share bytes. Please pack it again and try once more."),
        "encrypted": gettext_noop("{name} is encrypted. Please pack the pictures without a password."),
        "method": gettext_noop(
            "{name} is packed in a way that is not read here. Please pack the pictures as a plain ZIP file."
        ),
        "no-pictures": gettext_noop(
            "There are no pictures in the folders of this ZIP file. It needs a folder for each class, with pictures "
            "(PNG, JPEG, GIF, WebP or BMP) in it."
        ),
        "none-read": gettext_noop(
            "None of the {number} pictures in this ZIP file can be read. The first, {name}: {reason}"
        ),
        "one-class": gettext_noop(
            "All pictures are of one class, {name}. A network learns to tell classes apart: add a folder, or labels, "
            "of a second one."
        ),
        "classes": gettext_noop(
            "There are {number} classes, but at most {most} are taken. Please choose some of them, or check which "
            "column has the labels."
        ),
        "class-name": gettext_noop(
            "The name of a class must have 1 to {most} visible characters. Received: {name}. Please rename it."
        ),
        "pictures": gettext_noop("There are {number} pictures, but at most {most} are taken. Please take fewer."),
        "pixel-bytes": gettext_noop(
            "The pixels of all pictures take {size} MB, but at most {most} MB are taken. Please take fewer or smaller "
            "pictures."
        ),
        # About a table.
        "encoding": gettext_noop("Line {line} is not text in UTF-8. Please save the table as CSV in UTF-8."),
        "line-length": gettext_noop(
            "Line {line} is too long for a picture of 64 × 64 pixels. Please scale them first."
        ),
        "no-rows": gettext_noop("There are no pictures in this table. Each line has a label and the pixels of one."),
        "columns": gettext_noop(
            "Line {line} has {number} columns. A picture needs its label and as many pixels as a square has, such as "
            "1 + 784 for 28 × 28 or 1 + 3,072 for 32 × 32 in colour."
        ),
        "uneven": gettext_noop(
            "Line {line} has {number} columns, those before it have {expected}. Please mend this line and try again."
        ),
        "label-place": gettext_noop(
            "The header must name the first or the last column label, class or target. Received: {first} and {last}. "
            "Please rename that column."
        ),
        "label": gettext_noop("The label in line {line} is empty or too long. Please label every picture."),
        "value": gettext_noop(
            "Line {line} has a pixel that is no number from 0 to 255: {value}. Please mend this line and try again."
        ),
        # About arrays.
        "pickle": gettext_noop(
            "{name} holds Python objects, which are not opened because they may run code. Please save plain numbers: "
            "pictures as uint8, labels as integers or text."
        ),
        "array-kind": gettext_noop(
            "{name} has values of the kind {kind}. Please save pictures as whole numbers from 0 to 255 or as fractions "
            "from 0 to 1, labels as integers or text."
        ),
        "keys": gettext_noop(
            "The arrays in this file are called {names}. Please call the pictures x and the labels y, or images and "
            "labels, or x_train and y_train."
        ),
        "one-array": gettext_noop(
            "A single array must have a label and the pixels of a picture in each row. Received: {shape}. Please save "
            "pictures and labels together with numpy.savez_compressed."
        ),
        "array-shape": gettext_noop(
            "The pictures have the shape {shape}. Squares of {least} to {most} pixels a side are read: (n, side, "
            "side), with 1 or 3 channels last, or (n, pixels)."
        ),
        "lengths": gettext_noop("There are {pictures} pictures but {labels} labels. Each picture needs one label."),
        "array-range": gettext_noop(
            "The pictures have values from {low} to {high}. Please save whole numbers from 0 to 255 or fractions from "
            "0 to 1."
        ),
        "label-shape": gettext_noop(
            "The labels have the shape {shape}. Please save one label for each picture, not a row of shares."
        ),
        "label-array": gettext_noop("The labels are not whole numbers or short texts. Please save them as such."),
        # About one picture of a ZIP file.
        "no-folder": gettext_noop("It lies in no folder of a class."),
        "not-picture": gettext_noop("It is not a PNG, JPEG, GIF, WebP or BMP file."),
        "damaged": gettext_noop("It is damaged or cut short."),
        "picture-bytes": gettext_noop("It has {size} MB; a picture may have {most} MB."),
        "picture-pixels": gettext_noop("It has {width} × {height} pixels; {most} million are read."),
        "picture-small": gettext_noop("It has {width} × {height} pixels, too few to show anything."),
        "no-ink": gettext_noop("There is no ink on it, or no paper around the ink."),
        "time": gettext_noop("There was no time left to read it; send fewer or smaller pictures."),
    }
)
"""Key -> words, with the fields of the values that the child gives."""

MAX_VALUE_LENGTH = 80
"""Characters of a value that the child gives."""


class DataProblem(Exception):  # noqa: N818  (as a `Refusal`, an answer and not an error of the program)
    """Raised by what reads a data file: the file, or one picture of it, is not taken.

    Attributes:
        key: Of `REASONS`.
        values: Numbers and short texts for its fields; a problem where a field is a sentence of its own.
    """

    def __init__(self, key: str, **values: str | int | float | DataProblem) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def to_json(self) -> list[Any]:
        """Return key and values as plain data for `json.dumps`."""
        values = {
            name: value.to_json() if isinstance(value, DataProblem) else value for name, value in self.values.items()
        }
        return [self.key, values]
