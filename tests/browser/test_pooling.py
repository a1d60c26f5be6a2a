"""Pooling: numbers pooled by keyboard, mouse and finger; linked pictures whose numbers are NumPy's."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.perturbations import OFFSETS, PERTURBATIONS, UNMOVED
from cnnviz.core.inference.robustness import Reaction, react_to_amounts, react_to_shifts
from cnnviz.core.inference.trace import LayerOutput, format_share, trace
from cnnviz.core.lessons.number_grid import format_number
from cnnviz.core.lessons.pooling.comparison import Comparison, Pool, compare, rank
from cnnviz.core.lessons.pooling.sentences import describe
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample
from cnnviz.core.networks import model_store
from cnnviz.ui.shell import layer_names
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor
from tests.server_process import serving

NETWORK = "cnn-32-64-64"
TWO = Pool()
PADDED = Pool((3, 3), (1, 1), "same")
UNNAMED = """() => {
    const named = (e) => e.getAttribute("aria-label") || e.title || e.textContent.trim() || e.labels?.[0]?.textContent
    return [...document.querySelectorAll("*")].filter((e) => e.shadowRoot)
        .flatMap((host) => [...host.shadowRoot.querySelectorAll("button, input, canvas, [tabindex]")])
        .filter((e) => e.closest(".pool_grid, .feature_maps") && !e.hidden && !named(e))
        .map((e) => e.outerHTML.slice(0, 90))
}"""
LAYER = "conv2d_1"  # 11 × 11: an odd side, of which windows of two leave a row and a column


@pytest.fixture
def pooling_link(address: str, seven_link: str) -> str:
    return f"{address}/Pooling{seven_link}&net={NETWORK}&conv={LAYER}&show=everything"


@pytest.fixture
def pooling(revisit: Visitor, pooling_link: str) -> Page:
    """Return the page, which each test leaves with the same numbers, drawing, map and kind of perturbation."""
    return revisit(pooling_link, "Pooling")


@pytest.fixture
def padded(revisit: Visitor, pooling_link: str) -> Page:
    """Return the page with windows of three that pad, in grey, and without guesses; nothing is played on it."""
    wanted = "window=3&padding=same&guess=0&pool=3&step=1&edges=same&colours=grey"
    return revisit(f"{pooling_link}&{wanted}", "Pooling")


@pytest.fixture(scope="module")
def layer(seven: Drawing) -> LayerOutput:
    """Compute the layer's output for the same drawing in this process."""
    traced = trace(model_store.load(NETWORK), preprocessing.from_canvas(strokes.render(seven)).digit)
    return next(each for each in traced.layers if each.name == LAYER)


# Small numbers.


def grid(page: Page) -> Locator:
    return page.locator(".pool_grid")


def cell(page: Page, row: int, column: int) -> Locator:
    return page.get_by_role("textbox", name=f"row {row}, column {column}", exact=True)


def results(page: Page, kind: str) -> list[str]:
    return grid(page).locator(f".result.{kind} button").all_inner_texts()


def button(page: Page, name: str) -> Locator:
    return grid(page).get_by_role("button", name=name, exact=True)


def expect_known(page: Page, number: int) -> None:
    expect(grid(page)).to_have_attribute("data-known", str(number))


def begin_anew(page: Page) -> None:
    """Forget which windows were worked out, and all guesses."""
    button(page, "Start again").click()
    expect_known(page, 0)


def shown(example: PoolWorkedExample, number: int) -> tuple[list[str], list[str]]:
    """Return both results as they stand after `number` windows."""
    both = [[format_number(w.largest) for w in example.windows], [format_number(w.mean) for w in example.windows]]
    most, mean = (values[:number] + ["?"] * (len(values) - number) for values in both)
    return most, mean


