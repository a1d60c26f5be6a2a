"""The Python side of the components: what they send, and what they accept from a browser."""

from __future__ import annotations

import io
import json
import math
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, Drawing, Stroke
from cnnviz.ui.components import bars as bars_module
from cnnviz.ui.components import feature_maps as viewer
from cnnviz.ui.components import picture_crop, upload_limit
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.feature_maps import Block, Selection, _selection
from cnnviz.ui.components.feature_maps.wire import pack
from cnnviz.ui.components.pad import opened_file, read_message
from cnnviz.ui.components.pad.wire import MAX_REACH, from_wire, sequence, to_wire
from cnnviz.ui.components.upload_limit import HeldBack

# The pad: what comes back from a browser.

GOOD: dict[str, Any] = {
    "revision": 3,
    "seq": 7,
    "down": True,
    "brush": 20,
    "strokes": [[20, 10, 10.5, 30, -4], [8, 1, 2]],
}


def changed(**values: object) -> dict[str, Any]:
    return GOOD | values


def test_a_message_is_read() -> None:
    message = from_wire(GOOD)
    assert message is not None
    assert message.drawing == Drawing((Stroke(((10, 10.5), (30, -4)), 20), Stroke(((1, 2),), 8)))
    assert (message.revision, message.seq, message.pen_down, message.brush) == (3, 7, True, 20)


def test_a_message_says_with_what_the_browser_reads_it_or_is_none() -> None:
    read, silent = from_wire(changed(read="pen crop")), from_wire(GOOD)
    assert read is not None
    assert silent is not None
    assert (read.read_with, silent.read_with) == ("pen crop", "")
    assert from_wire(changed(read=["pen"])) is None


def test_an_opened_file_is_text_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for sent, text in (({"opened": "[]"}, "[]"), ({"opened": ["x"]}, ""), ({"opened": None}, ""), ({}, ""), (5, "")):
        monkeypatch.setattr(st, "session_state", {"pad": sent})
        assert opened_file("pad") == text


