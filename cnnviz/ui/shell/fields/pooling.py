"""Fields of the page Pooling: the small numbers, the map that is pooled both ways, and how the digit is perturbed."""

from __future__ import annotations

from cnnviz.core.inference import perturbations
from cnnviz.core.inference.perturbations import OFFSETS
from cnnviz.core.lessons.number_grid import parse_number
from cnnviz.core.lessons.pooling.worked_example import SIDES, TUTORIAL
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, PADDINGS, SWITCH, Field, square, whole

MAX_WINDOW = 8
"""Largest window and stride that can be chosen for maps."""

AMOUNTS = {"rotate": 15, "scale": 4, "thicken": 10, "noise": 8}
"""Perturbation -> which of its amounts is shown at first."""

FIELDS = (
    # small numbers
    Field("pool_grid", TUTORIAL, "grid", square(SIDES, parse_number), implied=lambda rows: {"pool_side": len(rows)}),
    Field("pool_side", len(TUTORIAL)),
    Field("pool_window", 2, "window", whole(1, SIDES[1])),
    Field("pool_stride", 2, "stride", whole(1, SIDES[1])),
    Field("pool_padding", "valid", "padding", options=PADDINGS),
    Field("pool_guess", True, "guess", SWITCH),
    # the same map, pooled both ways
    Field("same_layer", "", "conv", LAYER_NAME),  # a name that is not there: the first one
    Field("same_map", -1, "map", whole(0, 4095)),  # -1: the one about which the two poolings disagree most
    Field("same_window", 2, "pool", whole(1, MAX_WINDOW)),
    Field("same_stride", 2, "step", whole(1, MAX_WINDOW)),
    Field("same_padding", "valid", "edges", options=PADDINGS),
    Field("same_order", ()),  # the layer's maps as they were last ranked by disagreement, and of which layer
    Field("same_turn", 0),  # how often maps were sent to the pictures; the newest are shown
    # shift, rotate, thicken
    Field(
        "disturbance",
        "shift",
        "disturb",
        options={
            "shift": gettext_noop("Shift"),
            **{name: perturbation.label for name, perturbation in perturbations.PERTURBATIONS.items()},
        },
    ),
    Field("moved", OFFSETS.index((0, 3)), "moved", whole(0, len(OFFSETS) - 1)),
    *(
        Field(name, AMOUNTS[name], name, whole(0, len(perturbation.amounts) - 1))
        for name, perturbation in perturbations.PERTURBATIONS.items()
    ),
)
