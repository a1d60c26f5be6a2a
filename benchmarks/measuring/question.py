"""The question that all contestants of `benchmarks.why` answer: why is the first drawing read as it is?"""

from __future__ import annotations

import numpy as np

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference import samples, subject
from cnnviz.core.networks import model_store

LAYER = "conv2d_3"
"""The convolution of `pen` for Grad-CAM."""

OFF = ("conv2d_1", 5)
"""Layer and number of the filter that is switched off."""


def ask(name: str) -> tuple[np.ndarray, Contrast]:
    """Return the first drawing prepared, (28, 28) float32 in [0, 1], and the answer against the next likeliest."""
    trace = subject.read(model_store.load(name), samples.get_first(), frozenset(STEPS)).trace
    return trace.digit, Contrast(trace.answer, find_rival(trace.logits, trace.answer))
