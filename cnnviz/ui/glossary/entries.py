"""The entries of the glossary: searched, sorted, each with its address and a link to the page that shows it."""

from __future__ import annotations

import unicodedata
from html import escape
from pathlib import Path

import streamlit as st

from cnnviz.core.glossary import TERMS, Term
from cnnviz.ui.i18n import translate, translate_plural
from cnnviz.ui.shell import page, session
from cnnviz.ui.shell.fields.glossary import MAX_SEARCH

STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def search() -> None:
    """Show the field for words that entries are searched for."""
    st.text_input(
        translate("Search the glossary"),
        value=session.get("glossary_search")[:MAX_SEARCH],
        max_chars=MAX_SEARCH,
        placeholder=translate("for example pooling, or size"),
        width=400,
        **session.bind("glossary_search", lambda value: isinstance(value, str) and len(value) <= MAX_SEARCH),
    )


def show() -> None:
    """Show the entries that have all the words of the search, in the order of the visitor's alphabet."""
    found = find(session.get("glossary_search"))
    told = translate_plural("{number} term", "{number} terms", len(found))
    entries = "".join(map(_entry, found))
    st.html(f'{STYLE}<div class="glossary"><p role="status">{escape(told)}</p>{entries}</div>')


def find(words: str) -> list[Term]:
    """Return the entries with each of `words` in their names or definitions, sorted by their names."""
    known = [term.translated(translate) for term in TERMS.values()]
    return sorted((term for term in known if term.matches(words)), key=lambda term: _sort_key(term.name))


def _sort_key(name: str) -> str:
    """Return `name` without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def _entry(term: Term) -> str:
    also = translate("also {names}", names=", ".join(term.also))
    source = translate("Source: {source}", source=term.source)
    others = f'<p class="also">{escape(also)}</p>' if term.also else ""
    formula = f'<p class="formula">{escape(term.formula)}</p>' if term.formula else ""
    row = page.PAGES[term.page]
    seen = escape(translate("See it on {page}", page=translate(row.title)))
    link = f'<a class="term-page" href="{_address(row.path)}">{seen}</a>'
    return (
        f'<article id="{term.anchor}" tabindex="-1"><h3>{escape(term.name)}</h3>{others}'
        f'<p>{escape(term.definition)}</p>{formula}<p class="source">{link} · {escape(source)}</p></article>'
    )


def _address(path: str) -> str:
    """Return the address of a page, relative to that of another one."""
    return "./" if path == "app.py" else Path(path).stem
