"""Processor features are read from its flags."""

from pathlib import Path

import pytest

from cnnviz.core.training.cpu import has_bfloat16


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu sse avx512f avx512_bf16 rdpid\n", True),
        ("flags : fpu amx_bf16 amx_tile\n", True),
        ("flags : fpu avx512f avx512_bf1 avx512_bf16x\n", False),
        ("model name : avx512_bf16\n", False),
        ("", False),
    ],
)
def test_only_an_exact_flag_counts(tmp_path: Path, text: str, expected: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    assert has_bfloat16(path) is expected


def test_feature_is_absent_if_flags_are_unknown(tmp_path: Path) -> None:
    assert not has_bfloat16(tmp_path / "missing")
