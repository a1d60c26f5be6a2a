"""The choices beside the drawing: network, preparation switches, test digits; one visitor's apart from another's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks import model_store
from cnnviz.core.networks.descriptions import DESCRIPTIONS
from tests.browser import eyes, hands
from tests.browser.conftest import Visitor
from tests.browser.failing_server import MISTAKEN
from tests.server_process import serving


def input_pixels(page: Page) -> np.ndarray:
    """Return the (10, 28) grey levels of every third row of the strip's first picture: what the network reads."""
    canvas = page.locator('.st-key-strip canvas[data-block="input"]')
    cells = [(0, row, column) for row in range(0, 28, 3) for column in range(28)]
    return np.array(eyes.pixels(canvas, cells))[:, 0].reshape(-1, 28)


def open_steps(page: Page) -> None:
    """Open the five steps, which are folded until somebody asks for them."""
    page.get_by_text("Prepared as MNIST was: see the steps").click()
    expect(page.locator(".st-key-steps .step")).to_have_count(len(preprocessing.STEPS))


def test_a_preparation_switch_changes_what_is_read_and_is_kept(
    page: Page, address: str, seven: Drawing, seven_link: str
):
    eyes.opened(page, f"{address}/{seven_link}")
    before = input_pixels(page)
    open_steps(page)
    page.get_by_role("switch", name="Fit into 20×20").click()
    assert eyes.link_when(page, lambda carried: "off" in carried)["off"] == "fit"
    after = input_pixels(page)
    wanted = preprocessing.from_canvas(strokes.render(seven), steps=frozenset(preprocessing.STEPS) - {"fit"}).digit
    assert np.abs(after - wanted[::3] * 255).max() <= 2
    assert (after != before).any()
    page.reload()
    eyes.arrived(page, "Draw")
    assert (input_pixels(page) == after).all()
    expect(page.get_by_role("switch", name=re.compile("Fit into"))).not_to_be_checked()


def test_effect_of_a_switch_is_shown_before_it_is_used(page: Page, address: str, seven: Drawing, seven_link: str):
    eyes.opened(page, f"{address}/{seven_link}&net=cnn-32-64-64")
    without = preprocessing.from_canvas(strokes.render(seven), steps=frozenset(preprocessing.STEPS) - {"crop"}).digit
    answer = trace(model_store.load("cnn-32-64-64"), without).answer
    open_steps(page)
    step = page.locator(".st-key-steps .step").filter(has_text="Crop to the ink")
    expect(step).to_contain_text(f"Without it: {answer},")


def test_another_network_gives_its_own_answer(page: Page, address: str, seven: Drawing, seven_link: str) -> None:
    eyes.opened(page, f"{address}/{seven_link}")
    read = preprocessing.from_canvas(strokes.render(seven)).digit
    for name in (name for name in model_store.names() if name != model_store.DEFAULT):
        hands.choose_option(page, page.get_by_role("combobox").first, re.compile(rf"^{DESCRIPTIONS[name]} ·"))
        eyes.link_when(page, eyes.carries("net", name))
        network = model_store.load(name)
        expected = trace(network, colour_digits.prepare_input(read, network.architecture.input_shape))
        expect(eyes.digit(page)).to_have_text(str(expected.answer))
        told = eyes.exact_shares(page)[expected.answer]
        assert np.float32(told.partition(": ")[2]) == expected.probabilities[expected.answer]


