"""Elements that follow what is drawn without being drawn again: who they are, and what is on its way to them.

A page puts its elements on the screen once, `followed`. A run of the fragment that holds the pad works out what is in
them anew, `carried`, and sends it in one message, see `cnnviz.ui.components.relay`: every element that a fragment draws
costs the server half a millisecond, however little there is in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cnnviz.ui.shell import session


@dataclass(frozen=True)
class Parcel:
    """What is new in the elements that follow.

    Attributes:
        data: Key of a component -> what it is given, as for `mount`.
        texts: Key of a container -> plain text, in place of the only text in it.
        names: All keys, and what else must be as it was when the page was drawn, see `require`.
        carried: Whether it is brought to elements that are there already, which are not drawn now.
        checked: Whether the browser has worked out the same itself, and only has to learn whether it was right.
    """

    data: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    carried: bool = False
    checked: bool = False


_parcel: ContextVar[Parcel | None] = ContextVar("parcel", default=None)
"""What is noted now; None where nothing follows."""


@contextmanager
def followed() -> Iterator[Parcel]:
    """Note whatever the body puts on the page as what follows what is drawn."""
    with _noting(Parcel()) as parcel:
        try:
            yield parcel
        finally:
            session.put(followers=frozenset(parcel.names))


@contextmanager
def carried(*, checked: bool = False) -> Iterator[Parcel]:
    """Keep from the page what the body would put there, for what is there already; `checked` as for a `Parcel`."""
    with _noting(Parcel(carried=True, checked=checked)) as parcel:
        yield parcel


@contextmanager
def _noting(parcel: Parcel) -> Iterator[Parcel]:
    token = _parcel.set(parcel)
    try:
        yield parcel
    finally:
        _parcel.reset(token)


def are_carried() -> bool:
    """Return whether elements are not drawn now, but only what is in them is worked out."""
    parcel = _parcel.get()
    return parcel is not None and parcel.carried


def are_checked() -> bool:
    """Return whether large values need not be sent, because the browser has worked them out and checks them."""
    parcel = _parcel.get()
    return parcel is not None and parcel.checked


def fits(parcel: Parcel) -> bool:
    """Return whether a parcel is for the elements that are on the page, no more and no fewer."""
    return bool(parcel.names == session.get("followers"))


def is_there(key: str) -> bool:
    """Return whether the element `key` was on the page when that was drawn last, and follows."""
    return key in session.get("followers")


def require(name: str) -> None:
    """Have the page drawn anew where this was not required when it was drawn last, or is no longer."""
    if (parcel := _parcel.get()) is not None:
        parcel.names.add(name)


def container(**arguments: Any) -> AbstractContextManager[Any]:
    """Return a container of the page as `st.container` makes it; one that changes nothing where it is there already."""
    return nullcontext() if are_carried() else st.container(**arguments)


def write(text: str, key: str, *, markdown: str = "", **arguments: Any) -> None:
    """Write plain text in a container of its own, which `arguments` describe as for `st.container`.

    `markdown` is the same text with what would be marks escaped; empty where it has none.
    """
    require(key)
    if (parcel := _parcel.get()) is not None:
        parcel.texts[key] = text
    if not are_carried():
        with st.container(key=key, **arguments):
            st.markdown(markdown or text)


def take(key: str, data: Any) -> Any:
    """Return what a component is to be given on the page; None where its data is carried to it instead.

    Data that is followed is never twice the same: Streamlit's browser leaves out what it has drawn before, and does not
    know what was brought since.
    """
    if (parcel := _parcel.get()) is None:
        return data
    parcel.names.add(key)
    if not parcel.carried:
        return sign(data)
    parcel.data[key] = data
    return None


def sign(data: Any) -> Any:
    """Return what a component is given, a dict or bytes that end with values, so that it differs from all before."""
    now = time.time_ns()
    return data | {"run": now} if isinstance(data, dict) else data + now.to_bytes(8, "little")