def test_windows_are_worked_out_one_by_one_by_buttons_and_keys(pooling: Page) -> None:
    example = PoolWorkedExample(TUTORIAL)
    pooling.get_by_text("Guess first").click()
    for number in range(1, 5):
        expect_known(pooling, number)
        assert (results(pooling, "max"), results(pooling, "mean")) == shown(example, number)
        expect(grid(pooling)).to_contain_text(f"Window {number} of 4")
        expect(grid(pooling).locator(".work")).to_contain_text(example.windows[number - 1].mean_work)
        expect(grid(pooling).locator(".winner input")).to_have_count(len(example.windows[number - 1].winners))
        if number == 1:
            assert "(1 + 2 + 7 + 1) / 4 = 2.75" in grid(pooling).inner_text()
            button(pooling, "One step forward").click()
        elif number < 4:
            pooling.locator(".pool_grid .controls").focus()
            pooling.keyboard.press("ArrowRight")
    expect(button(pooling, "One step forward")).to_be_disabled()
    pooling.locator(".pool_grid .controls").focus()
    pooling.keyboard.press("Home")
    expect(grid(pooling)).to_contain_text("Window 1 of 4")
    button(pooling, "Start again").click()
    expect_known(pooling, 1)
    pooling.get_by_text("Guess first").click()
    eyes.link_when(pooling, eyes.carries("guess", None))
    begin_anew(pooling)


def test_example_plays_to_the_end(pooling: Page) -> None:
    button(pooling, "Play").click()
    expect(button(pooling, "Pause")).to_be_visible()
    expect_known(pooling, 4)
    expect(button(pooling, "Play")).to_be_visible()
    assert (results(pooling, "max"), results(pooling, "mean")) == shown(PoolWorkedExample(TUTORIAL), 4)
    begin_anew(pooling)


def test_reduced_motion_replaces_playing_by_steps(padded: Page) -> None:
    padded.emulate_media(reduced_motion="reduce")
    hands.go_to(padded, "Glossary")
    eyes.stand(padded, "Glossary")
    hands.go_to(padded, "Pooling")
    eyes.arrived(padded, "Pooling")
    expect(button(padded, "One step forward")).to_be_visible()
    expect(button(padded, "Play")).to_have_count(0)
    assert grid(padded).locator(".window").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    padded.emulate_media(reduced_motion="no-preference")


def guess(page: Page, most: str, mean: str) -> None:
    grid(page).locator('[data-guess="max"]').fill(most)
    grid(page).locator('[data-guess="mean"]').fill(mean)
    page.keyboard.press("Enter")


def test_a_guess_is_checked_and_the_answer_says_why(pooling: Page) -> None:
    work = grid(pooling).locator(".work")
    assert "?" in results(pooling, "max")[0], "nothing is given away"
    guess(pooling, "seven", "")
    expect(grid(pooling).locator(".guess .trouble")).to_contain_text("Type a number")
    expect_known(pooling, 0)
    guess(pooling, "7", "11/4")
    expect(work).to_contain_text("7 is right")
    expect(work).to_contain_text("11/4 is right")
    expect(work).to_contain_text("(1 + 2 + 7 + 1) / 4 = 2.75")
    expect(grid(pooling)).to_contain_text("2 of 2 guesses right")
    button(pooling, "One step forward").click()
    for _ in range(2):  # the second time it is the last try
        guess(pooling, "2", "8")
    expect(work).to_contain_text("Not 2: that is what the other pooling keeps")
    expect(work).to_contain_text("Not 8: that is the sum, which is still to be divided by 4")
    expect(work).to_contain_text("max(0, 3, 4, 1) = 4")
    button(pooling, "One step forward").click()
    for _ in range(2):
        guess(pooling, "", "99")
    expect(work).to_contain_text("Not 99")
    expect(grid(pooling)).to_contain_text("2 of 5 guesses right")
    begin_anew(pooling)


