"""Words about pictures stand in the place of words about digits that the product has."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import networks, session

ROOT = Path(wording.__file__).parents[2]


def test_every_message_about_digits_is_one_of_the_product() -> None:
    known = set[str]()
    for path in ROOT.rglob("*.py"):
        if path != Path(wording.__file__):
            tree = ast.parse(path.read_text())
            known |= {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert not wording.OF_PICTURES.keys() - known


@pytest.mark.parametrize("message", wording.OF_PICTURES)
def test_words_about_pictures_take_the_same_values(message: str) -> None:
    instead = wording.OF_PICTURES[message]
    assert "digit" not in instead.lower()
    fields = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in (message, instead))
    assert next(fields) == next(fields)


def test_a_network_that_is_damaged_changes_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Refusal("It is damaged.")

    monkeypatch.setattr(session, "is_new", lambda: False)
    monkeypatch.setattr(networks, "load_chosen", refuse)
    assert wording.word("Your digit") == "Your digit"
