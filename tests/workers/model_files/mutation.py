"""Mutations of sound files: bytes, lengths and parts changed as damage or an attack would."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from onnx import helper

from cnnviz.workers.model_files.onnx_reading.file import OPERATORS
from tests.workers.model_files import make_files, onnx_files

Random = np.random.Generator

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    10**18,
    1e300,
    "",
    "\0",
    "x" * 10_000,
    [],
    [[]],
    {},
    {"class_name": "x"},
)
"""Values put in place of others in a description."""


def sound_files() -> list[tuple[str, bytes]]:
    """Return names and bytes of one file of each form."""
    return [
        ("net.keras", make_files.keras()),
        ("net.keras", make_files.packed(make_files.members(), zipfile.ZIP_DEFLATED)),
        ("net.keras", make_files.keras(weights=make_files.hdf5(chunks=True, compression="gzip", shuffle=True))),
        ("net.h5", make_files.legacy()),
        ("net.h5", make_files.legacy(fixed=True)),
        ("net.safetensors", make_files.safetensors()),
        ("net.onnx", onnx_files.file()),
    ]


def mutate_all(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield so many mutated files with their names."""
    rng = np.random.default_rng(seed)
    sound = sound_files()
    for number in range(count):
        name, data = sound[number % len(sound)]
        if name == "net.keras" and rng.random() < 0.5:
            yield name, mutate_inside(rng)
        elif name == "net.onnx" and rng.random() < 0.5:
            yield name, mutate_graph(rng)
        else:
            yield name, mutate_bytes(rng, data)


def mutate_bytes(rng: Random, data: bytes) -> bytes:
    """Flip, replace, cut, insert or repeat bytes, most of them in the first and last kilobytes, where headers are."""
    found = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        size = len(found)
        at = (
            int(rng.integers(size))
            if rng.random() < 0.5
            else int(rng.choice([rng.integers(min(size, 2_000)), size - 1 - rng.integers(min(size, 500))]))
        )
        match int(rng.integers(7)):
            case 0:
                found[at] ^= 1 << int(rng.integers(8))
            case 1:
                found[at] = int(rng.integers(256))
            case 2:
                found[at : at + 4] = struct.pack("<L", int(rng.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFF00])))
            case 3:
                found[at : at + 8] = struct.pack(
                    "<Q", int(rng.choice(np.array([0, 1, 2**63 - 1, 2**40, size], np.uint64)))
                )
            case 4:
                del found[at : at + int(rng.integers(1, 40))]
            case 5:
                found[at:at] = bytes(rng.integers(0, 256, int(rng.integers(1, 40)), np.uint8))
            case _:
                length = int(rng.integers(1, 200))
                other = int(rng.integers(size))
                found[at : at + length] = found[other : other + length]
    return bytes(found)


def mutate_inside(rng: Random) -> bytes:
    """Change the description or the weights of a file whose archive stays sound, so that what is inside is reached."""
    if rng.random() < 0.5:
        return make_files.keras(weights=mutate_bytes(rng, make_files.hdf5()))
    config = json.loads(json.dumps(make_files.small_network()))
    for _ in range(int(rng.integers(1, 4))):
        mutate_value(rng, config)
    return make_files.keras(config)


def mutate_graph(rng: Random) -> bytes:
    """Change nodes, arrays or sides of an ONNX file that stays sound as a message, so that its reader is reached."""
    made = onnx_files.model()
    graph = made.graph
    for _ in range(int(rng.integers(1, 4))):
        node = graph.node[int(rng.integers(len(graph.node)))] if len(graph.node) else graph.node.add()
        tensor = graph.initializer[int(rng.integers(len(graph.initializer)))]
        number = int(rng.choice(np.array([-(2**63), -1, 0, 1, 2, 3, 2**31, 2**63 - 1])))
        match int(rng.integers(8)):
            case 0:
                node.op_type = str(rng.choice([*sorted(OPERATORS), "If", ""]))
            case 1 if len(node.input):
                node.input[int(rng.integers(len(node.input)))] = str(
                    rng.choice(["", "x", "act", "conv.bias", "y", "?"])
                )
            case 2 if len(node.input):
                node.input.pop()
            case 3:
                attribute = node.attribute.add()
                attribute.CopyFrom(
                    helper.make_attribute(
                        str(rng.choice(sorted(set().union(*OPERATORS.values())))),
                        [number, [number] * int(rng.integers(1, 6)), float(number), "odd"][int(rng.integers(4))],
                    )
                )
            case 4 if len(tensor.dims):
                tensor.dims[int(rng.integers(len(tensor.dims)))] = number
            case 5:
                tensor.data_type = int(rng.integers(24))
            case 6:
                sides = graph.input[0].type.tensor_type.shape.dim
                sides[int(rng.integers(1, len(sides)))].dim_value = number
            case _:
                graph.node.remove(node)
    return bytes(made.SerializeToString())


def mutate_value(rng: Random, data: Any) -> None:
    """Replace, remove or repeat one value somewhere in a description."""
    while True:
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        if not keys:
            return
        key = keys[int(rng.integers(len(keys)))]
        if isinstance(data[key], (dict, list)) and data[key] and rng.random() < 0.8:
            data = data[key]
            continue
        match int(rng.integers(3)):
            case 0:
                data[key] = ODD[int(rng.integers(len(ODD)))]
            case 1:
                del data[key]
            case _:
                data[key] = [data[key], data[key]]
        return
