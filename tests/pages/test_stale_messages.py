"""Messages about widgets as they were: in any order, the page shows the nearest valid state and no error.

A browser sends the state of every widget that it has seen with each click. So a choice may come from a list that is
gone: the network was changed, and then a layer of the old list arrives.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from cnnviz.ui.shell import page
from tests.pages.fake_training import ROOT, install_scheduler

NETWORKS = ("pen", "dense-64", "cnn-32-64-64", "cnn-rgb", "cnn-16-128-256", "no-such-network")

TEXTS = (
    "",
    "conv2d_2",
    "conv2d_1",
    "dense_1",
    "global_max_pooling2d",
    "map 3",
    "10",
    "where they disagree most",
    "(3, 3)",
    "3×3",
    "Dense",
)

NUMBERS = (-1, 0, 3, 255, 70_000)


class Visitor:
    """A browser that keeps the state of every widget it has ever seen, and sends all of it with every message."""

    def __init__(self, name: str) -> None:
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if name != "draw":
            self.app.switch_page(page.PAGES[name].path)
        self.app.run()
        self.seen: dict[str, WidgetState] = {}
        self.texts: set[str] = set(TEXTS)

    def look(self) -> list[str]:
        """Remember the widgets of the page; return the ids of those that hold a value."""
        for state in self.app._tree.get_widget_states().widgets:
            if not state.HasField("trigger_value"):
                self.seen[state.id] = state
        for box in self.app.selectbox:
            self.texts |= set(box.options)
        kinds = ("string_value", "int_value", "double_value", "double_array_value", "string_array_value", "bool_value")
        return sorted(key for key, state in self.seen.items() if state.WhichOneof("value") in kinds)

    def send(self, widget: int, value: int) -> None:
        """Change one widget that is or was there to some value, and send everything."""
        ids = self.look()
        state = self.seen[ids[widget % len(ids)]]
        texts = sorted(self.texts)
        match state.WhichOneof("value"):
            case "string_value":
                state.string_value = texts[value % len(texts)]
            case "string_array_value":
                state.string_array_value.data[:] = [texts[value % len(texts)]]
            case "int_value":
                state.int_value = NUMBERS[value % len(NUMBERS)]
            case "double_value":
                state.double_value = NUMBERS[value % len(NUMBERS)]
            case "double_array_value":
                state.double_array_value.data[:] = [NUMBERS[value % len(NUMBERS)]] * len(state.double_array_value.data)
            case "bool_value":
                state.bool_value = bool(value % 2)
        self.app._run(widget_state=WidgetStates(widgets=list(self.seen.values())))

    def choose(self, network: str) -> None:
        """Have the network changed, as another tab, a link or a click does."""
        self.app.session_state["network"] = network
        self.app._run(widget_state=WidgetStates(widgets=list(self.seen.values())))

    def is_well(self) -> bool:
        failed = [error.value for error in self.app.error if "Something went wrong" in error.value]
        told = [warning.value for warning in self.app.warning if "That did not work" in warning.value]
        return not (list(self.app.exception) or failed or told)


MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just("network"), st.sampled_from(NETWORKS), st.just(0)),
        st.tuples(st.just("widget"), st.integers(0, 60), st.integers(0, 40)),
    ),
    min_size=4,  # a page that is opened for one message costs as much as two messages
    max_size=8,
)

SEARCHED = settings.get_current_profile_name() == "search"

EXAMPLES = 40 if SEARCHED else 4


@pytest.mark.parametrize("name", list(page.PAGES))
def test_messages_in_any_order_do_no_harm(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    install_scheduler(monkeypatch)
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path_factory.mktemp("runs")))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not SEARCHED,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(MESSAGES)
    def replay(messages: list[tuple[str, Any, int]]) -> None:
        visitor = Visitor(name)
        if name == "train":
            visitor.app.session_state["train_view"] = "build"
            visitor.app.run()
        visitor.look()
        for kind, which, value in messages:
            if kind == "network":
                visitor.choose(which)
            else:
                visitor.send(which, value)
            assert visitor.is_well(), (kind, which, value, list(visitor.app.exception), list(visitor.app.warning))

    replay()


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [("layers", "cell_layer", "conv2d_2"), ("pooling", "same_layer", "conv2d_2"), ("pooling", "same_map", "map 200")],
)
def test_option_of_a_list_that_is_gone_leaves_the_choice(name: str, field: str, text: str) -> None:
    visitor = Visitor(name)
    visitor.choose("cnn-32-64-64")
    visitor.look()
    before = visitor.app.session_state[field]
    visitor.choose("cnn-32-32")
    for state in visitor.seen.values():
        if f"choose-{field}" in state.id:
            state.string_value = text
    visitor.app._run(widget_state=WidgetStates(widgets=list(visitor.seen.values())))
    assert visitor.is_well()
    assert visitor.app.session_state[field] == before
