"""Messages between processes: what was packed is unpacked, and nothing else is accepted."""

from __future__ import annotations

import io
import math
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn_arrays

from cnnviz.jobs.protocol import framing

DTYPES = [
    np.dtype(name)
    for name in (
        "bool",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "uint32",
        "int32",
        "uint64",
        "int64",
        "float16",
        "float32",
        "float64",
        "complex64",
        ">f4",
        ">i8",
    )
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.dictionaries(st.text(), VALUES, max_size=4)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda name: name != "__metadata__")
ARRAYS = st.dictionaries(
    NAMES,
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: drawn_arrays.arrays(dtype, drawn_arrays.array_shapes(min_dims=0, min_side=0, max_side=4))
    ),
    max_size=4,
)


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape
        and one[name].dtype == other[name].dtype.newbyteorder("=")
        and np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind in "fc")
        for name in one
    )


@given(HEADERS, ARRAYS)
def test_unpack_inverts_pack(header, arrays):
    unpacked, given_back = framing.unpack(framing.pack(header, arrays))
    assert unpacked == header
    assert same(given_back, arrays)


@given(st.lists(st.tuples(HEADERS, ARRAYS), max_size=4))
def test_stream_yields_messages_in_order_then_none(sent):
    stream = io.BytesIO()
    for header, arrays in sent:
        framing.write(stream, header, arrays)
    stream.seek(0)
    for header, arrays in sent:
        received = framing.read(stream)
        assert received is not None
        assert received[0] == header
        assert same(received[1], arrays)
    assert framing.read(stream) is None


def test_views_arrive_with_their_values():
    whole = np.arange(24, dtype=np.float32).reshape(4, 6)
    views = {"turned": whole.T, "part": whole[1::2, ::3], "backwards": whole[::-1], "one": whole[2, 3]}
    assert same(framing.unpack(framing.pack({}, views))[1], {k: np.asarray(v) for k, v in views.items()})


def test_header_may_hold_nan_and_infinity():
    header, _ = framing.unpack(framing.pack({"loss": math.nan, "worst": math.inf}))
    assert math.isnan(header["loss"])
    assert header["worst"] == math.inf


@given(st.data(), HEADERS, ARRAYS)
def test_truncated_stream_is_an_error(data, header, arrays):
    stream = io.BytesIO()
    framing.write(stream, header, arrays)
    cut = data.draw(st.integers(1, len(stream.getvalue()) - 1))
    with pytest.raises(framing.MessageError):
        framing.read(io.BytesIO(stream.getvalue()[:cut]))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_only_message_errors(data):
    with pytest.raises(framing.MessageError):
        framing.unpack(data)


@pytest.mark.parametrize(
    "header",
    [
        b"{}",
        b"[]",
        b'{"__metadata__": {}}',
        b'{"__metadata__": {"head": "[1]"}}',
        b'{"__metadata__": {"head": "{"}}',
    ],
)
def test_safetensors_without_header_is_an_error(header):
    with pytest.raises(framing.MessageError):
        framing.unpack(struct.pack("<Q", len(header)) + header)


def test_pickle_is_never_loaded():
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("a pickle was opened",)

    with pytest.raises(framing.MessageError):
        framing.unpack(pickle.dumps(Trap()))
    with pytest.raises(framing.MessageError):
        framing.pack({}, {"objects": np.array([Trap()], dtype=object)})


def test_length_beyond_the_limit_is_refused_before_reading():
    stream = io.BytesIO(struct.pack("<Q", framing.MAX_BYTES + 1) + b"x" * 100)
    with pytest.raises(framing.MessageError, match="at most"):
        framing.read(stream)
    assert stream.tell() == 8


def test_too_long_message_is_not_packed(monkeypatch):
    monkeypatch.setattr(framing, "MAX_BYTES", 1000)
    with pytest.raises(framing.MessageError, match="at most"):
        framing.pack({}, {"large": np.zeros(1001, np.uint8)})
    with pytest.raises(framing.MessageError, match="at most"):
        framing.pack({"text": "x" * 1000})


def test_header_that_is_not_json_is_an_error():
    with pytest.raises(framing.MessageError):
        framing.pack({"number": np.float32(1)})