def test_a_cleared_paper_is_a_message() -> None:
    message = from_wire(changed(strokes=[], down=False))
    assert message is not None
    assert message.drawing == Drawing()


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "strokes",
        [],
        {},
        changed(revision=None),
        changed(revision=-1),
        changed(revision=True),
        changed(revision=2**53),
        changed(revision=1.0),
        changed(seq="7"),
        changed(seq=10**400),
        changed(down=1),
        changed(down=None),
        changed(brush=math.nan),
        changed(brush=0.5),
        changed(brush=81),
        changed(brush="20"),
        changed(brush=True),
        changed(strokes=None),
        changed(strokes={}),
        changed(strokes=[None]),
        changed(strokes=[{}]),
        changed(strokes=["20,1,2"]),
        changed(strokes=[[]]),
        changed(strokes=[[20]]),
        changed(strokes=[[20, 1]]),
        changed(strokes=[[20, 1, 2, 3]]),
        changed(strokes=[[20, 1, math.nan]]),
        changed(strokes=[[20, 1, math.inf]]),
        changed(strokes=[[20, -math.inf, 1]]),
        changed(strokes=[[20, 1, 10**400]]),
        changed(strokes=[[20, 1, MAX_REACH + 0.5]]),
        changed(strokes=[[20, 1, "2"]]),
        changed(strokes=[[20, 1, True]]),
        changed(strokes=[[20, 1, None]]),
        changed(strokes=[[20, 1, [2]]]),
        changed(strokes=[[0, 1, 2]]),
        changed(strokes=[[-20, 1, 2]]),
        changed(strokes=[[81, 1, 2]]),
        changed(strokes=[[10**400, 1, 2]]),
        changed(strokes=[[20, 1, 2]] * (MAX_STROKES + 1)),
        changed(strokes=[[20, *[1] * (2 * MAX_POINTS + 2)]]),
        changed(strokes=[[20, *[1] * 2 * (MAX_POINTS // 2 + 1)]] * 2),
    ],
)
def test_invalid_messages_are_ignored(value: object) -> None:
    assert from_wire(value) is None


def test_a_million_points_are_refused_at_once() -> None:
    flood = changed(strokes=[[20, *[1.0] * 2_000_000]])
    start = time.process_time()
    assert from_wire(flood) is None
    assert time.process_time() - start < 0.05


def test_the_limits_themselves_are_allowed() -> None:
    full = changed(strokes=[[20, *[1] * 2 * (MAX_POINTS // MAX_STROKES)]] * MAX_STROKES)
    assert from_wire(full) is not None
    assert from_wire(changed(strokes=[[80, MAX_REACH, -MAX_REACH]])) is not None


halves = some.integers(-2 * MAX_REACH, 2 * MAX_REACH).map(lambda number: number / 2)
strokes = some.builds(
    Stroke,
    some.lists(some.tuples(halves, halves), min_size=1, max_size=20).map(tuple),
    some.integers(1, 80).map(float),
)
drawings = some.lists(strokes, max_size=12).map(lambda items: Drawing(tuple(items)))


@given(drawings)
def test_drawing_survives_a_round_trip(drawing: Drawing) -> None:
    message = from_wire(json.loads(json.dumps(changed(strokes=to_wire(drawing)))))
    assert message is not None
    assert message.drawing == drawing


numbers = some.floats(allow_nan=True) | some.integers() | some.booleans() | some.none()
anything = some.recursive(
    numbers | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=6) | some.dictionaries(some.text(max_size=8), inner, max_size=6),
    max_leaves=30,
)


@given(some.fixed_dictionaries({name: anything | some.just(value) for name, value in GOOD.items()}) | anything)
@settings(max_examples=300)
def test_no_message_breaks_the_reader(value: object) -> None:
    message = from_wire(value)
    assert sequence(value) >= 0
    if message is not None:
        points = [coordinate for stroke in message.drawing.strokes for point in stroke.points for coordinate in point]
        assert all(abs(coordinate) <= MAX_REACH for coordinate in points)
        assert from_wire(changed(strokes=to_wire(message.drawing))) is not None


@given(some.lists(some.lists(numbers, max_size=8), max_size=4))
def test_no_strokes_break_the_reader(value: list[list[object]]) -> None:
    message = from_wire(changed(strokes=value))
    assert message is None or len(message.drawing.strokes) == len(value)


def test_any_drawing_can_be_sent() -> None:
    huge = Drawing(tuple(Stroke(tuple((1e9 * i, -1e9) for i in range(50)), 280) for _ in range(300)))
    message = from_wire(changed(strokes=to_wire(huge)))
    assert message is not None
    assert len(message.drawing.strokes) <= MAX_STROKES


def test_only_the_current_revision_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"pad": {"strokes": GOOD}})
    assert read_message("pad", 3) == from_wire(GOOD)
    assert read_message("pad", 4) is None
    assert read_message("other", 3) is None


# The viewer: what goes to a browser.


def unpack(data: bytes) -> tuple[dict[str, Any], list[np.ndarray | None]]:
    """Read the message as the browser does."""
    length = int.from_bytes(data[:4], "little")
    assert length % 4 == 0
    header = json.loads(data[4 : 4 + length])
    payload = data[4 + length :]
    return header, [_values(about, payload) for about in header["blocks"]]


def _values(about: dict[str, Any], payload: bytes) -> np.ndarray | None:
    shape = about["rows"], about["columns"], about["maps"]
    if about["derive"]:
        return None
    kind = np.uint8 if about["levels"] else np.float32
    assert about["at"] % 4 == 0
    return np.frombuffer(payload, kind, math.prod(shape), about["at"]).reshape(shape)


def dequantised(about: dict[str, Any], levels: np.ndarray) -> np.ndarray:
    steps, zero = (127, 128) if about["signed"] else (255, 0)
    return np.asarray((levels.astype(np.float64) - zero) * np.array(about["levels"]) / steps)


random = np.random.default_rng(1)


def maps(*shape: int) -> np.ndarray:
    return random.normal(size=shape).astype(np.float32)


def test_values_travel_exactly() -> None:
    before, image, units = maps(5, 7, 3), np.abs(maps(4, 4)), maps(9)
    blocks = [
        Block(id="before", title="Vorher «é»", values=before, signed=True),
        Block(id="after", title="after", derive="relu"),
        Block(id="input", title="input", kind="image", values=image),
        Block(id="dense", title="dense", kind="bars", values=units, ticks=tuple("abcdefghi")),
    ]
    header, (first, second, third, fourth) = unpack(pack({"mode": "mosaic"}, blocks, one_scale_a_map=False))
    assert header["mode"] == "mosaic"
    assert [block["title"] for block in header["blocks"][:2]] == ["Vorher «é»", "after"]
    assert [block["signed"] for block in header["blocks"]] == [True, False, False, True]
    assert header["blocks"][1]["maps"] == 3
    assert second is None
    np.testing.assert_array_equal(first, before)
    np.testing.assert_array_equal(third, image[..., None])
    np.testing.assert_array_equal(fourth, units[:, None, None])


def test_a_derived_block_costs_no_values() -> None:
    values = maps(26, 26, 32)
    before = Block(id="before", title="", values=values)
    both = [before, Block(id="after", title="", values=np.maximum(values, 0), derive="relu")]
    assert len(pack({}, both, False)) - len(pack({}, [before], False)) < 300


@pytest.mark.parametrize("a_map", [False, True])
@pytest.mark.parametrize("change", [np.abs, lambda values: values, np.zeros_like, lambda values: values * 1e-30])
def test_levels_are_half_a_step_from_the_value(change: Callable[[np.ndarray], np.ndarray], a_map: bool) -> None:
    values = change(maps(6, 5, 4))
    values[..., 1] = 0
    values[0, 0] = 0
    header, (levels,) = unpack(pack({}, [Block(id="a", title="", values=values, quantise=True)], a_map))
    about = header["blocks"][0]
    assert levels is not None
    assert len(about["levels"]) == (4 if a_map else 1)
    assert about["signed"] == bool(values.min() < 0)
    step = np.array(about["levels"]) / (127 if about["signed"] else 255)
    error = np.abs(dequantised(about, levels) - values)
    assert (error <= step * 0.501 + 1e-37).all()
    assert (levels[values == 0] == (128 if about["signed"] else 0)).all()


@given(some.integers(1, 4), some.integers(1, 4), some.integers(1, 5), some.booleans(), some.booleans())
def test_the_payload_is_aligned(rows: int, columns: int, count: int, quantise: bool, a_map: bool) -> None:
    blocks = [Block(id=name, title=name, values=maps(rows, columns, count), quantise=quantise) for name in "ab"]
    header, arrays = unpack(pack({"words": "é" * rows}, blocks, a_map))
    assert [block["id"] for block in header["blocks"]] == ["a", "b"]
    if not quantise:
        for block, values in zip(blocks, arrays, strict=True):
            np.testing.assert_array_equal(values, block.values)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("maps", (4, 4)),
        ("maps", (0, 4, 2)),
        ("bars", (0,)),
        ("bars", (3, 3)),
        ("image", (4, 4, 2)),
        ("image", (4,)),
    ],
)
def test_a_wrong_shape_is_refused(kind: Any, shape: tuple[int, ...]) -> None:
    block = Block(id="a", title="", kind=kind, values=np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match=r"`values` must have the shape of '\w+', not empty\. Received: \("):
        pack({}, [block], False)


def test_a_block_needs_values_or_a_way_to_them() -> None:
    with pytest.raises(ValueError, match=r"`values` may only be left out where `derive`"):
        Block(id="a", title="")
    with pytest.raises(ValueError, match=r"`derive` needs a block before it\. Received: .*'a'"):
        pack({}, [Block(id="a", title="", derive="relu")], False)
    with pytest.raises(ValueError, match=r"`kind` must be one of .* Received: 'pie'"):
        Block(id="a", title="", kind="pie", values=maps(2, 2, 2))  # type: ignore[arg-type]


def test_a_click_is_read() -> None:
    assert _selection({"block": "after", "map": 3, "row": 0, "column": 25}, ["after"]) == Selection("after", 3, 0, 25)


@given(
    some.fixed_dictionaries(
        {"block": anything | some.just("after"), "map": anything, "row": numbers, "column": numbers}
    )
)
def test_no_click_breaks_the_reader(value: dict[str, Any]) -> None:
    selection = _selection(value, ["after"])
    assert selection is None or min(selection.map, selection.row, selection.column) >= 0


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        {},
        {"block": "other", "map": 0, "row": 0, "column": 0},
        {"block": "after", "map": -1, "row": 0, "column": 0},
        {"block": "after", "map": 2**40, "row": 0, "column": 0},
        {"block": "after", "map": 0.5, "row": 0, "column": 0},
    ],
)
def test_a_wrong_click_is_ignored(value: object) -> None:
    assert _selection(value, ["after"]) is None


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Record the data that viewers and publishers send to the browser."""
    messages: list[bytes] = []

    def mount(_: str, **arguments: Any) -> SimpleNamespace:
        messages.append(arguments["data"])
        return SimpleNamespace(selected={"block": "conv/after", "map": 1, "row": 2, "column": 0})

    monkeypatch.setattr(viewer, "mount", mount)
    monkeypatch.setattr(viewer, "mount_unseen", mount)
    return messages


STYLE: dict[str, Any] = {
    "mode": "mosaic",
    "colour_range": "map",
    "palette": "grey",
    "labels": viewer.LABELS,
}


def test_one_message_publishes_all_blocks_with_their_range(shown: list[bytes]) -> None:
    first, second = maps(5, 5, 3), maps(2, 2, 7)
    blocks = [
        Block(id="conv/before", title="3 maps", values=first, signed=True),
        Block(id="conv/after", title="3 maps", derive="relu"),
        Block(id="pool/after", title="7 maps", values=second, quantise=True),
    ]
    viewer.publish("maps", "layers", blocks, network_range=(-1.5, 2.0), one_scale_a_map=True)
    header, (exact, derived, levels) = unpack(shown[0])
    assert (header["mode"], header["channel"], header["network"]) == ("publish", "layers", [-1.5, 2.0])
    assert [block["id"] for block in header["blocks"]] == ["conv/before", "conv/after", "pool/after"]
    np.testing.assert_array_equal(exact, first)
    assert derived is None
    assert len(header["blocks"][2]["levels"]) == 7, "one scale a map"
    assert levels is not None


def test_a_viewer_of_a_channel_gets_no_values(shown: list[bytes]) -> None:
    ids = ("conv/before", "conv/after")
    selection = viewer.feature_maps("maps-0", channel="layers", ids=ids, on_select=lambda: None, **STYLE)
    header, arrays = unpack(shown[0])
    assert (header["channel"], tuple(header["ids"]), arrays) == ("layers", ids, [])
    assert selection == Selection("conv/after", 1, 2, 0)


def test_published_ids_are_unique(shown: list[bytes]) -> None:
    twice = [Block(id="conv/after", title="", values=maps(2, 2, 2))] * 2
    with pytest.raises(ValueError, match=r"`blocks` must have different ids\. Received: \['conv/after', "):
        viewer.publish("maps", "layers", twice, network_range=None, one_scale_a_map=False)
    assert not shown


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"channel": "layers"},
        {"ids": ["a"]},
        {"blocks": [Block(id="a", title="", values=maps(2, 2, 2))], "channel": "layers", "ids": ["a"]},
    ],
)
def test_a_viewer_has_one_source_of_values(given: dict[str, Any], shown: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"either `blocks`, or a `channel` and the `ids`.*Received: "):
        viewer.feature_maps("maps-0", **given, **STYLE)
    assert not shown


# The bars.


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Record the data that `bars` sends to the browser."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(bars_module, "mount", lambda _, **arguments: messages.append(arguments["data"]))
    return messages


def test_bars_say_the_exact_value(sent: list[dict[str, Any]]) -> None:
    values = random.dirichlet(np.full(10, 0.05)).astype(np.float32)
    bars("answer", values, bars_module.LABELS)
    assert [np.float32(text) for text in sent[0]["exact"]] == list(values)
    assert sent[0]["answer"] == values.argmax()
    assert json.loads(json.dumps(sent[0])) == sent[0]


def test_bars_are_empty_without_an_answer(sent: list[dict[str, Any]]) -> None:
    bars("answer", None, bars_module.LABELS)
    assert (sent[0]["values"], sent[0]["answer"]) == (None, None)
    assert len(sent[0]["names"]) == 10


def test_every_bar_needs_a_name() -> None:
    with pytest.raises(ValueError, match=r"`values` must be one number for each of 10 names\. Received: \(3,\)"):
        bars("answer", np.zeros(3, np.float32), bars_module.LABELS)


# The picture: the frame that comes back from a browser.


@pytest.mark.parametrize(
    ("message", "box"),
    [
        ({"box": [1, 2, 30, 40], "seq": 1}, (1, 2, 30, 40)),
        ({"box": [30, 40, 1, -2], "seq": 1}, (30, 40, 1, -2)),  # what fits is made of it where it is used
        ({"box": [1, 2, 3], "seq": 1}, None),
        ({"box": [1, 2, 3, True], "seq": 1}, None),
        ({"box": [1, 2, 3, 4.5], "seq": 1}, None),
        ({"box": [1, 2, 3, 10**9], "seq": 1}, None),
        ({"box": "1234", "seq": 1}, None),
        ({"seq": 1}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_frame_is_read_or_it_is_none(
    message: object, box: tuple[int, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {"crop": {"crop": message}})
    assert picture_crop.read_crop("crop") == box


def test_a_picture_is_sent_small_and_on_white_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(picture_crop, "mount", lambda name, **arguments: sent.update(arguments | {"name": name}))
    mark = picture_crop.Mark("read", (10, 20, 30, 40))
    clear = np.zeros((1024, 512, 4), np.uint8)
    picture_crop.picture_crop("crop", clear, None, [mark], label="Yours", on_crop=lambda: None)
    data = sent["data"]
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    assert (header["width"], header["height"], header["crop"]) == (512, 1024, [0, 0, 512, 1024])
    assert header["marks"] == [{"kind": "read", "box": [10, 20, 30, 40]}]
    with Image.open(io.BytesIO(data[4 + length :])) as image:
        assert image.size == (320, 640)
        assert image.getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("message", "held_back"),
    [
        ({"bytes": 40_000_000, "ending": ".png"}, HeldBack(40_000_000, ".png")),
        ({"bytes": 9, "ending": ".<b>"}, HeldBack(9, "")),
        ({"bytes": 9}, HeldBack(9, "")),
        ({"bytes": -1, "ending": ".png"}, None),
        ({"bytes": True, "ending": ".png"}, None),
        ({"bytes": "9", "ending": ".png"}, None),
        ("large", None),
        (None, None),
    ],
)
def test_a_file_that_was_held_back_is_read_or_it_is_none(
    message: object, held_back: HeldBack | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {"unseen-limit": {"refused": message}})
    assert upload_limit.read_held_back("limit") == held_back
