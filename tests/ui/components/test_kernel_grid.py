"""The grid of a kernel: what is typed is what was changed, also over weights that are others by now."""

from __future__ import annotations

import pytest
import streamlit as st

from cnnviz.ui.components.kernel_grid import Edit, read_edit

SHOWN = [["0", "0"], ["0", "0"]]
KERNEL = ((0.25, -1.0), (2.0, 0.5))


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    kept: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept


def says(state: dict[str, object], **message: object) -> None:
    state["k"] = {"typed": {"cells": SHOWN, "shown": SHOWN, "pasted": "", "seq": 1, **message}}


def test_cells_that_were_left_alone_have_the_weights_of_now(state: dict[str, object]) -> None:
    says(state, cells=[["5", "0"], ["0", "0"]])
    assert read_edit("k", KERNEL) == Edit((("5", "−1"), ("2", "0.5")))


def test_what_is_pasted_comes_with_it(state: dict[str, object]) -> None:
    says(state, pasted="1 2 3 4")
    assert read_edit("k", KERNEL) == Edit((("0.25", "−1"), ("2", "0.5")), "1 2 3 4")


@pytest.mark.parametrize(
    "message",
    [{"cells": None}, {"shown": None}, {"shown": [["0"]]}, {"cells": [["1", "2"]]}, {"pasted": 3}, {"seq": 0}],
)
def test_invalid_messages_are_ignored(state: dict[str, object], message: dict[str, object]) -> None:
    says(state, **message)
    assert read_edit("k", KERNEL) is None
