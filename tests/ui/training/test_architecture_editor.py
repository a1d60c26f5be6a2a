"""The table of layers, used through its widgets."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.draft import ArchitectureDraft, Settings, build_cnn, make_blank
from tests.marked_text import plain


def script() -> None:
    import streamlit as st

    from cnnviz.ui.shell import session
    from cnnviz.ui.training import architecture_editor

    session.begin()
    if st.session_state.get("here", True):
        st.session_state["made"] = architecture_editor.show()


@pytest.fixture
def app() -> AppTest:
    """Open the editor."""
    return AppTest.from_function(script, default_timeout=60).run()


def made(app: AppTest) -> Architecture | None:
    """Return the network that the editor gave, after a successful run."""
    assert not app.exception
    architecture: Architecture | None = app.session_state["made"]
    return architecture


def elsewhere_and_back(app: AppTest) -> None:
    for here in (False, True):
        app.session_state["here"] = here
        app.run()


def key(app: AppTest, name: str) -> str:
    return f"draft-{app.session_state['draft_edition']}-{name}"


def begin(app: AppTest, draft: ArchitectureDraft) -> AppTest:
    app.session_state["draft"] = draft
    app.session_state["draft_edition"] += 1
    return app.run()


def rows(app: AppTest) -> list[str]:
    """Return the headings of the layers."""
    return [text.value[7:-1] for text in app.markdown if text.value.startswith(":small[")]


def kinds(app: AppTest) -> list[str]:
    return [str(row["kind"]) for row in app.session_state["draft"].rows]


def test_it_opens_with_a_published_network(app: AppTest) -> None:
    architecture = made(app)
    assert architecture is not None
    assert architecture.layers == TUTORIALS["cnn-32-64-64"][0].layers
    assert rows(app)[0] == "**conv2d** → 26 × 26 × 32 · 320 parameters"
    assert len(rows(app)) == 8
    assert any("**93,322** parameters" in text.value for text in app.markdown)


@pytest.mark.parametrize("name", model_store.names())
def test_it_starts_from_any_network_of_the_store(app: AppTest, name: str) -> None:
    app.selectbox(key=key(app, "start")).select(name).run()
    architecture = made(app)
    assert architecture is not None
    assert architecture.layers == model_store.card(name).architecture.layers
    assert app.selectbox(key=key(app, "start")).value is None


def test_it_starts_from_nothing(app: AppTest) -> None:
    app.button(key=key(app, "blank")).click().run()
    assert app.session_state["draft"] == make_blank()
    assert made(app) is not None


def test_three_sliders_are_the_tutorials_function(app: AppTest) -> None:
    app.slider(key="build-nb_filters").set_value(7).run()
    assert app.session_state["draft"] == build_cnn(7, 3, 2)
    app.slider(key="build-filter_size").set_value(5).run()
    app.slider(key="build-pool_size").set_value(3).run()
    assert app.session_state["draft"] == build_cnn(7, 5, 3)
    assert made(app) is not None


def test_a_setting_changes_shapes_and_totals_at_once(app: AppTest) -> None:
    app.number_input(key=key(app, "0-Conv2D-filters")).set_value(8).run()
    assert rows(app)[0] == "**conv2d** → 26 × 26 × 8 · 80 parameters"
    app.selectbox(key=key(app, "0-Conv2D-padding")).select("same").run()
    app.selectbox(key=key(app, "0-Conv2D-kernel_size")).select((5, 5)).run()
    assert rows(app)[0] == "**conv2d** → 28 × 28 × 8 · 208 parameters"
    architecture = made(app)
    assert architecture is not None
    assert architecture.layers[0].keras_line() == (
        'Conv2D(8, kernel_size=(5, 5), padding="same", activation="relu", name="conv2d")'
    )
    assert any(f"**{architecture.parameters:,}** parameters" in text.value for text in app.markdown)


def test_an_illegal_layer_is_refused_and_fixed_where_it_stands(app: AppTest) -> None:
    app.number_input(key=key(app, "2-Conv2D-filters")).set_value(0).run()
    assert made(app) is None
    (error,) = app.error
    assert "filters" in error.value
    assert "from 1 to 4096" in error.value
    assert rows(app)[2] == "**conv2d_1**"
    assert all("waits for the layer above" in row for row in rows(app)[3:])
    app.number_input(key=key(app, "2-Conv2D-filters")).set_value(4).run()
    assert not app.error
    assert made(app) is not None


def test_layers_move_go_and_come(app: AppTest) -> None:
    begin(app, build_cnn(4, 3, 2))
    before = kinds(app)
    app.button(key=key(app, "2-up")).click().run()
    assert kinds(app) == [before[0], before[2], before[1], *before[3:]]
    app.button(key=key(app, "1-down")).click().run()
    assert kinds(app) == before
    app.button(key=key(app, "3-remove")).click().run()
    assert kinds(app) == before[:3] + before[4:]
    app.menu_button(key=key(app, "1-add")).click("BatchNormalization").run()
    assert kinds(app) == [before[0], "BatchNormalization", *before[1:3], *before[4:]]
    app.menu_button(key=key(app, "0-add")).click("Dropout").run()
    assert kinds(app)[0] == "Dropout"
    assert made(app) is not None
    assert app.button(key=key(app, "0-up")).disabled


def test_buttons_say_what_they_do_to_which_layer(app: AppTest) -> None:
    """Their signs are drawn by the style sheet, so that nobody hears of eight buttons called ✕."""
    first = [app.button(key=key(app, f"0-{name}")).label for name in ("up", "down", "remove")]
    assert first == ["Move conv2d up", "Move conv2d down", "Remove conv2d"]
    labels = [button.label for button in app.button if str(button.key).startswith("draft-")]
    assert len(set(labels)) == len(labels)


def test_the_widgets_of_a_moved_layer_show_its_settings(app: AppTest) -> None:
    begin(app, build_cnn(4, 3, 2).change(0, filters=5))
    app.button(key=key(app, "0-down")).click().run()
    assert app.number_input(key=key(app, "0-Conv2D-filters")).value == 4
    assert app.number_input(key=key(app, "1-Conv2D-filters")).value == 5


def test_a_layer_becomes_another_kind(app: AppTest) -> None:
    app.selectbox(key=key(app, "1-kind")).select("AveragePooling2D").run()
    assert rows(app)[1] == "**average_pooling2d** → 13 × 13 × 32"
    app.selectbox(key=key(app, "6-kind")).select("Conv2D").run()
    assert made(app) is None
    assert "height × width × channels" in app.error[0].value


def test_a_network_without_layers_is_refused_and_can_be_built_again(app: AppTest) -> None:
    begin(app, ArchitectureDraft(()))
    assert made(app) is None
    assert "1 to 250 layers" in app.error[0].value
    app.menu_button(key=key(app, "0-add")).click("Flatten").run()
    app.menu_button(key=key(app, "1-add")).click("Dense").run()
    assert "10 probabilities" in app.error[0].value
    app.number_input(key=key(app, "1-Dense-units")).set_value(10).run()
    app.selectbox(key=key(app, "1-Dense-activation")).select("softmax").run()
    assert made(app) is not None


@pytest.mark.parametrize("row", [{"kind": "Softmax"}, {"kind": "SeparableConv2D", "filters": 2, "kernel_size": (3, 3)}])
def test_kinds_that_cannot_be_added_are_shown_as_they_are(app: AppTest, row: Settings) -> None:
    begin(app, ArchitectureDraft((row, *make_blank().rows)))
    assert app.selectbox(key=key(app, "0-kind")).value == row["kind"]
    assert made(app) is not None


def test_the_draft_survives_a_page_without_the_editor(app: AppTest) -> None:
    app.number_input(key=key(app, "0-Conv2D-filters")).set_value(8).run()
    kept = app.session_state["draft"]
    elsewhere_and_back(app)
    assert app.session_state["draft"] == kept
    assert app.number_input(key=key(app, "0-Conv2D-filters")).value == 8


def test_a_usual_mistake_in_a_legal_network_is_hinted_at(app: AppTest) -> None:
    begin(app, make_blank().add(1, "Dense").change(1, activation="softmax"))
    assert made(app) is not None
    assert "ends in a softmax" in plain(" ".join(str(info.value) for info in app.info))
