"""The browser's own reading of a drawing, held to that of the NumPy engine on random drawings and networks.

The browser's modules run in Node; where it is missing these tests are left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core import layers
from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke, render
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import Layer
from cnnviz.core.networks import browser_file, model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps.check import SUMS, add_signed
from cnnviz.ui.components.pad.wire import to_wire

NODE = shutil.which("node")
SCRIPT = Path(__file__).parent / "browser" / "inference" / "run_cases.js"
TOLERANCE = 1e-5
"""Of the largest value of a layer, by which the browser's may differ."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(NODE is None, reason="Node was not found; it runs the browser's modules here"),
]

HEAD: Sequence[Layer] = (
    layers.Flatten(name="flatten"),
    layers.Dense(name="answer", units=10, activation="softmax"),
)
WINDOWS: Sequence[Mapping[str, Any]] = (
    {"kernel_size": (3, 3)},
    {"kernel_size": (2, 3), "padding": "same"},
    {"kernel_size": (3, 3), "strides": (2, 2), "padding": "same"},
    {"kernel_size": (3, 2), "strides": (2, 2)},
    {"kernel_size": (3, 3), "dilation_rate": (2, 2), "padding": "same"},
    {"kernel_size": (2, 2), "dilation_rate": (3, 2)},
)
POOLS: Sequence[Mapping[str, Any]] = (
    {},
    {"pool_size": (3, 2), "padding": "same"},
    {"pool_size": (3, 3), "strides": (2, 2), "padding": "same"},
    {"pool_size": (2, 2), "strides": (1, 2)},
)
ACTIVATIONS = sorted(browser_file.ACTIVATIONS - {""})

OF_A_KIND: Mapping[str, Sequence[Sequence[Layer]]] = {
    "Conv2D": [
        *([layers.Conv2D(name="one", filters=5, activation="relu", **each)] for each in WINDOWS),
        [layers.Conv2D(name="one", filters=6, groups=2, kernel_size=(3, 3), use_bias=False)],
        *([layers.Conv2D(name="one", filters=4, kernel_size=(3, 3), activation=each)] for each in ACTIVATIONS),
    ],
    "DepthwiseConv2D": [
        [layers.DepthwiseConv2D(name="one", depth_multiplier=2, activation="tanh", **each)] for each in WINDOWS
    ],
    "SeparableConv2D": [
        [layers.SeparableConv2D(name="one", filters=7, depth_multiplier=2, **each)] for each in WINDOWS
    ],
    "MaxPooling2D": [[layers.MaxPooling2D(name="one", **each)] for each in POOLS],
    "AveragePooling2D": [[layers.AveragePooling2D(name="one", **each)] for each in POOLS],
    "GlobalMaxPooling2D": [[layers.GlobalMaxPooling2D(name="one", keepdims=each)] for each in (False, True)],
    "GlobalAveragePooling2D": [[layers.GlobalAveragePooling2D(name="one", keepdims=each)] for each in (False, True)],
    "ZeroPadding2D": [[layers.ZeroPadding2D(name="one", padding=((1, 2), (0, 3)))]],
    "BatchNormalization": [
        [layers.BatchNormalization(name="one", center=center, scale=scale, epsilon=0.01)]
        for center in (False, True)
        for scale in (False, True)
    ],
    "Dense": [[layers.Dense(name="one", units=5, activation="sigmoid")]],
    "Flatten": [[]],
    "Dropout": [[layers.Dropout(name="one", rate=0.5)]],
    "Rescaling": [[layers.Rescaling(name="one", scale=-2.5, offset=0.25)]],
    "Activation": [
        [layers.Conv2D(name="one", filters=3, kernel_size=(3, 3)), layers.Activation(name="two", activation=each)]
        for each in ACTIVATIONS
    ],
    "ReLU": [
        [layers.Conv2D(name="one", filters=3, kernel_size=(3, 3)), layers.ReLU(name="two", **each)]
        for each in ({}, {"max_value": 0.5, "negative_slope": 0.1}, {"threshold": 0.25, "negative_slope": 0.5})
    ],
    "LeakyReLU": [[layers.Conv2D(name="one", filters=3, kernel_size=(3, 3)), layers.LeakyReLU(name="two")]],
    "ELU": [[layers.Conv2D(name="one", filters=3, kernel_size=(3, 3)), layers.ELU(name="two", alpha=0.7)]],
    "Softmax": [[layers.Conv2D(name="one", filters=3, kernel_size=(3, 3)), layers.Softmax(name="two")]],
}
"""Kind -> beginnings of networks with a layer of it, which have `HEAD` at their end."""


