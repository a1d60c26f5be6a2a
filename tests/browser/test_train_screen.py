"""Watching a training on one screen, and what leads to it: cards, builder, an empty tab."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.training import protocol
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.core.training.protocol import DataReference, Job
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.components.visitor import COOKIE
from tests.browser import axe, eyes
from tests.browser.conftest import Visitor
from tests.browser.test_axe import change_theme, look_again
from tests.browser.test_train import bench, opened
from tests.core import strategies
from tests.pages.fake_training import FakeScheduler, finish, flat, learn
from tests.server_process import serving

SCREEN: ViewportSize = {"width": 1400, "height": 900}
MIN_CELL = 26
MIN_TARGET = 24
WIDTHS = (1920, 1100, 768, 390, 320)

TOKEN, EXPERIMENTER = "A" * 43, "B" * 43
"""What the browsers of two visitors keep: one with runs, one with the runs of an experiment."""

BATCHES = 20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app with two runs of a visitor that were trained before."""
    runs = tmp_path_factory.mktemp("runs")
    for title in ("Run 1", "Run 2"):
        write_run(runs, title, TOKEN)
    for arm in ("valid", "same"):
        write_run(runs, f"Padding {arm}", EXPERIMENTER, experiment="padding-1", arm=arm)
    with serving(environment={"CNNVIZ_RUNS": str(runs)}) as running:
        yield running.address


def make_counts() -> np.ndarray:
    """Make the confusion matrix of a run, of about 1,000 digits."""
    return np.random.default_rng(2).integers(0, 4, (10, 10)).astype(np.int32) + 95 * np.eye(10, dtype=np.int32)


def write_run(folder: Path, title: str, token: str, experiment: str = "", arm: str = "") -> None:
    """Write a run whose training is over: curves, moments with 1,000 held-out digits, one step, a result.

    `token`: what the browser of its visitor keeps. `experiment`, `arm`: that it belongs to.
    """
    store = RunStore(hashlib.sha256(token.encode()).hexdigest()[:32], folder)
    architecture, plan = TUTORIALS["cnn-32-64-64"]
    if experiment:
        found = next(each for each in EXPERIMENTS[experiment.split("-")[0]].arms if each.id == arm)
        architecture, plan = found.architecture, found.plan
    job_id = protocol.make_id()
    job = Job(
        id=job_id,
        architecture=replace(architecture, name=protocol.make_network_name(job_id)),
        plan=plan,
        data=DataReference(name="MNIST", sha256="0" * 64, count=60_000),
        probe=np.zeros((28, 28), np.uint8),
    )
    store.create(job, title, experiment=experiment, arm=arm)
    scheduler, random = FakeScheduler(), np.random.default_rng(2)
    scheduler.submit(store.owner, job, store.recorder(job_id))
    learn(scheduler, job_id, BATCHES)
    counts = make_counts()
    arrays = flat(strategies.network(job.architecture, 3)) | {"confusion": counts}
    scheduler.tell(job_id, "snapshot", arrays, step=BATCHES + 5, epoch=1, digits=int(counts.sum()))
    before, gradient, update = (random.normal(size=(3, 3, 1)).astype(np.float32) for _ in range(3))
    kernels = {"before": before, "gradient": gradient, "after": before - np.float32(0.001) * update}
    measured = {"loss_before": 0.5, "loss_after": 0.45, "gradient_norm": 2.0, "learning_rate": 0.001}
    scheduler.tell(job_id, "lesson", kernels, step=BATCHES, epoch=1, layer="conv2d", filter=4, **measured)
    if experiment:
        shares: dict[str, Any] = {"loss": 1.0, "accuracy": 0.9, "val_loss": 1.0, "val_accuracy": 0.98, "seconds": 7.0}
        scheduler.tell(job_id, "epoch", epoch=plan.epochs, step=BATCHES + 5, epochs=plan.epochs, **shares)
    finish(scheduler, job_id)


@pytest.fixture
def wide(visitor: Visitor) -> Page:
    return visitor(viewport=SCREEN)


def box(element: Locator) -> Any:
    found = element.bounding_box()
    assert found is not None
    return found


