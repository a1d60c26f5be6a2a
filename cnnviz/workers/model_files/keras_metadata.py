"""Names of classes in the `metadata.json` of a `.keras` file, where cnnviz writes them and Keras ignores them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture

KEY, CLASSES = "cnnviz", "classes"
"""Key of what cnnviz writes, and the names of the classes in it."""


def name_classes(architecture: Architecture, metadata: Any) -> Architecture:
    """Return an architecture with the names of classes that a file states, if they are as many and can be shown."""
    told = metadata.get(KEY) if isinstance(metadata, dict) else None
    classes = told.get(CLASSES) if isinstance(told, dict) else None
    if not isinstance(classes, list) or len(classes) != len(architecture.classes):
        return architecture
    try:
        return replace(architecture, classes=tuple(classes))
    except Refusal:
        return architecture
