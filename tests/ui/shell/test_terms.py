"""Terms in running text: explained where a page first uses them, and all of them in the glossary."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from cnnviz.core.glossary import TERMS, marked, strip_marks
from cnnviz.ui import i18n
from cnnviz.ui.shell import page, session, terms

ROOT = Path(__file__).parents[3]

MAPS = "Each [[filter]] makes one [[feature map|map]]."
MORE_MAPS = "All [[feature map|maps]] of {name}, and a [[kernel]]."


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand in for the session."""
    fields: dict[str, Any] = {"explained": {}}
    monkeypatch.setattr(session, "is_new", lambda: not fields)
    monkeypatch.setattr(session, "get", fields.__getitem__)
    monkeypatch.setattr(session, "put", lambda **values: fields.update(values))
    monkeypatch.setattr(terms, "terms", lambda _: None)
    terms._explain_key.cache_clear()
    return fields


def link(key: str, words: str) -> str:
    return terms.link_to(TERMS[key], words)


def test_a_term_is_a_link_whose_title_explains_it() -> None:
    relu = TERMS["relu"]
    assert link("relu", "relus") == f'[relus](#term-relu "ReLU\u2003{relu.definition}\u2003{relu.formula}")'


def test_only_the_first_use_on_a_page_is_a_link() -> None:
    assert terms.explain(MAPS) == f"Each {link('filter', 'filter')} makes one {link('feature map', 'map')}."
    assert terms.explain(MORE_MAPS, name="it") == f"All maps of it, and a {link('kernel', 'kernel')}."
    assert terms.explain("A [[bias]] and another [[bias]].") == f"A {link('bias', 'bias')} and another bias."


def test_the_next_run_of_a_fragment_explains_the_same() -> None:
    first = [terms.explain(MAPS), terms.explain(MORE_MAPS, name="it")]
    again = [terms.explain(MORE_MAPS, name="it"), terms.explain(MAPS)]
    assert again == first[::-1]


def test_a_place_goes_on_explaining_with_another_message() -> None:
    assert "#term-share" in terms.explain("A [[share]].", "answer")
    assert "#term-share" in terms.explain("Another [[share]].", "answer")
    assert "#term-share" not in terms.explain("A third [[share]].")


def test_a_new_page_explains_everything_again() -> None:
    before = terms.explain(MAPS)
    terms.begin()
    assert terms.explain(MAPS) == before


def test_braces_of_an_explanation_are_no_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terms.explain("A [[relu]] of {name}.", name="it")
    monkeypatch.setattr(terms, "link_to", lambda _, words: f"{{{words}}}")
    terms._explain_key.cache_clear()
    terms.begin()
    assert shown.endswith(" of it.")
    assert terms.explain("A [[relu]] of {name}.", name="it") == "A {relu} of it."


def test_quotes_in_a_translation_do_not_end_the_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "translate", lambda text: f'\\"{text}"')
    assert '\\\\\\"Kernel\\"' in terms.explain("A [[kernel]].")


def test_outside_of_a_session_terms_are_plain_words(kept: dict[str, Any]) -> None:
    kept.clear()
    assert terms.explain(MORE_MAPS, name="it") == "All maps of it, and a kernel."


def test_translating_alone_shows_plain_words() -> None:
    assert i18n.translate("All [[feature map|maps]] of {name}.", name="[[it]]") == "All maps of [[it]]."
    assert i18n.translate_all({"a": "[[kernel|kernels]]"}) == {"a": "kernels"}
    assert i18n.translate_plural("{number} [[kernel]]", "{number} [[kernel|kernels]]", 2) == "2 kernels"


def test_a_constant_table_is_translated_once_for_each_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    class Catalogue:
        def __init__(self, mark: str) -> None:
            self.mark = mark

        def gettext(self, message: str) -> str:
            looked_up.append(message)
            return message + self.mark

    table, spoken = MappingProxyType({"a": "one", "b": "two"}), Catalogue("!")
    monkeypatch.setattr(i18n, "_catalogue", lambda _: spoken)
    first = i18n.translate_all(table)
    assert first == {"a": "one!", "b": "two!"}
    first["a"] = "changed by who asked"
    assert i18n.translate_all(table) == {"a": "one!", "b": "two!"}
    assert looked_up == ["one", "two"]
    spoken = Catalogue("?")
    assert i18n.translate_all(table) == {"a": "one?", "b": "two?"}


# The table and the messages, read from the sources.


def messages() -> dict[str, set[str]]:
    """Return key -> files of all terms that are marked in the texts of the product."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "cnnviz").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments:
                for key in marked(node.value):
                    found[key].add(path.relative_to(ROOT).as_posix())
                assert node.value == "[[" or "[[" not in strip_marks(node.value), (path, node.value)
    return found


def test_every_marked_term_has_an_entry() -> None:
    assert {key: files for key, files in messages().items() if key not in TERMS} == {}


def test_every_entry_is_used_on_some_page() -> None:
    assert set(TERMS) - set(messages()) == set()


def test_every_entry_leads_to_a_page() -> None:
    assert {term.page for term in TERMS.values()} <= set(page.PAGES) - {"glossary"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Wide & deep", "Wide & deep"),
        ("&lt;", r"\&lt;"),
        ("&#60;", r"&\#60;"),
        ("a_b", r"a\_b"),
        (":tada:", "\\:\u2060tada\\:"),
        ("a: b", r"a\: b"),
        ("http://x", "http\\:\u2060//x"),
        ("www.x", "www\u2060\\.x"),
        ("a@b", "a@\u2060b"),
        ("<->", "\\<\u2060\\-\u2060\\>"),
        ("--", "\\-\u2060\\-"),
        (">=", "\\>\u2060="),
    ],
)
def test_words_of_strangers_are_shown_as_they_are(text: str, written: str) -> None:
    assert page.escape_markdown(text) == written
