"""Buttons that hand out files: a file is made when it is asked for, and kept until the browser has fetched it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

Make = Callable[[], bytes]


def download_button(label: str, data: bytes | str | Make, name: str, *, mime: str, **looks: Any) -> None:
    """Offer the file `name`.

    The click runs no script. The start of a run empties the queue of what is on its way to the browser, and the
    address of a file that was made for the click may be in it; then nothing would be downloaded.

    Args:
        label: what stands on the button.
        data: the file, or what makes it when it is asked for.
        name: how the browser calls the file.
        mime: its media type.
        looks: whatever else `st.download_button` takes: `key`, `help`, `width`.
    """
    made = _make_keeping(data, name, mime) if callable(data) else data
    st.download_button(label, made, name, mime=mime, on_click="ignore", **looks)


def _make_keeping(make: Make, name: str, mime: str) -> Make:
    """Return `make`, whose file belongs to the page that offers it until the page is drawn again.

    Streamlit counts a file that was made at a click as nobody's and deletes it when two scripts have ended, whoever
    ran them. Where others draw, that is before the browser asks for it.
    """
    context = get_script_run_ctx()

    def make_and_keep() -> bytes:
        data = make()
        keeper = Thread(target=_keep, args=(data, name, mime))
        add_script_run_ctx(keeper, context)
        keeper.start()
        keeper.join()
        return data

    return make_and_keep


def _keep(data: bytes, name: str, mime: str) -> None:
    runtime.get_instance().media_file_mgr.add(
        data, mime, coordinates=f"file {name}", file_name=name, is_for_static_download=True
    )
