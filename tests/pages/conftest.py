"""Fixtures of the page Train: a fake scheduler that trains nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import fake_training
from tests.pages.fake_training import FakeScheduler


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> FakeScheduler:
    """Replace the scheduler of trainings by a fake."""
    return fake_training.install_scheduler(monkeypatch)


@pytest.fixture
def app(
    scheduler: FakeScheduler,  # noqa: ARG001 (it stands in before the page opens)
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> AppTest:
    """Open Train as a new visitor."""
    return fake_training.opened(monkeypatch, tmp_path)
