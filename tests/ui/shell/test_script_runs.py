"""What a script run is spared gives the same as what Streamlit does itself."""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from streamlit.components.v2 import presentation
from streamlit.components.v2.bidi_component import main as component
from streamlit.cursor import LockedCursor, RunningCursor
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.form_utils import FormData
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.presentation import apply_presenter
from streamlit.runtime.state.session_state import SessionState

from cnnviz.ui.shell.process_tuning import script_runs

MAKER = "make_bidi_component_presenter"
COMPONENT, EVENTS = "$$ID-1-pad", "$$ID-1-pad-events"

BASES: tuple[Any, ...] = ({}, {"strokes": 1}, {"strokes": {"seq": 3}, "opened": None}, None, 7)
PAYLOADS: tuple[Any, ...] = (
    None,
    {"event": "opened", "value": "a"},
    [{"event": "opened", "value": "a"}, {"event": "strokes", "value": 2}, {"event": 3}, "text", {"value": 1}],
    "text",
)


@pytest.fixture(autouse=True)
def streamlit_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a test replaces in Streamlit."""
    monkeypatch.setitem(vars(component), MAKER, vars(component)[MAKER])
    monkeypatch.setattr(SessionState, "_reset_triggers", SessionState._reset_triggers)
    monkeypatch.setattr(ForwardMsgQueue, "flush", ForwardMsgQueue.flush)
    for kind in (RunningCursor, LockedCursor, FormData):
        monkeypatch.setattr(kind, "__deepcopy__", None, raising=False)
        monkeypatch.delattr(kind, "__deepcopy__")


def make_session(payload: Any, value_type: str = "json_trigger_value") -> SessionState:
    state = SessionState()
    state._set_widget_metadata(WidgetMetadata(EVENTS, lambda x: x, lambda x: x, value_type))  # type: ignore[arg-type]
    state._set_widget_metadata(WidgetMetadata(COMPONENT, lambda x: x, lambda x: x, "json_value"))
    if payload is not None:
        state._new_widget_state.set_from_value(EVENTS, payload)
    return state


def states() -> Iterator[tuple[Any, Any, SessionState, SessionState]]:
    """Yield what Streamlit presents and what we do, with their sessions, for every state and every event."""
    for base in BASES:
        for payload in PAYLOADS:
            for value_type in ("json_trigger_value", "json_value"):
                sessions = make_session(payload, value_type), make_session(payload, value_type)
                makers = presentation.make_bidi_component_presenter, script_runs.make_presenter
                theirs, ours = (
                    make(EVENTS, COMPONENT, {"strokes"})(copy.copy(base), session)
                    for make, session in zip(makers, sessions, strict=True)
                )
                yield theirs, ours, *sessions


def test_a_component_s_state_is_presented_as_streamlit_does() -> None:
    assert script_runs.present_states_cheaply()
    assert vars(component)[MAKER] is script_runs.make_presenter
    triggered = 0
    for theirs, ours, _, _ in states():
        assert theirs == ours
        assert isinstance(theirs, dict) == isinstance(ours, dict)
        triggered += isinstance(ours, dict) and "opened" in ours
    assert triggered > 5


def test_what_is_set_in_a_state_is_set_in_the_component() -> None:
    written = 0
    for theirs, ours, their_session, our_session in states():
        if type(theirs) in (dict, type(None), int):  # presented as it is
            assert type(ours) is type(theirs)
            continue
        for shown in (theirs, ours):
            shown["strokes"] = 5
            shown["elsewhere"] = 6
            shown.strokes = shown.strokes + 1
            assert copy.deepcopy(shown) is shown
        assert theirs == ours
        assert ours.elsewhere is None
        kept = [session._new_widget_state[COMPONENT] for session in (their_session, our_session)]
        assert kept[0] == kept[1] == dict(ours)
        for shown in (theirs, ours):
            del shown["strokes"]
        assert theirs == ours
        kept = [session._new_widget_state[COMPONENT] for session in (their_session, our_session)]
        assert kept[0] == kept[1] == dict(ours)
        written += 1
    assert written > 5


def test_a_state_takes_private_attributes_and_weak_references_as_streamlit_s_does() -> None:
    for theirs, ours, _, _ in states():
        if type(theirs) in (dict, type(None), int):  # presented as it is
            continue
        before = dict(ours)
        for shown in (theirs, ours):
            shown._mark = 1
            assert shown._mark == 1
            assert weakref.ref(shown)() is shown
        assert theirs == ours == before


@pytest.mark.parametrize("make", [presentation.make_bidi_component_presenter, script_runs.make_presenter])
def test_events_that_cannot_be_read_leave_the_state_as_it_is(make: Any) -> None:
    def refuse(_: Any) -> Any:
        raise ValueError("These are no events.")

    session, base = SessionState(), {"strokes": 1}
    session._set_widget_metadata(WidgetMetadata(EVENTS, refuse, lambda x: x, "json_trigger_value"))
    session._set_widget_metadata(
        WidgetMetadata(COMPONENT, lambda x: x, lambda x: x, "json_value", presenter=make(EVENTS, COMPONENT))
    )
    session._new_widget_state.set_widget_from_proto(WidgetState(id=EVENTS, json_trigger_value="{"))
    assert apply_presenter(session, COMPONENT, base) is base


def test_a_look_at_a_state_leaves_nothing_to_the_garbage_collector() -> None:
    session = make_session(PAYLOADS[1])
    present = script_runs.make_presenter(EVENTS, COMPONENT, {"strokes"})
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            present({"strokes": 1}, session)
        assert gc.collect() == 0
    finally:
        gc.enable()


def place(part: Any) -> Any:
    """Return all that a place on the page consists of, as plain values."""
    if isinstance(part, (RunningCursor, LockedCursor)):
        fields = {name: value for name, value in vars(part).items() if name != "_transient_elements"}
        return type(part), fields, dict(part._transient_elements.items())
    if isinstance(part, DeltaGenerator):
        own = part._root_container, part._block_type, part._form_data, place(part._provided_cursor)
        return *own, place(part._parent)
    return part


def test_a_place_on_the_page_is_copied_as_streamlit_does() -> None:
    outer = RunningCursor(0, (1, 2))
    outer.lock_element()
    inner = outer.open_block()
    inner.get_transient_cursor()
    inner.transient_elements[3] = Element()
    top = DeltaGenerator(root_container=0, cursor=outer)
    top._form_data = FormData("form")
    stack = (top, DeltaGenerator(root_container=0, cursor=inner, parent=top), LockedCursor(1, (4,), 2))
    theirs = copy.deepcopy(stack)
    assert script_runs.copy_cursors_plainly()
    ours = copy.deepcopy(stack)
    assert [place(part) for part in ours] == [place(part) for part in theirs] == [place(part) for part in stack]
    moved: Any = ours[1]._provided_cursor
    moved.lock_element()  # a copy moves on by itself
    assert inner.index == 0
    assert list(moved.transient_elements) == []
    assert len(inner.transient_elements) == 1


def test_triggers_are_reset_as_streamlit_does() -> None:
    original = SessionState._reset_triggers
    reset = 0
    for seed in range(200):
        random = Random(seed)
        sessions = SessionState(), SessionState()
        for number in range(12):
            widget, kind = f"$$ID-{number}-w", random.choice((*sorted(script_runs._TRIGGER_TYPES), "json_value", ""))
            known, fresh, old = kind != "", random.random() < 0.6, random.random() < 0.6
            for state in sessions:
                if known:
                    state._set_widget_metadata(WidgetMetadata(widget, lambda x: x, lambda x: x, kind))  # type: ignore[arg-type]
                if fresh:
                    state._new_widget_state.set_from_value(widget, number)
                if old:
                    state._old_state[widget] = number
                state._old_state["field"] = number
        original(sessions[0])
        script_runs._reset_triggers(sessions[1])
        assert sessions[0]._old_state == sessions[1]._old_state
        values = [{key: state._new_widget_state.states[key] for key in state._new_widget_state} for state in sessions]
        assert repr(values[0]) == repr(values[1])
        reset += any(value is None for value in sessions[1]._old_state.values())
    assert reset > 150


def test_queues_with_nothing_in_them_are_left_as_they_are() -> None:
    assert script_runs.flush_only_what_waits()
    assert script_runs.flush_only_what_waits()  # twice is once
    queue, message = ForwardMsgQueue(), ForwardMsg()
    assert queue.flush() == []
    before = queue._queue
    queue.flush()
    assert queue._queue is before
    message.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue.enqueue(message)
    assert queue.flush() == [message]
    assert queue.is_empty()


def test_all_of_it_fits_this_streamlit() -> None:
    assert script_runs.tune_script_runs()


def test_a_streamlit_that_is_built_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(presentation, "make_bidi_component_presenter")
    before = vars(component)[MAKER]
    assert not script_runs.present_states_cheaply()
    assert vars(component)[MAKER] is before
    monkeypatch.setattr(FormData, "_fields", ("form_id", "more"))
    assert not script_runs.copy_cursors_plainly()
    assert "__deepcopy__" not in vars(RunningCursor)
    monkeypatch.delattr(SessionState, "_reset_triggers")
    assert not script_runs.reset_only_triggers()
