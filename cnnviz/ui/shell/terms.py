"""Texts whose terms are explained where they stand: the first time that a page uses a term, it is a dotted link.

A term is a link of Markdown to its entry in the glossary, `[maps](#term-feature-map "Feature map …")`. Its title holds
the explanation, so nothing else has to be sent: Markdown of Streamlit shows it, components that read such links do,
and without JavaScript the browser itself shows the title. `components.terms` makes a popover of it.
"""

from __future__ import annotations

from functools import lru_cache

from cnnviz.core.glossary import TERMS, Term, replace_marks
from cnnviz.ui.components.terms import LABELS, terms
from cnnviz.ui.i18n import current_language, translate, translate_all, translate_marked
from cnnviz.ui.shell import session

SEPARATOR = "\u2003"
"""Stands between name, definition and formula in a link's title: an em space."""


def begin() -> None:
    """Begin a page: none of its terms is explained yet. Mounts what makes popovers of them."""
    session.put(explained={})
    terms(translate_all(LABELS))


def explain(message: str, at: str = "", /, **values: object) -> str:
    """Return `message` in the visitor's language as Markdown, its terms linked where the page first uses them.

    What explained a term first goes on doing so: a fragment of the page may run many times.

    Outside of a session there is no page, and so no link.

    Args:
        message: A message of the catalogue that may mark terms as `[[feature map]]` or `[[feature map|maps]]`.
        at: A place that shows now this message and now another, in which the same terms are explained.
        values: What fills the message's ``{fields}``, as Markdown.
    """
    if session.is_new():
        return translate(message, **values)
    text = translate_marked(message)
    if "[[" in text:
        explained: dict[str, str] = session.get("explained")
        here: set[str] = set()

        def link(key: str, words: str) -> str:
            if key in here or explained.setdefault(key, at or message) != (at or message):
                return words
            here.add(key)
            shown = _explain_key(key, words, current_language())
            return shown.replace("{", "{{").replace("}", "}}") if values else shown

        text = replace_marks(text, link)
    return text.format(**values) if values else text


@lru_cache(maxsize=512)
def _explain_key(key: str, words: str, language: str) -> str:  # noqa: ARG001 (a part of the key)
    return link_to(TERMS[key].translated(translate), words)


def link_to(term: Term, words: str) -> str:
    """Return `words` as the Markdown of a link that explains `term`."""
    title = SEPARATOR.join(filter(None, (term.name, term.definition, term.formula)))
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{words}](#{term.anchor} "{quoted}")'
