"""A line of code whose arguments light up what they do: in formulas, in a drawing, and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cnnviz.core.layers.formulas import Formula
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop

__all__ = ["LABELS", "ArgumentText", "Row", "code_line"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "line": gettext_noop("The layer in Keras. Arrow keys move from argument to argument, Escape lets go."),
        "left_out": gettext_noop("Left at the default:"),
        "press": gettext_noop("Point at an argument to see what it does."),
    }
)
"""Every text of the component: its name -> English, the catalogue's key."""


@dataclass(frozen=True)
class ArgumentText:
    """An argument of a layer, in words.

    Attributes:
        name: Its name.
        code: How it stands in the code.
        written: Whether the line has it.
        said: What it does.
    """

    name: str
    code: str
    written: bool
    said: str


@dataclass(frozen=True)
class Row:
    """A formula with its heading.

    Attributes:
        label: The heading.
        parts: Its pieces; each names the arguments that it comes from.
    """

    label: str
    parts: Formula


def code_line(
    key: str,
    *,
    kind: str,
    why: str,
    arguments: Sequence[ArgumentText],
    others: Mapping[str, str],
    rows: Sequence[Row],
    diagram: str,
    labels: Mapping[str, str],
) -> None:
    """Show a layer's line of code with its formulas and its drawing; everything that moves does so in the browser.

    Args:
        key: The element's key.
        kind: The layer's class.
        why: What such a layer does, in a sentence that may explain terms; it stands where an argument's sentence comes.
        arguments: Those of the line in its order, then those that are left out.
        others: What is said of pieces that come from no argument, by the name that they have in `rows`.
        rows: Formulas, one a line.
        diagram: SVG text whose elements carry names of arguments in `data-of`.
        labels: The texts of `LABELS` in the visitor's language.
    """
    data: dict[str, Any] = {
        "kind": kind,
        "why": why,
        "arguments": [vars(each) for each in arguments],
        "others": dict(others),
        "rows": [[row.label, [[part.text, list(part.of)] for part in row.parts]] for row in rows],
        "diagram": diagram,
        "labels": dict(labels),
    }
    mount("code_line", key=key, data=data)
