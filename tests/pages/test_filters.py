"""Filters, run without a browser: what its sections show, choose, keep and say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations import what_if
from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference import trace
from cnnviz.core.lessons.convolution.kernels import format_weight
from cnnviz.core.lessons.filters import kernels, patches
from cnnviz.core.lessons.filters.patches import NetworkPatches
from cnnviz.core.networks import model_store
from cnnviz.core.networks.initial_weights import make_initial_network
from cnnviz.core.networks.network import Network
from cnnviz.jobs.runs import patch_finder
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.components import browser_state
from cnnviz.ui.components.feature_maps import Block, Selection
from cnnviz.ui.filters.what_if import KEY
from cnnviz.ui.shell import cache
from tests.core import strategies
from tests.marked_text import plain
from tests.pages import fake_training
from tests.pages.page_digit import get_digit

ROOT = Path(__file__).parents[2]
NETWORK = "cnn-32-32"
Shown = dict[str, dict[str, Any]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Record the newest data of every picture of the page by its key; `clicks` holds what is clicked next in one."""
    clicks: dict[str, Selection] = {}
    newest: Shown = {"clicks": clicks}

    def feature_maps(key: str, blocks: list[Block], **more: Any) -> Selection | None:
        newest[key] = {"block": blocks[0], **more}
        return clicks.pop(key, None)

    for module in ("kernel_pictures", "before_after", "top_patches", "absences", "simple_complex"):
        monkeypatch.setattr(f"cnnviz.ui.filters.{module}.feature_maps", feature_maps)
    return newest


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"net": NETWORK, **query}.items():
        app.query_params[name] = value
    return app.switch_page("pages/Filters.py").run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def texts(app: AppTest) -> str:
    return "\n".join(plain(element.value) for kind in (app.markdown, app.caption, app.info) for element in kind)


def test_first_filters_stand_before_and_after_training_on_one_scale(shown: Shown) -> None:
    app = opened()
    assert well(app)
    network = model_store.load(NETWORK)
    begun = make_initial_network(network.architecture, 1)
    pair = [kernels.read_kernels(each, "conv2d") for each in (begun, network)]
    for key, each in zip(("kernels-before", "kernels-after"), pair, strict=True):
        assert np.array_equal(shown[key]["block"].values, each[:, :, 0])
        assert shown[key]["block"].signed
        assert shown[key]["network_range"][1] == max(float(np.abs(one).max()) for one in pair)
        assert shown[key]["colour_range"] == "network"
    moved = kernels.measure_movement(*pair)
    assert shown["movement"]["block"].ticks == tuple(map(str, moved.order))
    assert list(shown["movement"]["block"].values) == sorted(shown["movement"]["block"].values, reverse=True)
    for said in kernels.describe_movement(moved):
        assert plain(str(said)) in texts(app)


def test_deeper_kernels_are_strips_with_all_of_their_input_maps(shown: Shown) -> None:
    app = opened(kernels="conv2d_1", look="5", sorted="moved")
    assert well(app)
    values, kernel = (
        shown["kernels-after"]["block"].values,
        model_store.load(NETWORK).weights["conv2d_1"]["kernel"],
    )
    assert values.shape == (32 * 4 - 1, 3, 32)
    first = int(shown["kernels-after"]["block"].ticks[0])
    assert np.array_equal(values[4 * 7 : 4 * 7 + 3, :, 0], kernel[:, :, 7, first])
    assert shown["kernels-after"]["block"].names[0][4 * 7] == "input map 7, row 0"
    assert "kernels=conv2d_1&look=5&sorted=moved" in app.session_state["query"]


def test_a_click_on_a_kernel_or_a_bar_chooses_the_filter(shown: Shown) -> None:
    app = opened()
    shown["clicks"]["kernels-after"] = Selection("kernels", 9, 0, 0)
    app.run()
    assert app.session_state["filters_number"] == 9
    order = shown["movement"]["block"].ticks
    shown["clicks"]["movement"] = Selection("movement", 0, 3, 0)
    app.run()
    assert app.session_state["filters_number"] == int(order[3])


def test_another_convolution_begins_with_its_first_filter(shown: Shown) -> None:
    app = opened(look="5")
    app.selectbox(key="choose-filters_layer").select("conv2d_1").run()
    assert (app.session_state["filters_layer"], app.session_state["filters_number"]) == ("conv2d_1", 0)
    assert shown["kernels-after"]["block"].values.shape[0] == 127


