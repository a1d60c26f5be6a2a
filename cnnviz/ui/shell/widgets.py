"""Widgets for fields: each shows the present value and writes the visitor's back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import session
from cnnviz.ui.shell.fields import FIELDS


def one_of(
    key: str,
    label: str,
    *,
    show_label: bool = True,
    help: str | None = None,
    then: Callable[[], None] | None = None,
) -> None:
    """Show a row of alternatives: the options of a field.

    Args:
        key: the field's key.
        label: what is chosen, in the visitor's language.
        show_label: False leaves the label to screen readers.
        help: text of the question mark beside the label.
        then: called after the visitor's change was taken over, before the page runs.
    """
    options = FIELDS[key].options
    st.segmented_control(
        label,
        options,
        format_func=lambda name: translate(options[name]),
        default=session.get(key) if session.get(key) in options else session.default(key),
        required=True,
        label_visibility="visible" if show_label else "collapsed",
        help=help,
        **session.bind(key, options, then),
    )


def one_named(key: str, label: str, titles: Mapping[str, str], *, then: Callable[[], None] | None = None) -> None:
    """Show a row of alternatives that visitors may have named: value -> title as Markdown; the first is the usual one.

    `then` is called as for `one_of`.
    """
    st.segmented_control(
        label,
        titles,
        format_func=titles.__getitem__,
        default=session.get(key) if session.get(key) in titles else next(iter(titles)),
        required=True,
        **session.bind(key, titles, then),
    )


def pick(key: str, label: str, options: tuple[str, ...], text: Callable[[str], str], *, width: int) -> None:
    """Show a list to pick from, its label left to screen readers; `text` says how an option is shown."""
    st.selectbox(
        label,
        options,
        index=options.index(session.get(key)) if session.get(key) in options else 0,
        format_func=text,
        label_visibility="collapsed",
        width=width,
        **session.bind(key, options),
    )


def number(
    key: str, label: str, lowest: int, highest: int, *, width: int, then: Callable[[], None] | None = None
) -> None:
    """Show a slider for a whole number from `lowest` to `highest`."""
    value = min(max(session.get(key), lowest), highest)
    st.slider(label, lowest, highest, value=value, width=width, **session.bind(key, range(lowest, highest + 1), then))
