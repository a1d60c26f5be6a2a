"""The chart's Python side: which points are sent, how they travel, what comes back from a browser."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.ui.components import curves as chart
from cnnviz.ui.components.curves import Panel, Series, curves, read_pick, thin
from cnnviz.ui.components.curves.wire import MAX_POINTS, RECENT, pack

random = np.random.default_rng(3)
lengths = some.integers(0, 5000) | some.integers(0, 200_000)


def noisy(count: int, holes: bool = False) -> np.ndarray:
    values = random.normal(size=count).astype(np.float32)
    if holes and count:
        values[random.integers(0, count, count // 50 + 1)] = random.choice([np.nan, np.inf])
    return values


@given(lengths, some.booleans())
def test_few_points_are_kept_and_all_that_stand_out(count: int, holes: bool) -> None:
    values = noisy(count, holes)
    kept, every = thin(values)
    assert len(kept) <= MAX_POINTS
    assert (np.diff(kept) > 0).all()
    assert set(range(max(0, count - RECENT), count)) <= set(kept.tolist())
    if count <= MAX_POINTS:
        assert (every, len(kept)) == (1, count)
        return
    assert kept[0] == 0
    for first in range(0, count - RECENT, every):
        group = np.arange(first, min(first + every, count - RECENT))
        sent = values[np.intersect1d(kept, group)]
        finite = values[group][np.isfinite(values[group])]
        if len(finite):
            assert np.min(sent[np.isfinite(sent)]) == finite.min()
            assert np.max(sent[np.isfinite(sent)]) == finite.max()
        if len(finite) < len(group):
            assert not np.isfinite(sent).all(), "a gap stays a gap"


@given(some.integers(MAX_POINTS + 1, 100_000))
def test_a_growing_curve_keeps_the_points_that_it_had(count: int) -> None:
    values = noisy(count + 1)
    (before, every), (after, then) = thin(values[:-1]), thin(values)
    if then == every:
        whole = (count - RECENT) // every * every  # groups that were full
        np.testing.assert_array_equal(before[before < whole], after[after < whole])


def test_most_of_what_may_be_sent_is_sent():
    assert all(len(thin(noisy(count))[0]) > MAX_POINTS / 2 for count in (301, 1000, 12_345, 200_000))


def unpack(data: bytes) -> tuple[dict[str, Any], list[tuple[np.ndarray, np.ndarray]]]:
    """Read the message as the browser does."""
    length = int.from_bytes(data[:4], "little")
    assert length % 4 == 0
    header = json.loads(data[4 : 4 + length])
    payload = data[4 + length :]
    arrays = []
    for about in (series for panel in header["panels"] for series in panel["series"]):
        numbers = np.frombuffer(payload, "<f4", 2 * about["count"], about["at"])
        arrays.append((numbers[: about["count"]], numbers[about["count"] :]))
    return header, arrays


def test_values_travel_exactly():
    steps = np.arange(1, 201)
    loss = Series(id="training", label="«é»", x=steps, y=noisy(200), colour=2, style="dashed")
    empty = Series(id="validation", label="later", x=np.zeros(0), y=np.zeros(0), style="points")
    share = Series(id="training", label="«é»", x=steps / 10, y=np.linspace(0, 1, 200), of="x")
    panels = [
        Panel(id="loss", title="Loss", series=[loss, empty], low=0, log=True),
        Panel(id="accuracy", title="Accuracy", series=[share], share=True, high=1),
    ]
    header, arrays = unpack(pack({"key": "ü"}, panels))
    assert header["key"] == "ü"
    first, second = header["panels"]
    assert (first["low"], first["high"], first["log"], first["share"]) == (0, None, True, False)
    assert (second["low"], second["high"], second["log"], second["share"]) == (None, 1, False, True)
    assert [series["label"] for series in first["series"]] == ["«é»", "later"]
    assert (first["series"][0]["colour"], first["series"][0]["style"], second["series"][0]["of"]) == (
        2,
        "dashed",
        "x",
    )
    np.testing.assert_array_equal(arrays[0], (steps, loss.y))
    assert arrays[1][0].shape == (0,)
    np.testing.assert_array_equal(arrays[2], np.array([share.x, share.y], np.float32))


def test_steps_of_a_long_run_stay_whole():
    series = Series(id="a", x=np.arange(2**24 - 100, 2**24), y=noisy(100))
    _, ((x, _),) = unpack(pack({}, [Panel(id="p", title="", series=[series])]))
    np.testing.assert_array_equal(x, series.x)


def test_an_update_is_small():
    series = [Series(id=name, x=np.arange(100_000), y=noisy(100_000)) for name in "ab"]
    assert len(pack({}, [Panel(id="p", title="", series=series)])) < 6000


def test_invalid_curve_is_refused():
    with pytest.raises(ValueError, match=r"`x` and `y` must be as long as each other\. Received: \(3,\), \(2,\)"):
        Series(id="a", x=np.zeros(3), y=np.zeros(2))
    with pytest.raises(ValueError, match=r"`style` must be one of .* Received: 'wavy'"):
        Series(id="a", x=np.zeros(3), y=np.zeros(3), style="wavy")  # type: ignore[arg-type]


class Mounted:
    """Stand in for the browser: records what is shown, and reports a click at `read_pick`."""

    def __init__(self, picked: object) -> None:
        self.picked = picked
        self.header: dict[str, Any] = {}

    def __call__(self, _: str, **arguments: Any) -> Mounted:
        self.header, _arrays = unpack(arguments["data"])
        return self


def test_clicks_are_sent_only_where_a_callback_is_given(monkeypatch: pytest.MonkeyPatch):
    browser = Mounted({"x": 120})
    monkeypatch.setattr(chart, "mount", browser)
    assert curves("c", [], chart.LABELS, on_pick=lambda: None, epoch=10, at=5) == 120
    assert (browser.header["pick"], browser.header["epoch"], browser.header["at"]) == (True, 10, 5)
    curves("c", [], chart.LABELS, axis="epochs", epoch=10)
    assert (browser.header["pick"], browser.header["epoch"]) == (False, 0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        [],
        {},
        {"x": None},
        {"x": "3"},
        {"x": True},
        {"x": -1},
        {"x": 2**40},
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": [1]},
    ],
)
def test_invalid_browser_values_are_no_click(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "mount", Mounted(value))
    assert curves("c", [], chart.LABELS, on_pick=lambda: None) is None
    monkeypatch.setattr(st, "session_state", {"c": {"picked": value}})
    assert read_pick("c") is None


def test_a_click_can_be_read_before_the_script_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "session_state", {"c": {"picked": {"x": 2.5}}})
    assert read_pick("c") == 2.5
    assert read_pick("other") is None