def watched(page: Page, address: str, token: str = TOKEN) -> Page:
    """Open the run as its visitor."""
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page.goto(f"{address}/Train?bench=watch")
    expect(page.get_by_test_id("stProgress").first).to_contain_text("done")
    expect(page.locator(".st-key-learning-maps-watched canvas").first).to_be_visible()
    expect(page.locator(".confusion table")).to_be_visible()
    eyes.settled(page)
    eyes.still(page)
    return page


@pytest.fixture
def screen(wide: Page, address: str) -> Page:
    return watched(wide, address)


def test_all_of_a_run_is_on_one_screen(screen: Page) -> None:
    parts = {
        "how it stands": screen.get_by_test_id("stProgress").first,
        "curves of the loss": screen.locator('.st-key-learning-curves [data-panel="loss"] .plot'),
        "curves of the accuracy": screen.locator('.st-key-learning-curves [data-panel="accuracy"] .plot'),
        "legend": screen.locator(".st-key-learning-curves .legend"),
        "time slider": screen.get_by_role("slider", name="Time machine"),
        "digit": screen.locator(".st-key-pad canvas").first,
        "answer": eyes.digit(screen),
        "shares": eyes.bars(screen),
        "maps": screen.locator(".st-key-learning-maps-watched canvas").first,
        "confusion matrix": screen.locator(".confusion table"),
    }
    for name, part in parts.items():
        expect(part).to_be_visible()
        place = box(part)
        assert place["y"] >= 0, name
        assert place["y"] + place["height"] <= SCREEN["height"], name
        assert place["x"] + place["width"] <= SCREEN["width"], name

    cells = [box(cell) for cell in screen.locator(".confusion td.right, .confusion td.none").all()]
    assert len(cells) >= 10
    assert min(min(cell["width"], cell["height"]) for cell in cells) >= MIN_CELL
    heads = screen.locator(".confusion th").all_inner_texts()
    assert heads == ["read as", "was", *map(str, range(10)), *map(str, range(10))]

    expect(screen.locator(".st-key-learning-maps-watched .title")).to_have_text("Convolution 1: 32 maps")
    slider = screen.get_by_role("slider", name="Time machine")
    slider.focus()
    screen.keyboard.press("ArrowLeft")
    moment = screen.locator(".st-key-time-machine .name")
    expect(moment).to_contain_text("epoch ")
    expect(screen.locator(".curves")).to_have_attribute("data-moment", moment.inner_text())


def test_a_finished_experiment_fits_into_a_screen_and_uses_a_larger_one(wide: Page, address: str) -> None:
    page = watched(wide, address, EXPERIMENTER)
    verdict = page.locator(".st-key-verdict")
    expect(verdict.locator("summary")).to_contain_text("Read right of 5,000 digits: padding valid 98.0 %")
    expect(verdict.get_by_text("That agrees with what is usually said")).to_be_hidden()
    plot = page.locator('.st-key-learning-curves [data-panel="loss"] .plot')
    parts = [page.locator(".st-key-learning-maps-watched canvas").first, page.locator(".confusion table"), plot]
    assert max(map(bottom, parts)) <= SCREEN["height"]
    before = [box(part)["height"] for part in parts]
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(plot.locator("canvas")).to_have_css("height", re.compile(r"^2[3-9]\d"))
    eyes.still(page)
    assert max(map(bottom, parts)) <= 1080
    grown = [box(part)["height"] / least for part, least in zip(parts, before, strict=True)]
    assert min(grown) >= 1.2, grown
    verdict.locator("summary").press("Enter")
    expect(verdict.get_by_text("That agrees with what is usually said")).to_be_visible()


def bottom(part: Locator) -> float:
    place = box(part)
    return float(place["y"] + place["height"])


