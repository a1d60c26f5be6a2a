"""A network of one's own comes in, is looked into, and goes out again with the same numbers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.jobs.exports import exporter
from tests.browser import eyes, hands
from tests.server_process import ROOT, Server

CLASSES = 3
MAX_GAP = 70
"""CSS pixels between the last bar and what stands below the bars: the line of the exact share is in between."""

MAKE = """
import sys
import numpy as np
from cnnviz.workers import keras_model
import keras
from keras import layers
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(4, 3, activation="relu", name="edges"),
    layers.MaxPooling2D(4, name="pool"),
    layers.Flatten(name="flat"),
    layers.Dense(3, activation="softmax", name="answer"),
])
random = np.random.default_rng(5)
model.set_weights([random.normal(scale=0.2, size=array.shape) for array in model.get_weights()])
model.save(sys.argv[1])
"""

READ = """
import sys
import numpy as np
from cnnviz.workers import keras_model
import keras
model = keras.models.load_model(sys.argv[1])
assert [layer.name for layer in model.layers] == ["edges", "pool", "flat", "answer"]
digit = np.load(sys.argv[2])
np.save(sys.argv[2], np.asarray(model(digit.reshape(1, 28, 28, 1), training=False))[0])
"""


def run_keras(program: str, *paths: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def expect_answer(page: Page) -> None:
    expect(page.locator(".st-key-answer .row")).to_have_count(CLASSES)
    eyes.settled(page)


def test_a_network_comes_in_is_looked_into_and_goes_out_again(
    page: Page, server_with_runs: Server, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.keras"
    run_keras(MAKE, mine)
    # 1. Open it.
    eyes.opened(page, f"{server_with_runs.address}/?d=")
    page.get_by_role("button", name="Open your own").click()
    page.locator(".st-key-own-network").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(mine)
    expect(page.get_by_text("mine was read, and is chosen now.")).to_be_visible()
    page.keyboard.press("Escape")
    # 2. Draw.
    hands.draw(page, hands.SEVEN)
    eyes.drawing_when(page, 1)
    expect_answer(page)
    last = page.locator(".st-key-answer .row").last.bounding_box()
    caution = page.get_by_text("Shares are not chances").bounding_box()
    assert last is not None
    assert caution is not None
    assert caution["y"] - last["y"] - last["height"] <= MAX_GAP  # no room is kept for ten classes
    # 3. Follow a cell on Layers to the drawing.
    hands.go_to(page, "Layers")
    eyes.stand(page, "Layers")
    expect_answer(page)
    page.mouse.click(*eyes.centre(eyes.shown(eyes.maps(page, 0)), (1, 10, 12)))
    account = page.locator(".ledger")
    expect(account).to_have_attribute("data-cell", "edges.1.10.12")
    account.locator(".window .values").get_by_role("gridcell", name="row 11, column 13:").first.click()
    expect(account).to_contain_text("A pixel that the network reads")
    drawn = eyes.drawing_when(page, 1)
    shown = [float(re.sub(r"[^0-9.e−-]", "", text.split()[-1]).replace("−", "-")) for text in eyes.exact_shares(page)]
    # 4. Export it.
    page.get_by_role("button", name="About this network").click()
    page.get_by_role("button", name="Make mine.keras").click()
    taken = page.locator(".st-key-export-keras button")
    expect(taken).to_be_visible(timeout=1_000 * exporter.MAX_SECONDS)  # Keras starts, after whatever others wait for
    with page.expect_download() as waiting:
        taken.click()
    assert waiting.value.suggested_filename == "mine.keras"
    # 5. Keras computes the same numbers of the same drawing.
    np.save(tmp_path / "digit.npy", preprocessing.from_canvas(strokes.render(drawn)).digit)
    run_keras(READ, Path(waiting.value.path()).rename(tmp_path / "taken.keras"), tmp_path / "digit.npy")
    np.testing.assert_allclose(shown, np.load(tmp_path / "digit.npy"), atol=1e-6)
