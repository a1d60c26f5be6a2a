"""Identify a visitor: the browser keeps the token, which is never shown and never shared."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

TOKEN = "Abc_-" + "0" * 38


def script() -> None:
    import streamlit as st

    from cnnviz.ui.shell import session, visitor

    session.begin()
    st.text(visitor.owner())
    st.text(str(visitor.store().home))


def owner(app: AppTest) -> str:
    app.run()
    assert not app.exception
    return str(app.text[0].value)


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the cookies that the browser sends."""
    sent: dict[str, str] = {}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: sent))
    return sent


@pytest.mark.usefixtures("cookies")
def test_visitor_without_a_cookie_is_new() -> None:
    first, second = AppTest.from_function(script), AppTest.from_function(script)
    assert owner(first) != owner(second)
    assert owner(first) == owner(first)
    assert len(owner(first)) == 32


def test_the_cookie_is_recognised_and_does_not_stand_in_the_name(cookies: dict[str, str]) -> None:
    cookies["cnnviz_visitor"] = TOKEN
    first, second = owner(AppTest.from_function(script)), owner(AppTest.from_function(script))
    assert first == second
    assert first not in TOKEN
    assert set(first) <= set("0123456789abcdef")


@pytest.mark.parametrize("sent", ["", "x", "../" + "0" * 40, TOKEN + "0", TOKEN[:-1] + "é", TOKEN[:-1] + "\n"])
def test_invalid_token_is_rejected(cookies: dict[str, str], sent: str) -> None:
    cookies["cnnviz_visitor"] = sent
    assert owner(AppTest.from_function(script)) != owner(AppTest.from_function(script))


def test_runs_are_kept_where_the_setting_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    app = AppTest.from_function(script).run()
    assert app.text[1].value == str(tmp_path)