def test_picker_shows_both_accuracies_and_details_of_a_network_are_shown(page: Page, address: str) -> None:
    eyes.opened(page, address)
    page.get_by_text("About this network").click()
    expect(page.get_by_text("Test accuracy")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(3)
    expect(page.get_by_test_id("stPlotlyChart").first.locator("svg").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.get_by_role("combobox").first.click()
    for name in model_store.names():
        card = model_store.card(name)
        option = page.get_by_role("option", name=re.compile(rf"^{DESCRIPTIONS[name]} ·"))
        expect(option).to_contain_text(f"{100 * card.test_accuracy:.2f} %")
        expect(option).to_contain_text(f"drawings {100 * (card.pen_accuracy or 0):.2f} %")


def test_a_test_digit_is_picked_and_others_are_offered(page: Page, address: str) -> None:
    eyes.opened(page, f"{address}/?d=")
    offered, said = page.locator(".st-key-samples button"), page.locator(".st-key-sentence")
    expect(offered).to_have_count(10)
    offered.nth(7).click()
    first = eyes.link_when(page, lambda carried: "s" in carried)
    expect(said.get_by_text("its label is 7")).to_be_visible()
    expect(eyes.digit(page)).to_have_text(eyes.A_DIGIT)
    seven = offered.nth(7).locator("canvas").element_handle()
    before = page.evaluate("canvas => canvas.toDataURL()", seven)
    hands.press(page, "Other digits")
    page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[seven, before])
    offered.nth(7).click()
    eyes.link_when(page, lambda carried: carried != first)
    expect(said.get_by_text("its label is 7")).to_be_visible()
    hands.draw(page, hands.SEVEN)
    eyes.drawing_when(page, 1)
    expect(said.get_by_text("its label is")).to_have_count(0)


def test_two_visitors_never_see_each_others_digit(visitor: Visitor, address: str) -> None:
    one, other = (eyes.opened(visitor(), f"{address}/?d=") for _ in range(2))
    drawn = {one: (hands.ONE, "1"), other: (hands.SEVEN, "7")}
    for _ in range(2):
        for page, (line, _) in drawn.items():
            hands.put_pen_down(page, line[0])
        for page, (line, _) in drawn.items():
            hands.move_pen(page, line, hands.STEP)
        for page in drawn:
            hands.lift_pen(page)
        for page, (_, answer) in drawn.items():
            eyes.drawing_when(page, 1)
            expect(eyes.digit(page)).to_have_text(answer)
        for page in drawn:
            hands.press(page, "Clear")
            expect(eyes.digit(page)).to_have_text("–")


@pytest.fixture
def damaged_store(tmp_path: Path) -> Path:
    """Copy the model store and change one network's weights on disk."""
    for name in (model_store.DEFAULT, "cnn-32-64-64"):
        for kind in ("json", "safetensors"):
            shutil.copy(model_store.folder() / f"{name}.{kind}", tmp_path)
    file = tmp_path / "cnn-32-64-64.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 0xFF
    file.write_bytes(content)
    return tmp_path


def test_a_damaged_network_is_refused_in_words_and_another_can_be_chosen(
    page: Page, damaged_store: Path, seven_link: str
):
    with serving(environment={"CNNVIZ_MODELS": str(damaged_store)}) as running:
        page.goto(f"{running.address}/{seven_link}&net=cnn-32-64-64")
        refusal = page.get_by_test_id("stAlert").filter(has_text="damaged")
        expect(refusal).to_be_visible()
        assert len(refusal.inner_text()) <= 300
        assert str(damaged_store) not in page.content()
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name=re.compile(f"^{DESCRIPTIONS[model_store.DEFAULT]} ·")).click()
        expect(eyes.digit(page)).to_have_text("7")
        page.close()  # before its server goes


def test_failing_page_shows_the_error_number_of_the_log(page: Page, seven_link: str):
    with serving("tests/browser/failing_server.py", "run", "app.py") as running:
        page.goto(f"{running.address}/{seven_link}&net={MISTAKEN}")
        apology = page.get_by_test_id("stAlert").filter(has_text="Something went wrong")
        expect(apology).to_be_visible()
        number = re.search(r"number ([0-9a-f]{8})", apology.inner_text())
        assert number is not None
        assert number[1] in running.log
        assert "ZeroDivisionError" in running.log, "the log has the whole story"
        for untold in ("Traceback", "ZeroDivisionError", "secret"):
            assert untold not in page.content()
        eyes.opened(page, f"{running.address}/{seven_link}")
        expect(eyes.digit(page)).to_have_text("7")
        page.close()  # before its server goes
