"""The arithmetic of the page Data, against NumPy and Keras on the raw arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_arrays

from cnnviz.core.data import degradation, image_augmentation, split
from cnnviz.core.data.datasets import Dataset, load_bundled
from cnnviz.core.data.picture_sets import PictureSet
from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.data import augmented, one_hot, rows, statistics


@pytest.fixture(scope="module")
def pictures() -> PictureSet:
    """Return the bundled training digits."""
    data = load_bundled()
    return PictureSet("digits", "train", "digits-train", data.x_train, data.y_train)


# Rows: what a sheet shows


def test_training_and_validation_part_the_set(pictures: PictureSet) -> None:
    learned, held_out = rows.select_rows(pictures, "train"), rows.select_rows(pictures, "validation")
    assert sorted([*learned, *held_out]) == list(range(1437))
    assert len(held_out) == 144, "a tenth, as the plan's 6,000 of 60,000"
    share = np.bincount(pictures.labels[held_out]) / np.bincount(pictures.labels)
    assert np.abs(share - 0.1).max() < 0.01


def test_the_split_is_the_one_of_a_training(mnist: Dataset) -> None:
    pictures = PictureSet("mnist", "train", "mnist-train", mnist.x_train, mnist.y_train)
    order = split.order_stratified(mnist.y_train, 1)
    assert set(rows.select_rows(pictures, "validation")) == set(order[:6000])
    assert set(rows.select_rows(pictures, "train")) == set(order[6000:])


def test_a_part_larger_than_the_plans_is_divided_whole() -> None:
    count = 65_000
    labels = np.arange(count, dtype=np.uint8) % 26
    pictures = PictureSet("letters", "train", "letters-train", np.zeros((count, 1, 1), np.uint8), labels)
    learned, held_out = rows.select_rows(pictures, "train"), rows.select_rows(pictures, "validation")
    assert len(held_out) == 6_500
    assert len(np.union1d(learned, held_out)) == count == len(learned) + len(held_out)


def test_rows_of_one_label_have_it(pictures: PictureSet) -> None:
    found = rows.select_rows(pictures, "test", 7)
    np.testing.assert_array_equal(found, np.flatnonzero(pictures.labels == 7))
    assert not found.flags.writeable


@pytest.mark.parametrize(("count", "sheets", "last"), [(0, 1, 0), (1, 1, 1), (81, 1, 81), (82, 2, 1), (200, 3, 38)])
def test_sheets_hold_81_and_the_last_the_rest(count: int, sheets: int, last: int) -> None:
    every = np.arange(count)
    assert rows.count_sheets(every) == sheets
    assert len(rows.cut_sheet(every, sheets - 1)) == last
    np.testing.assert_array_equal(rows.cut_sheet(every, 99), rows.cut_sheet(every, sheets - 1))
    np.testing.assert_array_equal(np.concatenate([rows.cut_sheet(every, n) for n in range(sheets)]), every)


@pytest.mark.parametrize(("text", "index"), [("0", 0), (" 1,436 ", 1436), ("0012", 12)])
def test_an_index_is_read(text: str, index: int) -> None:
    assert rows.parse_index(text, 1437) == index


@pytest.mark.parametrize("text", ["1437", "-1", "seven", "", "1.5", "٣", "9" * 400, None])
def test_any_other_index_is_refused_in_words(text: object) -> None:
    with pytest.raises(Refusal, match=r"whole number from 0 to 1,436\. Received: "):
        rows.parse_index(text, 1437)


def test_an_index_is_found_on_its_sheet_or_refused(pictures: PictureSet) -> None:
    found = rows.select_rows(pictures, "train")
    index = int(found[200])
    assert index in rows.cut_sheet(found, rows.find_sheet(found, index))
    for missing in (int(rows.select_rows(pictures, "validation")[0]), 5000):
        with pytest.raises(Refusal, match="not among those shown"):
            rows.find_sheet(found, missing)


# Statistics: NumPy on the raw arrays


@given(
    images=some_arrays.arrays(np.uint8, some.tuples(some.integers(1, 12), some.just(3), some.just(4))),
    data=some.data(),
)
def test_mean_and_variance_are_numpys(images: np.ndarray, data: some.DataObject) -> None:
    labels = np.array(data.draw(some.lists(some.integers(0, 9), min_size=len(images), max_size=len(images))), np.uint8)
    found = statistics.measure_classes(images, labels)
    for label, each in enumerate(found):
        of_class = images[labels == label] / 255
        assert each.count == len(of_class)
        if len(of_class):
            np.testing.assert_allclose(each.mean, of_class.mean(axis=0), rtol=0, atol=1e-12)
            np.testing.assert_allclose(each.variance, of_class.var(axis=0), rtol=0, atol=1e-12)
        else:
            assert not each.mean.any()
            assert not each.variance.any()


def test_sums_over_all_of_mnist_are_numpys(mnist: Dataset) -> None:
    found = statistics.measure_classes(mnist.x_test, mnist.y_test)
    total = sum(each.count * each.mean for each in found) * 255
    np.testing.assert_allclose(total, mnist.x_test.sum(axis=0, dtype=np.int64), rtol=0, atol=1e-6)
    assert sum(each.count for each in found) == 10_000
    np.testing.assert_allclose(found[3].variance, (mnist.x_test[mnist.y_test == 3] / 255).var(axis=0), atol=1e-10)


def test_classes_are_counted() -> None:
    labels = np.array([0, 0, 7, 9], np.uint8)
    np.testing.assert_array_equal(statistics.count_classes(labels), [2, 0, 0, 0, 0, 0, 0, 1, 0, 1])


# One-hot labels


def test_a_one_hot_label_is_a_row_of_the_unit_matrix() -> None:
    for label in range(10):
        np.testing.assert_array_equal(one_hot.encode(label), np.eye(10, dtype=np.float32)[label])
    for label in (-1, 10):
        with pytest.raises(ValueError, match=r"from 0 to 9\. Received"):
            one_hot.encode(label)


@pytest.mark.train
def test_one_hot_labels_and_their_loss_are_kerass() -> None:
    import keras

    shares = np.random.default_rng(1).dirichlet(np.ones(10), 10).astype(np.float32)
    shares[0] = np.eye(10, dtype=np.float32)[3]
    for label in range(10):
        code = one_hot.encode(label)
        np.testing.assert_array_equal(code, keras.utils.to_categorical(label, 10))
        loss = float(keras.losses.categorical_crossentropy(code, shares[label]))
        assert one_hot.compute_loss(label, shares[label]) == pytest.approx(loss, rel=1e-4, abs=2e-7)


# Augmentation


@pytest.mark.parametrize("kind", augmented.KINDS)
def test_copies_are_repeatable_and_differ(pictures: PictureSet, kind: str) -> None:
    image, label = pictures.images[5], int(pictures.labels[5])
    first, again, other = (augmented.draw_copies(image, label, kind, 10, seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.dtype == np.uint8
    assert first.shape == (10, 28, 28)
    assert len(np.unique(first.reshape(10, -1), axis=0)) > 5


def test_copies_are_made_as_a_training_makes_them(pictures: PictureSet) -> None:
    """By the functions that `cnnviz.workers.data.examples` calls, in their order."""
    image, label = pictures.images[5], int(pictures.labels[5])
    random = np.random.default_rng(4)
    expected = image_augmentation.augment_images(np.repeat(image[None], 8, axis=0), np.full(8, label), random)
    np.testing.assert_array_equal(augmented.draw_copies(image, label, "affine", 8, 4), expected)
    chosen = np.flatnonzero(random.random(8) < degradation.DEGRADED_SHARE)
    expected[chosen] = degradation.degrade_images(expected[chosen], random)
    np.testing.assert_array_equal(augmented.draw_copies(image, label, "pen", 8, 4), expected)
