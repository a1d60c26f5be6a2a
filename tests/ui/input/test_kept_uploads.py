"""Uploads are kept for a reload: the newest ones, each under its own key."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.core.inference.subject import InputSource
from cnnviz.jobs.sandbox.upload import Picture
from cnnviz.ui.input import kept_uploads
from cnnviz.ui.input.kept_uploads import KeptUpload, KeptUploads


def upload(side: int = 10) -> KeptUpload:
    """Return an upload of `4 * side**2` bytes."""
    picture = Picture(np.zeros((side, side, 4), np.uint8))
    return KeptUpload(picture, InputSource(kind="picture", rgba=picture.rgba))


def test_an_upload_is_found_as_it_was_last_seen() -> None:
    kept = KeptUploads()
    first = upload()
    kept.put("a", first)
    assert kept.get("a") is first
    turned = KeptUpload(first.picture, replace(first.source, turns=1))
    kept.put("a", turned)
    assert kept.get("a") is turned
    assert kept.get("b") is None


def test_the_oldest_make_room() -> None:
    kept = KeptUploads(most_bytes=1200)  # three of 400
    for key in "abc":
        kept.put(key, upload())
    kept.put("a", upload())  # is looked at again
    kept.put("d", upload())
    assert [key for key in "abcd" if kept.get(key)] == ["a", "c", "d"]


def test_the_newest_is_kept_even_if_it_is_too_large() -> None:
    kept = KeptUploads(most_bytes=100)
    kept.put("a", upload())
    kept.put("b", upload())
    assert kept.get("a") is None
    assert kept.get("b") is not None


def test_a_key_cannot_be_guessed_and_fits_into_a_tab() -> None:
    from cnnviz.ui.components.tab_storage import VALUE

    keys = {kept_uploads.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(VALUE.fullmatch(key) and len(key) == 43 for key in keys)
