"""Capabilities of this computer's processor."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
"""CPU flags as Linux spells them. Without one of them bfloat16 is emulated, which is slower than float32."""


@cache
def has_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Return whether the processor multiplies bfloat16 natively, so that `mixed_bfloat16` pays; False if unknown."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not BFLOAT16_FLAGS.isdisjoint(flags.split())
