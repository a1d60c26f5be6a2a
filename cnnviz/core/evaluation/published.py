"""What the tutorials say about the networks that they train, to stand beside what was measured here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.core.messages import gettext_noop

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "cnn-32-64": gettext_noop("Tutorial A gives none"),
        "cnn-rgb": gettext_noop("Tutorial B gives none"),
        "cnn-32-32": gettext_noop("Tutorial C: “about 99 %”, after about 7 epochs"),
        "dense-64": gettext_noop("Tutorial D gives none"),
        "cnn-32-64-64": gettext_noop("Tutorial D: 29 of 30 digits shown, a 3 read as 8"),
        "cnn-16-128-256": gettext_noop("Tutorial E: 99.41 %, loss 0.0201"),
    }
)
"""Network -> the result that its tutorial printed; a network without a row is of no tutorial."""
