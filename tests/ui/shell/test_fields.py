"""Fields: what sessions keep, how links spell it, and that nothing else names a session key."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.ui.shell import fields, url
from cnnviz.ui.shell.fields.layers import CELL_LINK_NAME

ROOT = Path(__file__).parents[3]
NUMBERS = colour_sum.EXAMPLES["edge"][1]

PUBLISHED: dict[str, tuple[str, dict[str, Any]]] = {
    "present": ("1", {"presenting": True}),
    "show": ("everything", {"detail": "everything"}),
    "net": ("cnn-32-64", {"network": "cnn-32-64"}),
    "surface": ("canvas", {"surface": "canvas"}),
    "range": ("map", {"colour_range": "map"}),
    "colours": ("magma", {"palette": "magma"}),
    "lang": ("en", {"language": "en"}),
    "as": ("all", {"read_as": "all"}),
    "ink": ("00FF88", {"ink": "#00ff88"}),
    "paper": ("101010", {"paper": "#101010"}),
    "view": ("diagram", {"layers_view": "diagram"}),
    "layers": ("convolution", {"layers_kind": "convolution"}),
    "only": ("conv2d_1", {"layers_only": "conv2d_1"}),
    "why": ("1", {"why_open": True}),
    "how": ("saliency", {"why_method": "saliency"}),
    "for": ("7", {"why_target": "7"}),
    "against": ("nothing", {"why_against": "nothing"}),
    "maps-of": ("conv2d_1", {"why_layer": "conv2d_1"}),
    "bench": ("build", {"train_view": "build"}),
    "run": ("0123abcd", {"watched": "0123abcd"}),
    "replay": ("padding", {"recorded": "padding", "recorded_moment": 0}),
    "image": ("1~2~3_4~5~6_7~8~-9.5", {"conv_image": ((1, 2, 3), (4, 5, 6), (7, 8, -9.5)), "conv_side": 3}),
    "kernel": ("1~0_0~-1", {"conv_kernel": ((1, 0), (0, -1)), "conv_size": 2}),
    "steps": ("2", {"conv_stride": 2}),
    "around": ("same", {"conv_padding": "same"}),
    "dilation": ("2", {"conv_dilation": 2}),
    "ask": ("0", {"conv_guess": False}),
    "filter": ("own", {"filter": "own"}),
    "kernels": ("conv2d_1", {"filters_layer": "conv2d_1"}),
    "look": ("31", {"filters_number": 31}),
    "sorted": ("moved", {"filters_order": "moved"}),
    "find": ("max pooling", {"glossary_search": "max pooling"}),
    "own": ("1~0.111111_0~-2", {"own_kernel": ((1, 0.111111), (0, -2))}),
    "bias": ("-0.5", {"own_bias": -0.5}),
    "number": ("7", {"filter_number": 7}),
    "channel": ("2", {"filter_channel": 2}),
    "frame": ("same", {"filter_padding": "same"}),
    "row": ("0", {"order_row": 0}),
    "column": ("1", {"order_column": 1}),
    "depth": ("2", {"order_channel": 2}),
    "sum": ("7", {"sum_map": 7}),
    "rgb": ("7", {"rgb_filter": "7"}),
    "grid": ("1~2~3_4~5~6_7~8~-9.5", {"pool_grid": ((1, 2, 3), (4, 5, 6), (7, 8, -9.5)), "pool_side": 3}),
    "window": ("3", {"pool_window": 3}),
    "stride": ("1", {"pool_stride": 1}),
    "padding": ("same", {"pool_padding": "same"}),
    "guess": ("0", {"pool_guess": False}),
    "conv": ("conv2d_1", {"same_layer": "conv2d_1"}),
    "map": ("31", {"same_map": 31}),
    "pool": ("4", {"same_window": 4}),
    "step": ("3", {"same_stride": 3}),
    "edges": ("same", {"same_padding": "same"}),
    "disturb": ("noise", {"disturbance": "noise"}),
    "moved": ("0", {"moved": 0}),
    "rotate": ("3", {"rotate": 3}),
    "scale": ("3", {"scale": 3}),
    "thicken": ("3", {"thicken": 3}),
    "noise": ("3", {"noise": 3}),
    "set": ("fashion", {"data_set": "fashion"}),
    "split": ("validation", {"data_split": "validation"}),
    "label": ("7", {"data_label": "7"}),
    "sheet": ("740", {"data_sheet": 740}),
    "index": ("59999", {"data_index": 59999}),
    "numbers": ("shares", {"data_numbers": "shares"}),
    "plane": ("2", {"data_channel": "2"}),
    "augment": ("pen", {"data_augmentation": "pen"}),
    "sample": ("3", {"batch_sample": 3}),
    "line": ("27", {"batch_row": 27}),
    "across": ("0", {"batch_column": 0}),
    "tint": ("2", {"batch_channel": 2}),
    "one": ("pen", {"compare_one": "pen"}),
    "other": ("pool-max", {"compare_other": "pool-max"}),
    "by": ("loss", {"networks_by": "loss"}),
    "which": ("apart", {"sheet_shows": "apart"}),
    "thirty": ("7", {"sheet_page": 7}),
    "matrix": ("other", {"matrix_of": "other"}),
    "cells": ("shares", {"matrix_as": "shares"}),
    "fool": ("morph", {"fool_how": "morph"}),
    "far": ("3", {"fool_amount": 3}),
    "into": ("4", {"fool_other": 4}),
    "draw": ("12", {"fool_seed": 12}),
    "of": ("one", {"map_of": "one"}),
    "placed": ("neighbours", {"map_by": "neighbours"}),
    "values": ("dense", {"map_layer": "dense"}),
    "open": ("fool-it.networks", {"unfolded": ("fool-it", "networks")}),
    "misread": ("4-9", {"matrix_cell": (4, 9)}),
}
"""Name in the links that people have shared -> a value, and what it sets."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_shared_links_keep_their_meaning(name: str) -> None:
    text, sets = PUBLISHED[name]
    assert fields.find_by_link_name(name)[0].decode(text) == sets


