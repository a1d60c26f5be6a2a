"""Popovers for the terms of the glossary, wherever they stand on the page, and the way to their entries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.ui.components.mount import mount_unseen
from cnnviz.ui.i18n import gettext_noop

__all__ = ["LABELS", "terms"]

LABELS: Mapping[str, str] = MappingProxyType({"glossary": gettext_noop("Open in the glossary")})
"""Every text of the popover but the term's own: its name -> English, the catalogue's key."""


def terms(labels: Mapping[str, str]) -> None:
    """Explain every link to a term, now and later: on hover, focus and tap. One a page; nothing to see by itself.

    Args:
        labels: `LABELS` in the visitor's language.
    """
    mount_unseen("terms", key="terms", data={"labels": dict(labels)})
