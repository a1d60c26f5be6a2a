"""What the networks that come with the app are, in a few words."""

from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.core.messages import gettext_noop

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "pen": gettext_noop("Made for drawn digits"),
        "cnn-32-64": gettext_noop("Tutorial A: two convolutions"),
        "cnn-rgb": gettext_noop("Tutorial B: in colour"),
        "cnn-32-32": gettext_noop("Tutorial C: 32 filters twice"),
        "dense-64": gettext_noop("Tutorial D: no convolution"),
        "cnn-32-64-64": gettext_noop("Tutorial D: three convolutions"),
        "cnn-16-128-256": gettext_noop("Tutorial E: many filters"),
        "pool-max": gettext_noop("Max pooling, to compare"),
        "pool-average": gettext_noop("Average pooling, to compare"),
        "pool-stride": gettext_noop("Strides, no pooling, to compare"),
    }
)
"""Name -> what it is; a network without a row is called by its name alone."""
