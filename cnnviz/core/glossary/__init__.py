"""The glossary: every term that the pages explain where they use it, in one table."""

from collections.abc import Mapping

from cnnviz.core.glossary import data, evaluation, explanations, layers, training
from cnnviz.core.glossary.term import Term, marked, replace_marks, strip_marks

__all__ = ["TERMS", "Term", "marked", "replace_marks", "strip_marks"]

PARTS = (data, layers, training, evaluation, explanations)
"""The modules that hold the terms of one subject each."""

TERMS: Mapping[str, Term] = {term.key: term for part in PARTS for term in part.TERMS}
"""Key -> entry."""

if len(TERMS) != sum(len(part.TERMS) for part in PARTS):
    raise ValueError("Two terms have the same key. Rename one of them.")
