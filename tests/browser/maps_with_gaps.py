"""A page with a map of which one cell has no value."""

import numpy as np

from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps

VALUES = np.array([[0, np.nan], [0.5, 1]], np.float32)

feature_maps(
    "gaps",
    [Block(id="map", title="A map", values=VALUES[..., np.newaxis])],
    mode="mosaic",
    colour_range="layer",
    palette="grey",
    labels=LABELS,
)
