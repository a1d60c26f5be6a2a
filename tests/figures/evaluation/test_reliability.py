"""The reliability curve: a point and an interval a bin, its count below, and nothing outside of the picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from cnnviz.core.evaluation.statistics import Bin
from cnnviz.figures.evaluation import networks_table, reliability

BINS = (Bin(1, 0.27, 1.0, 0.2, 1.0), Bin(140, 0.75, 0.7, 0.6, 0.8), Bin(9859, 0.99, 0.998, 0.99, 1.0))


def draw() -> str:
    return reliability.draw(BINS, title="curve of a & b", description="words", x="sure", y="right", counts="answers")


def test_every_bin_has_a_point_and_its_count() -> None:
    picture = ElementTree.fromstring(draw())
    assert len(picture.findall(".//{*}circle")) == len(BINS)
    texts = ["".join(each.itertext()) for each in picture.findall(".//{*}text")]
    assert {"1", "140", "9,859"} <= set(texts)
    assert picture.get("aria-label") == "curve of a & b"


def test_nothing_lies_outside() -> None:
    numbers = [float(number) for number in re.findall(r' c?x="([-0-9.]+)"', draw())]
    assert min(numbers) >= 0
    assert max(numbers) <= reliability.WIDTH


def test_texts_of_the_table_are_escaped_and_its_column_of_words_is_marked() -> None:
    table = networks_table.write("a < b", ["name", "share", "said"], [["x<y", "1 %", "& more"]], [True], words=2)
    assert "x&lt;y" in table
    assert '<td class="words">&amp; more</td>' in table
    assert '<tr class="chosen">' in table
    assert 'tabindex="0" aria-label="a &lt; b"' in table
