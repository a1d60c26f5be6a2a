"""Pictures that people open are read right by the default network, every kind of them."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.drawing.preprocessing import Preparation, from_picture
from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store
from cnnviz.workers.entry import decode_image

DEFAULT = "pen"

KINDS = (
    "boxed",
    "chalk",
    "control",
    "corner_date",
    "dark_screenshot",
    "equal_grey",
    "lined",
    "pairs",
    "plot_frame",
    "sheet_on_grey",
    "sheet_on_white",
    "small_art",
    "squared",
    "ten",
    "thumb",
    "tight_soft",
    "touches",
    "touches_photo",
    "turned",
    "twelve_bit",
)


def load(path: Path) -> np.ndarray:
    """Decode a file as an upload is decoded; a photograph on its side is turned, as a visitor turns it."""
    header, pixels = decode_image.decode(path.read_bytes())
    rgba = np.frombuffer(pixels, np.uint8).reshape(header["height"], header["width"], 4)
    return np.rot90(rgba, TURNS).copy() if path.stem.startswith("turned") else rgba


TURNS = 3
"""Quarter turns counterclockwise that put the pictures of the kind "turned" upright."""


def prepare(folder: Path, kind: str) -> dict[int, Preparation]:
    """Prepare the pictures of a kind: label -> preparation."""
    paths = sorted(folder.glob(f"{kind}_[0-9].png"))
    assert paths, f"no picture of the kind {kind}"
    return {int(path.stem[-1]): from_picture(load(path)) for path in paths}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_right(picture_folder: Path, kind: str) -> None:
    found = prepare(picture_folder, kind)
    answers = predict(model_store.load(DEFAULT), np.stack([each.digit for each in found.values()])).argmax(axis=1)
    assert dict(zip(found, answers.tolist(), strict=True)) == {label: label for label in found}


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        ("boxed", "frame"),
        ("plot_frame", "frame"),
        ("sheet_on_white", "surroundings"),
        ("dark_screenshot", "surroundings"),
        ("corner_date", "specks"),
        ("pairs", "digit"),
    ],
)
def test_what_is_left_out_is_reported(picture_folder: Path, kind: str, left_out: str) -> None:
    for found in prepare(picture_folder, kind).values():
        assert left_out in [each.kind for each in found.left_out]


def test_either_of_two_digits_can_be_read(picture_folder: Path) -> None:
    network = model_store.load(DEFAULT)
    for label in range(5):
        rgba = load(picture_folder / f"pairs_{label}.png")
        both = [from_picture(rgba, part=part) for part in (0, 1)]
        assert [len(each.parts) for each in both] == [2, 2]
        answers = predict(network, np.stack([each.digit for each in both])).argmax(axis=1)
        assert answers.tolist() == [label, label + 3]
