"""A file is written whole or not at all, and nothing of a killed save stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnviz.core import atomic_file


def parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


def left_over(folder: Path, monkeypatch: pytest.MonkeyPatch, process: int) -> Path:
    """Leave what a process with this number has begun to write."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: process)
        patch.setattr(os, "fsync", _killed)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            atomic_file.write(folder / "a.json", b"half")
    (name,) = parts(folder)
    return folder / name


def _killed(_: int) -> None:
    raise KeyboardInterrupt


def ended_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_parts_of_killed_saves_are_swept_by_the_next_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_over(tmp_path, monkeypatch, ended_process())
    atomic_file.write(tmp_path / "b.json", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_part_of_an_earlier_process_with_this_number_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_over(tmp_path, monkeypatch, os.getpid())
    assert atomic_file.sweep(tmp_path) == 1
    assert parts(tmp_path) == []


def test_part_that_is_being_written_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda _: swept.append(atomic_file.sweep(tmp_path)))
    atomic_file.write(tmp_path / "a.json", b"whole")
    assert set(swept) == {0}
    assert (tmp_path / "a.json").read_bytes() == b"whole"


@pytest.mark.parametrize("name", [".a.json.x1y2z3.part", ".a.json.00000000-1.0123456789abcdef.part"])
def test_part_of_another_machine_is_swept_once_it_is_old(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"half")
    assert atomic_file.sweep(tmp_path) == 0
    long_ago = time.time() - atomic_file.MAX_WRITING_SECONDS - 1
    os.utime(tmp_path / name, (long_ago, long_ago))
    assert atomic_file.sweep(tmp_path) == 1


def test_sweep_deletes_nothing_else(tmp_path: Path) -> None:
    for name in ("a.part", ".a.json", "a.json"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 0))
    assert atomic_file.sweep(tmp_path) == 0
    assert atomic_file.sweep(tmp_path / "nothing") == 0
