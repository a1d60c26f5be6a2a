"""Puts a component on the page, with its JavaScript and style sheet served as files.

Streamlit sends inline JavaScript again with every update; for a pad that updates ten times a second that is
most of the traffic (20 KB an update instead of 2). Files are fetched once, but Streamlit looks for them only
in installed packages, so `_declare` tells it where ours are. Where a future Streamlit does not let us, the same
modules are joined and sent inline: heavier, otherwise equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager

HERE = Path(__file__).parent
PROJECT = "cnnviz"

#: Components that share modules and a style sheet -> the folder where they lie together; that of the others is theirs.
HOMES = dict.fromkeys(("pool_grid", "conv_grid", "kernel_grid"), "number_grids")

Mount = Callable[..., Any]


def mount(name: str, **arguments: Any) -> Any:
    """Show the component in the folder `name` and return its Streamlit result.

    Args:
        name: The folder beside this file. Its `browser` folder holds `<name>.js` (with the default export),
            `<name>.css` and the modules that they import; modules of others are in its folder `vendor`. The
            component's root element has the class `name` and is invisible until the style sheet shows it. Components
            of `HOMES` live in another folder, whose name their style sheet has.
        arguments: `key`, `data`, `height` and `on_<event>_change`, as Streamlit's mount takes them. A `data` that
            is a dict reaches the browser as the only item of an array: in a dict itself Streamlit looks for data
            frames, and for that it imports pandas and pyarrow.
    """
    if isinstance(data := arguments.get("data"), dict):
        arguments["data"] = [data]
    return _component(name, _declare(name))(**arguments)


def unseen(name: str, key: str, **arguments: Any) -> Any:
    """Show a component of which nothing is to be seen.

    By its key the style sheet of all pages takes it out of the column, so that not even its gap is ever there.
    """
    return mount(name, key=f"unseen-{key}", **arguments)


def _declare(name: str) -> bool:
    """Tell the running server where the component's files are; False if it cannot be told."""
    try:
        from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

        manager = get_bidi_component_manager()
        if manager.get_component_asset_root(f"{PROJECT}.{name}") is None:
            manifest = ComponentManifest(PROJECT, "", [ComponentConfig(name, f"{_home(name)}/browser")])
            manager.register_from_manifest(manifest, HERE)
    except (ImportError, AttributeError, TypeError):
        return False
    return True


@cache
def _component(name: str, served: bool) -> Mount:
    html = f'<div class="{name}" style="visibility: hidden"></div>'
    sheet = f"{_home(name)}.css"
    if served:
        return st.components.v2.component(f"{PROJECT}.{name}", html=html, css=sheet, js=f"{name}.js")
    css = (HERE / _home(name) / "browser" / sheet).read_text(encoding="utf-8")
    return st.components.v2.component(f"{PROJECT}_{name}", html=html, css=css, js=joined(name))


def joined(name: str) -> str:
    """Return the component's modules as one: each after those that it imports, the default export last."""
    return "\n".join(_modules(HERE / _home(name) / "browser" / f"{name}.js", set()))


def _home(name: str) -> str:
    return HOMES.get(name, name)


_IMPORT = re.compile(r'^import .* from "\./(.+)"\n', re.MULTILINE)
_DEFAULT = re.compile(r"^export { (\w+) as default };\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def _modules(path: Path, seen: set[Path]) -> list[str]:
    if path in seen:
        return []
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "vendor":
        return [_enclosed(text)]
    before = [part for other in _IMPORT.findall(text) for part in _modules(path.parent / other, seen)]
    return [*before, _EXPORT.sub("", _IMPORT.sub("", text))]


def _enclosed(text: str) -> str:
    """Return somebody else's module, which imports nothing, as a constant of the name that it exports.

    Its own names stay inside: they may be ours as well.
    """
    (name,) = _DEFAULT.findall(text)
    return f"const {name} = (() => {{\n{_DEFAULT.sub('', text)}\nreturn {name}\n}})()\n"
