"""Workers lower their priority, even where Linux shares processors among sessions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnviz.workers.entry import priority
from cnnviz.workers.entry.priority import AUTOGROUP, NICE

HAS_AUTOGROUPS = os.access(AUTOGROUP, os.W_OK)
SHOW = f"import os; print(os.nice(0), open({str(AUTOGROUP)!r}).read().split()[-1] if {HAS_AUTOGROUPS} else {NICE})"

niceness = pytest.mark.skipif(not hasattr(os, "nice"), reason="this system knows no niceness")


def in_a_session(call: str) -> list[int]:
    """Return the niceness of a process in a session of its own, and that session's, after `call`."""
    program = f"from cnnviz.workers.entry import priority; priority.{call}(); {SHOW}"
    ended = subprocess.run(
        [sys.executable, "-c", program], start_new_session=True, capture_output=True, text=True, check=True
    )
    return [int(number) for number in ended.stdout.split()]


@niceness
def test_session_of_a_local_worker_is_lowered_with_it() -> None:
    assert in_a_session("lower_session_priority") == [min(os.nice(0) + NICE, 19), NICE]


@niceness
@pytest.mark.skipif(not HAS_AUTOGROUPS, reason="this system has no autogroups")
def test_worker_that_may_share_its_session_leaves_it_alone() -> None:
    assert in_a_session("lower_priority") == [min(os.nice(0) + NICE, 19), 0]


@pytest.mark.skipif(not HAS_AUTOGROUPS, reason="this system has no autogroups")
def test_local_worker_lowers_its_priority_before_anything_else() -> None:
    program = [sys.executable, "-m", "cnnviz.workers.entry.local"]
    pipe = subprocess.PIPE  # the worker ends with its input
    with subprocess.Popen(program, start_new_session=True, stdin=pipe, stdout=pipe) as worker:
        session = Path(f"/proc/{worker.pid}/autogroup")
        while worker.poll() is None and not session.read_text(encoding="ascii").endswith(f"nice {NICE}\n"):
            time.sleep(0.02)
        assert worker.poll() is None


@niceness
def test_system_without_autogroups_lowers_the_process_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nice: list[int] = []
    monkeypatch.setattr(os, "nice", nice.append)
    monkeypatch.setattr(priority, "AUTOGROUP", tmp_path / "missing" / "autogroup")
    priority.lower_session_priority()
    assert nice == [NICE]
