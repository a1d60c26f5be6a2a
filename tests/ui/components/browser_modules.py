"""The modules that a component runs in the browser, resolved as the browser resolves them."""

from __future__ import annotations

import re
from pathlib import Path

from cnnviz.ui.components.mount import ROOT

_IMPORT = re.compile(r'^(?:import|export)\b[^"]*?\bfrom "(.+)"$|[^{]\bimport\("([^"]+)"\)', re.MULTILINE)
"""An import of a module, also one that is fetched when it is needed, but not that of a type in a comment."""


def entry(name: str) -> Path:
    """Return the module that Streamlit loads for the component."""
    return ROOT / name / f"{name}.js"


def names() -> list[str]:
    """Return the names of all components: the folders with an entry."""
    return sorted(path.name for path in ROOT.iterdir() if entry(path.name).is_file())


def imported(path: Path) -> list[Path]:
    """Return the modules that a module of ours imports, as paths that need not exist; others' import nothing."""
    if path.parent.name == "vendor":
        return []
    found = _IMPORT.findall(path.read_text(encoding="utf-8"))
    return [(path.parent / (now or later)).resolve() for now, later in found]


def modules(name: str) -> set[Path]:
    """Return all modules of the component: its entry and everything that is imported from there."""
    found: set[Path] = set()
    waiting = [entry(name).resolve()]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return found


def text(name: str) -> str:
    """Return our own modules of the component as one text."""
    ours = sorted(path for path in modules(name) if path.parent.name != "vendor")
    return "\n".join(path.read_text(encoding="utf-8") for path in ours)


def sheet(name: str) -> str:
    """Return the component's style sheet with those that it imports before it; "" if it has none."""
    own = ROOT / name / f"{name}.css"
    return _with_imports(own) if own.is_file() else ""


def _with_imports(path: Path) -> str:
    own = path.read_text(encoding="utf-8")
    before = (_with_imports(path.parent / other) for other in re.findall(r'@import "(.+)";', own))
    return "\n".join([*before, own])
