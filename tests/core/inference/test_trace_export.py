"""Files of a trace, read back with NumPy and the csv module."""

import csv
import io

import numpy as np
import pytest

from cnnviz.core.inference import trace_export
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network


@pytest.fixture(scope="module")
def small() -> Trace:
    layers = (
        Conv2D(name="conv", filters=2, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(name="pool", pool_size=(13, 13)),
        Flatten(name="flat"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    architecture = Architecture(name="small", layers=layers)
    random = np.random.default_rng(3)
    weights = {
        layer.name: {
            name: random.normal(size=shape).astype(np.float32) for name, shape in layer.weight_shapes(before).items()
        }
        for layer, before in zip(layers, architecture.shapes(), strict=False)
    }
    network = Network(architecture, {name: values for name, values in weights.items() if values}, None)
    return trace(network, random.random((28, 28)).astype(np.float32))


def test_npz_holds_every_array_bit_for_bit(small):
    with np.load(io.BytesIO(trace_export.write_npz(small)), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["digit"], small.digit)
        for layer in small.layers:
            np.testing.assert_array_equal(file[f"{layer.name}/after"], layer.after)
        np.testing.assert_array_equal(file["conv/before"], small.layers[0].before)
        assert "pool/before" not in file


def test_npz_of_one_layer_holds_that_layer(small):
    with np.load(io.BytesIO(trace_export.write_npz(small, small.layers[1:2]))) as file:
        assert sorted(file) == ["digit", "pool/after"]


def test_every_value_of_the_table_reads_back_as_the_same_float32(small):
    lines = list(csv.DictReader(io.StringIO(trace_export.write_csv(small).decode())))
    assert tuple(lines[0]) == trace_export.COLUMNS
    read = {
        (line["layer"], line["stage"], line["map"], line["row"], line["column"]): np.float32(line["value"])
        for line in lines
    }
    expected = sum(values.size for layer in small.layers for _, values in trace_export.iterate_stages(layer))
    assert len(read) == len(lines) == expected
    for place in np.ndindex(small.layers[0].after.shape):
        row, column, channel = map(str, place)
        assert read["conv", "after", channel, row, column] == small.layers[0].after[place]
    assert read["answer", "before", "3", "", ""] == small.layers[-1].before[3]


def test_table_of_one_layer_names_that_layer_only(small):
    lines = csv.DictReader(io.StringIO(trace_export.write_csv(small, small.layers[3:]).decode()))
    assert {line["layer"] for line in lines} == {"answer"}
