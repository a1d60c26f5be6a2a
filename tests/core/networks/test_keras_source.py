"""The Keras program of an architecture: it runs by itself, and builds and trains what it says."""

from __future__ import annotations

import ast
import json
import math
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.data import colour_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.data.split import order_stratified
from cnnviz.core.layers import Conv2D, Dense, Flatten, Softmax
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store, pen
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.draft import ArchitectureDraft, build_cnn
from cnnviz.core.networks.draft_validation import validate
from cnnviz.core.networks.keras_source import falls, write_script
from cnnviz.core.networks.training_plan import AUGMENTATIONS, DATA, OPTIMIZERS, SCHEDULES, TrainingPlan
from tests.core import strategies

SMALL = TrainingPlan(examples=150, validation_examples=50, batch_size=32, epochs=2)


def legal(draft: ArchitectureDraft, name: str) -> Architecture:
    architecture = validate(draft, name).architecture
    assert architecture is not None
    return architecture


AVERAGED = legal(build_cnn(3, 5, 3).change(2, kind="AveragePooling2D").add(3, "BatchNormalization"), "averaged")
POOLED = legal(
    ArchitectureDraft(({"kind": "Conv2D", "filters": 4, "kernel_size": (3, 3), "strides": (2, 2), "padding": "same"},))
    .add(1, "GlobalAveragePooling2D")
    .add(2, "Dense")
    .change(2, units=10, activation="softmax"),
    "pooled",
)
NAMED = Architecture(
    name="named",
    layers=(
        Conv2D(name="mine", filters=2, kernel_size=(3, 3)),
        Flatten(name="flatten"),
        Dense(name="conv2d", units=10),
        Softmax(name="softmax"),
    ),
)
PROGRAMS: dict[str, tuple[Architecture, TrainingPlan]] = {
    **{
        name: (
            architecture,
            replace(plan, examples=200, validation_examples=min(plan.validation_examples, 50), epochs=1),
        )
        for name, (architecture, plan) in (
            *TUTORIALS.items(),
            *POOL_NETWORKS.items(),
            ("pen", (pen.ARCHITECTURE, pen.PLAN)),
        )
    },
    "averaged": (AVERAGED, replace(SMALL, optimizer="rmsprop", learning_rate=0.002, patience=1, seed=7)),
    "pooled": (POOLED, replace(SMALL, optimizer="sgd", learning_rate=0.05, schedule="cosine", batch_size=10)),
    "named": (NAMED, replace(SMALL, precision="mixed_bfloat16", validation_examples=0)),
    "affine": (replace(NAMED, name="affine"), replace(SMALL, augmentation="affine", learning_rate=0.003)),
    "older": (replace(NAMED, name="older"), replace(SMALL, split="last")),
}

DIGITS = {"float32": 150, "mixed_bfloat16": 10}
"""Digits that a program of a stored network learns from, by its precision: with batches of 128 a whole one and a
smaller one. Few of bfloat16, which most processors emulate: there 24 epochs of `pen` take minutes otherwise."""

# Runs the programs one after the other as if each had a process of its own, on made digits, and tells what each did;
# in the order in which the tests ask, so that each waits for one program alone.
HARNESS = """
import json, os, pathlib
import keras, numpy as np
counts = json.loads(pathlib.Path("counts.json").read_text())
def made(count, random):
    return random.integers(0, 256, (count, 28, 28)).astype("uint8"), np.arange(count).astype("uint8") % 10
keras.datasets.mnist.load_data = lambda: parts
for place, count in counts.items():
    path = pathlib.Path(place)
    os.chdir(path.parent)
    random = np.random.default_rng(1)
    parts = made(count, random), made(10, random)
    keras.backend.clear_session()
    keras.config.set_dtype_policy("float32")
    kept = {"__name__": "__main__"}
    exec(compile(path.read_text(), path.name, "exec"), kept)
    model, (x, y), (x_test, _) = kept["model"], *parts
    rate = model.optimizer._learning_rate
    steps = int(model.optimizer.iterations)
    held_out = len(kept["x_val"]) if "x_val" in kept else 0
    told = {
        "parameters": model.count_params(),
        "layers": [[l.name, type(l).__name__, list(l.output.shape[1:])] for l in model.layers],
        "optimizer": type(model.optimizer).__name__.lower(),
        "rates": [float(rate(i)) if callable(rate) else float(rate) for i in range(steps)],
        "steps": steps,
        "held_out": held_out,
        "learned": len(kept["x_train"]),
        "first": kept["x_train"][0].tolist(),
        "last": kept["x_val"][-1].tolist() if held_out else None,
        "range": [float(kept["x_train"].min()), float(kept["x_train"].max())],
        "policies": [l.dtype_policy.name for l in model.layers],
        "loss": float(kept["loss"]),
        "saved": keras.saving.load_model(path.stem + ".keras").count_params(),
    }
    print("TOLD", json.dumps([path.parent.name, path.stem, told]), flush=True)
"""

