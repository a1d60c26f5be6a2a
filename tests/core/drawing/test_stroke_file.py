"""Files of strokes that the pad saves are read again; whatever else is in a file gets plain words and does no harm."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.core.drawing import fabric_json, stroke_file
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, Drawing, Stroke
from cnnviz.core.errors import Refusal

SAVED = (
    '{"format":"cnnviz-drawing","version":1,"side":280,"strokes":'
    '[{"width":20,"points":[[60,50],[220.5,50]]},{"width":8,"points":[[1,-2]]}]}'
)
"""What the browser writes, see tests/ui/components/browser/pad/files.test.js."""

SEVEN = Drawing((Stroke(((60.0, 50.0), (220.5, 50.0)), 20.0), Stroke(((1.0, -2.0),), 8.0)))


def file(**values: object) -> str:
    return json.dumps(json.loads(SAVED) | values)


def stroke(**values: object) -> dict[str, Any]:
    return {"width": 20, "points": [[1, 2], [3, 4]]} | values


def test_a_saved_drawing_is_read_as_it_was() -> None:
    assert stroke_file.read(SAVED) == fabric_json.ParsedCanvas(SEVEN)
    assert stroke_file.read("\ufeff" + json.dumps(json.loads(SAVED), indent=4)).drawing == SEVEN


def test_a_drawing_of_fabric_is_read_by_its_own_reader() -> None:
    saved = fabric_json.from_drawing(SEVEN)
    saved["objects"].append({"type": "image"})
    reading = stroke_file.read(json.dumps(saved))
    assert reading.drawing == fabric_json.read(saved).drawing
    assert reading.left_out == {"picture": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no drawing"),
        ("a letter to a friend", "no drawing"),
        ("\x89PNG\r\n\x1a\n\x00", "no drawing"),
        ("[" * 100_000, "no drawing"),
        ("5", "no drawing"),
        ("[]", "no drawing"),
        ("{}", "no drawing"),
        ("9" * 5_000, "no drawing"),
        (file(format="other"), "no drawing"),
        (file(strokes={}), "no drawing"),
        (file(version=2), "another version"),
        (file(version=True), "another version"),
        (file(side=100), "another version"),
        (file(strokes=[]), "no stroke"),
        ('{"objects": []}', "no stroke"),
        ('{"objects": 5}', "could not be read"),
        (" " * (stroke_file.MAX_CHARACTERS + 1), "too large"),
        (file(strokes=[stroke()] * (MAX_STROKES + 1)), "more than 200 strokes"),
        (file(strokes=[stroke(points=[[1, 2]] * MAX_POINTS), stroke()]), "more than 6000 points"),
        (SAVED.replace("220.5", "NaN"), "no drawing"),
        (SAVED.replace("220.5", "1e999"), "Stroke 1 "),
        (file(strokes=[stroke(), 5]), "Stroke 2 "),
        (file(strokes=[stroke(), stroke(width=0.5)]), "Stroke 2 "),
        (file(strokes=[stroke(width=81)]), "Stroke 1 "),
        (file(strokes=[stroke(width="20")]), "Stroke 1 "),
        (file(strokes=[stroke(width=True)]), "Stroke 1 "),
        (file(strokes=[stroke(points=[])]), "Stroke 1 "),
        (file(strokes=[stroke(points="12")]), "Stroke 1 "),
        (file(strokes=[stroke(points=[[1]])]), "Stroke 1 "),
        (file(strokes=[stroke(points=[[1, 2, 3]])]), "Stroke 1 "),
        (file(strokes=[stroke(points=[[1, 1001]])]), "Stroke 1 "),
        (file(strokes=[stroke(points=[[1, True]])]), "Stroke 1 "),
        (file(strokes=[stroke(points=[[1, 10**400]])]), "Stroke 1 "),
    ],
)
def test_anything_else_is_refused_in_plain_words(text: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        stroke_file.read(text)


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(some.dictionaries(some.sampled_from(["format", "version", "side", "strokes", "objects"]), ANYTHING), ANYTHING)
def test_no_json_does_harm(values: dict[str, object], points: object) -> None:
    for text in (json.dumps(values), file(**values), file(strokes=[stroke(points=points)])):
        with contextlib.suppress(Refusal):
            assert stroke_file.read(text).drawing
