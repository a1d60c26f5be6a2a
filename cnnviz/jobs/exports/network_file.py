"""A network as one safetensors file of our own: weights by `layer/weight`, and remarks.

The remarks are texts: `variant`, the architecture as JSON; `title`; and `card`, the model card as JSON where there is
one. They are for what this app has written itself; files of others are read by `cnnviz.jobs.sandbox.model_upload`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network, pack_weights, unpack_weights

VARIANT, TITLE, CARD = "variant", "title", "card"

MAX_REMARKS_LENGTH = 900_000
"""Longest remarks with a card: a table of contents of a million bytes is not read. The card is left out before that,
as that of a network with many hundreds of classes."""


def write(network: Network, title: str = "", name: str = "") -> bytes:
    """Write a network with its card.

    Args:
        network: The network.
        title: How it is called on screen.
        name: Name of the architecture in the file; "" for its own.
    """
    from safetensors.numpy import save as serialize

    described = network.architecture.to_json()
    remarks = {VARIANT: json.dumps(described | {"name": name or network.name})}
    if title:
        remarks[TITLE] = title
    if network.card is not None:
        with_card = remarks | {CARD: json.dumps(network.card.to_json())}
        remarks = with_card if len(json.dumps(with_card)) <= MAX_REMARKS_LENGTH else remarks
    return serialize(pack_weights(network.weights), remarks)


def read_remarks(data: bytes) -> Mapping[str, str]:
    """Return the remarks of a file. Raises `ValueError` or `LookupError` if it is none of ours."""
    if len(data) < 8:
        raise ValueError(f"`data` must be a safetensors file. Received: {len(data)} bytes.")
    (length,) = struct.unpack_from("<Q", data)
    remarks: Mapping[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    return remarks


def read(data: bytes) -> Network:
    """Read a network, without its card. Raises `Refusal`, `ValueError` or `LookupError` if it is none of ours."""
    from safetensors.numpy import load as parse

    architecture = Architecture.from_json(json.loads(read_remarks(data)[VARIANT]))
    return Network(architecture, unpack_weights(parse(data)))
