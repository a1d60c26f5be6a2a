"""Bring a 28x28 digit to the input of any network: another size, other channels, bytes instead of shares."""

from __future__ import annotations

import numpy as np
from PIL import Image

from cnnviz.core.data import colour_digits
from cnnviz.core.layers import Shape
from cnnviz.core.networks.architecture import Architecture

DIGIT: Shape = (28, 28, 1)
"""Input of a network that reads a prepared digit as it is."""

COLOURS = 3
"""Channels from which on a network reads colours; a fourth is opacity."""


def reads_colours(shape: Shape) -> bool:
    """Return whether a network with this input shape reads ink and paper in colour."""
    return shape[2] >= COLOURS


def is_usual(architecture: Architecture) -> bool:
    """Return whether a network reads prepared digits, or colour digits, as all that come with the app do."""
    return has_usual_shape(architecture) and architecture.highest_input == 1


def has_usual_shape(architecture: Architecture) -> bool:
    """Return whether a network reads the shape of prepared digits or of colour digits, in whatever range."""
    return architecture.input_shape in (DIGIT, colour_digits.INPUT_SHAPE)


def fit_digit(digit: np.ndarray, architecture: Architecture, ink: str, paper: str) -> np.ndarray:
    """Convert a digit to what a network reads.

    A digit is scaled to the shorter side (bilinear, with antialiasing where it shrinks) and stands in the middle of
    the longer one. Two channels are ink and opacity, three or four are colours, and opacity is 1.

    Args:
        digit: (28, 28) float32 in [0, 1], the ink.
        architecture: That of the network.
        ink: Colour of the ink as "#rrggbb", for networks that read colours.
        paper: Colour of the paper.

    Returns:
        (rows, columns) float32 for one channel, else (rows, columns, channels), from 0 to `highest_input`.
    """
    shape, highest = architecture.input_shape, np.float32(architecture.highest_input)
    if shape == DIGIT:
        made = digit
    elif colour_digits.reads_colour(shape):
        made = colour_digits.colour_from_hex(digit, ink, paper)
    else:
        made = _add_channels(_scale(digit, *shape[:2]), shape[2], ink, paper)
    return made if highest == 1 else made * highest


def fit_test_digits(digits: np.ndarray, architecture: Architecture, first: int = 0) -> np.ndarray:
    """Convert digits of a test set as `fit_digit` does, where colours are read in those of the colour digits.

    Args:
        digits: (n, 28, 28) float32 in [0, 1], those from number `first` on.
        architecture: That of the network.
        first: Number of the first of them, which its ink and paper depend on.

    Returns:
        (n, ...) float32, each as `fit_digit` returns it.
    """
    if reads_colours(architecture.input_shape):
        pairs = colour_digits.draw_pairs(first + len(digits), colour_digits.TEST)[first:]
        colours = [(f"#{bytes(ink).hex()}", f"#{bytes(paper).hex()}") for ink, paper in pairs]
    else:
        colours = [(colour_digits.INK, colour_digits.PAPER)] * len(digits)
    return np.stack([fit_digit(each, architecture, *pair) for each, pair in zip(digits, colours, strict=True)])


def _scale(digit: np.ndarray, rows: int, columns: int) -> np.ndarray:
    side = min(rows, columns)
    image = Image.fromarray(np.ascontiguousarray(digit, np.float32))
    scaled = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR), np.float32).clip(0, 1)
    placed = np.zeros((rows, columns), np.float32)
    top, left = (rows - side) // 2, (columns - side) // 2
    placed[top : top + side, left : left + side] = scaled
    return placed


def _add_channels(amounts: np.ndarray, channels: int, ink: str, paper: str) -> np.ndarray:
    if channels == 1:
        return amounts
    if channels < COLOURS:
        made = amounts[..., np.newaxis]
    else:
        made = colour_digits.blend(amounts, colour_digits.parse_hex(ink), colour_digits.parse_hex(paper))
    opaque = np.ones((*amounts.shape, channels - made.shape[2]), np.float32)
    return np.concatenate([made, opaque], axis=2)
