"""The benchmarks can be started and read their own figures right; nothing here is timed."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import pictures, room, sessions, start, stroke
from benchmarks.measuring import grid, picture_kinds, report
from benchmarks.measuring.drawing import DIGITS, Stroke, spread
from benchmarks.measuring.protocol import Answer
from tests.server_process import ROOT


def test_ninety_five_percent_do_not_exceed_p95():
    assert report.p95(list(range(1, 101))) == 95
    assert report.p95([3.0]) == 3.0


def test_points_lie_at_equal_distances_from_end_to_end():
    points = np.array(spread(((0, 0), (0, 3), (4, 3)), 8))
    assert points[0] == pytest.approx([0, 0])
    assert points[-1] == pytest.approx([4, 3])
    assert np.abs(np.diff(points, axis=0)).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "name",
    ["curves", "equality", "fuzz", "inspect", "neighbours", "pictures", "room", "sessions", "start", "stroke", "why"],
)
def test_a_benchmark_says_how_it_is_used(name):
    asked = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    assert "OUT.json" in asked.stdout


def test_pictures_are_the_same_at_every_run_and_those_of_a_kind_differ():
    digit = np.zeros((28, 28), np.uint8)
    digit[5:23, 12:16] = 255
    sources = [picture_kinds.Source(1, image=digit), picture_kinds.Source(1, [np.array([(0.5, 0.0), (0.4, 1.0)])])]
    assert {kind.purpose for kind in picture_kinds.KINDS} == set(picture_kinds.PURPOSES)
    for kind in picture_kinds.KINDS:
        (label, first), (_, second) = picture_kinds.pictures(kind, sources, 2)
        _, again = next(picture_kinds.pictures(kind, sources, 2))
        assert label == 1
        assert first.dtype == np.uint8
        np.testing.assert_array_equal(first, again)
        assert first.shape != second.shape or (first != second).any()


def test_the_report_on_pictures_adds_up_and_names_kinds_behind_a_resize():
    counts = {name: {"right": 9, "sure_wrong": 0} for name in pictures.CONTESTANTS}
    behind = counts | {pictures.RESIZE: {"right": 10, "sure_wrong": 0}}
    rows = [
        {"kind": "plain", "group": "drawn", "purpose": "tuned", "count": 10, **counts},
        {"kind": "boxed", "group": "photograph", "purpose": "held out", "count": 10, **behind},
    ]
    assert pictures.totals(rows)[0]["pen"] == {"right": 18, "sure_wrong": 0}
    assert [goal["met"] for goal in pictures.goals(rows)] == [False, False, True, False]
    assert "| boxed | held out | 10 | 90.0 / 0 | 90.0 / 0 | 100.0 / 0 | 90.0 / 0 |" in pictures.table(rows)


def test_an_answer_to_another_drawing_is_noticed():
    sketch = sessions.Sketch(((20.0, 1.0, 1.0),), np.eye(10)[3])
    right = Answer(digit="3", shares=tuple(np.eye(10)[3]))
    assert sessions.complaint(right, sketch) == ""
    assert "instead of 3" in sessions.complaint(Answer(digit="8", shares=right.shares), sketch)
    assert "off by" in sessions.complaint(Answer(digit="3", shares=tuple(np.full(10, 0.1))), sketch)
    assert sessions.complaint(Answer(digit="3", shares=right.shares, error="lost"), sketch) == "lost"


def test_wait_for_grids_ends_with_the_last_and_detects_a_missing_one():
    painted = [
        ("pool-max", 1_400.0),
        ("pool-average", 1_350.0),
        ("pool-stride", 1_500.0),
        ("pool-max", 1_600.0),
    ]
    assert grid.seconds(painted, 1_000.0) == pytest.approx(0.6)
    for wrong in (painted[1:3], [*painted, ("pool-stride", 900.0)]):
        with pytest.raises(RuntimeError, match="three grids"):
            grid.seconds(wrong, 1_000.0)


def test_drawings_of_the_visitors_differ_and_stay_on_the_paper():
    drawn = [sessions._wire(DIGITS[0], random.Random(seed)) for seed in range(20)]
    assert len({str(wire) for wire in drawn}) == 20
    assert all(0 <= value <= 280 for wire in drawn for value in wire[0][1:])


def test_stroke_grows_while_the_pen_moves():
    stroke_sent = [20.0, *map(float, range(10))]
    assert room.cut(stroke_sent, 0.0) == [20.0, 0.0, 1.0]
    assert room.cut(stroke_sent, 0.5) == [20.0, 0.0, 1.0, 2.0, 3.0]
    assert room.cut(stroke_sent, 1.0) == room.cut(stroke_sent, 1.3) == stroke_sent


def test_a_room_is_as_quick_as_its_slowest_learner():
    quick, slow = room.Learner([30.0, 20.0], [Answer(seconds=0.02)] * 2), room.Learner([8.0], [Answer(seconds=0.1)])
    row = {"name": room.OURS, **room.figures([quick, slow, quick], 0.1, 2.0)}
    assert (row["updates"], row["updates_of_slowest"], row["answers"]) == (25.0, 8.0, 5)
    assert row["cpu_ms_an_answer"] == pytest.approx(20)
    assert [goal["met"] for goal in room.goals([row])] == [False, True]
    lost = room.Learner()
    lost.note(Answer(error="lost"), "lost")
    row = {"name": room.OURS, **room.figures([quick, lost], 0.1, 2.0)}
    assert (row["updates_of_slowest"], row["errors"]) == (0.0, 1)
    assert [goal["met"] for goal in room.goals([row])] == [False, False]
    assert "| Draw | 2 | 25.0 | 0.0 |" in room.tables([row])


def _row(name: str, prediction: float, maps: float | None, floor: float) -> dict[str, object]:
    strokes = [Stroke(prediction, prediction, maps, 41.0, 3.0, "7", 10, 1000, 2)] * 3
    contestant = next(each for each in stroke.CONTESTANTS_TABLE if each.name == name)
    return stroke.summary(contestant, strokes, [Stroke(floor, floor, None, 1, None, "1", 1, 1, 1)] * 3)


def test_goals_compare_each_surface_with_its_own_floor():
    rows = {
        each.name: _row(each.name, 45.0, 90.0, 30.0 if each.surface == "pad" else 40.0)
        for each in stroke.CONTESTANTS_TABLE
    }
    verdicts = {goal["what"]: goal["met"] for goal in stroke.goals(rows)}
    assert verdicts["live pad: prediction, times the floor"]  # 1.5
    assert not verdicts["live pad: all maps on Layers, times the floor"]  # 3
    assert not verdicts["editor: all maps on Layers, times the floor"]  # 2.25
    assert verdicts["live pad: updates a second during a stroke"]
    assert "| live pad, Draw | 45 | 45 | 1.50 |" in stroke.tables(rows, stroke.goals(rows))


def test_a_start_is_compared_with_the_empty_page():
    times = {"healthy": 1.0, "page": 2.0, "answer": 2.0}
    rows = start.summary({"empty page": [times], "cnnviz": [{"healthy": 1.0, "page": 3.0, "answer": 4.0}]})
    assert [goal["met"] for goal in start.goals(rows)] == [True, False]


def test_figures_are_written_with_the_machine_beside_them(tmp_path: Path):
    report.write(tmp_path / "deep" / "out.json", {"rows": [1]})
    assert '"streamlit"' in (tmp_path / "deep" / "out.json").read_text(encoding="utf-8")
