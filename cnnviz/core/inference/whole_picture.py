"""Bring a whole picture to the input of a network: no digit is looked for, and colours stay as they are."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from cnnviz.core.drawing import ink
from cnnviz.core.inference import network_input
from cnnviz.core.layers import Shape
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import has_own_data

ReadAs = Literal["auto", "digit", "middle", "all"]
"""How a picture is read: as suits the network, as a digit, its middle, or all of it with black beside it."""

Fitting = Literal["", "middle", "all"]
"""How a whole picture is brought to another ratio of sides; "" for one that is prepared as a digit."""

FITTINGS: tuple[Fitting, ...] = ("middle", "all")


def can_choose(network: Network) -> bool:
    """Return whether a network may want whole pictures: all but those that learned from grey 28x28 digits."""
    return _is_own(network) or network.architecture.input_shape != network_input.DIGIT


def choose_fitting(network: Network, read_as: ReadAs) -> Fitting:
    """Return how a picture is read by a network; "" as a digit.

    Left to the network, its middle is read by one from a file or from a set of one's own that reads anything but
    28x28 grey pixels.
    """
    if not can_choose(network) or read_as == "digit":
        return ""
    if read_as != "auto":
        return read_as
    return "middle" if _is_own(network) and network.architecture.input_shape != network_input.DIGIT else ""


def _is_own(network: Network) -> bool:
    return network.card is None or has_own_data(network.card.plan)


def fit_picture(rgba: np.ndarray, architecture: Architecture, fitting: Fitting) -> np.ndarray:
    """Convert a picture to what a network reads.

    What is transparent becomes white. One or two channels have the luminance (ITU-R BT.601), three or four the
    colours; a second or fourth is opacity, 1.

    Args:
        rgba: (h, w, 4) uint8.
        architecture: That of the network.
        fitting: "middle" cuts the longer side off at both ends, "all" puts black beside the shorter one.

    Returns:
        (rows, columns) float32 for one channel, else (rows, columns, channels), from 0 to `highest_input`.
    """
    rows, columns, channels = architecture.input_shape
    values = _scale_for(rgba, architecture, fitting).astype(np.float32)
    if channels in (2, 4):
        values = np.dstack([values, np.full((rows, columns), 255, np.float32)])
    highest = np.float32(architecture.highest_input)
    return values if highest == 255 else values * (highest / np.float32(255))


def show_fitted(rgba: np.ndarray, architecture: Architecture, fitting: Fitting) -> np.ndarray:
    """Return what `fit_picture` makes as people see it: (rows, columns) float32 in [0, 1], or (rows, columns, 3)."""
    shown: np.ndarray = _scale_for(rgba, architecture, fitting) / np.float32(255)
    return shown


def _scale_for(rgba: np.ndarray, architecture: Architecture, fitting: Fitting) -> np.ndarray:
    """Return a picture in the size of a network's input, in colour or grey as the network reads it, uint8."""
    rows, columns, _ = architecture.input_shape
    channels = network_input.COLOURS if network_input.reads_colours(architecture.input_shape) else 1
    return scale(rgba, (rows, columns, channels), fitting)


def scale(rgba: np.ndarray, shape: Shape, fitting: Fitting) -> np.ndarray:
    """Return a picture in another size, (rows, columns) uint8 for one channel, else (rows, columns, 3).

    It is scaled with antialiasing where it shrinks (bilinear), as `tf.image.resize(antialias=True)` does.
    """
    if fitting not in FITTINGS or rgba.ndim != 3 or rgba.shape[2] != 4 or 0 in rgba.shape:
        raise ValueError(
            f"`rgba` must be (h, w, 4), `fitting` one of {', '.join(FITTINGS)}. Received: {rgba.shape}, {fitting!r}."
        )
    rows, columns, channels = shape
    on_white = ink.compute_luminance(rgba) if channels == 1 else ink.put_on_white(rgba[..., :3], rgba[..., 3:])
    image = Image.fromarray(on_white)
    height, width = rgba.shape[:2]
    if fitting == "middle":
        across, down = measure_middle(height, width, rows, columns)
        left, top = (width - across) / 2, (height - down) / 2
        box = left, top, left + across, top + down
        return np.array(image.resize((columns, rows), Image.Resampling.BILINEAR, box))
    factor = max(height / rows, width / columns)
    size = max(1, round(width / factor)), max(1, round(height / factor))
    placed = Image.new(image.mode, (columns, rows))
    placed.paste(image.resize(size, Image.Resampling.BILINEAR), ((columns - size[0]) // 2, (rows - size[1]) // 2))
    return np.array(placed)


def measure_middle(height: int, width: int, rows: int, columns: int) -> tuple[float, float]:
    """Return columns and rows of a picture's largest part that has the ratio of sides of (rows, columns)."""
    factor = min(height / rows, width / columns)
    return columns * factor, rows * factor


def make_blank(architecture: Architecture) -> np.ndarray:
    """Return the input of a black picture, with which a whole picture is compared; opacity is as in all others."""
    black = np.zeros((1, 1, 4), np.uint8)
    black[..., 3] = 255
    return fit_picture(black, architecture, "middle")
