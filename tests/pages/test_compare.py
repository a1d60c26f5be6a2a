"""Compare, run without a browser: which digits and numbers its sections show, and what is clicked."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data import datasets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.evaluation import evaluation, neighbour_map, scores, statistics, suspects
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.evaluation.fooling import CHANGES
from cnnviz.core.evaluation.neighbour_map import NeighbourMap
from cnnviz.core.networks import model_store
from cnnviz.jobs.runs import evaluator
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.compare import calibration, confusion, digit_sheet, fool_it, networks_table
from cnnviz.ui.components.thumbnails import Mark
from cnnviz.ui.shell import cache, page, session
from tests.pages import fake_training
from tests.pages.fake_training import FakeScheduler

ROOT = Path(__file__).parents[2]
DENSE, CNN = "dense-64", "cnn-32-64-64"
Shown = dict[str, dict[str, Any]]


def load(name: str, source: str = "digits") -> Evaluation:
    found = evaluation.load(name, model_store.card(name).weights_sha256, source)
    assert found is not None
    return found


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Record the rows of digits that are shown, by key."""
    shown: Shown = {}

    def show(key: str, images: list[np.ndarray], captions: list[str], **more: Any) -> None:
        shown[key] = {"images": images, "captions": captions, **more}

    monkeypatch.setattr(digit_sheet, "thumbnails", show)
    return shown


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(page.PAGES["compare"].path).run()
    assert not app.exception
    assert not app.error
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(each.value) for kind in (app.markdown, app.caption) for each in kind)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_the_same_thirty_digits_stand_under_both_networks_marked_right_or_wrong(sheets: Shown) -> None:
    opened()
    data = datasets.load_test()
    for key, made in (("sheet-one", load(DENSE)), ("sheet-other", load(CNN))):
        images, captions, marks = (sheets[key][part] for part in ("images", "captions", "marks"))
        assert len(images) == digit_sheet.DIGITS
        np.testing.assert_array_equal(images[7], data.x_test[7].astype(np.float32) / 255)
        for place in range(digit_sheet.DIGITS):
            right = bool(made.answers[place] == data.y_test[place])
            assert captions[place] == f"{'✓' if right else '✗'} {made.answers[place]}"
            assert marks[place].tone == ("right" if right else "wrong")
            assert f"test digit {place}, a {data.y_test[place]}" in marks[place].description


def test_the_next_thirty_and_those_before_are_a_click_away_and_in_the_link(sheets: Shown) -> None:
    app = press(opened(), "The next 30")
    assert "test digit 30," in sheets["sheet-one"]["marks"][0].description
    assert "thirty=1" in app.session_state["query"]
    press(app, "The 30 before")
    assert "test digit 0," in sheets["sheet-one"]["marks"][0].description
    assert next(button for button in app.button if button.label == "The 30 before").disabled


@pytest.mark.parametrize(
    ("which", "tones"), [("apart", {("right", "wrong"), ("wrong", "right")}), ("both", {("wrong", "wrong")})]
)
def test_only_digits_that_they_disagree_on_or_both_misread_can_be_shown(
    sheets: Shown, which: str, tones: set[tuple[str, str]]
) -> None:
    opened(which=which)
    pairs = zip(sheets["sheet-one"]["marks"], sheets["sheet-other"]["marks"], strict=True)
    assert {(one.tone, other.tone) for one, other in pairs} == tones


def test_a_sheet_behind_the_last_one_is_the_last_one(sheets: Shown) -> None:
    opened(thirty="399")
    assert f"test digit {len(datasets.load_test().y_test) - 1}," in sheets["sheet-one"]["marks"][-1].description


