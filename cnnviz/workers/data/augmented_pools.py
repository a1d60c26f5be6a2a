"""Pools of augmented examples: made once, kept on disk while a network trains, used by turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnnviz.core.drawing import preprocessing
from cnnviz.core.drawing.strokes import render
from cnnviz.workers.data import image_augmentation, stroke_augmentation
from cnnviz.workers.data.pen_strokes import PenDigit

Pool = tuple[np.ndarray, np.ndarray]
"""Images `(n, 28, 28)` uint8 and labels `(n,)` uint8."""

CANVAS = 112
"""Side of the canvas that varied strokes are painted on: less than the visitor's, for speed, and still four times
what a network reads."""

CHUNK = 1000
UNCHANGED = 0.15
"""Share of MNIST's digits that a pool holds as they are."""


def kept(path: Path, make: Callable[[], Pool]) -> Pool:
    """Read the images and labels at `path`, or make them and keep them there."""
    if not path.is_file():
        images, labels = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        np.savez(unfinished, images=images, labels=labels)
        unfinished.replace(path)
    with np.load(path) as arrays:
        return arrays["images"], arrays["labels"]


def of_images(images: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One augmented copy of every image, uint8 like the original."""
    made = images.copy()
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        varied = image_augmentation.varied(images[part] / np.float32(255), labels[part], random)
        made[part] = np.round(varied * 255)
    same = random.random(len(images)) < UNCHANGED
    made[same] = images[same]
    return made


def of_strokes(digits: tuple[PenDigit, ...], random: np.random.Generator) -> np.ndarray:
    """One more drawing of every pen digit, prepared as a visitor's would be: `(n, 28, 28)` uint8."""
    made = np.empty((len(digits), 28, 28), np.uint8)
    for index, item in enumerate(digits):
        canvas = render(stroke_augmentation.varied(item, random), CANVAS)
        made[index] = np.round(preprocessing.from_canvas(canvas).digit * 255)
    return made
