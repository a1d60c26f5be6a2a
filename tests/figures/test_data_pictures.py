"""The pictures of the page Data: a one-hot label, the balance of classes, the axes of a batch."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cnnviz.figures import batch_axes, class_counts, one_hot

SVG = "{http://www.w3.org/2000/svg}"
WORDS = one_hot.Words("The label <3>", "class", "label", "share")
AXES = batch_axes.Words("A batch", "samples", "rows", "columns", "channels")


def test_a_one_hot_label_has_a_column_a_class() -> None:
    written = one_hot.write(np.eye(10)[3], None, tuple("0123456789"), WORDS)
    rows = re.findall("<tr>(.*?)</tr>", written)
    assert re.findall(r"</span>(\d)</td>", rows[1]) == list("0001000000")
    assert "&lt;3&gt;" in written
    assert len(rows) == 2
    assert written.count('class="here"') == 2


def test_shares_stand_below_the_label() -> None:
    shares = np.full(10, 0.1)
    written = one_hot.write(np.eye(10)[9], shares, tuple("0123456789"), WORDS)
    assert written.count("0.10") == 10
    assert written.count("--level: 10.0%") == 10
    assert written.count("--level: 100.0%") == 1


def test_counts_and_shares_of_classes() -> None:
    counts = np.array([980, 0, 1960])
    written = class_counts.write(counts, ["a", "<b>", "c"], caption="All", heads=("class", "count", "share"))
    assert re.findall(r"--share: ([\d.]+)%\">([\d,]+)</td><td>([\d.]+)\u00a0%", written) == [
        ("50.00", "980", "33.3"),
        ("0.00", "0", "0.0"),
        ("100.00", "1,960", "66.7"),
    ]
    assert "&lt;b&gt;" in written


@pytest.mark.parametrize(("shape", "place"), [((4, 28, 28, 1), (2, 14, 3, 0)), ((4, 32, 32, 3), (3, 0, 31, 2))])
def test_a_batch_is_drawn_with_its_own_pixels(shape: tuple[int, ...], place: tuple[int, int, int, int]) -> None:
    batch = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    drawn = ElementTree.fromstring(batch_axes.draw(batch, place, AXES))
    pictures = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(str(each.get("href")).partition(",")[2]))))
        for each in drawn.iter(f"{SVG}image")
    ]
    expected = [one[..., 0] if shape[-1] == 1 else one for one in batch]
    expected.append(batch[place[0], ..., place[3]])
    expected += list(np.moveaxis(batch[place[0]], -1, 0))
    assert len(pictures) == len(expected) == 4 + 1 + shape[-1]
    for found, wanted in zip(pictures, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    told = " ".join("".join(each.itertext()) for each in drawn.iter(f"{SVG}text"))
    for name, at in zip(("samples", "rows", "columns", "channels"), place, strict=True):
        assert f"{name}: {at}" in told or (f"{name}:" in told and str(at) in told)
