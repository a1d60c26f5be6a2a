"""The catalogue of every text a visitor reads: gettext, with the English sentence as the key.

A language is one file, ``<code>/LC_MESSAGES/cnnviz.po``, beside this one, begun by ``make words LANG=<code>`` and
compiled by ``make words``; it says itself how the language is called.
Texts that are defined away from where they are shown (tables, refusals of ``core``) are marked with
`gettext_noop` or are the first argument of ``Refusal``, so that extraction finds them.
Percent signs are bound to their numbers here, so that messages and their translations have plain spaces.
Terms of the glossary that a message marks are shown as plain words here; `cnnviz.ui.shell.terms` explains them.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.glossary import strip_marks
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.percentages import bind_signs

__all__ = [
    "current_language",
    "gettext_noop",
    "list_languages",
    "name_language",
    "speaking",
    "translate",
    "translate_all",
    "translate_marked",
    "translate_plural",
    "translate_refusal",
]

DOMAIN = "cnnviz"
FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGE_KEY = "language"
"""Key of the visitor's language in the session."""

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)

LANGUAGE_NAME = gettext_noop("Name of this language, written in this language")
"""The message that a catalogue translates with its language's own name, such as Italiano."""


def list_languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a catalogue, English first."""
    found = {path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def name_language(code: str) -> str:
    """Return how a language calls itself; its code where its catalogue does not say."""
    if code == ENGLISH:
        return "English"
    name = _catalogue(code).gettext(LANGUAGE_NAME)
    return code if name == LANGUAGE_NAME else name


def translate(message: str, /, **values: object) -> str:
    """Return `message` in the visitor's language with its ``{fields}`` filled in from `values`."""
    text = strip_marks(translate_marked(message))
    return text.format(**values) if values else text


def translate_marked(message: str, /) -> str:
    """Return `message` in the visitor's language as the catalogue has it, with its ``{fields}`` and marked terms."""
    return bind_signs(_catalogue(_language()).gettext(message))


def translate_plural(one: str, many: str, number: int, /, **values: object) -> str:
    """Return `one` or `many`, whichever the language uses for `number`, filled in."""
    text = bind_signs(strip_marks(_catalogue(_language()).ngettext(one, many, number)))
    return text.format(number=number, **values)


def translate_all(messages: Mapping[str, str], /) -> dict[str, str]:
    """Return a table of marked messages, such as the labels of a component, in the visitor's language."""
    catalogue = _catalogue(_language())
    known = _tables.get((id(messages), id(catalogue)))
    if known is not None:
        return dict(known[0])
    table = {name: bind_signs(strip_marks(catalogue.gettext(message))) for name, message in messages.items()}
    if isinstance(messages, MappingProxyType):  # a constant
        _tables[id(messages), id(catalogue)] = table, messages, catalogue
    return dict(table)


_tables: dict[tuple[int, int], tuple[dict[str, str], Mapping[str, str], gettext.NullTranslations]] = {}
"""Translated tables of labels, of which a run for the pen needs some eighty; with what keeps their numbers in use."""


def translate_message(said: Message, /) -> str:
    """Return a message in the visitor's language; values that are messages are translated too."""
    values = {name: translate_message(of) if isinstance(of, Message) else of for name, of in said.values.items()}
    return translate(said.template, **values)


def translate_refusal(reason: Refusal, /) -> str:
    """Return why something was refused, in the visitor's language."""
    return translate_message(reason.message)


def current_language() -> str:
    """Return the code of the visitor's language; English outside of a session."""
    return _language()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into the language with this code in the body, without looking it up in the session each time."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def _language() -> str:
    if (spoken := _spoken.get()) is not None:
        return spoken
    return str(st.session_state.get(LANGUAGE_KEY, ENGLISH))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, languages=[code], fallback=True)
