"""Names of classes in the `metadata.json` of a `.keras` file, where cnnviz writes them and Keras ignores them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnviz.core.networks.architecture import Architecture
from cnnviz.workers.model_files import class_names
from cnnviz.workers.model_files.keras_graph import Note

KEY, CLASSES = "cnnviz", "classes"
"""Key of what cnnviz writes, and the names of the classes in it."""


def name_classes(architecture: Architecture, metadata: Any) -> tuple[Architecture, tuple[Note, ...]]:
    """Return an architecture with the names of classes that a file states, and what is different from them."""
    told = metadata.get(KEY) if isinstance(metadata, dict) else None
    stated = told.get(CLASSES) if isinstance(told, dict) else None
    if not isinstance(stated, list):
        return architecture, ()
    classes, notes = class_names.read_names(stated, len(architecture.classes))
    return (architecture if classes is None else replace(architecture, classes=classes)), notes
