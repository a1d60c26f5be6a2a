"""The relay: one message with all that an answer changes on the page. Nothing of it is seen itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.ui.components import browser_state, followers
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.followers import Parcel
from cnnviz.ui.components.mount import mount_unseen
from cnnviz.ui.shell import session

R = TypeVar("R")

ALONG = "relay-along"
"""Key of the relay in the fragment."""


def show(body: Callable[[], R]) -> R:
    """Run `body`, which puts on the page what follows what is drawn; for use in a run of the page.

    Returns:
        what `body` returns.
    """
    with followers.followed() as parcel:
        result = body()
    mount_unseen("relay", key="relay", data=followers.sign(pack(Parcel(texts=parcel.texts), whole=True)))
    return result


def bring(body: Callable[[], R]) -> R | None:
    """Run `body` anew for its values alone, and bring them to what `show` put on the page; for use in a fragment.

    Where something else would have to be there, the page is drawn anew. In a run of the page, in which `show` comes
    later, nothing happens. Large values that the browser has worked out itself (`read_in_browser` in the session) are
    not sent again, unless it asks for them: where the check of its own has failed, or somebody reads exact numbers.

    Returns:
        what `body` returns; None in a run of the page.
    """
    context = get_script_run_ctx()
    if context is None or not context.fragment_ids_this_run:
        return None
    asked = browser_state.read(f"unseen-{ALONG}", "wanted") is not None
    with followers.carried(checked=session.get("read_in_browser") and not asked) as parcel:
        result = body()
    if not followers.fits(parcel):
        st.rerun()
    mount_unseen("relay", key=ALONG, data=pack(parcel), on_wanted_change=browser_state.ignore)
    return result


def pack(parcel: Parcel, *, whole: bool = False) -> bytes:
    """Return what is in a parcel as the browser reads it.

    Behind the header stand the bytes of one element after the other, of which it has the lengths; what is JSON stands
    in the header.

    Args:
        parcel: What is to be brought.
        whole: Whether it comes from a run of the page, which has told the elements everything else itself.
    """
    items: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for key, data in parcel.data.items():
        if isinstance(data, bytes):
            items.append({"key": key, "length": len(data)})
            parts.append(data)
        else:
            items.append({"key": key, "data": [data]})
    return encode({"whole": whole, "items": items, "texts": parcel.texts}, parts)
