"""Put a component on the page, with its JavaScript and style sheet served as files.

Streamlit sends inline JavaScript again with every update; for a pad that updates ten times a second that is
most of the traffic (20 KB an update instead of 2). Files are fetched once, but Streamlit looks for them only
in installed packages, so `_declare` tells it where ours are.

Streamlit serves `/_stcore/bidi-components/<component>/<file>` from the component's folder, and takes what stands
before the first slash for the component. Ours are called `cnnviz.browser-<hash>/<name>`, so that the addresses below
`cnnviz.browser-<hash>` are the paths below `browser/`: modules import each other by their relative paths there, and
what several components share has one address, is fetched once and runs once. The hash is that of all files, so that a
browser keeps them until one of them changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from cnnviz.ui.components import followers
from cnnviz.ui.shell import session
from cnnviz.ui.shell.static_files import VERSION_LENGTH

PROJECT = "cnnviz"
ROOT = Path(__file__).parent / "browser"
"""The folder of everything that runs in the browser; a folder in it for each component."""

Mount = Callable[..., Any]


@cache
def version() -> str:
    """Return the hash of all files below `ROOT` as they were when a component was first asked for."""
    files = sorted(path for path in ROOT.rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:VERSION_LENGTH]


def folder_name() -> str:
    """Return the name below which Streamlit serves `ROOT`, which is part of every component's name."""
    return f"{PROJECT}.{ROOT.name}-{version()}"


class _NothingYet:
    """The result of a component that has sent nothing."""

    def __getattr__(self, event: str) -> None:
        return None


_NOTHING_YET = _NothingYet()


def mount(name: str, **arguments: Any) -> Any:
    """Show the component in the folder `name` and return its Streamlit result.

    Args:
        name: A folder in `ROOT` that holds `<name>.js` (with the default export) and `<name>.css`, unless nothing of
            it is ever seen. The component's root element has the classes `component` and `name` and is invisible until
            `shared/base.css` shows it.
        arguments: `key`, `data`, `height` and `on_<event>_change`, as Streamlit's mount takes them; what fails in a
            callback is said above the page, which stays as it was (`session.guard`). A `data` that
            is a dict reaches the browser as the only item of an array: in a dict itself Streamlit looks for data
            frames, and for that it imports pandas and pyarrow.
    """
    if (data := followers.take(arguments["key"], arguments.get("data"))) is None and followers.are_carried():
        return _NOTHING_YET
    arguments["data"] = [data] if isinstance(data, dict) else data
    guarded = {event: session.guard(callback) for event, callback in arguments.items() if event.startswith("on_")}
    _declare(name)
    return _component(name)(**arguments | guarded)


def mount_unseen(name: str, key: str, **arguments: Any) -> Any:
    """Show a component of which nothing is to be seen.

    By its key the style sheet of all pages takes it out of the column, so that not even its gap is ever there.
    """
    return mount(name, key=f"unseen-{key}", **arguments)


def _declare(name: str) -> None:
    """Tell the running server where the component's files are, and those that components share."""
    manager = get_bidi_component_manager()
    served = folder_name().removeprefix(f"{PROJECT}.")
    folders = {served: ROOT, f"{served}/{name}": ROOT / name}
    missing = [
        ComponentConfig(each, folder.relative_to(ROOT.parent).as_posix())
        for each, folder in folders.items()
        if manager.get_component_asset_root(f"{PROJECT}.{each}") is None
    ]
    if missing:
        manager.register_from_manifest(ComponentManifest(PROJECT, "", missing), ROOT.parent)


@cache
def _component(name: str) -> Mount:
    html = f'<div class="component {name}" style="visibility: hidden"></div>'
    css = f"{name}.css" if (ROOT / name / f"{name}.css").is_file() else None  # each file is a request
    return st.components.v2.component(f"{folder_name()}/{name}", html=html, css=css, js=f"{name}.js")
