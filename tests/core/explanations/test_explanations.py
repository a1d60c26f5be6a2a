"""Explanations on small networks whose arithmetic is known, and on those of the store against what they must keep."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations import contributions, grad_cam, methods, occlusion, saliency, strokes, untrained
from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference import samples, subject, trace
from cnnviz.core.inference.gradients import INPUT, compute_gradient, run_forward
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies

CONTRAST = Contrast(3, 8)
BLANK = np.zeros((28, 28), np.float32)
ALL = frozenset(STEPS)


def make_linear(seed: int = 0) -> Network:
    """Return a network that only weighs pixels, so that everything about it can be worked out."""
    layers = (Flatten(name="flatten"), Dense(name="answer", units=10, activation="softmax"))
    return strategies.network(Architecture(name="linear", layers=layers), seed)


def get_factors(network: Network) -> np.ndarray:
    kernel = network.weights["answer"]["kernel"]
    factors: np.ndarray = kernel[:, 3] - kernel[:, 8]
    return factors.reshape(28, 28)


def read_first(name: str) -> tuple[Network, np.ndarray, Contrast]:
    network = model_store.load(name)
    read = subject.read(network, samples.get_first(), ALL).trace
    return network, read.digit, Contrast(read.answer, find_rival(read.logits, read.answer))


def get_blank(network: Network) -> np.ndarray:
    return subject.to_network_input(network, InputSource(), BLANK)


def make_digit(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((28, 28), dtype=np.float32)


@pytest.mark.parametrize(("target", "against"), [(3, 3), (10, 1), (-1, None), (2, 11)])
def test_classes_that_are_no_two_digits_are_refused(target: int, against: int | None) -> None:
    with pytest.raises(Refusal, match="two different ones of 10"):
        Contrast(target, against)


def test_a_rival_is_the_next_likeliest() -> None:
    logits = np.array([0, 5, 4, 9, 1, 1, 1, 1, 1, 1], np.float32)
    assert find_rival(logits, 3) == 1
    assert find_rival(logits, 0) == 3


def test_a_contrast_weighs_logits_as_it_measures_them() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 10)).astype(np.float32)
    for contrast in (CONTRAST, Contrast(5)):
        np.testing.assert_allclose(contrast.measure(logits), logits @ contrast.weighting, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "columns", "patch", "places"), [(28, 28, 4, 169), (56, 56, 8, 169), (512, 384, 74, 108)]
)
def test_patches_grow_with_the_input_so_that_their_number_is_bounded(
    rows: int, columns: int, patch: int, places: int
) -> None:
    side, stride = occlusion.choose_patch(rows, columns)
    counted = [occlusion.count_places(each, side, stride) for each in (rows, columns)]
    assert (side, math.prod(counted)) == (patch, places)


def test_occlusion_of_a_larger_input_is_the_same_in_one_part_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = (Flatten(name="flatten"), Dense(name="answer", units=10, activation="softmax"))
    network = strategies.network(Architecture(name="linear", layers=layers, input_shape=(56, 40, 1)), 0)
    digit = np.random.default_rng(1).random((56, 40), dtype=np.float32)
    kernel = network.weights["answer"]["kernel"]
    adds = (kernel[:, 3] - kernel[:, 8]).reshape(56, 40) * digit
    expected = [
        [adds[row : row + 8, column : column + 8].sum() for column in range(0, 33, 4)] for row in range(0, 49, 4)
    ]
    for most in (occlusion.MAX_VALUES, 5 * digit.size):
        monkeypatch.setattr(occlusion, "MAX_VALUES", most)
        fall = occlusion.occlude(network, digit, np.zeros_like(digit), CONTRAST)
        np.testing.assert_allclose(fall, expected, atol=1e-4)


def test_occlusion_of_a_linear_network_is_what_each_patch_adds() -> None:
    network, digit = make_linear(), make_digit()
    fall = occlusion.occlude(network, digit, BLANK, CONTRAST)
    added = get_factors(network) * digit
    expected = [[added[r : r + 4, c : c + 4].sum() for c in range(0, 25, 2)] for r in range(0, 25, 2)]
    assert fall.shape == (13, 13)
    np.testing.assert_allclose(fall, expected, atol=1e-4)


def test_a_patch_over_paper_changes_nothing_and_is_not_asked_for() -> None:
    network, digit, contrast = read_first("pen")
    asked: list[int] = []
    inner = trace.run

    def count(of: Network, digits: np.ndarray) -> object:
        asked.append(len(digits))
        return inner(of, digits)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "run", count)
        fall = occlusion.occlude(network, digit, get_blank(network), contrast)
    assert fall[0, 0] == 0
    assert asked[0] < 13 * 13
    assert asked[0] >= 1 + np.count_nonzero(fall)


def test_colour_is_covered_with_the_colour_of_the_paper() -> None:
    network, digit, contrast = read_first("cnn-rgb")
    fall = occlusion.occlude(network, digit, get_blank(network), contrast)
    assert fall.shape == (15, 15)
    assert fall[0].tolist() == [0] * 15, "there is nothing but paper"


def test_gradients_of_a_linear_network_are_its_weights() -> None:
    network, digit = make_linear(), make_digit()
    for found in (
        saliency.compute_saliency(network, digit, CONTRAST),
        saliency.compute_smooth_grad(network, digit, CONTRAST),
    ):
        np.testing.assert_allclose(found, get_factors(network), rtol=1e-4, atol=1e-6)
    integrated = saliency.compute_integrated_gradients(network, digit, BLANK, CONTRAST)
    np.testing.assert_allclose(integrated.values, get_factors(network) * digit, rtol=1e-4, atol=1e-6)
    assert abs(integrated.gap) < 1e-4


@pytest.mark.parametrize("name", ["pen", "cnn-32-64-64", "cnn-rgb"])
def test_integrated_gradients_add_up_to_the_difference_as_steps_get_smaller(name: str) -> None:
    network, digit, contrast = read_first(name)
    few, many = (
        saliency.compute_integrated_gradients(network, digit, get_blank(network), contrast, steps)
        for steps in (saliency.STEPS, 256)
    )
    for found in (few, many):
        assert found.values.sum(dtype=float) + found.gap == pytest.approx(found.difference, abs=1e-5)
    assert abs(many.gap) <= 0.05 * abs(many.difference)


def test_what_lies_where_nothing_is_drawn_has_no_part_in_integrated_gradients() -> None:
    network, digit, contrast = read_first("pen")
    values = saliency.compute_integrated_gradients(network, digit, get_blank(network), contrast).values
    assert not values[digit == 0].any()


def test_grad_cam_weighs_each_map_by_its_mean_gradient() -> None:
    network, digit, contrast = read_first("pen")
    run = run_forward(network, digit.reshape(1, 28, 28, 1))
    gradient = compute_gradient(run, contrast.weighting, at="conv2d_3")[0]
    maps = run.get_values("conv2d_3")[0]
    expected = sum(gradient[..., of].mean() * maps[..., of] for of in range(64))
    found = grad_cam.compute_grad_cam(network, digit, contrast, "conv2d_3")
    assert found.shape == (8, 8)
    np.testing.assert_allclose(found, np.maximum(expected, 0), atol=1e-5)


def test_grad_cam_of_something_else_is_refused() -> None:
    network, digit, contrast = read_first("dense-64")
    assert network.architecture.convolutions == ()
    with pytest.raises(Refusal, match="must be a convolution"):
        grad_cam.compute_grad_cam(network, digit, contrast, "dense")


@pytest.mark.parametrize("name", model_store.names())
def test_contributions_add_up_to_the_difference_of_the_logits(name: str) -> None:
    network, digit, _ = read_first(name)
    logits = trace.trace(network, digit).logits.astype(float)
    for contrast in (CONTRAST, Contrast(5, 1), Contrast(7)):
        found = contributions.compute_contributions(network, digit, contrast)
        assert found.values.sum() + found.constant == pytest.approx(found.total, abs=1e-9)
        assert found.total == pytest.approx(float(contrast.measure(logits)), abs=1e-3)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_contributions_add_up_in_any_network(architecture: Architecture, seed: int) -> None:
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    found = contributions.compute_contributions(network, digit, CONTRAST)
    scale = np.abs(found.values).sum() + abs(found.constant) + 1
    assert abs(found.values.sum() + found.constant - found.total) <= 1e-9 * scale


def test_contributions_are_those_of_the_last_layer_that_does_more_than_add() -> None:
    places = {"pen": ("dense", False), "pool-max": ("max_pooling2d_1", True), "pool-average": ("conv2d_1", True)}
    for name, (layer, of_maps) in places.items():
        network, digit, contrast = read_first(name)
        found = contributions.compute_contributions(network, digit, contrast)
        assert (found.layer, found.of_maps) == (layer, of_maps)
    linear = contributions.compute_contributions(make_linear(), make_digit(), CONTRAST)
    assert (linear.layer, linear.of_maps, linear.values.shape) == (INPUT, True, (1,))


def test_contributions_of_units_are_values_times_the_difference_of_two_columns() -> None:
    network, digit, _ = read_first("pen")
    found = contributions.compute_contributions(network, digit, CONTRAST)
    values = next(each.after for each in trace.trace(network, digit).layers if each.name == "dense")
    kernel = network.weights["dense_1"]["kernel"]
    np.testing.assert_allclose(found.values, values * (kernel[:, 3] - kernel[:, 8]), rtol=1e-5, atol=1e-6)
    assert found.values[found.rank()[0]] == found.values.max()


@pytest.mark.parametrize("name", ["pen", "cnn-32-64"])
def test_an_untrained_copy_has_the_same_architecture_and_glorots_weights(name: str) -> None:
    network = model_store.load(name)
    copy = untrained.make_untrained(network.architecture)
    assert copy.architecture == network.architecture
    for layer, weights in copy.weights.items():
        for kind, array in weights.items():
            assert not np.array_equal(array, network.weights[layer][kind])
            assert kind == "kernel" or not array.any()
    kernel = copy.weights["conv2d_1"]["kernel"]
    bound = math.sqrt(6 / (9 * sum(kernel.shape[2:])))
    assert 0.98 * bound < np.abs(kernel).max() <= bound
    assert abs(float(kernel.mean())) < bound / 20
    again = untrained.make_untrained(network.architecture)
    np.testing.assert_array_equal(again.weights["conv2d_1"]["kernel"], kernel)


def test_untrained_copies_differ_from_one_another() -> None:
    first, second = (untrained.make_untrained(make_linear().architecture, number) for number in (0, 1))
    assert not np.array_equal(first.weights["answer"]["kernel"], second.weights["answer"]["kernel"])


def measure_likeness(network: Network, method: str = "saliency") -> methods.Likeness | None:
    digit = make_digit()
    found = methods.explain(method, network, digit, BLANK, CONTRAST)
    return methods.measure_likeness(method, network, digit, BLANK, CONTRAST, found)


def test_pictures_of_independent_weights_have_little_in_common_over_all_copies() -> None:
    found = measure_likeness(make_linear())
    assert found is not None
    assert len(found.correlations) == untrained.COPIES
    assert max(map(abs, found.correlations)) < 0.15, "784 weights: a correlation by chance is about 0.04"
    kernel = np.stack(
        [untrained.make_untrained(make_linear().architecture, n).weights["answer"]["kernel"] for n in range(5)]
    )
    factors = kernel[..., 3] - kernel[..., 8]
    expected = [np.corrcoef(get_factors(make_linear()).ravel(), each)[0, 1] for each in factors]
    np.testing.assert_allclose(found.correlations, expected, atol=1e-5)
    assert found.mean == pytest.approx(np.abs(expected).mean(), abs=1e-5)


def negate(network: Network) -> Network:
    weights = {layer: {kind: -array for kind, array in each.items()} for layer, each in network.weights.items()}
    return Network(network.architecture, weights)


def test_the_negative_of_a_picture_is_as_alike_as_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_linear()
    copies = [network, negate(network), network, negate(network), network]
    monkeypatch.setattr(methods, "make_untrained", lambda _, number=0: copies[number])
    found = measure_likeness(network)
    assert found is not None
    assert found.correlations == pytest.approx((1, -1, 1, -1, 1))
    assert found.mean == pytest.approx(1)


def test_one_copy_that_is_alike_by_chance_does_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_linear()
    copies = [network, *(make_linear(seed) for seed in range(1, 5))]
    monkeypatch.setattr(methods, "make_untrained", lambda _, number=0: copies[number])
    found = measure_likeness(network)
    assert found is not None
    assert found.correlations[0] == pytest.approx(1)
    assert found.mean < 0.3


def test_pictures_of_one_value_throughout_are_like_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_linear()
    dark = Network(network.architecture, {"answer": {k: 0 * v for k, v in network.weights["answer"].items()}})
    assert measure_likeness(dark) is None
    monkeypatch.setattr(methods, "make_untrained", lambda _, number=0: dark if number else make_linear(7))
    found = measure_likeness(network)
    assert found is not None
    assert len(found.correlations) == 1
    monkeypatch.setattr(methods, "make_untrained", lambda *_: dark)
    assert measure_likeness(network) is None


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_an_untrained_copy_begins_as_keras_lets_its_layers_begin(name: str) -> None:
    from cnnviz.workers import keras_model

    architecture = TUTORIALS[name][0]
    theirs = keras_model.read_weights(keras_model.build(architecture))
    ours = untrained.make_untrained(architecture).weights
    for layer, weights in theirs.items():
        for kind, array in weights.items():
            mine = ours[layer][kind]
            assert mine.shape == array.shape
            if array.size > 500:  # of fewer the largest may be far from the bound
                assert np.abs(mine).max() == pytest.approx(np.abs(array).max(), rel=0.05)
            if not array.any():
                assert not mine.any()


def make_drawing(*lines: tuple[tuple[float, float], ...]) -> InputSource:
    return InputSource(drawing=Drawing(tuple(Stroke(line, 20.0) for line in lines)))


SEVEN = make_drawing(((80.0, 70.0), (190.0, 70.0)), ((190.0, 70.0), (120.0, 220.0)))


def test_each_stroke_is_rubbed_out_and_the_rest_read_anew() -> None:
    network = model_store.load("pen")
    found = strokes.rub_out_each(network, SEVEN, ALL, Contrast(7, 1))
    assert [(each.number, each.is_piece) for each in found] == [(1, False), (2, False)]
    before = Contrast(7, 1).measure(subject.read(network, SEVEN, ALL).trace.logits)
    for each, kept in zip(found, (1, 0), strict=True):
        rest = replace(SEVEN, drawing=Drawing((SEVEN.drawing.strokes[kept],)))
        read = subject.read(network, rest, ALL)
        np.testing.assert_array_equal(each.digit, read.digit)
        assert each.answer == read.trace.answer
        assert each.share == pytest.approx(float(read.trace.probabilities.max()), abs=1e-5)
        assert each.fall == pytest.approx(float(before - Contrast(7, 1).measure(read.trace.logits)), abs=1e-3)


def test_an_only_stroke_is_rubbed_out_in_pieces_of_equal_length() -> None:
    line = make_drawing(((40.0, 140.0), (100.0, 140.0), (240.0, 140.0)))
    rests = [rest for _, rest in strokes._list_rests(line.drawing)]
    assert [[stroke.points for stroke in rest.strokes] for rest in rests] == [
        [((90.0, 140.0), (100.0, 140.0), (100.0, 140.0), (240.0, 140.0))],
        [((40.0, 140.0), (90.0, 140.0)), ((140.0, 140.0), (240.0, 140.0))],
        [((40.0, 140.0), (100.0, 140.0), (100.0, 140.0), (140.0, 140.0)), ((190.0, 140.0), (240.0, 140.0))],
        [((40.0, 140.0), (100.0, 140.0), (100.0, 140.0), (190.0, 140.0))],
    ]
    found = strokes.rub_out_each(model_store.load("pen"), line, ALL, Contrast(1, 7))
    assert [(each.number, each.is_piece) for each in found] == [(1, True), (2, True), (3, True), (4, True)]


@pytest.mark.parametrize(
    "source",
    [InputSource(), InputSource(kind="sample", digit=make_digit()), make_drawing(((140.0, 140.0),))],
    ids=["nothing", "a test digit", "a dot"],
)
def test_nothing_is_rubbed_out_where_there_is_no_stroke_or_nothing_would_be_left(source: InputSource) -> None:
    assert strokes.rub_out_each(model_store.load("pen"), source, ALL, CONTRAST) == ()


def test_of_many_strokes_the_longest_are_rubbed_out() -> None:
    lines = [((10.0 * n, 10.0), (10.0 * n, 20.0 + 10 * n)) for n in range(15)]
    found = strokes.rub_out_each(model_store.load("dense-64"), make_drawing(*lines), ALL, CONTRAST)
    assert [each.number for each in found] == list(range(4, 16))
