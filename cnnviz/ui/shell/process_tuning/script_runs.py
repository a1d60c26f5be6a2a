"""Skip work that Streamlit repeats in every script run without effect; measured in docs/decisions.md.

Each function replaces one thing in Streamlit by another with the same results, to which tests hold it, and returns
whether it did: where Streamlit is built otherwise, it is left alone.
"""

from __future__ import annotations

import copy
import functools
import logging
from collections.abc import Callable
from typing import Any

LOG = logging.getLogger("cnnviz")

_TRIGGER_TYPES = {"trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value"}
"""Value types of widgets whose values hold for one run."""


def tune_script_runs() -> bool:
    """Make all replacements of this module; return whether Streamlit was built as expected."""
    return all((present_states_cheaply(), copy_cursors_plainly(), reset_only_triggers(), flush_only_what_waits()))


def present_states_cheaply() -> bool:
    """Present the state of a component without a class of its own for each look at it.

    Streamlit defines a class at each look, eight times an answer. A class is a dozen objects in a ring, which only the
    garbage collector frees: with 150 visitors these were four fifths of what it had to find.
    """
    try:
        from streamlit.components.v2 import presentation
        from streamlit.components.v2.bidi_component import main
    except ImportError:
        return False
    name = "make_bidi_component_presenter"
    if vars(main).get(name) not in (vars(presentation).get(name), make_presenter) or name not in vars(presentation):
        return False
    vars(main)[name] = make_presenter
    return True


def make_presenter(
    aggregator_id: str, component_id: str | None = None, allowed_state_keys: set[str] | None = None
) -> Callable[[Any, Any], Any]:
    """Return what Streamlit's `make_bidi_component_presenter` returns: a function that adds triggers to a state.

    Streamlit's catches every error and presents the state as it is; so does `apply_presenter`, the only caller, for
    this one.
    """

    def present(base_value: Any, session_state: Any) -> Any:
        if not isinstance(base_value, dict):
            return base_value
        widgets = session_state._new_widget_state
        metadata = widgets.widget_metadata.get(aggregator_id)
        if metadata is None or metadata.value_type != "json_trigger_value":
            return base_value
        try:
            payloads = widgets[aggregator_id]
        except KeyError:
            payloads = None
        events = [payloads] if isinstance(payloads, dict) else payloads if isinstance(payloads, list) else []
        triggers = {
            each["event"]: each.get("value")
            for each in events
            if isinstance(each, dict) and isinstance(each.get("event"), str)
        }
        return _ComponentState(triggers | base_value, session_state, component_id, allowed_state_keys)

    return present


class _ComponentState(dict[str, Any]):
    """A component's state as `st.session_state` shows it: what is set here is set in the component as well.

    It has no slots, because Streamlit's own takes any private attribute and weak references, and one of ours is no ring
    with them either.
    """

    def __init__(self, data: dict[str, Any], session: Any, component: str | None, allowed: set[str] | None) -> None:
        super().__init__(data)
        self._session, self._component, self._allowed = session, component, allowed

    def __getattr__(self, name: str) -> Any:
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self[name] = value

    def __deepcopy__(self, memo: dict[int, Any]) -> _ComponentState:
        memo[id(self)] = self
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)

    def __setitem__(self, key: str, value: Any) -> None:
        self._check(key)
        if self._allowed is None or key in self._allowed:
            super().__setitem__(key, value)
            self._store()

    def __delitem__(self, key: str) -> None:
        self._check(key)
        super().__delitem__(key)
        self._store()

    def _check(self, key: str) -> None:
        """Raise Streamlit's exception where the component is on the page already in this run."""
        from streamlit.errors import StreamlitAPIException
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        if context is None or self._component is None:
            return
        shown = self._session._key_id_mapper.get_key_from_id(self._component)
        if self._component in context.shared.widget_ids_this_run or shown in context.shared.form_ids_this_run:
            raise StreamlitAPIException(
                f"`st.session_state.{shown}.{key}` cannot be modified after the component"
                f" with key `{shown}` is instantiated.",
                error_id="bidi-component-state-cannot-be-modified",
            )

    def _store(self) -> None:
        if self._component is None:
            return
        try:
            self._session._new_widget_state.set_from_value(self._component, dict(self))
        except Exception as reason:  # noqa: BLE001 - as Streamlit does
            LOG.debug("a component's state was not kept: %s", reason)


def copy_cursors_plainly() -> bool:
    """Copy the places on the page, which a run of a fragment begins with, as what they are: a few numbers.

    Streamlit copies them by `copy.deepcopy`, which takes them apart and puts them together again by general means.
    """
    try:
        from streamlit.cursor import LockedCursor, RunningCursor, SparseList
        from streamlit.elements.lib.form_utils import FormData
    except ImportError:
        return False
    known = {"_transient_index", "_transient_elements", "_root_container", "_parent_path", "_index"}
    if any(vars(make(0)).keys() != known for make in (RunningCursor, LockedCursor)):
        return False
    if vars(SparseList()).keys() != {"_data"} or FormData._fields != ("form_id",):
        return False
    kinds: tuple[Any, ...] = (RunningCursor, LockedCursor)
    for kind in kinds:
        kind.__deepcopy__ = _copy_cursor
    unchangeable: Any = FormData
    unchangeable.__deepcopy__ = lambda form, _: form
    return True


def _copy_cursor(cursor: Any, memo: dict[int, Any]) -> Any:
    """Return a copy of a cursor: all it has is unchangeable, except for its transient elements."""
    made = object.__new__(type(cursor))
    made.__dict__.update(cursor.__dict__)
    memo[id(cursor)] = made
    transient = cursor._transient_elements
    made._transient_elements = copy.deepcopy(transient, memo) if len(transient) else type(transient)()
    return made


def reset_only_triggers() -> bool:
    """Reset triggers, before and after each run, without a look at the fields that are no widgets."""
    try:
        from streamlit.runtime.state import session_state
    except ImportError:
        return False
    if set(vars(session_state).get("_TRIGGER_PROTO_FIELDS", ())) != _TRIGGER_TYPES:
        return False
    if "_reset_triggers" not in vars(session_state.SessionState):
        return False
    session_state.SessionState._reset_triggers = _reset_triggers  # type: ignore[method-assign, assignment]
    return True


def _reset_triggers(state: Any) -> None:
    """Do what `SessionState._reset_triggers` does, for the widgets that are known instead of for all keys."""
    from streamlit.runtime.state.session_state import Value

    widgets, old = state._new_widget_state, state._old_state
    for widget, metadata in widgets.widget_metadata.items():
        if metadata.value_type in _TRIGGER_TYPES:
            rest = False if metadata.value_type == "trigger_value" else None
            if widget in widgets.states:
                widgets[widget] = Value(rest)
            if widget in old:
                old[widget] = rest


def flush_only_what_waits() -> bool:
    """Leave the empty queues of messages as they are: all visitors' are emptied whenever one visitor has a message."""
    try:
        from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
    except ImportError:
        return False
    if not {"flush", "clear"} <= vars(ForwardMsgQueue).keys():
        return False
    flush: Any = ForwardMsgQueue.flush
    if not hasattr(flush, "__wrapped__"):

        @functools.wraps(flush)
        def flush_waiting(queue: Any) -> Any:
            return flush(queue) if len(queue) else []

        ForwardMsgQueue.flush = flush_waiting  # type: ignore[method-assign, assignment]
    return True