def test_a_wrong_guess_gets_a_hint_then_a_second_try_then_the_solution(pooling: Page) -> None:
    hint, work = grid(pooling).locator(".guess .hint"), grid(pooling).locator(".work")
    most, mean = (grid(pooling).locator(f'[data-guess="{kind}"]') for kind in ("max", "mean"))
    expect(hint).to_have_attribute("role", "status")
    guess(pooling, "7", "11")
    expect(hint).to_contain_text("7 is right")
    expect(hint).to_contain_text("Not 11: that is the sum, which is still to be divided by 4")
    expect(hint).to_contain_text("Hint: Add the 4 numbers of the window, 1 + 2 + 7 + 1, and divide by 4.")
    expect(hint).to_contain_text("Try once more; after that the solution is shown.")
    expect_known(pooling, 0)
    assert set(results(pooling, "mean")) == {"?"}, "nothing is given away"
    expect(most).not_to_be_editable()
    expect(mean).to_be_focused()
    expect(mean).to_have_accessible_description(re.compile("Hint: Add the 4 numbers"))
    pooling.keyboard.type("2.75")  # what was typed is selected
    pooling.keyboard.press("Enter")
    expect_known(pooling, 1)
    expect(work).to_contain_text("7 is right")
    expect(work).to_contain_text("2.75 is right")
    expect(grid(pooling)).to_contain_text("2 of 2 guesses right")
    pooling.keyboard.press("ArrowRight")
    guess(pooling, "1", "")
    expect(hint).to_contain_text("Hint: Compare the 4 numbers of the window: 0, 3, 4, 1. Which is the largest?")
    grid(pooling).locator(".result.max button").nth(2).click()
    expect(hint).to_be_empty()
    guess(pooling, "1", "")
    expect(hint).to_contain_text("Hint: Compare the 4 numbers of the window: 0, 5, 3, 0.")
    guess(pooling, "2", "")
    expect(work).to_contain_text("Not 2")
    expect(work).to_contain_text("max(0, 5, 3, 0) = 5")
    begin_anew(pooling)


def test_a_cell_is_edited_by_keys_alone(pooling: Page) -> None:
    pooling.get_by_text("Guess first").click()
    expect_known(pooling, 1)
    hands.reach_with_tab(pooling, cell(pooling, 0, 0), most=60)
    pooling.keyboard.press("ArrowDown")
    pooling.keyboard.type("-2,5")
    pooling.keyboard.press("ArrowRight")
    expect(cell(pooling, 1, 1)).to_be_focused()
    pooling.keyboard.type("9")
    pooling.keyboard.press("Enter")
    expect(cell(pooling, 2, 1)).to_be_focused()
    pooling.keyboard.type("8")
    pooling.keyboard.press("Escape")
    expect(cell(pooling, 2, 1)).to_have_value("5")
    expect(cell(pooling, 1, 0)).to_have_value("−2.5")
    expect(grid(pooling).locator(".result.max button").first).to_have_text("9")
    expect(grid(pooling).locator(".work")).to_contain_text("(1 + 2 + (−2.5) + 9) / 4 ≈ 2.38")
    carried = eyes.link_when(pooling, lambda now: "9" in now.get("grid", ""))
    assert carried["grid"] == "1~2~0~3_-2.5~9~4~1_0~5~2~2_3~0~2~2"
    pooling.get_by_role("button", name="The tutorials’ 1 2 / 7 1", exact=True).click()
    eyes.link_when(pooling, eyes.carries("grid", None))
    expect(cell(pooling, 1, 0)).to_have_value("7")
    pooling.get_by_text("Guess first").click()
    eyes.link_when(pooling, eyes.carries("guess", None))
    begin_anew(pooling)


def test_a_bad_text_gets_a_sentence_and_the_old_value_stays(pooling: Page) -> None:
    alert = grid(pooling).get_by_role("alert").filter(has_text="the old value is kept")
    cell(pooling, 1, 0).fill("seven")
    pooling.keyboard.press("Enter")
    expect(alert).to_be_visible()
    expect(cell(pooling, 1, 0)).to_have_value("7")
    expect(cell(pooling, 1, 0)).to_have_attribute("aria-invalid", "true")
    cell(pooling, 1, 0).fill("8")
    pooling.keyboard.press("Enter")
    eyes.link_when(pooling, lambda now: "_8~1" in now.get("grid", ""))
    expect(cell(pooling, 1, 0)).to_have_attribute("aria-invalid", "false")
    expect(alert).to_have_count(0)
    cell(pooling, 1, 0).fill("7")
    pooling.keyboard.press("Enter")
    eyes.link_when(pooling, lambda now: "_8~1" not in now.get("grid", ""))