KERAS = {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow"}


class Reports:
    """What programs did that one child process runs, one after the other; a report is waited for when it is asked for.

    Args:
        process: Runs `HARNESS`.
        errors: The file that it writes errors to.
    """

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self._process, self._errors = process, errors
        self._came: dict[tuple[str, str], dict[str, Any]] = {}

    def of(self, kind: str, name: str) -> dict[str, Any]:
        """Return the report of the program `name` in the folder `kind`."""
        assert self._process.stdout is not None
        while (kind, name) not in self._came:
            line = self._process.stdout.readline()
            assert line, self._errors.read_text(encoding="utf-8")[-3000:]
            if line.startswith("TOLD "):
                *program, told = json.loads(line[5:])
                self._came[program[0], program[1]] = told
        return self._came[kind, name]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    """Run `PROGRAMS`, and the programs that Layers shows for the stored networks, verbatim, in one child process."""
    folder = tmp_path_factory.mktemp("programs")
    cards = [model_store.card(name) for name in model_store.names()]
    learned = {"made": dict.fromkeys(DIGITS, 400), "stored": DIGITS}
    programs = {
        "made": [PROGRAMS[name] for name in sorted(PROGRAMS)],
        "stored": [(card.architecture, card.plan) for card in cards],
    }
    counts: dict[str, int] = {}
    for kind, of_kind in programs.items():
        counts |= write_programs(of_kind, folder / kind, learned[kind])
    (folder / "counts.json").write_text(json.dumps(counts), encoding="utf-8")
    with (folder / "errors").open("w") as errors:
        command = [sys.executable, "-c", HARNESS]
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | KERAS, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    with process:
        yield Reports(process, folder / "errors")
        process.kill()


def write_programs(
    programs: Iterable[tuple[Architecture, TrainingPlan]], folder: Path, learned: Mapping[str, int]
) -> dict[str, int]:
    """Write programs, and return for each path how many digits it is given: `learned`, and those that it holds out."""
    folder.mkdir()
    counts = {}
    for architecture, plan in programs:
        path = folder / f"{architecture.name}.py"
        path.write_text(write_script(architecture, plan), encoding="utf-8")
        held_out = plan.validation_examples if plan.validation_examples >= 400 else 0
        counts[str(path)] = learned[plan.precision] + held_out
    return counts


def made_digits(architecture: Architecture) -> np.ndarray:
    """Make the training digits of the harness in the shape of the network."""
    images = np.random.default_rng(1).integers(0, 256, (400, 28, 28)).astype(np.float32) / np.float32(255)
    seen = colour_digits.prepare_inputs(images, architecture.input_shape, colour_digits.TRAIN)
    return seen.reshape(-1, *architecture.input_shape)


def held_apart(plan: TrainingPlan) -> tuple[int, int]:
    """Return the rows of the first digit that is trained on and of the last one held out."""
    if not plan.validation_examples or plan.split == "last":
        return 0, -1
    order = order_stratified(np.arange(400).astype(np.uint8) % 10, plan.seed)
    return int(order[plan.validation_examples]), int(order[plan.validation_examples - 1])


@pytest.mark.train
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_builds_the_architecture_and_follows_the_plan(reports: Reports, name: str) -> None:
    (architecture, plan), facts = PROGRAMS[name], reports.of("made", name)
    assert facts["parameters"] == facts["saved"] == architecture.parameters
    assert facts["layers"] == [
        [layer.name, layer.kind, list(shape)]
        for layer, shape in zip(architecture.layers, architecture.shapes()[1:], strict=True)
    ]
    assert facts["optimizer"] == plan.optimizer
    assert facts["held_out"] == plan.validation_examples
    assert facts["learned"] == plan.examples - plan.validation_examples
    shown = made_digits(architecture)
    first, last = held_apart(plan)
    np.testing.assert_allclose(facts["first"], shown[first], atol=1e-6)
    assert (facts["last"] is None) == (facts["held_out"] == 0)
    if facts["last"] is not None:
        np.testing.assert_allclose(facts["last"], shown[last], atol=1e-6)
    low, high = facts["range"]
    assert (low, high) == (0, 1) if architecture.input_shape[2] == 1 else (0 <= low < 0.01 and 0.99 < high <= 1)
    assert facts["steps"] <= plan.epochs * -(-facts["learned"] // plan.batch_size)
    assert max(facts["rates"]) <= plan.learning_rate * 1.0001
    if plan.patience is None:
        assert facts["steps"] == plan.epochs * -(-facts["learned"] // plan.batch_size)
    if not falls(plan):
        assert facts["rates"] == pytest.approx([plan.learning_rate] * facts["steps"])
    assert set(facts["policies"][:-1]) == {plan.precision}
    assert facts["policies"][-1] == "float32"
    assert facts["loss"] > 0


@pytest.mark.train
@pytest.mark.parametrize("name", model_store.names())
def test_the_program_that_layers_shows_runs_and_makes_the_network(reports: Reports, name: str) -> None:
    """Its real optimiser, rate, batches and epochs, on the digits that there are here."""
    card, facts = model_store.card(name), reports.of("stored", name)
    assert facts["parameters"] == facts["saved"] == card.parameters
    assert facts["layers"] == [
        [layer.name, layer.kind, list(shape)]
        for layer, shape in zip(card.architecture.layers, card.architecture.shapes()[1:], strict=True)
    ]
    assert facts["optimizer"] == card.plan.optimizer
    assert max(facts["rates"]) <= card.plan.learning_rate * 1.0001
    assert set(facts["policies"][:-1]) == {card.plan.precision}
    steps = -(-DIGITS[card.plan.precision] // card.plan.batch_size)
    most = card.plan.epochs * steps
    assert facts["steps"] == most if card.plan.patience is None else steps <= facts["steps"] <= most


def test_every_reference_network_has_a_program() -> None:
    assert set(model_store.names()) <= set(PROGRAMS)


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
def test_a_falling_rate_is_that_of_the_training() -> None:
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    plan = TrainingPlan(examples=10_000, batch_size=20, epochs=4, schedule="cosine", learning_rate=0.01)
    program = write_script(AVERAGED, plan)
    start = program.index("rate = ") + len("rate = ")
    rate = eval(program[start : program.index(")", start) + 1], {"keras": keras})
    for batch in range(0, 2000, 50):
        done = batch / 2000
        share = min(1.0, done / 0.03 + 0.05) * (1 + math.cos(math.pi * done)) / 2
        assert float(rate(batch)) == pytest.approx(0.01 * share, abs=0.03 * 0.01)


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_program_learns_mnist(
    mnist: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here, where Keras is imported anyway: that a program needs nothing else, other tests show in a process."""
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    plan = TrainingPlan(examples=2_000, validation_examples=1_000, epochs=5, batch_size=16)
    (tmp_path / "program.py").write_text(write_script(AVERAGED, plan), encoding="utf-8")
    parts = (mnist.x_train, mnist.y_train), (mnist.x_test[:1_000], mnist.y_test[:1_000])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: parts)
    monkeypatch.chdir(tmp_path)
    runpy.run_path("program.py", run_name="__main__")
    found = re.search(r"([0-9.]+)% of the test digits are read right", capsys.readouterr().out)
    assert found is not None
    assert float(found[1]) > 50
    assert (tmp_path / "averaged.keras").stat().st_size > 1_000


PLANS = st.builds(
    TrainingPlan,
    data=st.sampled_from(DATA),
    examples=st.integers(2_010, 60_000),
    validation_examples=st.integers(1, 2_000),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(1e-6, 10),
    augmentation=st.sampled_from(AUGMENTATIONS),
    schedule=st.sampled_from(SCHEDULES),
    precision=st.sampled_from(["float32", "mixed_bfloat16"]),
    patience=st.none() | st.integers(1, 5),
)


@given(architecture=strategies.architectures(), plan=PLANS)
def test_every_program_is_python_and_says_the_rate(architecture: Architecture, plan: TrainingPlan) -> None:
    program = write_script(architecture, plan)
    ast.parse(program)
    assert repr(plan.learning_rate) in program
    assert len(max(program.splitlines(), key=len)) <= 200
    assert "cnnviz." not in program
    assert ("EarlyStopping" in program) == (plan.patience is not None)
    assert ("import tensorflow" in program) == ("tf." in program)
