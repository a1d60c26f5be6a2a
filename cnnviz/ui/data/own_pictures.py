"""The visitor's own sets as data sets of the page: their titles, their parts, and what is doubtful about them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from cnnviz.core.data import labelled_file, labelled_parts, picture_sets
from cnnviz.core.data.drawn_set import DrawnSet
from cnnviz.core.data.labelled_file import KeptSet
from cnnviz.core.data.labelled_parts import SetFindings
from cnnviz.core.data.labelled_set import MIN_A_CLASS
from cnnviz.core.data.picture_sets import PictureSet
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural
from cnnviz.ui.shell import page, session, terms, visitor
from cnnviz.ui.shell.fields.data import ALL

DRAWN = "drawn"
"""In place of an id: the drawings that are being collected."""

DRAWN_TITLE = gettext_noop("Your drawings")

SOURCE = gettext_noop(
    "{number} pictures of {classes} classes, yours alone: {learned} to learn from and check with, {tested} to test on. "
    "The [[test set]] has a fifth of each class."
)
GIVEN = gettext_noop(
    "{number} pictures of {classes} classes, kept for you alone: {learned} to learn from and check with, {tested} to "
    "test on, which is the [[test set]] as published."
)
RARE = gettext_noop(
    "Fewer than {least} pictures of {names}: so few of them are tested on that one answer changes the [[accuracy]] of "
    "such a class by half or more. More pictures help."
)
ACROSS = gettext_noop(
    "Pictures of the [[test set]] that are in the [[training set]] too, pixel for pixel: {number}. A network that has "
    "memorized them gets them right, so its accuracy comes out too high."
)


def list_titles() -> dict[str, str]:
    """Return the visitor's own sets that can be looked at, by id: their names, as Markdown."""
    if not visitor.is_known():
        return {}
    titles = {entry.id: page.escape_markdown(entry.name) for entry in visitor.sets().entries()}
    drawn = get_drawings()
    return titles | ({DRAWN: translate(DRAWN_TITLE)} if sum(map(bool, drawn.counts)) > 1 else {})


def get_drawings() -> DrawnSet:
    """Return the drawings as they are on disk; they are read once a session, and again when they change."""
    if session.get("own_drawn") is None:
        session.put(own_drawn=visitor.sets().drawings() if visitor.is_known() else DrawnSet())
    drawn: DrawnSet = session.get("own_drawn")
    return drawn


def begin_again() -> None:
    """Show the first sheet of all classes, and its first picture as the chosen one."""
    session.put(data_sheet=0, data_index=-1, data_typed="", data_problem=None)
    if session.get("data_label") != ALL:
        session.choose("data_label", ALL)


def look_at(set_id: str) -> None:
    """Show a set on the page's sheets."""
    session.choose("data_set", set_id)
    begin_again()


def load(name: str, part: str) -> PictureSet:
    """Return a part of an own set. Raises `Refusal` if it is gone."""
    if name == DRAWN:
        return _take_drawn(get_drawings(), part)
    store = visitor.sets()
    if name not in {entry.id for entry in store.entries()}:
        raise labelled_file.describe_damage()
    return _take_part(store.owner, store.home, name, part)


def read(name: str) -> KeptSet:
    """Return an own set whole. Raises `Refusal` if it is gone."""
    return _build_drawn(get_drawings()) if name == DRAWN else visitor.sets().read(name)


def describe(name: str) -> None:
    """Say how large an own set is and what is doubtful about it."""
    store = visitor.sets()
    if name == DRAWN:
        kept = _build_drawn(get_drawings())
        found = _inspect_drawn(get_drawings())
    else:
        kept = store.read(name)
        found = _inspect(store.owner, store.home, name)
    numbers = {"number": f"{len(kept.labelled.labels):,}", "classes": len(kept.labelled.classes)}
    parts = {"learned": f"{kept.trained:,}", "tested": f"{kept.tested:,}"}
    st.caption(terms.explain(GIVEN if found.given else SOURCE, "data", **numbers, **parts))
    for sentence in _list_findings(found):
        st.warning(sentence)


def _list_findings(found: SetFindings) -> list[str]:
    sentences = list[str]()
    if found.rare:
        names = ", ".join(page.escape_markdown(name) for name in found.rare)
        sentences.append(terms.explain(RARE, "rare", least=MIN_A_CLASS, names=names))
    if found.across:
        sentences.append(terms.explain(ACROSS, "across", number=f"{found.across:,}"))
    elif found.copies:
        sentences.append(
            translate_plural(
                "{number:,} picture is an exact copy of another.",
                "{number:,} pictures are exact copies of others.",
                found.copies,
            )
        )
    if found.contradicting:
        sentences.append(
            translate_plural(
                "{number:,} picture is an exact copy of one with another label.",
                "{number:,} pictures are exact copies of ones with other labels.",
                found.contradicting,
            )
        )
    return sentences


@lru_cache(maxsize=8)
def _take_part(owner: str, home: Path, set_id: str, part: str) -> PictureSet:
    return picture_sets.from_kept(SetStore(owner, home).read(set_id), part)


@lru_cache(maxsize=32)
def _inspect(owner: str, home: Path, set_id: str) -> SetFindings:
    kept = SetStore(owner, home).read(set_id)
    return labelled_parts.inspect(kept.labelled, kept.tested)


@lru_cache(maxsize=8)
def _build_drawn(drawn: DrawnSet) -> KeptSet:
    return labelled_file.divide(drawn.build(DRAWN_TITLE))


@lru_cache(maxsize=8)
def _take_drawn(drawn: DrawnSet, part: str) -> PictureSet:
    return picture_sets.from_kept(_build_drawn(drawn), part)


@lru_cache(maxsize=8)
def _inspect_drawn(drawn: DrawnSet) -> SetFindings:
    kept = _build_drawn(drawn)
    return labelled_parts.inspect(kept.labelled, kept.tested)
