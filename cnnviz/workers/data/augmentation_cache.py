"""Make augmented copies of the examples once and cache them on disk while a network trains; epochs take turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnnviz.core.drawing import preprocessing
from cnnviz.core.drawing.strokes import render
from cnnviz.workers.data import stroke_augmentation
from cnnviz.workers.data.pen_strokes import PenDigit

LabelledImages = tuple[np.ndarray, np.ndarray]
"""Images `(n, 28, 28)` uint8 and labels `(n,)` uint8."""

CANVAS = 112
"""Side of the canvas that augmented strokes are rendered on: smaller than the visitor's, for speed, and still four
times what a network reads."""


def load_or_make(path: Path, make: Callable[[], LabelledImages]) -> LabelledImages:
    """Load the images and labels at `path`, or make and save them there."""
    if not path.is_file():
        images, labels = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        np.savez(unfinished, images=images, labels=labels)
        unfinished.replace(path)
    with np.load(path) as arrays:
        return arrays["images"], arrays["labels"]


def augment_strokes(digits: tuple[PenDigit, ...], random: np.random.Generator) -> np.ndarray:
    """Redraw every pen digit once, preprocessed like a visitor's drawing: `(n, 28, 28)` uint8."""
    made = np.empty((len(digits), 28, 28), np.uint8)
    for index, item in enumerate(digits):
        canvas = render(stroke_augmentation.augment(item, random), CANVAS)
        made[index] = np.round(preprocessing.from_canvas(canvas).digit * 255)
    return made
