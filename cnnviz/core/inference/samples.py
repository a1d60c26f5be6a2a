"""Test digits as input sources: the first one of a page, ten to choose from, the one that a link names."""

from __future__ import annotations

from cnnviz.core.data import datasets
from cnnviz.core.data.datasets import Sample
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import InputSource

SLUGS = {datasets.MNIST: "mnist", datasets.BUNDLED: "digits"}
"""Data set -> its name in a link."""

FIRST_SHEET = 0
"""The draw of test digits that a visitor sees first; its first digit is the one a page starts with."""


def draw_samples(sheet: int) -> list[Sample]:
    """Return ten test digits, one of each class, 0 first; another `sheet` gives other digits."""
    return sorted(datasets.draw_samples(10, seed=sheet), key=lambda sample: sample.label)


def draw_first() -> InputSource:
    """Return the test digit that a page starts with."""
    return make_subject(datasets.draw_samples(1, seed=FIRST_SHEET)[0])


def make_subject(sample: Sample) -> InputSource:
    """Return `sample` as an input source."""
    return InputSource(
        kind="sample", digit=sample.image, label=sample.label, number=sample.index, source=SLUGS[sample.source]
    )


def find(source: str, number: int) -> InputSource:
    """Return the test digit that a link names.

    Raises:
        Refusal: if this server has no such data set, or the data set no such digit.
    """
    data = datasets.load_test()
    if source != SLUGS[data.name]:
        raise Refusal("the digits of “{source}” are not on this server", source=source)
    if not 0 <= number < len(data.y_test):
        raise Refusal("there is no test digit with that number")
    return make_subject(datasets.sample(data, number))
