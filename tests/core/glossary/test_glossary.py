"""The glossary: its table, and the marks by which messages name its terms."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cnnviz.core.glossary import TERMS, Term, marked, replace_marks, strip_marks

TERM = Term("feature map", "Feature map", "A grid of results.", "A book", "layers", "x = y", ("map",))


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.key)
def test_an_entry_is_short_and_has_a_source(term: Term) -> None:
    assert term.key == term.key.lower()
    assert re.fullmatch("[a-z]+([- ][a-z]+)*", term.key)
    assert term.name[0].isupper()
    assert term.definition.endswith(".")
    assert 20 <= len(term.definition) <= 260
    assert term.source
    assert term.name.casefold() not in term.also


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.key)
def test_an_entry_survives_markdown(term: Term) -> None:
    """An explanation is the title of a link: a dollar sign would begin a formula, a straight quote would end it."""
    assert not set('$"\\\n\u2003[]') & set(term.name + term.definition + term.formula)


def test_no_two_entries_share_a_name() -> None:
    names = [name.casefold() for term in TERMS.values() for name in (term.name, *term.also)]
    assert sorted(names) == sorted(set(names))


def test_anchors_differ_and_are_plain() -> None:
    anchors = {term.anchor for term in TERMS.values()}
    assert len(anchors) == len(TERMS)
    assert all(re.fullmatch("term-[a-z-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize(
    ("message", "plain", "keys"),
    [
        ("no term", "no term", []),
        ("a [[feature map]] here", "a feature map here", ["feature map"]),
        ("[[feature map|Maps]] of a [[filter]]", "Maps of a filter", ["feature map", "filter"]),
        ("numbers [[1, 2], [3, 4]]", "numbers [[1, 2], [3, 4]]", []),
        ("{count} [[kernel|kernels]] of {rows}", "{count} kernels of {rows}", ["kernel"]),
        ("[[]] and [[|x]] and [[a|]]", "[[]] and [[|x]] and [[a|]]", []),
    ],
)
def test_marks_are_found_and_stripped(message: str, plain: str, keys: list[str]) -> None:
    assert strip_marks(message) == plain
    assert list(marked(message)) == keys


def test_marks_are_replaced_with_key_and_words() -> None:
    assert replace_marks("[[a|x]] [[b]]", lambda key, words: f"<{key}:{words}>") == "<a:x> <b:b>"


def test_an_entry_is_translated_but_for_its_key_and_source() -> None:
    changed = TERM.translated(str.upper)
    assert changed == replace(TERM, name="FEATURE MAP", definition="A GRID OF RESULTS.", formula="X = Y", also=("MAP",))
    assert replace(TERM, formula="").translated(lambda _: "?").formula == "", "nothing is looked up as an empty message"


@pytest.mark.parametrize(
    ("words", "found"),
    [("", True), ("feature", True), ("GRID", True), ("map results", True), ("  map  ", True), ("pooling", False)],
)
def test_a_search_needs_every_word(words: str, found: bool) -> None:
    assert TERM.matches(words) is found


def test_what_a_filter_is_leads_to_the_filters_of_networks() -> None:
    assert {key: TERMS[key].page for key in ("filter", "kernel")} == {"filter": "filters", "kernel": "convolution"}
