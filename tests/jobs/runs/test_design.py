"""A visitor's design survives a round trip through disk; a damaged file counts as missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.networks.draft import ArchitectureDraft
from cnnviz.core.training.plan_draft import PlanDraft, make_default_draft
from cnnviz.jobs.runs import design
from cnnviz.jobs.runs.design import Design
from tests.core.networks.test_draft import edited


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorials_network_and_plan_come_back(name: str, tmp_path: Path) -> None:
    architecture, plan = TUTORIALS[name]
    made = Design(ArchitectureDraft.from_architecture(architecture), PlanDraft.from_plan(plan), {"pooling": "max"})
    design.save(tmp_path / "visitor", made)
    assert design.load(tmp_path / "visitor") == made


@given(draft=edited())
def test_whatever_was_chosen_comes_back_or_is_left_out(draft: ArchitectureDraft) -> None:
    made = Design(draft, make_default_draft(60_000))
    try:
        back = Design.from_text(made.to_text())
    except ValueError:
        return
    assert [row.keys() for row in back.draft.rows] == [row.keys() for row in draft.rows]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 50_000,
        '{"rows": [1], "input_shape": [28, 28, 1], "plan": {}, "guesses": {}}',
        '{"rows": [], "input_shape": [28, 28], "plan": {}, "guesses": {}}',
    ],
)
def test_a_damaged_file_is_as_if_there_were_none(text: str, tmp_path: Path) -> None:
    (tmp_path / design.FILE).write_text(text)
    assert design.load(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_logged_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    design.save(tmp_path / "file" / "visitor", Design(ArchitectureDraft(()), make_default_draft(1_000)))
    assert "cannot keep a visitor's design" in caplog.text
