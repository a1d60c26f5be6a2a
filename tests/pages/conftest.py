"""Fixtures: for the page Train a fake scheduler that trains nothing, for Data a record of its grids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components import cell_grid
from cnnviz.ui.components.mount import mount
from tests.pages import fake_training
from tests.pages.data_page import Grids
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


@pytest.fixture
def grids(monkeypatch: pytest.MonkeyPatch) -> Grids:
    """Record what is sent to each grid of cells: its header and its bytes."""
    sent: Grids = {}

    def note(name: str, **arguments: Any) -> Any:
        data = arguments["data"]
        length = int.from_bytes(data[:4], "little")
        sent[arguments["key"]] = json.loads(data[4 : 4 + length]), data[4 + length :]
        return mount(name, **arguments)

    monkeypatch.setattr(cell_grid, "mount", note)
    return sent