def test_padding_is_shown_and_left_out_of_the_mean(padded: Page) -> None:
    expect(grid(padded).locator(".cell.outside")).to_have_count(9)
    pooled = PoolWorkedExample(TUTORIAL, (3, 3), (2, 2), "same")
    padded.locator(".pool_grid .controls").focus()
    padded.keyboard.press("End")
    expect(grid(padded).locator(".work")).to_contain_text("5 cells of this window lie outside the grid")
    expect(grid(padded).locator(".work")).to_contain_text(pooled.windows[-1].mean_work)


# The same map, pooled both ways.


def picture(page: Page, block: str) -> Locator:
    return page.locator(f'.st-key-pooled-map canvas[data-block="{block}"]')


def readout(page: Page) -> Locator:
    return page.locator('.st-key-pooled-map [data-role="readout"]')


def note(page: Page) -> Locator:
    return page.locator(".st-key-pooled-map .note")


def outlines(page: Page) -> Locator:
    return page.locator(".st-key-pooled-map .outline.cell:visible")


def pooled(layer: LayerOutput, pool: Pool = TWO, number: int | None = None) -> Comparison:
    """Return the displayed map of `layer`: the one on which max and average differ most, or map `number`."""
    one = rank(layer.after, pool)[0] if number is None else number
    return compare(np.ascontiguousarray(layer.after[..., one]), pool)


def expect_window(page: Page, found: Comparison, row: int, column: int) -> None:
    """Expect this window, with exactly these float32 numbers."""
    told = readout(page)
    expect(told).to_have_attribute("data-row", str(row))
    expect(told).to_have_attribute("data-column", str(column))
    numbers = [np.float32(each) for each in (told.get_attribute("data-value") or "").split()]
    assert numbers == [values[row, column] for values in (found.largest, found.means, found.difference)]
    expect(outlines(page)).to_have_count(4)


def test_a_window_is_linked_across_the_four_pictures(pooling: Page, layer: LayerOutput) -> None:
    found = pooled(layer)
    row, column = (int(i) for i in np.unravel_index(found.largest.argmax(), found.largest.shape))
    for block in ("max", "average", "difference"):
        pooling.mouse.move(*eyes.centre(picture(pooling, block), (0, row, column)))
        expect_window(pooling, found, row, column)
    pooling.mouse.move(*eyes.centre(picture(pooling, "map"), (0, 2 * row + 1, 2 * column)))
    expect_window(pooling, found, row, column)
    expect(readout(pooling)).to_contain_text(f"rows {2 * row} to {2 * row + 1}")
    wide = [outlines(pooling).nth(i).evaluate("e => e.offsetWidth") for i in range(2)]
    whole = [picture(pooling, name).evaluate("e => e.offsetWidth") for name in ("map", "max")]
    assert wide == pytest.approx([whole[0] * 2 / 11, whole[1] / 5], abs=1)
    pooling.mouse.move(*eyes.centre(picture(pooling, "map"), (0, 10, 3)))
    expect(readout(pooling)).to_have_text("row 10, column 3: no window reads this value")
    expect(outlines(pooling)).to_have_count(1)


def test_arrow_keys_walk_through_the_windows(pooling: Page, layer: LayerOutput) -> None:
    picture(pooling, "average").focus()
    pooling.keyboard.press("ArrowRight")
    pooling.keyboard.press("ArrowDown")
    expect_window(pooling, pooled(layer), 1, 1)


def test_all_four_pictures_share_one_scale(padded: Page, layer: LayerOutput) -> None:
    found = pooled(layer, PADDED)
    shown = {"map": found.map, "max": found.largest, "average": found.means, "difference": found.difference}
    for block, values in shown.items():
        where = np.unravel_index(values.argmax(), values.shape)
        expected = int(np.floor(values[where] * 255 / found.map.max() + 0.5))
        red, green, blue = eyes.pixel(picture(padded, block), (0, int(where[0]), int(where[1])))
        assert max(abs(each - expected) for each in (red, green, blue)) <= 1
    expect(padded.locator(".st-key-pooled-map .legend")).to_have_count(1)


