"""The tables of choices: one row a choice, shared by its widget, the link and the code that obeys it."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.inference import perturbations
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.ui.i18n import gettext_noop

#: Where a visitor draws: name in the link -> label.
SURFACES: Mapping[str, str] = {
    "pad": gettext_noop("Live pad"),
    "canvas": gettext_noop("Editor"),
}

#: What the editor's pen makes: `drawing_mode` of streamlit-drawable-canvas -> label.
TOOLS: Mapping[str, str] = {
    "freedraw": gettext_noop("Pen"),
    "line": gettext_noop("Line"),
}

#: Over which values one colour scale is stretched: name in the link -> label.
COLOUR_RANGES: Mapping[str, str] = {
    "map": gettext_noop("each map"),
    "layer": gettext_noop("each layer"),
    "network": gettext_noop("whole network"),
}

#: Palettes that people with any kind of colour vision can read, and that print: name -> label.
PALETTES: Mapping[str, str] = {
    "viridis": gettext_noop("Viridis"),
    "cividis": gettext_noop("Cividis"),
    "magma": gettext_noop("Magma"),
    "grey": gettext_noop("Grey"),
}

#: How Layers shows the network: name in the link -> label.
LAYERS_VIEWS: Mapping[str, str] = {
    "maps": gettext_noop("maps"),
    "diagram": gettext_noop("diagram"),
    "summary": gettext_noop("summary"),
    "program": gettext_noop("program"),
}

#: What pooling does at the edges: Keras's `padding` -> label.
POOL_PADDINGS: Mapping[str, str] = {
    "valid": gettext_noop("valid"),
    "same": gettext_noop("same"),
}
POOL_PADDING_HELP = gettext_noop(
    "valid: whole windows only. same: windows may reach over the edge, where nothing is counted."
)

CONV_PADDING_HELP = gettext_noop(
    "valid: the kernel stays inside. same: zeros are added around, so that with steps of 1 the size stays."
)

#: The settings of a convolution by hand: field of `ConvSettings`, or padding -> what it is called.
CONV_SETTINGS: Mapping[str, str] = {
    "side": gettext_noop("Side of the image"),
    "size": gettext_noop("Side of the kernel"),
    "stride": gettext_noop("Stride"),
    "dilation": gettext_noop("Dilation"),
    "padding": gettext_noop("Padding"),
}

#: Kernels for the whole digit: name in the link -> label.
FILTERS: Mapping[str, str] = {
    **{name: kernel.label for name, kernel in KERNELS.items()},
    "learned": gettext_noop("Learned by the network"),
    "own": gettext_noop("Typed by hand"),
}

#: What is done to a digit before it is read: name -> label.
DISTURBANCES: Mapping[str, str] = {
    "shift": gettext_noop("Shift"),
    **{name: disturbance.label for name, disturbance in perturbations.DISTURBANCES.items()},
}

#: What the page Train shows: name -> label.
BENCHES: Mapping[str, str] = {
    "experiments": gettext_noop("Ready experiments"),
    "build": gettext_noop("Build your own"),
    "watch": gettext_noop("Watch and compare"),
}

#: The steps from a drawing to the network's input: a name of `preprocessing.STEPS` -> switch, what it does.
PREPARATION: Mapping[str, tuple[str, str]] = {
    "ink": (
        gettext_noop("Bright on black"),
        gettext_noop("Ink becomes 1 and paper 0; off: the canvas’s grey as it is"),
    ),
    "crop": (gettext_noop("Crop to the ink"), gettext_noop("Empty margins go; off: the whole canvas is used")),
    "antialias": (
        gettext_noop("Smooth edges"),
        gettext_noop("Shrinking averages the pixels; off: it picks single ones"),
    ),
    "fit": (
        gettext_noop("Fit into 20×20"),
        gettext_noop("The larger side becomes 20 pixels; off: stretched over all 28×28"),
    ),
    "centre": (
        gettext_noop("Centre of mass"),
        gettext_noop("The ink’s balance point goes to the middle; off: its box does"),
    ),
}

#: Brush widths in canvas pixels: smallest, usual, largest.
BRUSH = (8, 20, 40)

if set(PREPARATION) != set(STEPS):
    raise ValueError(f"`PREPARATION` must name every preparation step. Received: {sorted(PREPARATION)}, steps {STEPS}")
