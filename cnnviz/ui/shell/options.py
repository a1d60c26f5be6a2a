"""The tables of choices: one row a choice, shared by its widget, the link and the code that obeys it."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.inference import perturbations
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.ui.i18n import mark

#: Where a visitor draws: name in the link -> label.
SURFACES: Mapping[str, str] = {
    "pad": mark("Live pad"),
    "canvas": mark("Editor"),
}

#: What the editor's pen makes: `drawing_mode` of streamlit-drawable-canvas -> label.
TOOLS: Mapping[str, str] = {
    "freedraw": mark("Pen"),
    "line": mark("Line"),
}

#: Over which values one colour scale is stretched: name in the link -> label.
COLOUR_RANGES: Mapping[str, str] = {
    "map": mark("each map"),
    "layer": mark("each layer"),
    "network": mark("whole network"),
}

#: Palettes that people with any kind of colour vision can read, and that print: name -> label.
PALETTES: Mapping[str, str] = {
    "viridis": mark("Viridis"),
    "cividis": mark("Cividis"),
    "magma": mark("Magma"),
    "grey": mark("Grey"),
}

#: How Layers shows the network: name in the link -> label.
LAYERS_VIEWS: Mapping[str, str] = {
    "maps": mark("maps"),
    "diagram": mark("diagram"),
    "summary": mark("summary"),
    "program": mark("program"),
}

#: What pooling does at the edges: Keras's `padding` -> label.
POOL_PADDINGS: Mapping[str, str] = {
    "valid": mark("valid"),
    "same": mark("same"),
}
POOL_PADDING_HELP = mark("valid: whole windows only. same: windows may reach over the edge, where nothing is counted.")

CONV_PADDING_HELP = mark(
    "valid: the kernel stays inside. same: zeros are added around, so that with steps of 1 the size stays."
)

#: The settings of a convolution by hand: field of `ConvSettings`, or padding -> what it is called.
CONV_SETTINGS: Mapping[str, str] = {
    "side": mark("Side of the image"),
    "size": mark("Side of the kernel"),
    "stride": mark("Stride"),
    "dilation": mark("Dilation"),
    "padding": mark("Padding"),
}

#: Kernels for the whole digit: name in the link -> label.
FILTERS: Mapping[str, str] = {
    **{name: kernel.label for name, kernel in KERNELS.items()},
    "learned": mark("Learned by the network"),
    "own": mark("Typed by hand"),
}

#: What is done to a digit before it is read: name -> label.
DISTURBANCES: Mapping[str, str] = {
    "shift": mark("Shift"),
    **{name: disturbance.label for name, disturbance in perturbations.DISTURBANCES.items()},
}

#: What the page Train shows: name -> label.
BENCHES: Mapping[str, str] = {
    "experiments": mark("Ready experiments"),
    "build": mark("Build your own"),
    "watch": mark("Watch and compare"),
}

#: The steps from a drawing to the network's input: a name of `preprocessing.STEPS` -> switch, what it does.
PREPARATION: Mapping[str, tuple[str, str]] = {
    "ink": (
        mark("Bright on black"),
        mark("Ink becomes 1 and paper 0; off: the canvas’s grey as it is"),
    ),
    "crop": (mark("Crop to the ink"), mark("Empty margins go; off: the whole canvas is used")),
    "antialias": (mark("Smooth edges"), mark("Shrinking averages the pixels; off: it picks single ones")),
    "fit": (mark("Fit into 20×20"), mark("The larger side becomes 20 pixels; off: stretched over all 28×28")),
    "centre": (mark("Centre of mass"), mark("The ink’s balance point goes to the middle; off: its box does")),
}

#: Brush widths in canvas pixels: smallest, usual, largest.
BRUSH = (8, 20, 40)

if set(PREPARATION) != set(STEPS):
    raise ValueError(f"`PREPARATION` must name every preparation step. Received: {sorted(PREPARATION)}, steps {STEPS}")
