"""Compare a whole trace in NumPy with Keras's own call and `predict`: `python -m benchmarks.trace [OUT.json]`.

All three are measured in turn, call by call, so that whatever else the machine does falls on each of them alike; the
medians are compared. Keras returns the answer only, the trace every value of every layer. Networks come from the
model store; one that is not there gets random weights, which take as long.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cnnviz.workers import keras_model  # isort: skip  (before NumPy, as everywhere: it quiets TensorFlow)

import keras
import numpy as np

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.networks.network import Network

OUT = Path("build/benchmarks/trace.json")
ROUNDS = 200
WARM_UP = 10
PREDICT_EVERY = 4

# At most this share of the time of `model(x)`; of `predict` it is a tenth for all.
GOALS = {"cnn-32-64": 1.0, "cnn-32-64-64": 0.5}
PREDICT_GOAL = 0.1


@dataclass(frozen=True)
class Row:
    """Medians in milliseconds; `of_call_goal` is None where there is no goal."""

    network: str
    weights: str
    trace: float
    call: float
    predict: float
    of_call: float
    of_call_goal: float | None
    of_predict: float
    met: bool


def measure(network: Network, weights: str, rounds: int) -> Row:
    """Time the three on one digit, in turn."""
    shape = network.architecture.input_shape
    digit = np.random.default_rng(0).random(shape if shape[2] > 1 else shape[:2], dtype=np.float32)
    model = keras_model.to_model(network)
    image = keras.ops.convert_to_tensor(digit.reshape(1, *shape))
    batch = digit.reshape(1, *shape)
    contestants: dict[str, Callable[[], object]] = {
        "trace": lambda: trace(network, digit),
        "call": lambda: model(image, training=False).numpy(),
        "predict": lambda: model.predict(batch, verbose=0),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(WARM_UP + rounds):
        for name, run in contestants.items():
            if name == "predict" and number % PREDICT_EVERY:
                continue
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return _row(network.name, weights, {name: _median(each) for name, each in times.items()})


def _median(seconds: list[float]) -> float:
    """Return the median in milliseconds, without the first calls, which allocate and compile."""
    return 1000 * statistics.median(seconds[WARM_UP // PREDICT_EVERY + 1 :])


def _row(name: str, weights: str, medians: dict[str, float]) -> Row:
    of_call = medians["trace"] / medians["call"]
    of_predict = medians["trace"] / medians["predict"]
    goal = GOALS.get(name)
    met = of_predict <= PREDICT_GOAL and (goal is None or of_call <= goal)
    return Row(name, weights, **medians, of_call=of_call, of_call_goal=goal, of_predict=of_predict, met=met)


def networks() -> dict[str, tuple[Network, str]]:
    """Return the default and the published networks, with where their weights come from."""
    found = {name: (model_store.load(name), "stored") for name in model_store.names()}
    fresh = {
        name: (Network(architecture, keras_model.read_weights(keras_model.build(architecture))), "random")
        for name, (architecture, _) in TUTORIALS.items()
        if name not in found
    }
    return {**found, **fresh}


def table(rows: list[Row]) -> str:
    """Format the rows as a Markdown table."""
    head = "| network | trace, ms | model(x), ms | predict, ms | of model(x) | goal | of predict | goal | met |"
    lines = [head, "|---|" + "---:|" * 7 + "---|"]
    for row in rows:
        goal = "" if row.of_call_goal is None else f"≤ {row.of_call_goal:.2f}"
        lines.append(
            f"| {row.network} | {row.trace:.2f} | {row.call:.2f} | {row.predict:.1f} | {row.of_call:.2f} | {goal} "
            f"| {row.of_predict:.3f} | ≤ {PREDICT_GOAL:.2f} | {'yes' if row.met else 'no'} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trace", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    rows = [measure(network, weights, asked.rounds) for network, weights in networks().values()]
    versions = {"python": platform.python_version(), "keras": keras.__version__, "numpy": np.__version__}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"rounds": asked.rounds, "versions": versions, "rows": [asdict(row) for row in rows]}
    asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
