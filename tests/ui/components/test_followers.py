"""What follows the drawing: put on the page once, then only brought what is new in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components import browser_state, followers, relay
from cnnviz.ui.components.followers import Parcel


def read_parcel(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header of what the relay brings, and the bytes behind it."""
    end = 4 + int.from_bytes(data[:4], "little")
    return json.loads(data[4:end]), data[end:]


def test_a_parcel_holds_json_in_its_header_and_bytes_behind_it() -> None:
    parcel = Parcel({"bars": {"values": [0.5]}, "maps": b"12345", "strip": b"678"}, {"digit": "–"})
    header, rest = read_parcel(relay.pack(parcel))
    assert header == {
        "whole": False,
        "items": [
            {"key": "bars", "data": [{"values": [0.5]}]},
            {"key": "maps", "length": 5},
            {"key": "strip", "length": 3},
        ],
        "texts": {"digit": "–"},
    }
    assert rest == b"12345678"


def _page() -> None:
    import streamlit as st

    from cnnviz.ui.components import followers, relay
    from cnnviz.ui.components.sentence import sentence
    from cnnviz.ui.shell import session

    def body() -> None:
        with followers.container(key="place"):
            followers.write(st.session_state.get("digit", "3"), "digit")
            sentence("words", "It reads.")
        if st.session_state.get("doubts"):
            followers.require("doubts")

    session.begin()
    if st.session_state.get("alone"):  # as in a run of the fragment
        with followers.carried() as parcel:
            body()
        st.session_state["parcel"] = parcel
        st.session_state["fits"] = followers.fits(parcel)
    else:
        relay.bring(body)
        relay.show(body)


@pytest.fixture
def app() -> AppTest:
    made = AppTest.from_function(_page).run(timeout=20)
    assert not made.exception
    return made


def run_alone(app: AppTest, **state: object) -> AppTest:
    """Run what a run of the fragment alone would."""
    for key, value in {"alone": True, **state}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def components(app: AppTest) -> dict[str, Any]:
    protos = (each.proto for each in app.get("bidi_component"))
    return {proto.component_name.rpartition("/")[2]: proto for proto in protos}


def test_a_run_of_the_page_shows_everything_and_brings_the_texts(app: AppTest) -> None:
    """The browser may have written over a text, which Streamlit leaves as it is where it is the same for Python."""
    assert [each.value for each in app.markdown] == ["3"]
    shown = components(app)
    assert sorted(shown) == ["relay", "sentence"]
    assert read_parcel(shown["relay"].bytes)[0] == {"whole": True, "items": [], "texts": {"digit": "3"}}
    assert app.session_state["followers"] == {"digit", "words"}


def test_what_is_drawn_twice_is_never_the_same_for_the_browser(app: AppTest) -> None:
    first, second = components(app), components(app.run())
    assert first["relay"].bytes != second["relay"].bytes
    before, after = first["sentence"].json, second["sentence"].json
    assert before != after
    alike = [{k: v for k, v in json.loads(each)[0].items() if k != "run"} for each in (before, after)]
    assert alike[0] == alike[1]


def test_a_run_of_the_fragment_draws_nothing_and_carries_what_is_new(app: AppTest) -> None:
    run_alone(app, digit="7")
    assert not app.markdown
    assert not app.get("bidi_component")
    parcel = app.session_state["parcel"]
    assert parcel.texts == {"digit": "7"}
    assert parcel.data["words"]["text"] == "It reads."
    assert app.session_state["fits"]


def test_a_page_that_would_look_otherwise_has_to_be_drawn_anew(app: AppTest) -> None:
    assert not run_alone(app, doubts=True).session_state["fits"]


def _answering_page() -> None:
    import numpy as np
    import streamlit as st

    from cnnviz.ui.components import relay
    from cnnviz.ui.components.feature_maps import Block, publish
    from cnnviz.ui.shell import session

    session.begin()

    def body() -> None:
        values = np.random.default_rng(0).normal(size=(10, 10, 20)).astype(np.float32)
        blocks = [Block(id="conv/after", title="", values=values), Block(id="dense/after", title="", values=values[:1])]
        publish("maps", "channel", blocks, network_range=None, one_scale_a_map=False, live=True)

    @st.fragment
    def answer() -> None:
        st.button("answer")
        relay.bring(body)

    answer()
    relay.show(body)


def test_values_that_the_browser_has_read_are_confirmed_unless_it_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Run:
        fragment_ids_this_run = ("answer",)

    app = AppTest.from_function(_answering_page).run()
    (maps,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("feature_maps")]
    shown, values = read_parcel(maps.bytes)
    assert [each["check"] for each in shown["blocks"]] == [None, None]
    assert len(values) == 4 * (2000 + 200) + 8
    monkeypatch.setattr(relay, "get_script_run_ctx", Run)
    for read, wanted, whole in ((True, False, False), (True, True, True), (False, False, True)):
        monkeypatch.setattr(browser_state, "read", lambda *_, said=wanted: said or None)
        app.session_state["read_in_browser"] = read
        assert not app.run().exception
        (along, _) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("relay")]
        header, sent = read_parcel(read_parcel(along.bytes)[1])
        assert [each["check"] is None for each in header["blocks"]] == [whole, True]
        assert len(sent) == 4 * (2000 * whole + 200)


def test_what_a_component_returns_while_it_is_carried_is_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cnnviz.ui.components.mount import mount

    monkeypatch.setattr(followers, "take", lambda *_: None)
    monkeypatch.setattr(followers, "are_carried", lambda: True)
    assert mount("bars", key="bars", data={}).selected is None