def test_compared_runs_have_a_line_of_the_legend_each_and_one_comes_forward(screen: Page) -> None:
    screen.get_by_test_id("stCheckbox").get_by_text("Compare", exact=True).click()
    chart = screen.locator(".st-key-learning-curves .curves")
    entries = chart.locator(".legend .entry")
    expect(entries.locator(".name")).to_have_text(["Run 2, test", "Run 1, test"])
    eyes.settled(screen)
    marks = [entry.locator(".mark").evaluate("mark => mark.outerHTML") for entry in entries.all()]
    assert len(set(marks)) == 2
    assert all(box(entry)["height"] <= 28 for entry in entries.all())
    entries.last.hover()
    expect(chart).to_have_attribute("data-lit", "validation-1")
    screen.get_by_role("slider", name="Time machine").focus()
    screen.keyboard.press("Home")
    expect(chart).to_have_attribute("data-moment", "before the first batch")
    expect(screen.get_by_text("After 0 batches it reads")).to_have_count(2)


def test_one_step_is_a_picture_that_adds_up(screen: Page) -> None:
    picture = screen.locator(".one-step")
    picture.scroll_into_view_if_needed()
    expect(picture.locator(".losses i")).to_have_count(2)
    tables = picture.locator("table")
    titles = tables.locator("caption").all_inner_texts()
    assert [*titles[:2], titles[3]] == ["gradient", "before", "after"]
    assert titles[2].endswith("’s update")
    before, update, after = (
        [float(text.replace("−", "-")) for text in tables.nth(place).locator("td").all_inner_texts()]
        for place in (1, 2, 3)
    )
    assert len(before) == 9
    assert [start - moved for start, moved in zip(before, update, strict=True)] == pytest.approx(after, abs=1e-9)


def test_a_run_fits_into_every_width(screen: Page) -> None:
    beyond, cells = {}, {}
    for width in WIDTHS:
        screen.set_viewport_size({"width": width, "height": 900})
        eyes.still(screen)
        beyond[width] = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        cell = box(screen.locator(".confusion td.right").first)
        cells[width] = min(cell["width"], cell["height"])
    assert max(beyond.values()) <= 0, beyond
    assert min(cells.values()) >= MIN_CELL, cells


@pytest.mark.skipif(not axe.SCRIPT.is_file(), reason="axe-core is not installed: `npm ci` installs it, as `make` does")
def test_axe_finds_nothing_in_a_run(visitor: Visitor, address: str) -> None:
    """In light and dark, in a wide window and in one as narrow as a phone."""
    page = watched(visitor(viewport=SCREEN, color_scheme="light"), address)
    assert axe.violations(page) == []
    change_theme(page, "dark")
    assert look_again(page) == []
    page.set_viewport_size({"width": 390, "height": 900})
    assert look_again(page) == []
    change_theme(page, "light")
    assert look_again(page) == []


def test_eight_layers_fit_into_a_screen_and_a_third_and_an_empty_tab_leads_to_experiments(
    wide: Page, address: str
) -> None:
    opened(wide, address)
    bench(wide, "Build your own")
    expect(wide.locator(".st-key-layer-7")).to_contain_text("650 parameters")
    eyes.settled(wide)
    eyes.still(wide)
    first, last = box(wide.locator(".st-key-layer-0")), box(wide.locator(".st-key-layer-7"))
    assert last["y"] + last["height"] - first["y"] <= 1_000
    assert box(wide.locator(".st-key-architecture-editor"))["height"] <= 1_200
    for name in ("Move conv2d_1 up", "Move conv2d_1 down", "Remove conv2d_1", "Add a layer below conv2d_1"):
        for button in wide.locator(".st-key-layer-2").get_by_role("button", name=name).filter(visible=True).all():
            place = box(button)
            assert min(place["width"], place["height"]) >= MIN_TARGET, name
    bench(wide, "Watch and compare")
    wide.get_by_role("button", name="Choose an experiment").click()
    expect(wide.get_by_role("button", name="Find out (recorded: at once)").first).to_be_visible()


def test_buttons_of_experiments_are_not_cut(visitor: Visitor, address: str) -> None:
    page = visitor(viewport={"width": 320, "height": 800})
    opened(page, address)
    buttons = page.locator('[class*="st-key-experiment-"] .stButton button')
    expect(buttons.first).to_be_visible()
    assert (
        buttons.evaluate_all(
            """buttons => buttons.flatMap(button => [button, ...button.querySelectorAll("*")])
            .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
            .map(part => part.textContent)"""
        )
        == []
    )