def fill(architecture: Architecture, random: np.random.Generator) -> Network:
    """Give an architecture random weights that keep values near 1; variances are positive."""
    weights = {
        layer: {
            name: (np.abs(values) + 0.1 if name == "moving_variance" else values).astype(np.float32)
            for name, values in (
                (name, random.normal(0, 1 / max(1, prod(shape[:-1])) ** 0.5, shape)) for name, shape in shapes.items()
            )
        }
        for layer, shapes in architecture.weight_shapes().items()
    }
    return Network(architecture, weights)


def invent(random: np.random.Generator) -> Network:
    """Make a network with a few random layers of any kind that keeps or reduces maps."""
    alone = {"Flatten", "Dense", "GlobalMaxPooling2D", "GlobalAveragePooling2D"}
    body: list[Layer] = []
    while len(body) < 5:
        kind = random.choice(sorted(browser_file.KINDS - alone))
        beginnings = OF_A_KIND[str(kind)]
        for layer in beginnings[int(random.integers(len(beginnings)))]:
            body.append(replace(layer, name=f"layer_{len(body)}"))
    return fill(Architecture("random", (*body, *HEAD), (32, 32, 2)), random)


def run_in_node(cases: Sequence[Mapping[str, object]], folder: Path) -> None:
    """Run cases in Node; each writes its results to its file `out`."""
    table = folder / "cases.json"
    table.write_text(json.dumps(cases))
    done = subprocess.run([str(NODE), str(SCRIPT), str(table)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def compare_networks(networks: Sequence[Network], folder: Path, random: np.random.Generator) -> None:
    """Run random pictures through the networks here and in Node, and compare all values of all layers."""
    cases, traces = [], []
    for number, network in enumerate(networks):
        picture = random.random(network.architecture.input_shape, np.float32)
        picture[picture < 0.5] = 0
        files = {name: str(folder / f"{number}.{name}") for name in ("network", "input", "out")}
        Path(files["network"]).write_bytes(browser_file.pack(network))
        picture.tofile(files["input"])
        cases.append(files)
        traces.append(trace(network, picture))
    run_in_node(cases, folder)
    for case, traced in zip(cases, traces, strict=True):
        found, at = np.fromfile(case["out"], np.float32), 0
        for layer in traced.layers:
            for values in (layer.before, layer.after):
                browsers = found[at : at + values.size].reshape(values.shape)
                at += values.size
                largest = float(np.abs(values).max())
                assert np.abs(browsers - values).max() <= TOLERANCE * max(largest, 1e-6), (layer, largest)
        assert at == len(found)


def test_every_kind_of_layer_that_the_browser_knows_is_tried() -> None:
    assert OF_A_KIND.keys() == browser_file.KINDS


@pytest.mark.parametrize("kind", sorted(OF_A_KIND))
def test_layers_of_a_kind_have_the_engines_values(kind: str, tmp_path: Path) -> None:
    random = np.random.default_rng(len(kind))
    networks = [
        fill(Architecture("one", (*beginning, *HEAD), shape), random)
        for beginning in OF_A_KIND[kind]
        for shape in ((9, 12, 2), (28, 28, 4))
    ]
    compare_networks(networks, tmp_path, random)


def test_random_networks_have_the_engines_values(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    networks: list[Network] = []
    while len(networks) < 40:
        try:
            networks.append(invent(random))
        except Refusal:  # a window does not fit, or it would be too large
            continue
    compare_networks(networks, tmp_path, random)


def test_the_networks_of_the_app_have_the_engines_values(tmp_path: Path) -> None:
    stored = [model_store.load(name) for name in model_store.names()]
    assert all(browser_file.can_run(network.architecture) for network in stored)
    compare_networks(stored, tmp_path, np.random.default_rng(2))


def test_what_the_browser_does_not_know_stays_on_the_server() -> None:
    for layer in (
        layers.Dense(name="one", units=5, activation="gelu"),
        layers.Cropping2D(name="one", cropping=((1, 1), (0, 2))),
        layers.RandomFlip(name="one"),
        layers.BatchNormalization(name="one", axis=1),
    ):
        assert not browser_file.can_run(Architecture("one", (layer, *HEAD), (9, 9, 1))), layer.kind


def scribble(random: np.random.Generator) -> Drawing:
    """Draw strokes to half a pixel as the pad reports them: from dots to long ones that leave the paper."""
    strokes = []
    for _ in range(int(random.integers(1, 5))):
        count = int(random.choice([1, 2, 3, 30]))
        start = random.uniform(-20, 300, 2)
        steps = random.normal(0, random.choice([1, 8, 60]), (count, 2))
        points = np.clip(np.round((start + np.cumsum(steps, axis=0)) * 2) / 2, -1000, 1000)
        width = float(random.choice([1, 7.5, 8, 20, 33, 40, 80]))
        strokes.append(Stroke(tuple((float(x), float(y)) for x, y in points), width))
    return Drawing(tuple(strokes))


def test_drawings_are_painted_and_prepared_pixel_by_pixel_alike(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    chosen = [set(some) for size in range(6) for some in combinations(preprocessing.STEPS, size)]
    everywhere = Drawing((Stroke(tuple((140.0, float(y)) for y in range(0, 281, 20)), 280.0),))
    drawings = [Drawing(), everywhere, *(scribble(random) for _ in range(200))]
    cases: list[dict[str, Any]] = []
    pictures: list[list[np.ndarray]] = []
    for number, drawing in enumerate(drawings):
        steps = chosen[number % len(chosen)]
        strokes = [[each.width, *(value for point in each.points for value in point)] for each in drawing.strokes]
        cases.append({"strokes": strokes, "steps": sorted(steps), "out": str(tmp_path / f"{number}.out")})
        prepared = preprocessing.from_canvas(render(drawing), steps)
        pictures.append([np.round(step.image * 255).astype(np.uint8).ravel() for step in prepared.steps])
    run_in_node(cases, tmp_path)
    for case, expected in zip(cases, pictures, strict=True):
        found = np.fromfile(case["out"], np.uint8)
        assert np.array_equal(found, np.concatenate(expected)), case


def loop(random: np.random.Generator) -> Drawing:
    """Draw as a hand does: smooth lines whose points are close to one another, to half a pixel."""
    strokes = []
    for _ in range(int(random.integers(1, 4))):
        turns = np.cumsum(random.normal(0, 0.2, int(random.integers(20, 120))))
        steps = random.uniform(1, 9) * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        points = np.round((random.uniform(40, 240, 2) + np.cumsum(steps, axis=0)) * 2) / 2
        strokes.append(Stroke(tuple((float(x), float(y)) for x, y in points), float(random.choice([8, 19.5, 20]))))
    return Drawing(tuple(strokes))


def test_strokes_are_kept_as_a_link_keeps_them(tmp_path: Path) -> None:
    """What the browser reads once the pen is up is what the server reads, to the last point."""
    random = np.random.default_rng(4)
    drawings = [Drawing(), *(make(random) for _ in range(150) for make in (scribble, loop))]
    files = [str(tmp_path / f"{number}.out") for number in range(len(drawings))]
    run_in_node([{"strokes": to_wire(one), "out": out} for one, out in zip(drawings, files, strict=True)], tmp_path)
    for drawing, out in zip(drawings, files, strict=True):
        assert json.loads(Path(out).read_text()) == to_wire(url_codec.quantize(drawing))


def test_a_drawing_that_a_link_may_have_to_simplify_more_is_left_to_the_server(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    strokes = [[20.0, *np.round(random.uniform(0, 280, 1000)).tolist()] for _ in range(3)]
    run_in_node([{"strokes": strokes, "out": str(tmp_path / "out")}], tmp_path)
    assert (tmp_path / "out").read_text() == "null"


def test_the_browser_adds_with_the_same_signs(tmp_path: Path) -> None:
    values = np.random.default_rng(6).normal(size=(26, 26, 32)).astype(np.float32)
    values.tofile(tmp_path / "values")
    run_in_node([{"values": str(tmp_path / "values"), "out": str(tmp_path / "out")}], tmp_path)
    sums = json.loads((tmp_path / "out").read_text())
    assert len(sums) == SUMS
    assert np.abs(np.subtract(sums, add_signed(values))).max() < 1e-3


def test_the_networks_of_the_app_are_confirmed_with_the_engines_sums(tmp_path: Path) -> None:
    """The browser's rounding stays ten times below what its check bears, 1 / 1024 of a layer's largest value."""
    random = np.random.default_rng(7)
    cases: list[dict[str, Any]] = []
    traces = []
    for name in model_store.names():
        network = model_store.load(name)
        picture = random.random(network.architecture.input_shape, np.float32)
        files = {each: str(tmp_path / f"{name}.{each}") for each in ("network", "input", "out")}
        Path(files["network"]).write_bytes(browser_file.pack(network))
        picture.tofile(files["input"])
        cases.append(files)
        traces.append(trace(network, picture))
    run_in_node(cases, tmp_path)
    for case, traced in zip(cases, traces, strict=True):
        found, at = np.fromfile(case["out"], np.float32), 0
        for layer in traced.layers:
            for values in (layer.before, layer.after):
                off = np.subtract(add_signed(found[at : at + values.size]), add_signed(values))
                at += values.size
                assert np.abs(off).max() <= np.abs(values).max() / 10_240
