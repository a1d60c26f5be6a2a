"""The visitor's session: read and set the fields of `cnnviz.ui.shell.fields`, and tie widgets to them.

No other module reads or sets a field in `st.session_state`. (The language is read in `cnnviz.ui.i18n`, which lies
below; widgets and components keep what they report under keys of their own.)

A widget's own key is gone on a page without the widget. So each choice is kept under a field's key, and `bind`
ties a widget to it; that way it survives a page switch, and a link can set it before the widget is drawn.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, ParamSpec

import streamlit as st

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import InputSource
from cnnviz.ui.i18n import LANGUAGE_KEY, gettext_noop, speaking
from cnnviz.ui.shell.fields import FIELDS
from cnnviz.ui.shell.fields.every_page import EVERYTHING, step_key

P = ParamSpec("P")

LOG = logging.getLogger("cnnviz")

_before: ContextVar[dict[str, Any] | None] = ContextVar("before", default=None)
"""Fields that a guarded callback has set, with what they were before; None where there is no such callback."""

_known: ContextVar[dict[str, Any] | None] = ContextVar("known", default=None)
"""All fields in a run of a fragment; None elsewhere. Streamlit takes 20 µs to look one up."""

NOTHING = object()
"""Is no value of a field."""

COPY = "fields"
"""Key of a dict of all fields, which `begin` makes anew and `put` keeps up to date."""

REASON = "{reason}"
"""Template of a notice that is a refusal."""

FAILED = gettext_noop(
    "That did not work, sorry, and nothing was changed. If it happens again, report it with the number {number}."
)
NOT_SAVED = gettext_noop(
    "The server cannot write to its disk now, because it is full or locked, so nothing was changed. Try again later; "
    "if it happens again, report it with the number {number}."
)


def is_new() -> bool:
    """Return whether the session has not begun."""
    return "revision" not in (_known.get() or st.session_state)


def begin() -> bool:
    """Give every field its default; return whether this is the first run of the session."""
    fresh = is_new()
    copy = {key: st.session_state.setdefault(key, field.default) for key, field in FIELDS.items()}
    st.session_state[COPY] = copy
    return fresh


@contextmanager
def reading() -> Iterator[None]:
    """Look no field up in Streamlit's session in the body, which is a run of a fragment."""
    token = _known.set(st.session_state.get(COPY, {}))
    try:
        with speaking(str(get(LANGUAGE_KEY))):
            yield
    finally:
        _known.reset(token)


def steps() -> frozenset[str]:
    """Return the preparation steps that are switched on."""
    return frozenset(name for name in STEPS if get(step_key(name)))


def get(key: str) -> Any:
    """Return the value of a field."""
    known = _known.get()
    if known is None:
        return st.session_state[key]
    if key not in known:
        known[key] = st.session_state[key]
    return known[key]


def default(key: str) -> Any:
    """Return the value of a field for a new visitor."""
    return FIELDS[key].default


def wants_everything() -> bool:
    """Return whether the visitor wants to see everything, and not the essentials alone, as when presenting."""
    return bool(get("detail") == EVERYTHING and not get("presenting"))


def shows(key: str) -> bool:
    """Return whether the widget of a field that only experts need is shown.

    Among the essentials it is there only while the field has another value than for a new visitor, as from a link: so
    it can be set back.
    """
    return wants_everything() or get(key) != default(key)


def put(**values: Any) -> None:
    """Set fields."""
    before, known = _before.get(), _known.get()
    if known is None:
        known = st.session_state.get(COPY, {})
    for key, value in values.items():
        if known.get(key, NOTHING) is value:  # such as a flag that stays; Streamlit takes 40 µs to take it over
            continue
        known[key] = value
        if before is not None and key not in before and key in st.session_state:
            before[key] = st.session_state[key]
        st.session_state[key] = value


def guard(callback: Callable[P, object]) -> Callable[P, None]:
    """Return a callback that raises nothing, whatever fails in `callback`.

    Streamlit calls the callbacks of widgets and components before the page runs, outside of the page's own guard: what
    is raised there replaces the whole page. Instead it becomes a notice above the page, which is drawn as it was: what
    the callback had set until then is taken back. A `Refusal` is said as it is; for anything else there is a number
    that stands in the server's log as well.
    """

    @functools.wraps(callback)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        _attempt(lambda: callback(*args, **kwargs))

    return run


