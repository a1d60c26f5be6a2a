"""The stand-in for a browser, put in the place of the real one."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
import streamlit as st

from tests.ui.components.fake_browser import Browser


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Browser]:
    """Make a browser for the component `key` of these modules; `event` is what it usually sends."""

    def make(key: str, event: str, *modules: ModuleType) -> Browser:
        browser = Browser(key, event)
        monkeypatch.setattr(st, "session_state", browser.state)
        for module in modules:
            monkeypatch.setattr(module, "mount", browser.mount)
        return browser

    return make