def test_a_digit_that_is_clicked_is_read_on_every_page(sheets: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    taken: list[tuple[int, int | None]] = []
    monkeypatch.setattr(session, "show", lambda source: taken.append((source.number, source.label)))
    for picked in (4, 30, -1):
        monkeypatch.setattr(digit_sheet, "read_pick", lambda _, picked=picked: picked)
        sheets["sheet-one"]["on_pick"]()
    assert taken == [(4, int(datasets.load_test().y_test[4]))]


def test_the_digit_that_every_page_shows_is_marked(sheets: Shown) -> None:
    opened(s="digits-5")
    marks: list[Mark] = sheets["sheet-other"]["marks"]
    assert [place for place, mark in enumerate(marks) if mark.current] == [5]


def test_a_cell_of_the_matrix_opens_its_digits_the_most_confident_first(sheets: Shown) -> None:
    made = load(DENSE)
    label, answer, count = (
        int(part)
        for part in max(
            (
                (label, answer, made.confusion[label, answer])
                for label in range(10)
                for answer in range(10)
                if label != answer
            ),
            key=lambda cell: cell[2],
        )
    )
    assert "confusion-cell" not in sheets
    app = opened(misread=f"{label}-{answer}")
    assert len(sheets["confusion-cell"]["images"]) == count
    assert f"{count} digits that are a {label}, read as a {answer}" in words(app)
    first = int(made.find_cell(label, answer)[0])
    assert f"test digit {first}, a {label}" in sheets["confusion-cell"]["marks"][0].description


def test_what_two_networks_read_differently_is_said_with_mcnemars_test() -> None:
    one, other = load(DENSE), load(CNN)
    found = statistics.compare(one.right, other.right)
    text = words(opened())
    assert f"alone reads {found.only_one} digits right" in text
    assert f"both misread {found.neither}" in text
    assert ("luck hardly explains it" in text) == (found.p_value < confusion.SIGNIFICANT)
    assert "do not tell which of the two reads better" in words(opened(one=DENSE, other=DENSE))


@pytest.mark.parametrize(
    ("p_value", "text"), [(1.0, "1.000"), (0.0123, "0.012"), (3e-5, "less than 10⁻⁴"), (0.0, "less than 10⁻³⁰⁷")]
)
def test_a_small_probability_is_shown_by_its_power_of_ten(p_value: float, text: str) -> None:
    assert confusion.format_probability(statistics.Comparison(1, 2, 3, 4, p_value)) == text


def test_the_table_has_every_network_on_mnist_with_its_interval_and_can_be_sorted() -> None:
    app = opened(by="parameters")
    (table,) = [each.proto.body for each in app.get("html") if "networks-table" in each.proto.body]
    sizes = {name: model_store.card(name).parameters for name in model_store.names()}
    assert sorted(sizes, key=lambda name: (sizes[name], name)) == [
        row.split("</th>")[0] for row in table.split('<th scope="row">')[1:]
    ]
    made = load(DENSE, "mnist")
    assert f"{100 * made.interval[0]:.2f} – {100 * made.interval[1]:.2f}\u00a0%" in table
    assert "99.41\u00a0%, loss 0.0201" in table


def test_the_table_is_downloaded_with_all_its_numbers() -> None:
    rows = [
        scores.make_score(load(name, "mnist"), model_store.card(name).architecture, model_store.card(name))
        for name in (DENSE, CNN)
    ]
    read = list(csv.DictReader(io.StringIO(scores.to_csv(rows, {CNN: 1.25}))))
    assert [row["network"] for row in read] == [DENSE, CNN]
    assert float(read[0]["accuracy"]) == rows[0].accuracy
    assert float(read[1]["accuracy_8"]) == rows[1].per_digit[8]
    assert (read[0]["milliseconds_per_digit"], read[1]["milliseconds_per_digit"]) == ("", "1.25")


@pytest.mark.parametrize("by", scores.ORDERS)
def test_every_order_of_the_table_has_an_order_of_its_own(by: str) -> None:
    rows = [
        scores.make_score(load(name, "mnist"), model_store.card(name).architecture, model_store.card(name))
        for name in model_store.names()
    ]
    keys = [scores.ORDERS[by](row) for row in scores.sort(rows, by)]
    assert keys == sorted(keys)


def test_time_is_measured_beside_the_page_and_then_stands_in_the_table() -> None:
    app = press(opened(), "Measure the time a digit here")
    task = app.session_state["speed"]
    found = task.wait(60).result
    assert set(found) == set(model_store.names())
    assert all(milliseconds > 0 for milliseconds in found.values())
    app.run()
    (table,) = [each.proto.body for each in app.get("html") if "networks-table" in each.proto.body]
    assert f"{found[DENSE]:.1f} ms" in table


@pytest.mark.parametrize(("seconds", "text"), [(5.2, "5 s"), (89.0, "89 s"), (3322.6, "55 min")])
def test_time_to_train_is_short(seconds: float, text: str) -> None:
    assert networks_table.format_time(seconds) == text


def test_calibration_says_how_often_ninety_percent_sure_is_right() -> None:
    made = load(CNN, "mnist")
    sure = made.confidences >= 0.9
    text = calibration.describe(made)
    assert f"{sure.sum():,} of 10,000 answers" in text
    assert f"{100 * made.right[sure].mean():.2f}\u00a0%" in text
    assert calibration.describe_bins(made).count(" right.") == len(made.reliability)


def test_what_is_folded_away_is_not_computed(sheets: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("cnnviz.ui.compare.fool_it.fooling.make_series", lambda *_: asked.append("series"))
    monkeypatch.setattr("cnnviz.ui.shell.cache.place_digits", lambda *_: asked.append("map"))
    app = opened()
    assert not any(key.startswith(("mistakes", "suspects", "nearest")) for key in sheets)
    assert "calibration error" not in words(app).lower()
    app = opened(open="")
    assert sheets.keys() == {"sheet-one", "sheet-other"}, "of the visit before"
    assert "alone reads" not in words(app)
    assert asked == []


def test_what_is_unfolded_stands_in_the_link() -> None:
    app = opened(open="drawn.fool-it")
    assert "open=drawn.fool-it" in app.session_state["query"]
    assert {box.label: box.proto.expanded for box in app.expander if box.proto.expanded}.keys() == {
        "**On what people draw**",
        "**Fool it**",
    }


def test_confident_mistakes_and_probably_wrong_labels_are_shown(sheets: Shown) -> None:
    app = opened(open="calibration")
    made = load(CNN)
    first = made.find_mistakes()[0]
    assert f"test digit {first}," in sheets["mistakes-other"]["marks"][0].description
    assert "probably wrong" in words(app)
    known = [load(name) for name in model_store.names() if name != "cnn-rgb"]
    found = suspects.find(known)
    captions = sheets["suspects"]["captions"] if len(found) else []
    assert captions == [f"{known[0].labels[index]} → {known[0].answers[index]}" for index in found][: len(captions)]


def test_a_label_is_suspect_only_where_all_networks_agree_and_are_sure() -> None:
    labels = np.array([3, 4, 5, 6])
    wanted = np.array([8, 9, 5, 1])

    def read(answers: np.ndarray, sure: float) -> Evaluation:
        rest = (1 - sure) / 9
        shares = np.full((4, 10), rest, np.float32)
        shares[np.arange(4), answers] = sure
        return evaluation.make("some", "", "", labels, shares)

    one, apart, unsure = read(wanted, 0.99), read(np.array([8, 4, 5, 1]), 0.99), read(wanted, 0.3)
    assert suspects.find([one, one, one]).tolist() == [0, 1, 3]
    assert suspects.find([one, one, apart]).tolist() == [0, 3]
    assert suspects.find([one, unsure, unsure]).tolist() == []
    assert suspects.find([one, one]).tolist() == []


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_of_the_digit_is_read_by_both_networks(kind: str) -> None:
    app = opened(open="fool-it", fool=kind)
    text = words(app)
    assert f"**{DENSE}**".replace("-", "\\-") in text
    assert text.count(" reads a 3") >= 2, "the digit that a new visitor finds"


@pytest.mark.parametrize("kind", ["written letters", "scribbles", "symbols"])
def test_pictures_without_a_digit_are_answered_all_the_same(kind: str) -> None:
    app = opened(open="fool-it", fool=kind)
    assert words(app).count("This is no digit") == 2
    press(app, "Another picture")
    assert app.session_state["fool_seed"] == 2
    assert not app.exception


def test_a_kept_drawing_is_what_the_next_one_is_morphed_into() -> None:
    app = press(opened(open="fool-it", fool="morph"), "Keep my digit as the other end")
    assert app.session_state["fool_kept"].any()
    assert "the drawing that you kept" in words(app)


def test_the_fewest_pixels_are_found_beside_the_page_and_undone() -> None:
    app = press(opened(open="fool-it"), "Find them")
    task = app.session_state["fool_attack"][1]
    found = task.wait(60).result
    assert [each.before for each in found] == [3, 3]
    text = words(app.run())
    assert all(f"once {len(each.pixels)} pixels are changed" in text for each in found if each.turned)
    press(app, "Undo")
    assert app.session_state["fool_attack"] is None
    assert "pixels are changed" not in words(app)


def test_pixels_are_found_for_a_network_that_reads_colour_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: dict[str, list[np.ndarray]] = {}
    monkeypatch.setattr(fool_it, "thumbnails", lambda key, images, *_, **__: rows.__setitem__(key, images))
    app = press(opened(open="fool-it", other="cnn-rgb"), "Find them")
    (_, found) = app.session_state["fool_attack"][1].wait(60).result
    assert found.turned
    text = words(app.run())
    assert f"once {len(found.pixels)} pixels are changed" in text
    assert "your ink or your paper" in text
    before, places, after = rows["attack-other"]
    assert before.shape == after.shape == (32, 32, 3)
    assert int(places.sum()) == len(found.pixels)


def test_nothing_drawn_cannot_be_changed() -> None:
    app = opened(open="fool-it", d="")
    assert any("Nothing is drawn" in str(each.value) for each in app.info)


def test_the_digit_is_placed_among_the_test_digits_in_every_layer(sheets: Shown) -> None:
    app = opened(open="embedding", of="one")
    made, data = load(DENSE), datasets.load_test()
    task = cache.place_digits(cache.network(DENSE), made.weights_sha256, data.sha256)
    assert task.wait(60).result is not None
    assert f"{len(data.y_test)} digits of the test set" in words(app.run())
    assert len(sheets["nearest"]["images"]) == 10
    (chosen,) = [each for each in app.select_slider if each.label == "Values of"]
    assert chosen.options[0] == "the pixels"
    layers = list(task.status.result or ())
    chosen.set_value(layers[0]).run()
    assert app.session_state["map_layer"] == "input"
    assert not app.exception


def test_the_last_hidden_layer_can_be_placed_by_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    data, network = datasets.load_test(), cache.network(DENSE)
    grid = np.linspace(-1, 1, 2 * len(data.y_test), dtype=np.float32).reshape(-1, 2)
    stored = NeighbourMap(load(DENSE).weights_sha256, data.sha256, neighbour_map.find_layer(network), grid)
    monkeypatch.setattr(cache, "load_neighbours", lambda *_: stored)
    assert cache.place_digits(network, stored.weights_sha256, data.sha256).wait(60).result is not None
    app = opened(open="embedding", of="one", values=stored.layer, placed="neighbours")
    assert "stands in the middle of its 5 nearest" in words(app)
    app.segmented_control(key="choose-map_by").set_value("components").run()
    assert "two axes along which they differ most" in words(app)
    app = opened(open="embedding", of="one", values="input", placed="neighbours")
    assert "two axes along which they differ most" in words(app), "no other layer has such a map"


def evaluate_here(store: RunStore, run_id: str, data: Dataset, *_: Any) -> Evaluation:
    """Do what child processes do, in this one."""
    found = evaluation.evaluate(store.network(run_id), data)
    store.keep_evaluation(run_id, "digits", found)
    return found


def test_an_own_network_is_compared_once_it_has_read_the_test_digits(
    scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sheets: Shown
) -> None:
    app = fake_training.opened(monkeypatch, tmp_path)
    job_id = fake_training.train_one(app, scheduler)
    fake_training.learn(scheduler, job_id)
    app.session_state["compare_one"] = f"run-{job_id}"
    app.switch_page(page.PAGES["compare"].path).run()
    assert any("has not ended" in str(each.value) for each in app.info)
    fake_training.finish(scheduler, job_id)
    monkeypatch.setattr(evaluator, "evaluate", evaluate_here)
    app.run()
    assert "sheet-one" not in sheets
    app.button(key=f"evaluate-run-{job_id}").click().run()
    task = app.session_state["evaluating"][f"run-{job_id}"]
    found = task.wait(60).result
    assert found is not None
    app.run()
    assert not app.exception
    assert sheets["sheet-one"]["captions"][0][2:] == str(found.answers[0])


def test_drawn_digits_are_shown_by_preparation_and_brush() -> None:
    app = opened(open="drawn")
    tables = [each.proto.body for each in app.get("html") if "networks-table" in each.proto.body]
    assert "without any step" in tables[0]
    assert "40 px" in tables[1]
    assert "A network knows only pictures" in words(app)


@pytest.mark.parametrize(
    ("name", "value"), [("one", "nobody"), ("misread", "44"), ("thirty", "999"), ("which", "some")]
)
def test_a_link_that_names_nothing_opens_the_usual_view(name: str, value: str) -> None:
    app = opened(**{name: value})
    assert any(value in str(each.value) for each in app.warning)
    assert "alone reads" in words(app)
