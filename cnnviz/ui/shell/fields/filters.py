"""Fields of the page Filters: the convolution and the filter that are looked at, and what the visitor changed."""

from __future__ import annotations

from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import LAYER_NAME, Field, whole

NEWEST = -1
"""The moment of a run that stands for its result."""

FIELDS = (
    Field("filters_layer", "", "kernels", LAYER_NAME),  # a name that is not there: the first
    Field("filters_number", 0, "look", whole(0, 4095)),
    Field(
        "filters_order",
        "network",
        "sorted",
        options={"network": gettext_noop("as the network has them"), "moved": gettext_noop("moved furthest first")},
    ),
    Field("filters_moment", NEWEST),  # of a visitor's own run: which of its kept moments is shown
    Field("filters_channel", 0),  # the input map whose kernel can be edited
    Field("filters_counted", ((), 0)),  # the changes that were last tried on test digits, and how many it read right
    Field("filters_searching", {}),  # own network -> the task that finds what excites its filters
    Field("filters_edits", ("", ())),  # the network that the visitor changed, by name and weights, and the changes
)
