"""What a visitor's session keeps while nothing runs: no reading, whose pictures and values are most of a megabyte."""

from __future__ import annotations

import gc

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.shell import page
from tests.pages.fake_training import ROOT, install_scheduler

READING = ("draw", "layers", "convolution", "pooling", "compare", "data", "train")
"""Pages that read what is drawn; not Filters, whose fragments are given the reading that they explain."""


def _find_readings() -> list[Prediction]:
    """Return all readings of this process: tests before may have left some."""
    gc.collect()
    return [each for each in gc.get_objects() if type(each) is Prediction]


@pytest.mark.parametrize("name", READING)
def test_no_reading_is_kept_for_a_visitor_who_only_looks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install_scheduler(monkeypatch)
    earlier = _find_readings()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if name != "draw":
        app.switch_page(page.PAGES[name].path)
    app.run()
    assert not app.exception
    kept = [each for each in _find_readings() if not any(each is one for one in earlier)]
    assert not kept
