"""Names in the ONNX files that are written here."""

from __future__ import annotations

INPUT, OUTPUT = "picture", "probabilities"
"""The graph's input and output. Values of layers have a stroke in their names, so that none of them is called so."""

NHWC, NCHW, UNITS = "nhwc", "nchw", "units"
"""Order of the axes of a value: channels last, channels first, or one row of numbers."""
