"""The documents name files and modules that exist, and the figures of the networks' cards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnviz.core.networks import model_store

ROOT = Path(__file__).parents[1]

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs", "cnnviz")

FOLDERS = r"(?:\.ci|\.streamlit|benchmarks|cnnviz|deploy|docs|locks|models|pages|scripts|tests)"

PATH = re.compile(rf"`({FOLDERS}/[\w./-]+)`")
"""A path from the repository in backticks; one with a placeholder in angle brackets is none."""

LINK = re.compile(r"\]\(([\w./-]+)\)")
"""A relative link."""

MODULE = re.compile(r"`(?:python -m )?((?:cnnviz|benchmarks)(?:\.\w+)+)(?=[`\s(])")
"""A module, or a name in a module."""

EXAMPLES = frozenset(
    {"pages/Name.py", "models/NAME.safetensors", "models/NAME.json", "cnnviz/ui/i18n/it/LC_MESSAGES/cnnviz.po"}
)
"""Files that a reader is told to create."""


def documents() -> list[str]:
    folders = [ROOT / name for name in DOCUMENTS if (ROOT / name).is_dir()]
    files = [ROOT / name for name in DOCUMENTS if (ROOT / name).is_file()]
    return sorted(
        path.relative_to(ROOT).as_posix() for path in [*files, *(p for f in folders for p in f.rglob("*.md"))]
    )


def module_exists(name: str) -> bool:
    """Return whether `name` is a package or module, or a name that the text of its module has."""
    path = ROOT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    return any(
        file.is_file() and re.search(rf"\b{path.name}\b", file.read_text("utf-8")) is not None
        for file in (path.parent.with_suffix(".py"), path.parent / "__init__.py")
    )


@pytest.mark.parametrize("document", documents())
def test_paths_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    missing = [name for name in PATH.findall(text) if name not in EXAMPLES and not (ROOT / name).exists()]
    missing += [name for name in LINK.findall(text) if not ((ROOT / document).parent / name).exists()]
    assert not missing


@pytest.mark.parametrize("document", documents())
def test_modules_in_documents_exist(document: str) -> None:
    names = MODULE.findall((ROOT / document).read_text("utf-8"))
    missing = [name for name in names if name != "cnnviz.workers.entry.NAME" and not module_exists(name)]
    assert not missing


def test_a_missing_module_is_noticed() -> None:
    assert module_exists("cnnviz.core.networks.network")
    assert module_exists("cnnviz.core.drawing.strokes.Drawing")
    assert not module_exists("cnnviz.core.training_jobs.Job")
    assert not module_exists("cnnviz.ui.state")


def test_the_table_of_networks_is_that_of_their_cards() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([\w-]+)` \| .* \| ([\d,]+) \| ([\d.]+) %[ ¹²³]* \| ([\d.]+) %[ ¹²³]* \|$", text, re.MULTILINE
    )
    cards = [model_store.card(name) for name in model_store.names()]
    shown = {
        (card.name, f"{card.parameters:,}", f"{100 * card.test_accuracy:.2f}", f"{100 * (card.pen_accuracy or 0):.2f}")
        for card in cards
    }
    assert set(rows) == shown


def test_every_step_of_the_tutorials_has_a_page_and_keys_that_exist() -> None:
    rows = re.findall(
        r"(?m)^\| [A-E] \| (.+?) \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "tutorials.md").read_text("utf-8")
    )
    assert len(rows) == len({step for step, _, _ in rows}) == 38
    pages = {"Draw", "every page", *(path.stem for path in (ROOT / "pages").glob("*.py"))}
    assert {page for _, named, _ in rows for page in named.split(", ")} <= pages
    code = "".join(path.read_text("utf-8") for path in (ROOT / "cnnviz" / "ui").rglob("*.py"))
    keys = {key for _, _, place in rows for key in re.findall(r"\[([\w-]+)\]", place)}
    assert {key for key in keys if f'"{key}"' not in code} == set()
