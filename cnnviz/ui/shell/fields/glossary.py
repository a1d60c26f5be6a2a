"""What the page Glossary keeps: the words that it is searched for."""

from __future__ import annotations

from cnnviz.ui.shell.fields.field import Field

MAX_SEARCH = 60
"""Characters of a search."""

FIELDS = (Field("glossary_search", "", "find"),)
