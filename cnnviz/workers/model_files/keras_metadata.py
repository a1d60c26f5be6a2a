"""Read the `metadata.json` of a `.keras` file: the version of Keras, and names of classes.

cnnviz writes the names; Keras ignores them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnviz.core.networks.architecture import Architecture
from cnnviz.workers.model_files import class_names
from cnnviz.workers.model_files.ending import Note

KEY, CLASSES = "cnnviz", "classes"
"""Key of what cnnviz writes, and the names of the classes in it."""

MAX_VERSION = 100
"""Bytes of a version."""


def read_version(metadata: Any) -> str:
    """Return the version of Keras that has written a file; "" if the file does not say it."""
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return version[:MAX_VERSION] if isinstance(version, str) else ""


def name_classes(architecture: Architecture, metadata: Any) -> tuple[Architecture, tuple[Note, ...]]:
    """Return an architecture with the names of classes that a file states, and what is different from them."""
    told = metadata.get(KEY) if isinstance(metadata, dict) else None
    stated = told.get(CLASSES) if isinstance(told, dict) else None
    if not isinstance(stated, list):
        return architecture, ()
    classes, notes = class_names.read_names(stated, len(architecture.classes))
    return (architecture if classes is None else replace(architecture, classes=classes)), notes
