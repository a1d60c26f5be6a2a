"""What a reader sees of a text that marks or explains terms of the glossary."""

from __future__ import annotations

import re

from cnnviz.core.glossary import strip_marks

EXPLAINED = re.compile(r"\[([^\]]+)\]\(#term-[a-z-]+ \"(?:[^\"\\]|\\.)*\"\)")


def plain(text: object) -> str:
    """Return `text` without marks, without links to terms and their explanations, and with plain spaces."""
    return EXPLAINED.sub(r"\1", strip_marks(str(text))).replace("\N{NO-BREAK SPACE}", " ")
