"""The frame of all pages in the browser: the navigation says which page is open."""

from __future__ import annotations

from cnnviz.ui.components.mount import mount_unseen


def frame() -> None:
    """Mark the link of the open page with `aria-current="page"`, which Streamlit's own links lack."""
    mount_unseen("frame", key="frame", data={})
