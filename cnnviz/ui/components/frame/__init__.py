"""The frame of all pages in the browser: the menu of a phone, the mark of the open page, and the way to the content."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "frame"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "menu": gettext_noop("Pages"),
        "running": gettext_noop("Pages, a training is running"),
    }
)
"""Every text of the frame: its name -> English, the catalogue's key."""


def frame(*, running: bool) -> None:
    """Show what stands before the links of the navigation; for use at the beginning of the container `navigation`.

    In a narrow window a button opens the links. The link of the open page gets `aria-current="page"`, which Streamlit's
    own links lack, and Streamlit's link to the content, the first stop of the Tab key, leads past navigation and rail,
    not to them. Python is told of none of this.

    Args:
        running: Whether something trains, which the button says as well as the link of Train.
    """
    mount("frame", key="frame", data={"labels": translate_all(LABELS), "running": running})
