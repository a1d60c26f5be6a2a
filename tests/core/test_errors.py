"""The guarantees of a refusal to the code that shows it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import MAX_DEPTH, MAX_LENGTH, Refusal
from cnnviz.core.messages import Message

CORE = Path(__file__).resolve().parents[2] / "cnnviz" / "core"
PACKAGES = [
    "layers",
    *(f"networks/{name}.py" for name in ("limits", "card", "network", "training_plan", "model_store", "architecture")),
    "inference/trace.py",
]


def templates() -> Iterator[str]:
    """Return every refusal template of these packages."""
    for place in PACKAGES:
        for path in sorted((CORE / place).rglob("*.py")) or [CORE / place]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                    yield ast.literal_eval(node.args[0])


def nest(message: dict[str, object], depth: int) -> dict[str, object]:
    return message if not depth else {"template": "{a}", "values": {"a": nest(message, depth - 1)}}


NESTED = nest({"template": "deep", "values": {}}, MAX_DEPTH - 1)
"""A part that is one level too deep."""


def test_a_refusal_is_its_filled_template() -> None:
    refusal = Refusal("`{name}` must be at most {most:,}. Received: {value}.", name="units", most=1000, value="x")
    assert refusal.template.format(**refusal.values) == str(refusal)
    assert str(refusal) == "`units` must be at most 1,000. Received: x."


@given(value=st.text(max_size=2000) | st.lists(st.integers()) | st.dictionaries(st.text(), st.none()))
def test_long_input_is_shortened_and_the_way_out_stays(value: object) -> None:
    refusal = Refusal("`a` must be b. Received: {value}. Choose c.", value=value)
    assert len(str(refusal)) <= MAX_LENGTH
    assert str(refusal).endswith(". Choose c.")


@given(values=st.dictionaries(st.sampled_from(["a", "template", "self"]), st.text() | st.integers() | st.floats()))
def test_a_refusal_survives_json(values: dict[str, object]) -> None:
    refusal = Refusal("No room." + "".join(f" {{{name}}}" for name in values), **values)
    again = Refusal.from_json(json.loads(json.dumps(refusal.to_json())))
    assert (str(again), again.template) == (str(refusal), refusal.template)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "No room.",
        {},
        {"template": "No room."},
        {"template": "No room.", "values": {}, "more": 1},
        {"template": 7, "values": {}},
        {"template": "No room.", "values": []},
        {"template": "No room.", "values": {"a": None}},
        {"template": "No room.", "values": {"a": [1]}},
        {"template": "No room.", "values": {1: "a"}},
        {"template": "No room for {a}.", "values": {}},
        {"template": "No room for {}.", "values": {"a": 1}},
        {"template": "No room for {a.b}.", "values": {"a": 1}},
        {"template": "No room for {a[b]}.", "values": {"a": "b"}},
        {"template": "No room for {a:x}.", "values": {"a": "b"}},
        {"template": "No room for {a.", "values": {"a": "b"}},
        {"template": "No room for {a:>999999999}.", "values": {"a": "b"}},
        {"template": "No room for {a}.", "values": {"a": {"template": "{b.c}", "values": {"b": 1}}}},
        {"template": "No room for {a}.", "values": {"a": {"template": "b"}}},
        {"template": "{a}", "values": {"a": NESTED}},
    ],
    ids=str,
)
def test_invalid_refusal_json_is_refused(data: object) -> None:
    with pytest.raises(Refusal, match="must have a `template` and the `values`"):
        Refusal.from_json(data)


@pytest.mark.parametrize("template", sorted(set(templates())))
def test_every_sentence_says_what_came_and_keeps_its_way_out(template: str) -> None:
    assert "Received: " in template or "float32 can hold" in template
    assert template.endswith(".")

    class Long(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return 10**9 if ":," in template else "x" * 500

    names = [part.split("}")[0].split(":")[0] for part in template.split("{")[1:]]
    values = {name: Long()[name] for name in names}
    assert str(Refusal(template, **values)).endswith(template.rsplit("}", 1)[-1])


@pytest.mark.parametrize("odd", ["\ud800", "\0", "\n", "\u202e", "\u2028"])
def test_values_show_no_character_without_a_glyph(odd: str) -> None:
    inner = Message("a {name}", {"name": f"b{odd}c"})
    said = str(Refusal("{name}, {part}: rename it.", name=f"x{odd}y\u00a0z", part=inner))
    assert said == "x?y\u00a0z, a b?c: rename it."
    assert said.encode()


def test_there_are_templates_to_test() -> None:
    assert len(set(templates())) > 15


def test_a_part_of_a_refusal_is_shortened_with_it_and_survives_json() -> None:
    part = Message("`filters` must be small. Received: {value}.", {"value": "9" * 1_000})
    refusal = Refusal("Layer {layer}: {reason} Choose fewer.", layer="a" * 1_000, reason=part)
    assert len(str(refusal)) <= MAX_LENGTH
    assert str(refusal).endswith("…. Choose fewer.")
    again = Refusal.from_json(json.loads(json.dumps(refusal.to_json())))
    assert (str(again), again.values) == (str(refusal), refusal.values)
