"""Fields of the page Layers: which layers are shown, and the cell that is accounted for."""

from __future__ import annotations

from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, Field

CELL_LINK_NAME = "cell"
"""Name in the link of the cell that is accounted for; what it means depends on the network: see `shell.url`."""

FIELDS = (
    Field(
        "layers_kind",
        "all",
        "layers",
        options={
            "all": gettext_noop("All kinds"),
            "convolution": gettext_noop("Convolution"),
            "pooling": gettext_noop("Pooling"),
            "dense": gettext_noop("Dense"),
        },
    ),
    # the name of the layer that is shown alone; "": all are; one that the network lacks: the first
    Field("layers_only", "", "only", LAYER_NAME),
    Field("cell_path", ()),  # the cells from the first that is accounted for down to a pixel; see `layers.ledger.path`
    Field("cell_index", 0),  # the one of them that is shown
    Field("cell_level", "cell"),  # how far the visitor has gone in: to its layer, its map, or the cell itself
    Field("cell_moves", 0),  # steps that the browser's history gets an entry for
    Field("cell_place", ""),  # the place whose card was shown and opened for it
    # the same cell as its widgets show it
    Field("cell_layer", ""),
    Field("cell_map", 0),
    Field("cell_row", 0),
    Field("cell_column", 0),
)
