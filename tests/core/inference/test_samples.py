"""Digits as input sources: the one that a new visitor finds on the pad, and those that a link names."""

from __future__ import annotations

from threading import Event
from unittest.mock import Mock

import numpy as np
import pytest

from cnnviz.core.data import http_file, picture_sets, published_sets
from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import MAX_BRUSH, MIN_BRUSH, SIDE
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples, subject
from cnnviz.core.networks import model_store


@pytest.mark.parametrize("name", model_store.names())
def test_every_network_reads_the_first_drawing_as_a_three(name: str) -> None:
    prediction = subject.read(model_store.load(name), samples.get_first(), frozenset(preprocessing.STEPS))
    assert prediction.trace.answer == 3
    assert prediction.trace.probabilities.max() > 0.9


def test_the_first_drawing_is_one_a_pen_can_draw_and_a_link_can_carry() -> None:
    drawing = samples.get_first().drawing
    assert all(0 <= value <= SIDE for stroke in drawing.strokes for point in stroke.points for value in point)
    assert all(MIN_BRUSH <= stroke.width <= MAX_BRUSH for stroke in drawing.strokes)
    assert len(url_codec.encode(drawing)) < 200
    assert url_codec.decode(url_codec.encode(drawing)) == drawing, "who opens the link reads the same numbers"


@pytest.mark.parametrize(("source", "part"), [("digits", "test"), ("digits-train", "train")])
def test_a_link_finds_pictures_of_both_parts(source: str, part: str) -> None:
    pictures = picture_sets.load("digits", part)
    found = samples.find(source, 7)
    assert found.digit is not None
    np.testing.assert_array_equal(found.digit, pictures.images[7] / np.float32(255))
    assert (found.kind, found.label, found.number, found.source) == ("sample", pictures.labels[7], 7, source)
    assert samples.is_training_digit(found) == (part == "train")


@pytest.mark.parametrize(
    ("source", "number", "words"),
    [
        ("mnist", 0, "not on this server"),
        ("mnist-train", 0, "not on this server"),
        ("fashion", 0, "not on this server"),
        ("kuzushiji-train", 0, "not on this server"),
        ("cifar", 0, "not on this server"),
        ("digits", 360, "no digit with that number"),
        ("digits-train", -1, "no digit with that number"),
    ],
)
def test_a_link_to_what_is_not_here_is_refused_and_nothing_is_fetched(
    monkeypatch: pytest.MonkeyPatch, source: str, number: int, words: str
) -> None:
    monkeypatch.setattr(http_file, "fetch", Mock(side_effect=AssertionError))
    with pytest.raises(Refusal, match=words):
        samples.find(source, number)


def test_a_damaged_file_does_not_hold_a_link_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is right, so that only the download, in a thread, finds out what is wrong with it."""
    monkeypatch.setattr(published_sets.PublishedSet, "is_cached", lambda *_: True)
    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(samples, "MAX_SECONDS", 0.05)
    arrived = Event()

    def read(*_: object) -> None:
        arrived.wait(60)
        raise Refusal("The downloaded file is not the published one.")

    monkeypatch.setattr(published_sets.PublishedSet, "read", read)
    with pytest.raises(Refusal, match="not on this server"):
        samples.find("fashion", 0)
    arrived.set()
    picture_sets.request("fashion", "test").wait()