def test_no_name_in_links_is_forgotten_here() -> None:
    assert {field.link_name for field in fields.FIELDS.values()} - {""} == set(PUBLISHED)
    assert not {*url.SUBJECTS, url.STEPS_LINK_NAME, CELL_LINK_NAME, *url.EMBEDDING} & set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_field_writes_what_it_reads(name: str) -> None:
    field = fields.find_by_link_name(name)[0]
    value = field.decode(PUBLISHED[name][0])[field.key]
    assert field.decode(field.codec.encode(value))[field.key] == value


def test_two_fields_share_one_name() -> None:
    number, typed = fields.find_by_link_name("rgb")
    with pytest.raises(Refusal):
        number.decode(colour_sum.encode(NUMBERS))
    assert typed.decode(colour_sum.encode(NUMBERS)) == {"rgb_filter": "own", "rgb_numbers": NUMBERS}
    assert not number.written({"rgb_filter": "own"}.__getitem__)
    assert typed.written({"rgb_filter": "own"}.__getitem__)


def test_fields_of_one_page_stay_out_of_the_links_of_another() -> None:
    assert {field.link_name for field in fields.of_links("train")} >= {"net", "bench", "run"}
    assert not {field.link_name for field in fields.of_links("draw")} & {"bench", "run", "grid", "image"}


@pytest.mark.parametrize("key", [key for key, field in fields.FIELDS.items() if field.options])
def test_the_default_of_a_choice_is_one_of_its_options(key: str) -> None:
    assert fields.FIELDS[key].default in fields.FIELDS[key].options


def test_only_the_session_names_a_field_in_the_session_state() -> None:
    """Everywhere else `st.session_state` is asked for what widgets and components report, under keys of their own."""
    found = []
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "cnnviz" / "ui").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            subscript = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "st.session_state"
            called = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("st.session_state.")
            if subscript or called:
                found += [
                    (path.name, part.value)
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and part.value in fields.FIELDS
                ]
    assert {name for name, _ in found} <= {"session.py"}
