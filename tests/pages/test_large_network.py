"""A network with more values than a page sends: Layers shows one layer at a time, and Draw the first maps of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.ui.components import layer_list
from cnnviz.ui.components.feature_maps import MAX_VALUES
from cnnviz.ui.components.layer_list import Choice
from cnnviz.ui.prediction import live, strip
from tests.pages import stored_network


def conv(name: str, activation: str) -> Conv2D:
    return Conv2D(name=name, filters=16, kernel_size=(3, 3), padding="same", activation=activation)


LARGE = Architecture(
    "large",
    (
        conv("first", "tanh"),
        conv("second", "relu"),
        conv("third", "elu"),
        MaxPooling2D(name="pool", pool_size=(8, 8)),
        Flatten(name="flatten"),
        Dense(name="answer", units=10, activation="softmax"),
    ),
    input_shape=(128, 128, 1),
)
"""Three layers of 262,144 values, two of them with as many sums that are sent as well."""

NAMES = [layer.name for layer in LARGE.layers]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the network, and the one that the app begins with as it is, for caches may hold it."""
    return stored_network.keep(LARGE, tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def _of_the_store(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_MODELS", str(store))


def opened(page: str, **query: str) -> AppTest:
    return stored_network.open_page(LARGE.name, page, **query)


def checked(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def shown(app: AppTest) -> list[str]:
    """Return the names of the layers whose cards are on the page."""
    return [each.label.split(" · ")[1] for each in app.expander if " · " in each.label]


def find_maps(app: AppTest, mode: str) -> tuple[list[dict[str, Any]], int]:
    """Return the blocks of the one viewer or publisher of a mode, and the bytes that were sent for it."""
    found = []
    for each in app.get("bidi_component"):
        data = each.proto.bytes
        if each.proto.component_name.endswith("/feature_maps") and data:
            header = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
            if header["mode"] == mode:
                found.append((header["blocks"], len(data)))
    (only,) = found
    return only


def sent(app: AppTest) -> list[str]:
    """Return the names of the layers whose values went to the cards, and hold them to the most that is sent."""
    blocks, size = find_maps(app, "publish")
    assert size < 4 * MAX_VALUES + 50_000
    return list(dict.fromkeys(block["id"].partition("/")[0] for block in blocks))


def choose(app: AppTest, choice: Choice, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Choose in the list of layers."""
    with monkeypatch.context() as patch:
        patch.setattr(layer_list, "read_choice", lambda _: choice)
        patch.setattr(layer_list, "mount", lambda *_, on_chosen_change, **__: on_chosen_change())
        app.run()
    return checked(app.run())


def listed(app: AppTest) -> tuple[str, bool, int]:
    """Return which layer the list says is shown alone, whether that is the only choice, and how many it has."""
    (data,) = (
        json.loads(each.proto.json)[0]
        for each in app.get("bidi_component")
        if each.proto.component_name.endswith("/layer_list")
    )
    return data["only"], data["always_one"], len(data["lines"])


def is_read_in_browser(app: AppTest) -> bool:
    (pad,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("/pad")]
    return json.loads(pad.json)[0]["live"] is not None


def says_why(app: AppTest) -> bool:
    return any("one layer is shown at a time" in each.value for each in app.caption)


def test_layers_shows_and_sends_one_layer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("Layers")
    assert shown(app) == sent(app) == ["first"]
    assert listed(app) == ("first", True, len(NAMES))
    assert says_why(app)
    choose(app, Choice(layer="third"), monkeypatch)
    assert shown(app) == sent(app) == ["third"]
    choose(app, Choice(one=False), monkeypatch)
    assert shown(app) == sent(app) == ["first"]
    choose(app, Choice(layer="flatten"), monkeypatch)
    assert (shown(app), sent(app)) == (["flatten"], [])
    choose(app, Choice(kinds="pooling"), monkeypatch)
    choose(app, Choice(one=False), monkeypatch)
    assert shown(app) == sent(app) == ["pool"]
    assert listed(app) == ("", False, 1)
    assert not says_why(app)


def test_a_link_to_a_cell_shows_its_layer() -> None:
    app = opened("Layers", cell="second.4.2.3")
    assert shown(app) == sent(app) == ["second"]


def test_layers_of_a_small_network_are_shown_and_sent_together() -> None:
    app = opened("Layers", net=model_store.DEFAULT)
    assert is_read_in_browser(app)
    names = [layer.name for layer in model_store.load(model_store.DEFAULT).architecture.layers]
    assert shown(app) == names
    assert set(sent(app)) == {name for name in names if not name.startswith(("dropout", "flatten"))}
    assert not listed(app)[1]
    assert not says_why(app)


def test_draw_shows_the_first_maps_of_large_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (strip, live):
        monkeypatch.setattr(module, "MAX_VALUES", 400_000)
    app = opened("")
    assert not is_read_in_browser(app)
    blocks, size = find_maps(app, "strip")
    assert size < 400_000 + 50_000
    found = {block["id"]: (block["maps"], block["subtitle"]) for block in blocks}
    assert found["first"] == (8, "128 × 128 × 16, the first 8 maps")
    assert found["pool"] == (16, "16 × 16 × 16")
    assert found["answer"] == (1, "10")


@pytest.mark.parametrize(
    ("shapes", "maps"),
    [
        ([(32, 32, 96)] * 5, [96] * 5),
        ([(32, 32, 96), (8, 8, 1280), (1000,)] * 100, [4, 64, 1000] * 100),
        ([(512, 512, 16)] * 8, [1] * 8),
    ],
)
def test_as_many_maps_stand_in_the_strip_as_a_page_may_send(shapes: list[tuple[int, ...]], maps: list[int]) -> None:
    most = strip.limit_values(shapes)
    assert [strip.count_maps(shape, most) for shape in shapes] == maps
