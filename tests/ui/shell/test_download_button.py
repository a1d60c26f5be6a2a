"""Files that are made at a click outlast the end of other people's scripts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[3]


def offering() -> None:
    import streamlit as st

    from cnnviz.ui.shell.download_button import download_button

    download_button("Take", lambda: b"made", "made.csv", mime="text/csv", key="take", width="stretch")
    download_button("Ready", "text", "ready.py", mime="text/x-python")
    st.text("drawn")


def outlasting(kept: bool) -> None:
    """Make a file as a click does, in a thread of no session, and let three scripts end before it is fetched."""
    from concurrent.futures import ThreadPoolExecutor

    import streamlit as st
    from streamlit import runtime

    from cnnviz.ui.shell import download_button

    def make() -> bytes:
        return b"made"

    manager = runtime.get_instance().media_file_mgr
    made = download_button._make_keeping(make, "made.csv", "text/csv") if kept else make
    offered = manager.add_deferred(made, "text/csv", "0.0", "made.csv")
    with ThreadPoolExecutor(1) as pool:
        address = pool.submit(manager.execute_deferred, offered).result()
    for _ in range(3):
        manager.remove_orphaned_files()
    found = manager.read_file(address.rsplit("/", 1)[-1].split(".")[0])
    st.text("gone" if found is None else found.content.decode())


def test_a_click_runs_no_script() -> None:
    """A script that starts would empty the queue in which the file's address waits."""
    app = AppTest.from_function(offering).run()
    assert not app.exception
    take, ready = (button.proto for button in app.get("download_button"))
    assert take.ignore_rerun
    assert ready.ignore_rerun
    assert take.deferred_file_id
    assert ready.url


@pytest.mark.parametrize(("kept", "left"), [(True, "made"), (False, "gone")])
def test_a_file_made_at_a_click_stays_until_it_is_fetched(kept: bool, left: str) -> None:
    """Without being kept it is gone, which is Streamlit's way and the reason for keeping it."""
    app = AppTest.from_function(outlasting, args=(kept,)).run()
    assert not app.exception
    assert app.text[0].value == left


def test_files_are_offered_by_this_button_alone() -> None:
    """Nothing else calls Streamlit's own."""
    calls = {
        path.name
        for path in (ROOT / "cnnviz").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "download_button"
    }
    assert calls == {"download_button.py"}
