"""A number and its percent sign stay on one line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cnnviz.core import percentages
from cnnviz.core.inference.trace import format_share
from cnnviz.core.lessons.pooling.sentences import format_per_cent

ROOT = Path(__file__).parents[2] / "cnnviz"
BREAKING = re.compile(r"[\d}] %(?![\w{(])")


@pytest.mark.parametrize("share", [0.0, 1e-4, 0.004, 0.123, 0.9996, 1.0])
def test_no_share_breaks_before_its_sign(share: float) -> None:
    for written in (format_share(share), format_per_cent(share), percentages.format_percent(share, 2)):
        assert re.fullmatch("[<>]?[\\d.]+\u00a0%", written)


@pytest.mark.parametrize(
    ("written", "bound"),
    [
        ("with 95 % [[confidence]]", "with 95\u00a0% [[confidence]]"),
        ("**{before:.1f} %** right", "**{before:.1f}\u00a0%** right"),
        ("{low} to {high} %)", "{low} to {high}\u00a0%)"),
        ("{share} %", "{share}\u00a0%"),
    ],
)
def test_a_sign_is_bound_to_its_number_or_field(written: str, bound: str) -> None:
    assert percentages.bind_signs(written) == bound


@pytest.mark.parametrize("text", ["no sign", "%{y:.2%} (seed %{customdata})", "{x} %{y}", "a %s", "12.5%"])
def test_the_fields_of_a_chart_are_no_signs(text: str) -> None:
    assert percentages.bind_signs(text) == text


def test_no_f_string_writes_a_sign_that_may_stand_alone() -> None:
    """Messages are bound as they leave the catalogue; what is filled into them is formatted here."""
    loose = []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and BREAKING.search(ast.unparse(node)):
                loose.append((path.name, node.lineno))
    assert loose == []
