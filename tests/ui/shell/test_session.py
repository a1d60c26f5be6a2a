"""What a callback that fails has set is taken back; what succeeds stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import InputSource
from cnnviz.ui.shell import session


class Fields(dict[str, Any]):
    """Fields of a session that count how often one is read or looked for."""

    looks = 0

    def __getitem__(self, key: str) -> Any:
        self.looks += 1
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        return super().__contains__(key)


@pytest.fixture
def fields(monkeypatch: pytest.MonkeyPatch) -> Fields:
    state = Fields()
    monkeypatch.setattr(session, "st", SimpleNamespace(session_state=state))
    session.begin()
    state.looks = 0
    return state


def refuse(**values: Any) -> None:
    session.put(**values)
    raise Refusal("no")


def test_fields_of_a_failed_callback_are_as_before_and_the_reason_is_said(fields: Fields) -> None:
    before = dict(fields)
    session.guard(lambda: refuse(brush=9, network="other"))()
    assert [str(values["reason"]) for _, values in fields.pop("notices")] == ["no"]
    kept = before.keys() - {"notices", "upwards"}
    assert {key: fields[key] for key in kept} == {key: before[key] for key in kept}


def test_field_that_is_set_twice_is_taken_back_to_the_first_value(fields: Fields) -> None:
    session.put(brush=20)

    def callback() -> None:
        session.put(brush=9)
        session.put(brush=10)
        raise OSError

    session.guard(callback)()
    assert fields["brush"] == 20


def test_failure_inside_of_a_callback_that_goes_on_takes_back_its_own_alone(fields: Fields) -> None:
    session.put(brush=20, network="one")

    def callback() -> None:
        session.put(brush=9)
        session.guard(lambda: refuse(brush=10, network="other"))()

    session.guard(callback)()
    assert (fields["brush"], fields["network"]) == (9, "one")


def test_failure_takes_back_what_callbacks_inside_have_set(fields: Fields) -> None:
    session.put(brush=20, network="one")

    def callback() -> None:
        session.guard(lambda: session.put(network="other"))()
        refuse(brush=9)

    session.guard(callback)()
    assert (fields["brush"], fields["network"]) == (20, "one")


def test_what_succeeds_stays_and_later_failures_leave_it(fields: Fields) -> None:
    session.guard(lambda: session.put(brush=9))()
    session.guard(lambda: refuse(network="other"))()
    assert fields["brush"] == 9


def test_callback_that_sets_nothing_looks_at_nothing(fields: Fields) -> None:
    session.guard(lambda: None)()
    assert fields.looks == 0  # all 117 fields were copied, twenty times a second for a pen that moves


def test_a_run_of_a_fragment_looks_no_field_up_in_the_session(fields: Fields) -> None:
    session.put(brush=9)
    fields.looks = 0
    with session.reading():
        assert (session.get("brush"), session.get("revision"), session.subject().kind) == (9, 0, "drawing")
        session.put(brush=10)
        assert session.get("brush") == 10
    assert fields.looks == 0
    assert (fields["brush"], session.get("brush")) == (10, 10)
    with session.reading():
        assert session.get("brush") == 10


def test_a_run_of_a_fragment_is_no_new_session_and_finds_out_without_a_look(fields: Fields) -> None:
    with session.reading():
        assert not session.is_new()
    assert fields.looks == 0


@pytest.mark.usefixtures("fields")
def test_what_is_read_is_copied_only_for_other_colours() -> None:
    drawn = InputSource(ink=session.default("ink"), paper=session.default("paper"))
    session.put(subject=drawn)
    assert session.subject() is drawn
    session.put(ink="#ff0000")
    assert (session.subject().ink, drawn.ink) == ("#ff0000", session.default("ink"))
    session.put(ink=session.default("ink"), fitting="middle")
    assert session.subject().fitting == "middle"


def test_a_run_of_the_page_reads_what_is_in_the_session(fields: Fields) -> None:
    fields["brush"] = 33
    session.begin()
    with session.reading():
        assert session.get("brush") == 33


@pytest.mark.usefixtures("fields")
def test_a_value_that_stays_is_not_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ("one",)
    session.put(answers=answers, brush=20)
    written: list[str] = []
    monkeypatch.setattr(Fields, "__setitem__", lambda _, key, __: written.append(key))
    session.put(answers=answers, brush=20)
    assert not written
    session.put(answers=("two",), brush=20)
    assert written == ["answers"]
