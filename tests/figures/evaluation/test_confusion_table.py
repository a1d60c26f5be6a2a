"""The confusion matrix as a table, read back as a browser reads it."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from cnnviz.figures.evaluation import confusion_table

COUNTS = np.full((10, 10), 0) + 980 * np.eye(10, dtype=int)
COUNTS[4, 9], COUNTS[3, 5], COUNTS[7, 2] = 20, 10, 1


def read() -> ElementTree.Element:
    return ElementTree.fromstring(confusion_table.write(COUNTS, rows="was <", columns="read as"))


def cells() -> list[list[ElementTree.Element]]:
    return [row.findall("td") for row in read().findall("./table/tbody/tr")]


def test_every_count_is_written_in_its_row_and_column() -> None:
    assert [[int(cell.text or "") for cell in row] for row in cells()] == COUNTS.tolist()


def test_rows_and_columns_are_named() -> None:
    table = read()
    top, bottom = table.findall("./table/thead/tr")
    assert [cell.text for cell in top.findall("th")] == ["read as"]
    assert [cell.text for cell in bottom.findall("th")] == ["was <", *map(str, range(10))]
    heads = [row.find("th") for row in table.findall("./table/tbody/tr")]
    assert [(head.text, head.get("scope")) for head in heads if head is not None] == [
        (str(n), "row") for n in range(10)
    ]


def part(cell: ElementTree.Element) -> int:
    return int(cell.get("style", "--part: 0%").removeprefix("--part: ").removesuffix("%"))


def test_mistakes_have_a_colour_scale_of_their_own() -> None:
    found = cells()
    assert part(found[4][9]) == confusion_table.MAX_PART, "the commonest mistake, however many were right"
    assert confusion_table.MIN_PART <= part(found[7][2]) < part(found[3][5]) < confusion_table.MAX_PART
    assert {part(found[n][n]) for n in range(10)} == {0}
    assert all(found[n][n].get("class") == "right" for n in range(10))
    assert part(found[0][1]) == 0
    assert found[0][1].get("class") == "none"


def test_matrix_without_mistakes_has_no_colour() -> None:
    written = confusion_table.write(np.eye(10, dtype=int), rows="", columns="")
    assert "--part" not in written
