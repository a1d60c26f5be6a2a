"""Whole pictures on the way to a network: size, colours, range, and the choice between them and digits."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.drawing import ink, preprocessing, url_codec
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject, whole_picture
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.layers.shaping import Rescaling
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies

DENSE = Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax")


def network(shape: tuple[int, int, int], *first: Rescaling) -> Network:
    return strategies.network(Architecture("whole", (*first, *DENSE), input_shape=shape), 1)


def photograph(height: int = 60, width: int = 90) -> np.ndarray:
    """Return a picture whose red grows to the right and whose green grows downwards, opaque."""
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., 0] = np.linspace(0, 255, width).astype(np.uint8)
    rgba[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    rgba[..., 2] = 10
    return rgba


def test_the_middle_is_cut_out_and_keeps_its_colours() -> None:
    made = whole_picture.fit_picture(photograph(), network((20, 20, 3)).architecture, "middle")
    assert made.shape == (20, 20, 3)
    assert made.dtype == np.float32
    # The middle 60 of 90 columns: red from 1/6 to 5/6, and green all the way.
    np.testing.assert_allclose(made[10, [0, 19], 0], [1 / 6 + 1 / 60, 5 / 6 - 1 / 60], atol=0.01)
    np.testing.assert_allclose(made[[0, 19], 10, 1], [0.5 / 20, 19.5 / 20], atol=0.01)
    np.testing.assert_allclose(made[..., 2], 10 / 255, atol=0.003)


def test_all_of_it_is_fitted_with_black_beside_it() -> None:
    made = whole_picture.fit_picture(photograph(), network((30, 30, 3)).architecture, "all")
    assert not made[:5].any()
    assert not made[25:].any()
    assert made[5:25].any(axis=2).all()
    np.testing.assert_allclose(made[15, [0, 29], 0], [0.5 / 30, 29.5 / 30], atol=0.01)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_channels_are_grey_colours_and_opacity(channels: int) -> None:
    made = whole_picture.fit_picture(photograph(40, 40), network((10, 10, channels)).architecture, "middle")
    assert made.shape == ((10, 10) if channels == 1 else (10, 10, channels))
    if channels in (2, 4):
        assert (made[..., -1] == 1).all()
    if channels < 3:
        colours = whole_picture.fit_picture(photograph(40, 40), network((10, 10, 3)).architecture, "middle")
        grey = made if channels == 1 else made[..., 0]
        np.testing.assert_allclose(grey, colours @ np.array([0.299, 0.587, 0.114], np.float32), atol=0.005)


def test_bytes_are_bytes_and_transparent_is_white() -> None:
    clear = photograph(12, 12)
    clear[..., 3] = 0
    takes_bytes = network((6, 6, 3), Rescaling(name="rescaling", scale=1 / 255))
    assert (whole_picture.fit_picture(clear, takes_bytes.architecture, "all") == 255).all()
    assert (whole_picture.fit_picture(clear, network((6, 6, 3)).architecture, "all") == 1).all()


@pytest.mark.parametrize(
    ("shape", "read_as", "fitting"),
    [
        ((28, 28, 1), "auto", ""),
        ((28, 28, 1), "all", "all"),
        ((64, 64, 3), "auto", "middle"),
        ((32, 32, 3), "auto", "middle"),
        ((64, 64, 3), "digit", ""),
        ((64, 64, 1), "all", "all"),
    ],
)
def test_a_network_from_a_file_reads_whole_pictures(
    shape: tuple[int, int, int], read_as: whole_picture.ReadAs, fitting: str
) -> None:
    assert whole_picture.choose_fitting(network(shape), read_as) == fitting


def test_what_is_read_is_the_turned_and_cut_picture() -> None:
    reads = network((16, 16, 3))
    source = InputSource(kind="picture", rgba=photograph(), turns=1, crop=(0, 0, 40, 40), fitting="middle")
    found = subject.read(reads, source, frozenset())
    assert found.preparation is None
    assert found.whole
    assert not found.empty
    assert found.digit.shape == (28, 28)
    expected = whole_picture.fit_picture(np.rot90(photograph(), -1)[:40, :40], reads.architecture, "middle")
    np.testing.assert_array_equal(found.trace.digit, expected)
    black = subject.make_blank_input(reads, source)
    assert black.shape == (16, 16, 3)
    assert not black.any()


def test_a_drawing_stays_a_digit() -> None:
    found = subject.read(network((16, 16, 3)), InputSource(fitting="middle"), preprocessing.ALL)
    assert found.preparation is not None
    assert found.empty


@pytest.mark.parametrize("size", [(1, 1), (48, 31), (600, 400), (7, 900)])
def test_a_link_carries_a_small_copy(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (*size, 4), np.uint8)
    text = url_codec.encode_picture(noise)
    assert len(text) <= url_codec.MAX_CHARACTERS
    small = url_codec.decode_picture(text)
    assert small.dtype == np.uint8
    assert (small[..., 3] == 255).all()
    assert url_codec.encode_picture(small) == text


def test_a_small_copy_looks_like_the_picture() -> None:
    small = url_codec.decode_picture(url_codec.encode_picture(photograph(48, 48)))
    assert small.shape == (48, 48, 4)
    assert np.abs(small.astype(int) - photograph(48, 48)).max() <= 9


@pytest.mark.parametrize("text", ["", "1", "1AAAA", url_codec.encode_digit(np.zeros((28, 28)))])
def test_a_damaged_copy_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        url_codec.decode_picture(text)
    for body in (b"", b"\x01", b"\x00\x00", b"\x31\x01" + bytes(74), b"\x02\x02" + bytes(5)):
        with pytest.raises(Refusal):
            url_codec.decode_picture(url_codec._pack("picture", body))


@pytest.mark.parametrize("least", [0, 255])
def test_what_is_transparent_becomes_white_and_what_is_opaque_stays(least: int) -> None:
    random = np.random.default_rng(3)
    values = random.integers(0, 256, (9, 7, 3), np.uint8)
    alpha = random.integers(least, 256, (9, 7, 1), np.uint8)
    shares = alpha / 255
    np.testing.assert_array_equal(ink.put_on_white(values, alpha), np.rint(values * shares + 255 * (1 - shares)))
