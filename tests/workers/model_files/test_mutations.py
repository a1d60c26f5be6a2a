"""Thousands of damaged files: each is read or refused in words, in time, within the memory."""

from __future__ import annotations

import os

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import model_upload
from tests.workers.model_files.forked_reader import Answer, ForkedReader, request
from tests.workers.model_files.mutation import mutate_all

pytestmark = pytest.mark.process

COUNT = int(os.environ.get("CNNVIZ_MUTATIONS", "2000"))
BATCH = 25

CPU_SECONDS = 1
"""For a batch, which takes a quarter of a second; so that the few files that never end cost little here."""

MAX_MEMORY = 200_000_000


def judge(answer: Answer) -> str:
    """Return the outcome of reading a file: read, refused or stopped. Raises for anything else."""
    if not answer.content:
        return "stopped"
    if "refusal" in answer.header:
        with pytest.raises(Refusal) as caught:
            model_upload.build(answer.content)
        assert 0 < len(str(caught.value)) <= 300
        return "refused"
    model_upload.build(answer.content)
    return "read"


def test_damaged_files_are_read_or_refused_in_time_and_memory() -> None:
    found = {"read": 0, "refused": 0, "stopped": 0}
    longest = peak = 0.0
    files = list(mutate_all(11, COUNT))
    with ForkedReader(CPU_SECONDS) as reader:
        for start in range(0, COUNT, BATCH):
            batch = files[start : start + BATCH]
            for answer in reader.read(*(request(data, name) for name, data in batch)):
                found[judge(answer)] += 1
                longest, peak = max(longest, answer.seconds), max(peak, answer.peak)
    print(f"\n{COUNT} files: {found}, longest {longest:.2f} s, peak {peak / 1e6:.0f} MB")
    assert sum(found.values()) == COUNT
    assert found["refused"] > COUNT / 2, "the mutations change too little"
    assert longest <= model_upload.MAX_SECONDS + 1
    assert peak <= MAX_MEMORY
