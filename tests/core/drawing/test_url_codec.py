"""Drawings and digits survive encoding in a URL, and no URL does harm."""

from __future__ import annotations

import base64
import itertools
import math
import re
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.simplify import simplify
from cnnviz.core.drawing.strokes import Drawing, Stroke, render
from cnnviz.core.errors import Refusal

ALPHABET = re.compile(r"[A-Za-z0-9_-]*")

coordinates = st.floats(-1000, 1000)
points = st.tuples(coordinates, coordinates)
strokes = st.builds(
    Stroke, st.lists(points, min_size=1, max_size=12).map(tuple), st.floats(0.25, 280, exclude_min=True)
)
drawings = st.builds(Drawing, st.lists(strokes, max_size=6).map(tuple))


def seven() -> Drawing:
    """Return a seven as a browser sends it: a point every two pixels, slightly trembling."""
    top = [(70 + 2.03 * k, 60 + math.sin(k) / 3) for k in range(70)]
    leg = [(210 - 0.9 * k, 60 + 1.7 * k + math.cos(k) / 3) for k in range(100)]
    bar = [(110 + 1.5 * k, 150.25) for k in range(50)]
    return Drawing((Stroke(tuple(top + leg), 20.0), Stroke(tuple(bar), 12.5)))


def ink(drawing: Drawing) -> np.ndarray:
    return render(drawing)[..., 3].astype(int)


