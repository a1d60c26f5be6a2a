"""Compare a training's numbers with Keras's own `fit` and with the forward pass of the pages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.data.split import order_stratified
from cnnviz.core.inference.trace import predict, trace
from cnnviz.core.layers import Conv2D, Dense, Flatten
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import step_arithmetic
from cnnviz.core.training.cpu import has_bfloat16
from tests.workers.conftest import NETWORK, PLAN, Runner, Training

pytestmark = pytest.mark.train


def weights(training: Training, kind: str = "result") -> dict[str, dict[str, np.ndarray]]:
    found: dict[str, dict[str, np.ndarray]] = {}
    for path, array in training.last(kind).arrays.items():
        if path.startswith("weights/"):
            _, layer, name = path.split("/")
            found.setdefault(layer, {})[name] = array
    return found


def network(training: Training, architecture: Architecture = NETWORK) -> Network:
    return Network(architecture, weights(training))


def fit(runner: Runner, plan: TrainingPlan) -> tuple[Any, dict[str, list[float]]]:
    """Train with a plain script on the same digits in the same order; return the model and its curves."""
    from cnnviz.workers import keras_model  # isort: skip

    import keras

    keras.utils.set_random_seed(plan.seed)
    model = keras_model.build(NETWORK)
    optimizer = keras.optimizers.get({"class_name": plan.optimizer, "config": {"learning_rate": plan.learning_rate}})
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    x = runner.data.x_train[..., None].astype(np.float32) / 255
    y = np.eye(10, dtype=np.float32)[runner.data.y_train]
    count, held = plan.examples - plan.validation_examples, plan.validation_examples
    drawn = order_stratified(runner.data.y_train, plan.seed)
    validation, trained = drawn[:held], drawn[held : held + count]
    curves: dict[str, list[float]] = {}
    for epoch in range(1, plan.epochs + 1):
        order = trained[np.random.default_rng([plan.seed, epoch]).permutation(count)]
        run = model.fit(
            x[order],
            y[order],
            batch_size=plan.batch_size,
            shuffle=False,
            verbose=0,
            validation_data=(x[validation], y[validation]),
        )
        for name, numbers in run.history.items():
            curves.setdefault(name, []).extend(numbers)
    return model, curves


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adadelta", "rmsprop"])
def test_training_equals_fit(runner: Runner, plain_run: Training, optimizer: str) -> None:
    """Same seed and order, dropout and moving statistics included, within the rounding of float32 sums."""
    plan = TrainingPlan(**PLAN.to_json() | {"optimizer": optimizer})
    run = plain_run if plan == PLAN else runner.train(runner.job(NETWORK, plan))
    model, curves = fit(runner, plan)
    epochs = run.all("epoch")
    for name, numbers in curves.items():
        assert [event.payload[name] for event in epochs] == pytest.approx(numbers, rel=1e-4, abs=1e-6), name
    for layer, parts in weights(run).items():
        for name, array in parts.items():
            expected = next(w for w in model.get_layer(layer).weights if w.name == name).numpy()
            largest = float(np.abs(expected).max())
            assert np.abs(array - expected).max() <= 1e-3 * largest + 1e-5, (layer, name)


def test_view_equals_the_trace_of_the_pages(runner: Runner) -> None:
    from cnnviz.workers import keras_model  # isort: skip

    import keras

    plan = TrainingPlan(**PLAN.to_json() | {"epochs": 1, "batch_size": 230})
    run = runner.train(runner.job(NETWORK, plan))
    made = network(run)
    probe = runner.data.x_test[0].astype(np.float32) / 255
    view = run.last("view")
    assert view.payload == {"step": 1, "epoch": 1}
    model = keras_model.to_model(made)
    parts = keras.Model(model.inputs[0], [layer.output for layer in model.layers])(probe[None, ..., None])
    for one, expected in zip(trace(made, probe).layers, parts, strict=True):
        shown, keras_made = view.arrays[f"output/{one.name}"], np.asarray(expected)[0]
        scale = 1e-5 * np.abs(keras_made).max()
        assert np.abs(shown - keras_made).max() <= scale
        assert np.array_equal(shown, one.after)
    assert np.array_equal(view.arrays["probabilities"], trace(made, probe).probabilities)
    assert np.array_equal(view.arrays["filters"], made.weights["conv"]["kernel"])


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_card_evaluates_the_kept_weights_in_float32(runner: Runner, plain_run: Training, precision: str) -> None:
    if precision == "mixed_bfloat16" and not has_bfloat16():
        pytest.skip("this processor does not multiply bfloat16")
    plan = TrainingPlan(**PLAN.to_json() | {"precision": precision})
    run = plain_run if plan == PLAN else runner.train(runner.job(NETWORK, plan))
    card = ModelCard.from_json(run.last("result").payload["card"])
    answers = predict(network(run), runner.data.x_test.astype(np.float32) / 255).argmax(axis=1)
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (runner.data.y_test, answers), 1)
    assert np.array_equal(card.confusion, counts)
    assert card.test_accuracy == pytest.approx((answers == runner.data.y_test).mean())
    assert list(card.curves["val_loss"]) == run.curve("val_loss")
    assert list(card.curves["loss"]) == [event.payload["loss"] for event in run.all("epoch")]
    assert card.plan == plan


def test_explanation_shows_the_step_that_was_made(runner: Runner) -> None:
    """With plain SGD a step is minus rate times gradient; the snapshots around it have its weights."""
    plan = TrainingPlan(**PLAN.to_json() | {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 1})
    run = runner.train(runner.job(NETWORK, plan))
    lesson = run.all("lesson")[0]
    before, after = run.all("snapshot")[:2]
    assert (before.payload["step"], after.payload["step"]) == (0, 1)
    shown = lesson.payload["filter"]
    kernel = "weights/conv/kernel"
    assert np.array_equal(lesson.arrays["before"], before.arrays[kernel][..., shown])
    assert np.array_equal(lesson.arrays["after"], after.arrays[kernel][..., shown])
    moved = lesson.arrays["after"] - lesson.arrays["before"]
    assert moved == pytest.approx(-np.float32(0.1) * lesson.arrays["gradient"], abs=1e-7)
    assert lesson.payload["learning_rate"] == pytest.approx(0.1)
    assert lesson.payload["gradient_norm"] == run.curve("gradient")[0]

    trained = order_stratified(runner.data.y_train, plan.seed)[70:]
    order = trained[np.random.default_rng([plan.seed, 1]).permutation(230)[:40]]
    digits = runner.data.x_train[order].astype(np.float32) / 255
    for event, name in ((before, "loss_before"), (after, "loss_after")):
        state: dict[str, dict[str, np.ndarray]] = {}
        for path, array in event.arrays.items():
            if path.startswith("weights/"):
                state.setdefault(path.split("/")[1], {})[path.split("/")[2]] = array
        answers = predict(Network(NETWORK, state), digits)
        truth = answers[np.arange(40), runner.data.y_train[order]]
        assert lesson.payload[name] == pytest.approx(-np.log(truth).mean(), rel=1e-4)


ONE_CONVOLUTION = Architecture(
    name="one-convolution",
    layers=(
        Conv2D(name="conv", filters=3, kernel_size=(3, 3), activation="relu"),
        Flatten(name="flatten"),
        Dense(name="answer", units=10, activation="softmax"),
    ),
)


def differentiate(state: dict[str, dict[str, np.ndarray]], digits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean cross-entropy with respect to the kernel (3, 3, 1, 3), by the chain rule."""
    wide = {layer: {name: array.astype(np.float64) for name, array in of.items()} for layer, of in state.items()}
    windows = np.lib.stride_tricks.sliding_window_view(digits.astype(np.float64), (3, 3), axis=(1, 2))
    sums = np.einsum("nyxij,ijf->nyxf", windows, wide["conv"]["kernel"][:, :, 0]) + wide["conv"]["bias"]
    logits = np.maximum(sums, 0).reshape(len(digits), -1) @ wide["answer"]["kernel"] + wide["answer"]["bias"]
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    slope = (shares - np.eye(10)[labels]) / len(digits) @ wide["answer"]["kernel"].T
    gradient: np.ndarray = np.einsum("nyxij,nyxf->ijf", windows, slope.reshape(sums.shape) * (sums > 0))
    return gradient[:, :, None]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_explained_step_subtracts_what_the_chain_rule_says(runner: Runner, optimizer: str) -> None:
    """The gradient is NumPy's in float64; the picture of the step adds up to the weights after it."""
    settings = {"optimizer": optimizer, "learning_rate": 0.1 if optimizer == "sgd" else 0.01, "epochs": 1}
    plan = TrainingPlan(**PLAN.to_json() | settings)
    run = runner.train(runner.job(ONE_CONVOLUTION, plan))
    lesson, start = run.all("lesson")[0], run.all("snapshot")[0]
    state: dict[str, dict[str, np.ndarray]] = {}
    for path, array in start.arrays.items():
        if path.startswith("weights/"):
            state.setdefault(path.split("/")[1], {})[path.split("/")[2]] = array
    trained = order_stratified(runner.data.y_train, plan.seed)[70:]
    order = trained[np.random.default_rng([plan.seed, 1]).permutation(230)[:40]]
    exact = differentiate(state, runner.data.x_train[order] / 255, runner.data.y_train[order])
    wanted = exact[..., lesson.payload["filter"]]
    assert lesson.arrays["gradient"] == pytest.approx(wanted, abs=1e-5 * np.abs(wanted).max() + 1e-6)

    step = step_arithmetic.subtract(lesson.arrays, lesson.payload["learning_rate"], optimizer)
    assert step is not None
    assert step.is_plain == (optimizer == "sgd")
    if optimizer == "sgd":
        moved = plan.learning_rate * wanted
    else:  # Kingma and Ba, "Adam", algorithm 1, its first step; Keras adds epsilon before the correction of the bias
        moved = plan.learning_rate * wanted * np.sqrt(0.001) / (np.sqrt(0.001) * np.abs(wanted) + 1e-7)
    unit = 10.0**-step.places
    assert np.array_equal(step.before - step.subtracted, step.after)
    for shown, number in (
        (step.before, lesson.arrays["before"]),
        (step.subtracted, moved),
        (step.after, lesson.arrays["before"] - moved),
    ):
        assert np.abs(shown * unit - number[..., 0]).max() <= 1.01 * unit + 1e-5 * plan.learning_rate
