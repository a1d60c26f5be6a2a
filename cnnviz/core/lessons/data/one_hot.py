"""One-hot labels, and the loss of an answer against one."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.core.networks.architecture import CLASSES


def encode(label: int, classes: int = CLASSES) -> np.ndarray:
    """Return `label` as (classes,) float32: 1 at its place, 0 elsewhere. Raises `ValueError` for any other label."""
    if not 0 <= label < classes:
        raise ValueError(f"`label` must be from 0 to {classes - 1}. Received: {label}. Give a class of the data set.")
    code = np.zeros(classes, np.float32)
    code[label] = 1
    return code


def compute_loss(label: int, shares: np.ndarray) -> float:
    """Compute the cross-entropy of `shares`, (classes,) float32 that add up to 1, with the one-hot label: −ln(share).

    Shares are kept from 1e-7 to 1 − 1e-7, as Keras does.
    """
    return -math.log(min(max(float(shares[label]), 1e-7), 1 - 1e-7))