def crafted(body: bytes, what: str = "drawing") -> str:
    """Encode any body with a valid checksum."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = url_codec._checksum(what, body) + deflate.compress(body) + deflate.flush()
    return "1" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def test_a_seven_is_short_and_looks_the_same() -> None:
    text = url_codec.encode(seven())
    assert len(text) <= 120
    assert ALPHABET.fullmatch(text)
    decoded = url_codec.decode(text)
    assert [stroke.width for stroke in decoded.strokes] == [20.0, 12.5]
    assert np.abs(ink(decoded) - ink(seven())).mean() < 1
    assert np.abs(ink(decoded) - ink(seven())).max() <= 200


def test_an_empty_drawing_is_an_empty_text() -> None:
    assert url_codec.encode(Drawing()) == ""
    assert url_codec.encode(Drawing((Stroke(()),))) == ""
    assert url_codec.decode("") == Drawing()


def test_a_dot_stays_a_dot() -> None:
    decoded = url_codec.decode(url_codec.encode(Drawing((Stroke(((12.4, 80.6),), 30.0),))))
    assert decoded == Drawing((Stroke(((12.0, 81.0),), 30.0),))


def test_a_stroke_that_goes_back_on_itself_keeps_its_reach() -> None:
    there_and_back = Drawing((Stroke(((10.0, 10.0), (200.0, 10.0), (11.0, 10.0)), 20.0),))
    assert url_codec.decode(url_codec.encode(there_and_back)) == there_and_back


def test_what_was_just_drawn_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = url_codec.quantize(seven())
    expected = url_codec._try_encode(list(kept.strokes), url_codec.TOLERANCES[0])

    def fail(*_: object) -> str:
        raise AssertionError

    monkeypatch.setattr(url_codec, "_try_encode", fail)
    assert url_codec.encode(kept) == expected
    assert url_codec.decode(expected) == kept


@given(drawings)
def test_encoding_again_gives_the_same_text(drawing: Drawing) -> None:
    text = url_codec.encode(drawing)
    assert ALPHABET.fullmatch(text)
    assert url_codec.encode(url_codec.decode(text)) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.floats(0, 280), st.floats(0, 280)), min_size=1, max_size=8), max_size=4))
def test_a_decoded_drawing_looks_like_the_drawn_one(lines: list[list[tuple[float, float]]]) -> None:
    drawing = Drawing(tuple(Stroke(tuple(line), 20.0) for line in lines))
    decoded = url_codec.decode(url_codec.encode(drawing))
    # an edge moves by half a pixel where a point is rounded, and by half a pixel where one is left out
    edges = 255 * sum(math.dist(a, b) for line in lines for a, b in itertools.pairwise(line)) * 2
    dots = 255 * len(lines) * 70
    assert np.abs(ink(decoded) - ink(drawing)).sum() <= 0.75 * (edges + dots)


def spiral(turns: float, count: int) -> Drawing:
    angles = np.linspace(0, turns * math.tau, count)
    radius = np.linspace(10, 130, count)
    line = zip(140 + radius * np.cos(angles), 140 + radius * np.sin(angles), strict=True)
    return Drawing((Stroke(tuple((float(x), float(y)) for x, y in line), 3.0),))


def test_a_long_drawing_gives_up_detail_and_keeps_to_the_limit() -> None:
    text = url_codec.encode(spiral(25, 6000))
    assert 1000 < len(text) <= url_codec.MAX_CHARACTERS
    decoded = url_codec.decode(text)
    assert url_codec.encode(decoded) == text
    angles = np.array([math.dist(point, (140, 140)) for point in decoded.strokes[0].points])
    assert (np.abs(np.diff(angles)) < 12).all()


@pytest.mark.parametrize(
    "line",
    [
        [(float(x), float(y)) for x, y in np.random.default_rng(1).integers(0, 280, (6000, 2))],
        [(k * 0.3, 900 * 0.999**k * (-1) ** k) for k in range(6000)],
    ],
    ids=["noise", "zigzag"],
)
def test_a_drawing_without_any_order_is_refused_in_time(line: list[tuple[float, float]]) -> None:
    start = time.perf_counter()
    with pytest.raises(Refusal, match="too long for a link"):
        url_codec.encode(Drawing((Stroke(tuple(line), 4.0),)))
    assert time.perf_counter() - start < 5


def test_too_many_strokes_are_refused() -> None:
    with pytest.raises(Refusal, match="too long for a link"):
        url_codec.encode(Drawing((Stroke(((1.0, 1.0),)),) * 201))


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "1A",
        "0" + url_codec.encode(seven())[1:],
        url_codec.encode(seven())[:-4],
        url_codec.encode(seven()) + "AAAA",
        url_codec.encode(seven()) + "=",
        url_codec.encode(seven()) + "\n",
        url_codec.encode(seven())[:20] + " " + url_codec.encode(seven())[20:],
        url_codec.encode(seven())[:20] + "é" + url_codec.encode(seven())[20:],
        "1" + "A" * 3000,
        "../../etc/passwd",
        "<img src=x>",
        url_codec.encode_digit(np.ones((28, 28))),
    ],
)
def test_a_broken_text_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="The drawing in this link is damaged"):
        url_codec.decode(text)


@given(st.integers(1, 60), st.sampled_from("AZaz09-_"))
def test_changed_character_is_detected(at: int, character: str) -> None:
    text = url_codec.encode(seven())
    changed = text[:at] + character + text[at + 1 :]
    if changed != text:
        with pytest.raises(Refusal):
            url_codec.decode(changed)


def one_stroke(*, width: int = 40, count: int | None = None, steps: tuple[int, ...] = (40, 40)) -> bytes:
    numbers = (width, len(steps) // 2 if count is None else count, *steps)
    return b"".join(url_codec._encode_number(number) for number in numbers)


@pytest.mark.parametrize(
    "body",
    [
        one_stroke(width=0),
        one_stroke(width=561),
        one_stroke(count=0, steps=()),
        one_stroke(count=2),
        one_stroke(count=6001, steps=(0, 0) * 6001),
        one_stroke(count=2_000_000),
        one_stroke(steps=(2002, 0)),
        one_stroke(steps=(2000, 0, 2000, 0)),
        one_stroke() * 201,
        one_stroke() + b"\x80",
        b"\xff" * 30,
        b"\0" * 5_000_000,
    ],
    ids=lambda body: f"{body[:6].hex()}x{len(body)}",
)
def test_a_body_beyond_the_limits_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal, match="damaged"):
        url_codec.decode(crafted(body))


def test_a_body_within_the_limits_is_read() -> None:
    assert url_codec.decode(crafted(one_stroke())) == Drawing((Stroke(((20.0, 20.0),), 20.0),))
    assert len(url_codec.decode(crafted(one_stroke() + one_stroke(steps=(0, 0)) * 199)).strokes) == 200


@given(st.binary(max_size=200))
def test_any_body_is_a_drawing_or_a_refusal(body: bytes) -> None:
    try:
        drawing = url_codec.decode(crafted(body))
    except Refusal:
        return
    assert url_codec.decode(url_codec.encode(drawing)) is not None


@given(st.text(max_size=100))
def test_any_text_is_a_drawing_or_a_refusal(text: str) -> None:
    if text:
        with pytest.raises(Refusal):
            url_codec.decode(text)


def test_a_digit_comes_back_in_sixteen_levels() -> None:
    digit = np.random.default_rng(5).random((28, 28)).astype(np.float32)
    text = url_codec.encode_digit(digit)
    decoded = url_codec.decode_digit(text)
    assert decoded.dtype == np.float32
    assert decoded.shape == (28, 28)
    assert np.abs(decoded - digit).max() <= 0.5 / 15 + 1e-6
    assert url_codec.encode_digit(decoded) == text
    assert len(text) < 600


def test_black_and_white_stay_exact() -> None:
    digit = np.zeros((28, 28), np.float32)
    digit[5:20, 10:14] = 1
    text = url_codec.encode_digit(digit)
    np.testing.assert_array_equal(url_codec.decode_digit(text), digit)
    assert len(text) < 60


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "abc",
        url_codec.encode(seven()),
        crafted(bytes(391), "digit"),
        crafted(bytes(393), "digit"),
    ],
)
def test_a_broken_digit_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="The digit in this link is damaged"):
        url_codec.decode_digit(text)


@pytest.mark.parametrize("digit", [np.zeros((28, 27)), np.zeros((1, 28, 28)), np.full((28, 28), np.nan)])
def test_invalid_digit_is_an_error(digit: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"`digit` must have shape \(28, 28\)"):
        url_codec.encode_digit(digit)


def distance_to_line(point: tuple[float, float], line: list[tuple[float, float]]) -> float:
    """Measure distances by the definition, at a thousand places of each piece."""
    shares = np.linspace(0, 1, 1000)[:, None]
    pieces = [np.array(a) * (1 - shares) + np.array(b) * shares for a, b in itertools.pairwise(line)]
    return min(float(np.linalg.norm(piece - point, axis=1).min()) for piece in pieces or [np.array(line)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=25), st.floats(0.5, 20))
def test_no_point_is_left_out_that_is_far_from_the_line(line: list[tuple[float, float]], tolerance: float) -> None:
    kept = simplify(line, tolerance, 100)
    assert all(distance_to_line(point, kept) <= tolerance + 0.1 for point in line)


def test_long_and_short_lines_are_simplified_alike() -> None:
    line = [(float(x), float(y)) for x, y in np.random.default_rng(2).normal(0, 5, (149, 2)).cumsum(axis=0)]
    there = simplify(line, 4.0, 1000)
    longer = simplify([point for point in line for _ in range(3)], 4.0, 1000)
    assert len(there) > 20
    assert longer == there
