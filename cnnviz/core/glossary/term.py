"""A term of the glossary, and the markup by which a message says where it uses one.

A message writes `[[feature map]]`, or `[[feature map|maps]]` where the sentence has another word for it. What stands
before the bar is the term's key, which translators leave as it is; what stands behind it is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

MARK = re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]|]+))?\]\]")
"""A marked term: its key, and the words of the sentence where they differ from the key."""


@dataclass(frozen=True)
class Term:
    """An entry of the glossary. All texts but `key` and `source` are messages of the catalogue.

    Attributes:
        key: How messages mark it, in lower case; also its address in the glossary.
        name: The headword.
        definition: One or two plain sentences.
        source: Where the definition, or what it defines, is from.
        page: The page that shows it, a key of the navigation.
        formula: The same as a formula; "" where none helps.
        also: Other words for the same thing.
    """

    key: str
    name: str
    definition: str
    source: str
    page: str
    formula: str = ""
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Return the fragment of the entry's address: term-feature-map."""
        return "term-" + self.key.replace(" ", "-")

    def translated(self, translate: Callable[[str], str]) -> Term:
        """Return this entry in another language."""
        return replace(
            self,
            name=translate(self.name),
            definition=translate(self.definition),
            formula=translate(self.formula) if self.formula else "",
            also=tuple(map(translate, self.also)),
        )

    def matches(self, words: str) -> bool:
        """Return whether an entry, in the language it is in, has each of `words` in its names or its definition."""
        text = " ".join((self.key, self.name, *self.also, self.definition)).casefold()
        return all(word in text for word in words.casefold().split())


def marked(message: str) -> Iterator[str]:
    """Yield the keys of the terms that a message marks."""
    yield from (found[1] for found in MARK.finditer(message))


def strip_marks(message: str) -> str:
    """Return a message without its marks, for places that show plain text."""
    return replace_marks(message, lambda _, words: words) if "[[" in message else message


def replace_marks(message: str, replacement: Callable[[str, str], str]) -> str:
    """Return a message with each marked term replaced by `replacement(key, words)`."""
    return MARK.sub(lambda found: replacement(found[1], found[2] or found[1]), message)
