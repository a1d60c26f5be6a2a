"""The list of layers: what it accepts from a browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from cnnviz.ui.components.layer_list import Choice, read_choice


@pytest.mark.parametrize(
    ("sent", "choice"),
    [
        ({"kinds": "pooling"}, Choice(kinds="pooling")),
        ({"one": True, "layer": "conv2d"}, Choice(one=True, layer="conv2d")),
        ({"one": False, "layer": ""}, Choice(one=False)),
        ({"layer": "dense"}, Choice(layer="dense")),
        ({"layer": "x" * 1000}, Choice(layer="x" * 64)),
        ({"layer": 5}, Choice()),
        ({"kinds": ["all"]}, Choice()),
        ({"one": 1}, Choice()),
        ("all", Choice()),
        (None, Choice()),
    ],
)
def test_a_choice_is_read_or_nothing(monkeypatch: pytest.MonkeyPatch, sent: object, choice: Choice) -> None:
    monkeypatch.setattr(st, "session_state", {"list": SimpleNamespace(chosen=sent)})
    assert read_choice("list") == choice


def test_before_the_first_choice_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert read_choice("list") == Choice()