def test_a_click_in_the_mosaic_chooses_the_map(pooling: Page, layer: LayerOutput) -> None:
    third = rank(layer.after, Pool())[2]
    everything = pooling.locator(".st-key-pooled-all canvas")
    pooling.mouse.click(*eyes.centre(everything, (2, 5, 5)))
    expect(pooling.locator(".st-key-pooled-map .title").first).to_have_text(f"Map {third}")
    eyes.link_when(pooling, eyes.carries("map", str(third)))
    expect(note(pooling)).to_have_text(" ".join(map(str, describe(pooled(layer, number=third)))))
    assert pooling.locator(".enlarged").count() == 0
    first = rank(layer.after, Pool())[0]  # the map that is shown where none was chosen
    pooling.mouse.click(*eyes.centre(everything, (0, 5, 5)))
    expect(pooling.locator(".st-key-pooled-map .title").first).to_have_text(f"Map {first}")
    eyes.link_when(pooling, eyes.carries("map", str(first)))


def test_windows_that_overlap_and_pad_are_linked_too(padded: Page, layer: LayerOutput) -> None:
    found = pooled(layer, PADDED)
    padded.mouse.move(*eyes.centre(picture(padded, "max"), (0, 0, 10)))
    expect_window(padded, found, 0, 10)
    expect(readout(padded)).to_contain_text("rows 0 to 1, columns 9 to 10")


# Three networks that differ in pooling alone.


def read(drawing: Drawing) -> np.ndarray:
    """Return the digit that the networks predict for a drawing."""
    return preprocessing.from_canvas(strokes.render(drawing)).digit


def test_three_networks_answer_and_their_shares_are_theirs(pooling: Page, seven: Drawing) -> None:
    traces = {name: trace(model_store.load(name), read(seven)) for name in POOL_NETWORKS}
    for name, traced in traces.items():
        rows = pooling.locator(f".st-key-bars-{name} .row")
        expect(rows).to_have_count(10)
        told = pooling.locator(f'.st-key-bars-{name} [data-role="exact"]')
        rows.nth(traced.answer).hover()
        expect(told).not_to_be_empty()
        written = re.findall(r"[0-9.e+-]+$", told.inner_text())
        assert float(written[0]) == pytest.approx(float(traced.probabilities.max()), abs=1e-6)
    answers = {traced.answer for traced in traces.values()}
    said = f"All three read a {answers.pop()}." if len(answers) == 1 else "They do not agree: "
    expect(pooling.get_by_text(said)).to_be_visible()


# Disturbances: maps over all shifts, and curves.


def in_words(down: int, right: int) -> str:
    """Return what is said of a shift."""
    rows = f"{abs(down)} {'down' if down > 0 else 'up'}" if down else ""
    columns = f"{abs(right)} {'right' if right > 0 else 'left'}" if right else ""
    return f"moved {', '.join(filter(None, (rows, columns)))}" if rows or columns else "as it is"


def shifts(page: Page, name: str) -> Locator:
    return page.locator(f'.st-key-shifts-{name} canvas[data-role="mosaic"]')


def expect_shift(page: Page, reactions: list[Reaction], place: int) -> None:
    """Expect shift number `place` in the link, below the picture, and in both kinds of tables."""
    down, right = OFFSETS[place]
    eyes.link_when(page, eyes.carries("moved", None if place == UNMOVED else str(place)))
    expect(page.locator(".st-key-disturbed .caption").last).to_have_text(in_words(down, right))
    expect_answers(page, reactions, place)
    for one in reactions:
        moved = {name: f"{values[place]:.3f}" for name, values in one.moved.items()}
        titles = layer_names.in_words(POOL_NETWORKS[one.network][0].layers)
        table = page.get_by_role("table").filter(has_text="moved back").filter(has_text=one.network)
        for name, distance in moved.items():
            back = f"{one.moved_back[name][place]:.3f}" if name in one.moved_back else "–"
            row = table.get_by_role("row").filter(has=page.get_by_role("cell", name=titles[name], exact=True))
            expect(row.get_by_role("cell")).to_have_text([titles[name], distance, back])


def expect_answers(page: Page, reactions: list[Reaction], place: int) -> None:
    """Expect core's answers for the perturbed digit number `place` in the table."""
    table = page.get_by_role("table").filter(has_text="first answer").filter(has_text="now")
    for one in reactions:
        row = table.get_by_role("row").filter(has_text=one.network)
        share = format_share(float(one.confidence[place]))
        expect(row.get_by_role("cell")).to_have_text([one.network, str(one.original), str(one.answers[place]), share])


