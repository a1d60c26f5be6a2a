"""Bytes that a component is given, which `browser/shared/decode.js` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def encode(header: Mapping[str, Any], parts: Iterable[bytes] = ()) -> bytes:
    """Join the length of the header (uint32, little-endian), the header as JSON, and `parts`.

    The header is padded with spaces, so that the parts begin at a multiple of four.
    """
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    return b"".join((len(text).to_bytes(4, "little"), text, *parts))
