"""The forms in which a network can be exported: one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnnviz.core.messages import gettext_noop

WORKER = "export_network"
"""The module of `cnnviz.workers.entry` that makes files, each by the name of its form."""

MAX_FILE_NAME_LENGTH = 40


@dataclass(frozen=True)
class ExportForm:
    """A form in which a network can be exported.

    Attributes:
        name: Its name, for the worker.
        ending: End of the file's name.
        purpose: What it is good for, in one sentence.
        mime: Its media type.
        worker: The module of `cnnviz.workers.entry` that makes it in some seconds; "" for one that is made at once.
    """

    name: str
    ending: str
    purpose: str
    mime: str
    worker: str = ""


KERAS = ExportForm(
    "keras",
    ".keras",
    gettext_noop("The network for Keras: `keras.models.load_model` opens it and computes the same numbers."),
    "application/zip",
    WORKER,
)
SAFETENSORS = ExportForm(
    "safetensors",
    ".safetensors",
    gettext_noop("Weights, layers, names of classes and card as plain data, for another cnnviz or for NumPy."),
    "application/octet-stream",
)
ONNX = ExportForm(
    "onnx",
    ".onnx",
    gettext_noop("For ONNX Runtime, Netron and other programs, without Keras; layers for training only are left out."),
    "application/octet-stream",
    WORKER,
)
PROGRAM = ExportForm(
    "program",
    ".py",
    gettext_noop("A Keras program that builds the same layers, and trains them where the data is known; no weights."),
    "text/x-python",
)

FORMS: tuple[ExportForm, ...] = (KERAS, SAFETENSORS, ONNX, PROGRAM)
"""In the order in which they are offered."""


def make_file_name(title: str) -> str:
    """Return `title` as the beginning of a file name that is valid on any system."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:MAX_FILE_NAME_LENGTH] or "network"