def expect_cell(page: Page, reaction: Reaction, place: int) -> None:
    """Expect core's confidence in the readout of a shift."""
    down, right = OFFSETS[place]
    page.mouse.move(*eyes.centre(shifts(page, reaction.network), (0, *divmod(place, 13))))
    told = page.locator(f'.st-key-shifts-{reaction.network} [data-role="readout"]')
    expect(told).to_contain_text(f"{in_words(down, right)}: ")
    assert float(told.get_attribute("data-value") or "nan") == pytest.approx(
        float(reaction.confidence[place]), abs=1e-6
    )


def test_a_shift_is_chosen_by_a_click_and_its_numbers_are_those_of_core(pooling: Page, seven: Drawing) -> None:
    reactions = [react_to_shifts(model_store.load(name), read(seven)) for name in POOL_NETWORKS]
    for reaction in reactions:
        for place in (0, UNMOVED, 100):
            expect_cell(pooling, reaction, place)
    chosen = OFFSETS.index((-3, 4))
    pooling.mouse.click(*eyes.centre(shifts(pooling, "pool-average"), (0, *divmod(chosen, 13))))
    expect_shift(pooling, reactions, chosen)
    deep = pooling.locator('.st-key-moved_back-pool-max canvas[data-role="mosaic"]')
    other = OFFSETS.index((2, -1))
    pooling.mouse.click(*eyes.centre(deep, (1, *divmod(other, 13))))
    expect_shift(pooling, reactions, other)


def test_the_edges_of_a_shift_map_say_what_they_are(pooling: Page) -> None:
    box = pooling.locator(".st-key-shifts-pool-max .stage")
    beside, below = (box.locator(f".edges.{place} span") for place in ("beside", "below"))
    expect(beside).to_have_text(["6 up", "6 down"])
    expect(below).to_have_text(["6 left", "6 right"])
    right = beside.evaluate_all("each => Math.max(...each.map((e) => e.getBoundingClientRect().right))")
    column = pooling.locator(".st-key-shifts-pool-max").bounding_box()
    assert column is not None
    assert right <= column["x"] + column["width"] + 1


def test_a_shift_is_chosen_by_keys(pooling: Page, seven: Drawing) -> None:
    reactions = [react_to_shifts(model_store.load(name), read(seven)) for name in POOL_NETWORKS]
    canvas = shifts(pooling, "pool-stride")
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "Enter"):
        pooling.keyboard.press(key)
    expect_shift(pooling, reactions, 5 * 13 + 2)
    expect(canvas).to_be_focused()
    pooling.keyboard.press("ArrowUp")
    pooling.keyboard.press("Space")
    expect_shift(pooling, reactions, 4 * 13 + 2)


def test_the_sentence_follows_the_pen_and_the_shift_maps_once_it_is_up(
    pooling: Page, seven: Drawing, layer: LayerOutput
) -> None:
    before = react_to_shifts(model_store.load("pool-max"), read(seven))
    expect_cell(pooling, before, 0)
    said = " ".join(map(str, describe(pooled(layer))))
    expect(note(pooling)).to_have_text(said)
    shown, shifted = eyes.painted(eyes.shown(picture(pooling, "max"))), eyes.painted(shifts(pooling, "pool-max"))
    hands.put_pen_down(pooling, (60, 200))
    hands.move_pen(pooling, [(60, 200), (220, 200)])
    eyes.painted_more_than(picture(pooling, "max"), shown)
    hands.lift_pen(pooling)
    drawn = eyes.drawing_when(pooling, 2)
    expect(note(pooling)).not_to_have_text(said)
    eyes.painted_more_than(eyes.shown(shifts(pooling, "pool-max")), shifted)
    after = react_to_shifts(model_store.load("pool-max"), read(drawn))
    assert float(np.abs(after.confidence - before.confidence).max()) > 1e-4
    for place in (0, UNMOVED, 168):
        expect_cell(pooling, after, place)
    shifted = eyes.painted(shifts(pooling, "pool-max"))
    hands.press(pooling, "Undo")
    eyes.drawing_when(pooling, 1)
    expect(note(pooling)).to_have_text(said)
    eyes.painted_more_than(shifts(pooling, "pool-max"), shifted)
    expect_cell(pooling, before, 0)


