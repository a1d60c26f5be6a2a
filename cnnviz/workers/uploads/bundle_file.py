"""Read the set in a ZIP file that `cnnviz.core.training.bundle` has packed: an .npz file in it, with its parts."""

from __future__ import annotations

import zipfile
from dataclasses import replace

from cnnviz.core.training import bundle
from cnnviz.jobs.sandbox.data_reasons import DataProblem
from cnnviz.workers.uploads import archive, array_file
from cnnviz.workers.uploads.arrays import ReadSet

PARTS = frozenset({bundle.README, bundle.DESIGN, bundle.PROGRAM, bundle.SET, bundle.PICTURES})


def find_arrays(file: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    """Return the entry with the pictures as the set has them; None if this is no such file.

    A folder around all parts, as programs make it that pack a folder anew, does not matter.
    """
    entries = [entry for entry in file.infolist() if not entry.is_dir()]
    tops = {entry.filename.rpartition("/")[0] for entry in entries}
    by_name = {entry.filename.rpartition("/")[2]: entry for entry in entries}
    if len(tops) != 1 or not {bundle.DESIGN, bundle.SET} <= by_name.keys() <= PARTS:
        return None
    return by_name.get(bundle.PICTURES, by_name[bundle.SET])


def read(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> ReadSet:
    """Read the set; its test part stays what it was. Raises `DataProblem` if it is not sound."""
    try:
        content = archive.read_entry(file, entry)
    except DataProblem:
        raise DataProblem("damaged-zip") from None
    inner = archive.open_archive(content)
    if not array_file.has_arrays(inner):
        raise DataProblem("damaged-array")
    found = array_file.read_npz(inner)
    tested = array_file.count_rows(inner, "y_test")
    return replace(found, tested=tested if tested < len(found.labels) else 0)