def _attempt(action: Callable[[], object]) -> bool:
    """Do something for a callback, as `guard` says; return whether all went well."""
    # Only what is set is noted: to copy all fields took 3 ms of an answer.
    outer, before = _before.get(), dict[str, Any]()
    token = _before.set(before)
    try:
        try:
            action()
        finally:
            _before.reset(token)
            if outer is not None:
                outer.update({key: value for key, value in before.items() if key not in outer})
    except Refusal as reason:
        put(**before)
        notice(REASON, reason=reason)
    except Exception as error:
        put(**before)
        number = secrets.token_hex(4)
        LOG.exception("callback failed, number %s", number)
        notice(NOT_SAVED if isinstance(error, OSError) else FAILED, number=number)
    else:
        return True
    scroll_up()
    return False


def bind(
    key: str, among: Collection[Any] | Callable[[Any], bool], then: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Return the arguments `key`, `on_change` and `args` that tie a widget to the field `key`.

    Only a value that is `among` the options, or fits that function, is taken over: the browser may still hold one of a
    list that is gone. Any other leaves the field as it is, and makes the widget anew.

    The widget's own default has to be the choice's present value. (Setting the widget's state instead loses it when
    the browser, while it makes the widget, reruns the page for the pen: it then reports the bare default.)
    `then` is called after the visitor's change was taken over, before the page runs.
    """
    return {"key": _widget(key), "on_change": _take, "args": (key, _widget(key), among, then)}


def choose(key: str, value: Any) -> None:
    """Set a choice from code; its widget is made anew, because a widget that is there keeps what it shows."""
    put(**{key: value}, editions={**st.session_state["editions"], key: _edition(key) + 1})


def _edition(key: str) -> int:
    return int(st.session_state["editions"].get(key, 0))


def _widget(key: str) -> str:
    edition = _edition(key)
    return f"choose-{key}-{edition}" if edition else f"choose-{key}"


def _take(
    key: str, widget: str, among: Collection[Any] | Callable[[Any], bool], then: Callable[[], None] | None
) -> None:
    value = st.session_state.get(widget)
    if value is None or widget != _widget(key):  # of a widget that was made anew meanwhile
        return
    if not _is_among(value, among) or not _attempt(lambda: _put_and_call(key, value, then)):
        choose(key, get(key))


def _put_and_call(key: str, value: Any, then: Callable[[], None] | None) -> None:
    put(**{key: value})
    if then is not None:
        then()


def _is_among(value: Any, among: Collection[Any] | Callable[[Any], bool]) -> bool:
    """Return whether `value` is one of `among`, and of its type: True is not 1 here, nor "1"."""
    if callable(among):
        return among(value)
    return any(type(one) is type(value) and one == value for one in among)


def subject() -> InputSource:
    """Return what is being read, in the chosen colours; an empty drawing before anything was chosen."""
    source: InputSource = get("subject") or InputSource()
    ink, paper, fitting = get("ink"), get("paper"), get("fitting")
    if (source.ink, source.paper, source.fitting) == (ink, paper, fitting):  # an answer asks for it six times
        return source
    return replace(source, ink=ink, paper=paper, fitting=fitting)


def show(new: InputSource) -> None:
    """Read `new` from now on, and tell the drawing surface to take it over."""
    put(
        subject=new,
        start=as_drawn(new.drawing),
        edited=None,
        replaced=None,
        revision=st.session_state["revision"] + 1,
    )


def take_drawing(drawing: Drawing, drawn: Drawing) -> None:
    """Take over what the drawing surface itself reports: `drawing` is read, as a link keeps `drawn`."""
    before = get("subject")
    if before is not None and before.kind != "drawing":
        put(replaced=before)
    put(subject=InputSource(drawing=drawing), drawn=(drawing, drawn))


def take_back_replaced() -> None:
    """Read again what the first stroke replaced, a test digit or a picture, because that stroke was undone."""
    if (replaced := get("replaced")) is not None:
        put(subject=replaced)


def as_drawn(drawing: Drawing) -> Drawing:
    """Return `drawing` with the points that the pen left, where it was drawn in this session, for a surface to show.

    A link keeps fewer, and a surface that showed those would turn curves into polygons at every change of page.
    """
    known, drawn = get("drawn") or (drawing, drawing)
    return drawn if known == drawing else drawing


def enter(page: str) -> None:
    """Note which page is open; on a new one the drawing surface starts from what is being read."""
    if page != st.session_state["page"]:
        put(page=page)
        show(subject())


def notice(template: str, **values: object) -> None:
    """Show a notice above the page, such as what was ignored in a link, in place of those shown before."""
    waiting = st.session_state["notices"] if st.session_state["noticed"] is None else ()
    put(notices=(*waiting, (template, values)), noticed=None)


def scroll_up() -> None:
    """Have the browser show the page from the top, where the click changed something."""
    put(upwards=get("upwards") + 1)