def test_a_cell_without_a_value_has_no_colour_and_is_read_out_as_none(page: Page) -> None:
    with serving("-m", "streamlit", "run", "tests/browser/maps_with_gaps.py") as server:
        page.goto(server.address)
        canvas = page.locator('.st-key-gaps canvas[data-role="mosaic"]')
        eyes.painted_more_than(canvas, 0)
        told = page.locator('.st-key-gaps [data-role="readout"]')
        seen = {}
        for cell in np.ndindex(2, 2):
            page.mouse.move(*eyes.centre(canvas, (0, *cell)))
            expect(told).to_contain_text(f"row {cell[0]}, column {cell[1]}: ")
            seen[cell] = told.inner_text().rpartition(": ")[2]
        assert seen == {(0, 0): "0", (0, 1): "–", (1, 0): "0.5", (1, 1): "1"}
        see_through = """(canvas, cell) => {
            const { x, y } = canvas.cellCentre(...cell)
            const ratio = canvas.width / canvas.getBoundingClientRect().width
            return canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data[3]
        }"""
        opaque = {cell: canvas.evaluate(see_through, [0, *cell]) for cell in np.ndindex(2, 2)}
        assert opaque == {(0, 0): 255, (0, 1): 0, (1, 0): 255, (1, 1): 255}
        canvas.click(position=canvas.evaluate("canvas => canvas.cellCentre(0, 0, 0)"))
        expect(page.locator(".st-key-gaps .enlarged")).to_be_visible()
        page.close()  # before its server goes


def test_every_perturbation_has_a_slider_and_its_own_numbers(pooling: Page, seven: Drawing) -> None:
    hands.choose(pooling, "Rotate")
    eyes.link_when(pooling, eyes.carries("disturb", "rotate"))
    expect(shifts(pooling, "pool-max")).to_have_count(0)
    disturbance = PERTURBATIONS["rotate"]
    reactions = [react_to_amounts(model_store.load(name), read(seven), disturbance) for name in POOL_NETWORKS]
    pooling.get_by_role("slider", name="degrees clockwise").press("End")
    last = len(disturbance.amounts) - 1
    eyes.link_when(pooling, eyes.carries("rotate", str(last)))
    expect(pooling.locator(".st-key-disturbed .caption").last).to_have_text("Rotate: 45")
    expect_answers(pooling, reactions, last)
    hands.choose(pooling, "Shift")
    eyes.link_when(pooling, eyes.carries("disturb", None))
    expect(shifts(pooling, "pool-max")).to_have_count(1)


def test_a_phone_shows_and_reads_everything(phone: Page, pooling_link: str, layer: LayerOutput) -> None:
    eyes.opened(phone, pooling_link, "Pooling")
    found = pooled(layer)
    phone.touchscreen.tap(*eyes.centre(picture(phone, "max"), (0, 1, 2)))
    expect_window(phone, found, 1, 2)
    cell(phone, 0, 0).tap()
    phone.keyboard.type("5")
    phone.keyboard.press("Enter")
    eyes.link_when(phone, lambda now: now.get("grid", "").startswith("5~2"))
    button(phone, "One step forward").tap()
    expect(grid(phone).locator(".work")).to_contain_text("max(5, 2, 7, 1) = 7")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    beyond = phone.evaluate(
        """() => [...document.querySelectorAll('.st-key-pool-grid, .st-key-pooled-map, .st-key-pooled-all')]
            .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).length"""
    )
    assert beyond == 0
    left = [picture(phone, name).evaluate("e => e.getBoundingClientRect().left") for name in ("map", "max")]
    assert left[0] < left[1], "two pictures stand side by side"


def test_every_control_has_an_accessible_name(pooling: Page) -> None:
    unnamed = pooling.evaluate(UNNAMED)
    assert unnamed == []
    assert re.search(r"Map \d+", pooling.locator(".st-key-pooled-map .title").first.inner_text())