def test_a_network_without_convolution_is_reported_with_others_to_choose(shown: Shown) -> None:
    app = opened(net="dense-64")
    assert well(app)
    assert set(shown) == {"clicks"}
    (told,) = app.info
    assert "has no convolution" in told.value
    assert NETWORK in told.value


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a new visitor's page with a trained run of their own, and its network at each kept moment."""
    scheduler = fake_training.install_scheduler(monkeypatch)
    app = fake_training.opened(monkeypatch, tmp_path)
    job_id = fake_training.train_one(app, scheduler)
    job = scheduler.jobs[job_id][0]
    begun = make_initial_network(job.architecture, job.plan.seed)
    kept = [begun, *(strategies.network(job.architecture, seed) for seed in (5, 6))]
    scheduler.tell(job_id, "start", epochs=1, batches=40, finished=0)
    for step, each in zip((0, 1, 40), kept, strict=True):
        arrays = fake_training.flat(each) | {"confusion": np.eye(10, dtype=np.int32)}
        scheduler.tell(job_id, "snapshot", arrays, step=step, epoch=step // 40, digits=10)
    fake_training.finish(scheduler, job_id)
    app.session_state["network"] = f"run-{job_id}"
    # Between two runs of a page AppTest names the networks of its list itself, without a visitor.
    monkeypatch.setattr("cnnviz.ui.shell.visitor.store", lambda: RunStore(scheduler.owners[job_id], tmp_path))
    return Run(app, [*kept, strategies.network(job.architecture, 2)])  # the last is what `finish` gives


@dataclass
class Run:
    app: AppTest
    moments: list[Network]


def test_a_slider_shows_the_kernels_of_an_own_run_at_every_kept_moment(
    run: Run, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[int] = []
    offered: list[tuple[list[str], int]] = []

    def play(_key: str, labels: list[str], index: int, **_: Any) -> int:
        offered.append((labels, index))
        return chosen.pop() if chosen else index

    monkeypatch.setattr("cnnviz.ui.filters.before_after.player", play)
    app = run.app.switch_page("pages/Filters.py").run()
    assert well(app)
    names = ["after 0 batches", "after 1 batch", "after 40 batches", "as it is now"]
    assert offered[-1] == (names, 3), "it begins with the result"
    layer = run.moments[0].architecture.convolutions[0]
    begun, *later = (kernels.read_kernels(each, layer) for each in run.moments)
    for moment, wanted in ((1, later[0]), (2, later[1]), (0, begun), (3, later[2])):
        chosen.append(moment)
        app.run()
        assert well(app)
        assert np.array_equal(shown["kernels-before"]["block"].values, begun[:, :, 0])
        assert np.array_equal(shown["kernels-after"]["block"].values, wanted[:, :, 0]), moment
        assert shown["kernels-after"]["block"].title == ("After training" if moment == 3 else "At this moment")
        moved = kernels.measure_movement(begun, wanted)
        assert shown["movement"]["block"].values[0] == pytest.approx(moved.shares.max())
        app.run()
        assert offered[-1][1] == moment, "the slider stays where it was put"
    assert app.session_state["filters_moment"] == -1, "the end of the slider follows what is trained further"


def test_a_moment_that_cannot_be_read_is_said_and_the_result_shown(
    run: Run, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Refusal("This moment is damaged.")

    monkeypatch.setattr("cnnviz.ui.filters.before_after.player", lambda *_, **__: 1)
    monkeypatch.setattr(cache, "load_snapshot", refuse)
    app = run.app.switch_page("pages/Filters.py").run()
    assert well(app)
    assert "This moment is damaged" in texts(app)
    layer = run.moments[0].architecture.convolutions[0]
    result = kernels.read_kernels(run.moments[-1], layer)
    assert np.array_equal(shown["kernels-after"]["block"].values, result[:, :, 0])
    assert shown["kernels-after"]["block"].title == "After training"
    assert app.session_state["filters_moment"] == -1


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Record the newest rows of patches by their key."""
    newest: dict[str, dict[str, Any]] = {}

    def thumbnails(key: str, images: list[np.ndarray], captions: list[str], **more: Any) -> None:
        newest[key] = {"images": images, "captions": captions, **more}

    monkeypatch.setattr("cnnviz.ui.filters.top_patches.thumbnails", thumbnails)
    return newest


def test_a_filter_has_its_name_its_patches_and_its_map(shown: Shown, rows: dict[str, dict[str, Any]]) -> None:
    app = opened(kernels="conv2d_1", look="7", show="everything")
    assert well(app)
    network = model_store.load(NETWORK)
    assert network.card is not None
    found = patches.load(NETWORK, network.card.weights_sha256).layers["conv2d_1"]
    for end in (patches.MOST, patches.LEAST):
        images = rows[f"patches-{end}"]["images"]
        assert np.array_equal(np.stack(images), found.pixels[7, end, ..., 0] / 255)
        assert rows[f"patches-{end}"]["captions"][0].startswith(f"{found.labels[7, end, 0]}: ")
    assert "Convolution 2, filter 7" in texts(app)
    assert found.name(7).words in texts(app)
    assert "5 × 5 pixels" in texts(app)
    assert shown["filter-map"]["block"].values.shape == (24, 24, 1)


def test_a_click_on_a_patch_reads_its_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.ui.filters import top_patches

    monkeypatch.setattr(top_patches, "read_pick", lambda _: 2)
    taken: list[Any] = []
    monkeypatch.setattr("cnnviz.ui.shell.session.show", taken.append)
    monkeypatch.setattr("cnnviz.core.inference.samples.find", lambda source, number: (source, number))
    top_patches._open_digit("patches-0", np.array([5, 6, 7, 8]))
    assert taken == [("mnist", 7)]


def test_patches_of_other_weights_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, rows: dict[str, dict[str, Any]]
) -> None:
    cache.filter_patches.clear()
    monkeypatch.setattr(patches, "SUFFIX", ".nothing.npz")
    app = opened()
    assert well(app)
    assert "must be those that were found with its weights" in texts(app)
    assert "filter 0" in texts(app).lower(), "a first filter is named all the same"
    assert not rows


def find_here(store: RunStore, run_id: str, data: Dataset, *_: Any) -> NetworkPatches:
    """Do what the child process does, in this one, with few digits."""
    network, card = store.network(run_id), store.card(run_id)
    pictures = data.x_test[:20].astype(np.float32) / np.float32(255)
    about = {"weights_sha256": card.weights_sha256 if card else "", "data": data.name, "digits": 20}
    found = NetworkPatches(about, patches.find(network, pictures, data.y_test[:20]))
    store.keep_patches(run_id, patches.to_bytes(found))
    return found


def test_an_own_network_has_patches_and_names_once_they_are_asked_for(
    run: Run, rows: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patch_finder, "find", find_here)
    layer = run.moments[-1].architecture.convolutions[-1]
    run.app.session_state["filters_layer"], run.app.session_state["filters_number"] = layer, 3
    app = run.app.switch_page("pages/Filters.py").run()
    assert well(app)
    assert "are not found yet" in texts(app)
    assert not rows
    app.button(key="find-patches").click().run()
    (task,) = app.session_state["filters_searching"].values()
    found = task.wait(60).result
    assert found is not None
    app.run()
    assert well(app)
    for _ in range(2):
        each = found.layers[layer]
        assert np.array_equal(np.stack(rows["patches-0"]["images"]), each.pixels[3, patches.MOST, ..., 0] / 255)
        assert each.name(3).words in texts(app)
        assert "among 20 test digits" in texts(app)
        assert "are not found yet" not in texts(app)
        rows.clear()
        app.session_state["filters_searching"] = {}  # as at another visit: what is kept beside the card is shown
        app.run()


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Record the ten shares of the changed network, newest last."""
    shown: list[np.ndarray] = []
    monkeypatch.setattr("cnnviz.ui.filters.what_if.bars", lambda _, values, *__: shown.append(values))
    return shown


def test_a_filter_is_switched_off_on_a_copy_and_on_again(shares: list[np.ndarray]) -> None:
    app = opened(net="pool-max", kernels="conv2d_1", look="4")
    assert "Nothing is changed." in texts(app)
    assert "test digits are read with it at once" in texts(app)
    network, digit = cache.network("pool-max"), get_digit(app)
    assert np.array_equal(shares[-1], trace.trace(network, digit).probabilities)
    app.button(key="switch-off").click().run()
    assert well(app)
    changed = what_if.change(network, [what_if.switch_off(network, "conv2d_1", 4)])
    assert np.array_equal(shares[-1], trace.trace(changed, digit).probabilities)
    assert cache.network("pool-max") is network
    assert network.weights["conv2d_1"]["kernel"][..., 4].any(), "what is stored, and what others see, stays"
    assert "Convolution 2, filter 4 is off" in texts(app)
    count, right = app.session_state["filters_counted"][0], app.session_state["filters_counted"][1]
    assert count is app.session_state["filters_edits"][1]
    assert 0 < right <= 1000
    assert "the changed one" in texts(app)
    app.button(key="undo-edit").click().run()
    assert "Nothing is changed." in texts(app)
    assert np.array_equal(shares[-1], trace.trace(network, digit).probabilities)


def test_a_kernel_is_edited_and_a_bias_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.ui.components.kernel_grid import Edit as Typed

    typed = [Typed((("1", "0", "−1"), ("2", "0", "−2"), ("1", "0", "−1")))]
    grids: list[Any] = []
    app = opened(net="pool-max")
    monkeypatch.setattr("cnnviz.ui.filters.what_if.read_edit", lambda *_: typed.pop() if typed else None)
    monkeypatch.setattr("cnnviz.ui.filters.what_if.kernel_grid", lambda _, grid, **__: grids.append(grid))
    app.run()
    assert grids[-1] == ((1, 0, -1), (2, 0, -2), (1, 0, -1))
    (number,) = app.number_input
    assert number.value == float(f"{number.value:.3f}"), "what the field shows is what it holds"
    number.set_value(2.5).run()
    assert well(app)
    newest = app.session_state["filters_edits"][1][-1]
    assert (newest.of, newest.bias, newest.kernel[1, 0, 0]) == (0, 2.5, 2)
    assert len(app.session_state["filters_edits"][1]) == 2
    app.button(key="undo-edits").click().run()
    assert app.session_state["filters_edits"][1] == ()


def test_a_weight_that_is_told_twice_is_changed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser tells of it while it is typed and when it is kept; a kernel holds −0.09255 as the nearest float32."""
    from cnnviz.ui.components.kernel_grid import Edit as Typed

    app = opened(net="pool-max")
    told = Typed((("−0.09255", "0", "−1"), ("2", "0", "−2"), ("1", "0", "−1")))
    monkeypatch.setattr("cnnviz.ui.filters.what_if.read_edit", lambda *_: told)
    app.run()
    app.run()
    assert well(app)
    assert len(app.session_state["filters_edits"][1]) == 1


@pytest.mark.parametrize("button", ["undo-edit", "switch-off"])
def test_what_was_typed_before_a_click_is_changed_once(button: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A click cuts the run off that has taken over what was typed, before it says so to the browser."""
    kernel = what_if.get_kernel(cache.network("pool-max"), "conv2d", 0)[..., 0]
    shown = [[format_weight(float(weight)) for weight in row] for row in kernel]
    message = {"seq": 1, "shown": shown, "cells": [["5", *shown[0][1:]], *shown[1:]], "pasted": ""}
    read = browser_state.read
    app = opened(net="pool-max")
    monkeypatch.setattr(browser_state, "read", lambda key, event: message if key == KEY else read(key, event))
    with monkeypatch.context() as cut_off:
        cut_off.setattr("cnnviz.ui.filters.what_if.kernel_grid", lambda *_, **__: None)
        app.run()
    assert [edit.kernel[0, 0, 0] for edit in app.session_state["filters_edits"][1]] == [5]
    app.button(key=button).click().run()
    assert well(app)
    left = [] if button == "undo-edit" else [5, 0]
    assert [edit.kernel[0, 0, 0] for edit in app.session_state["filters_edits"][1]] == left
    app.run()
    assert len(app.session_state["filters_edits"][1]) == len(left)


def test_another_network_has_no_changes_of_the_one_before() -> None:
    app = opened(net="pool-max")
    app.button(key="switch-off").click().run()
    app.session_state["network"] = "pool-average"
    app.run()
    assert well(app)
    assert "Nothing is changed." in texts(app)
    app.session_state["network"] = "pool-max"
    app.run()
    assert "is off" in texts(app)


def test_the_ten_filters_that_an_answer_depends_on_are_shown_when_asked_for(shown: Shown) -> None:
    app = opened(net="pool-max")
    assert "absences-bars" not in shown
    app.toggle(key="absences").set_value(True).run()
    assert well(app)
    block = shown["absences-bars"]["block"]
    network = model_store.load("pool-max")
    traced = trace.trace(network, get_digit(app))
    contrast = Contrast(traced.answer, find_rival(traced.logits, traced.answer))
    found = what_if.rank_filters(network, traced.digit, contrast)
    assert list(block.values) == pytest.approx([-each.fall for each in found[:10]], abs=1e-5)
    shown["clicks"]["absences-bars"] = Selection("absences", 0, 2, 0)
    app.run()
    assert (app.session_state["filters_layer"], app.session_state["filters_number"]) == (
        found[2].layer,
        found[2].of,
    )


def test_nothing_of_a_folded_section_is_worked_out(shown: Shown, shares: list[np.ndarray]) -> None:
    app = opened(net="pool-max")
    shown.pop("kernels-before")
    for key in ("kernels-box", "patches-box", "what-if-box"):
        app.session_state[key] = False
    del shares[:]
    app.run()
    assert well(app)
    assert not shares
    assert "kernels-before" not in shown


def test_simple_and_complex_cells_are_worked_out_when_they_are_opened(shown: Shown) -> None:
    app = opened(net="pool-max")
    assert "cells" not in shown
    app.session_state["cells-box"] = True
    app.run()
    assert well(app)
    assert shown["cells"]["block"].values.shape == (28, 28, 1)
    assert "a simple cell" in texts(app)


def test_a_picture_that_excites_the_filter_is_made_when_asked_for(rows: dict[str, dict[str, Any]]) -> None:
    app = opened(net="pool-max", kernels="conv2d_1", look="2")
    assert "excitation" not in rows
    app.toggle(key="excite").set_value(True).run()
    assert well(app)
    assert rows["excitation"]["images"][0].shape == (8, 8)
    assert "seed 1" in texts(app)
    assert "60 steps" in texts(app)
