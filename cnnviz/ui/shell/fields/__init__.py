"""The fields of a session, collected from one table a page.

A setting is one row in its page's table, and its widget. This package knows no page and no session: both read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnviz.ui.shell.fields import (
    compare,
    convolution,
    data,
    every_page,
    filters,
    glossary,
    layers,
    pooling,
    train,
    why,
)
from cnnviz.ui.shell.fields.field import Field

TABLES: Mapping[str, tuple[Field, ...]] = {
    "": (*every_page.FIELDS, *why.FIELDS),
    "layers": layers.FIELDS,
    "filters": filters.FIELDS,
    "convolution": convolution.FIELDS,
    "pooling": pooling.FIELDS,
    "data": data.FIELDS,
    "train": train.FIELDS,
    "compare": compare.FIELDS,
    "glossary": glossary.FIELDS,
}
"""Page -> the fields that only its links carry; "" -> those of every page's links."""

FIELDS: Mapping[str, Field] = {field.key: field for table in TABLES.values() for field in table}
"""Key -> field."""

if len(FIELDS) != sum(map(len, TABLES.values())):
    raise ValueError("Two fields have the same key. Rename one of them.")


def find_by_link_name(link_name: str) -> tuple[Field, ...]:
    """Return the fields with a name in links, whichever page they are of; none for a name that is not known."""
    return _BY_LINK_NAME.get(link_name, ())


def of_links(page: str) -> Iterator[Field]:
    """Yield the fields that a link to `page` may carry."""
    for name in ("", page):
        yield from (field for field in TABLES.get(name, ()) if field.link_name)


def _by_link_name() -> dict[str, tuple[Field, ...]]:
    found: dict[str, tuple[Field, ...]] = {}
    for field in FIELDS.values():
        if field.link_name:
            found[field.link_name] = (*found.get(field.link_name, ()), field)
    return found


_BY_LINK_NAME = _by_link_name()
