"""Callbacks are guarded like pages: no source hands a bare one to Streamlit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("cnnviz/ui", "pages") for path in (ROOT / folder).rglob("*.py")] + [ROOT / "app.py"]

HANDED_ON = {"on_click", "on_change", "on_submit"}
"""Arguments of Streamlit's widgets that take a callback; components get theirs through `mount`, which guards all."""

OWN = {"mount", "unseen", "pad", "player", "pool_grid"}
"""Functions of ours with such an argument, which they hand to `mount`."""


def bare(path: Path) -> Iterator[str]:
    """Yield the callbacks that a source hands to a widget without `session.guard`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in OWN:
            pairs = [(given.arg or "", given.value) for given in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [
                (str(key.value), value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        for name, value in pairs:
            text = ast.unparse(value)
            if name in HANDED_ON and not isinstance(value, ast.Constant) and not text.startswith("session.guard("):
                yield f"{name}={text}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_callback_is_handed_over_bare(path: Path) -> None:
    allowed = {
        "cnnviz/ui/shell/session.py": {"on_change=_take"},  # guards what it does
        "cnnviz/ui/training/experiments/cards.py": {"on_click=start", "on_click=play"},  # `training.start` guards both
    }
    assert set(bare(path)) <= allowed.get(str(path.relative_to(ROOT)), set())


def test_bare_callbacks_are_found(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(
        'st.button("a", on_click=f)\nst.pills("b", **{"on_change": g})\nst.button("c", on_click=session.guard(h))'
    )
    assert list(bare(path)) == ["on_click=f", "on_change=g"]
