"""Names of classes as a file states them, made so that each can be shown and told from the others."""

from __future__ import annotations

from typing import Any

from cnnviz.core.networks.architecture import MAX_CLASS_NAME, MAX_CLASSES
from cnnviz.core.visible_text import keep_visible
from cnnviz.workers.model_files.ending import Note

MAX_LISTED = 5
"""Changed names that a note lists."""

MAX_READ = 8 * MAX_CLASS_NAME
"""Characters of a name that are looked at."""

ELLIPSIS = "…"


def read_names(told: list[Any], number: int) -> tuple[tuple[str, ...] | None, tuple[Note, ...]]:
    """Return the names of `number` classes, and what is different from the file; None where they cannot be those.

    Line ends and what has no glyph become spaces, what is too long is cut, an empty name becomes the number of its
    class, counted from 0, and a name that another class has already gets a number.
    """
    if len(told) != number:
        return None, (("classes_number", {"theirs": len(told), "ours": number}),)
    if number > MAX_CLASSES:
        return None, ()  # the architecture refuses them
    cleaned = [_clean(name) for name in told]
    as_told = [bool(name) and name == str(original) for name, original in zip(cleaned, told, strict=True)]
    kept = {name for name, same in zip(cleaned, as_told, strict=True) if same}  # no changed name takes one of these
    names = list[str]()
    changed = list[str]()
    for place, (name, same) in enumerate(zip(cleaned, as_told, strict=True)):
        if same and name not in names:
            names.append(name)
        else:
            names.append(_make_unique(name or str(place), kept.union(names)))
            changed.append(names[-1])
    if not changed:
        return tuple(names), ()
    listed = ", ".join(changed[:MAX_LISTED]) + (f", {ELLIPSIS}" if len(changed) > MAX_LISTED else "")
    return tuple(names), (("classes", {"number": len(changed), "names": listed}),)


def _clean(name: Any) -> str:
    """Return a name without what cannot be shown; "" for what is no text or number."""
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        return ""
    text = " ".join(keep_visible(str(name)[:MAX_READ], " ").split())
    return text if len(text) <= MAX_CLASS_NAME else text[: MAX_CLASS_NAME - 1].rstrip() + ELLIPSIS


def _make_unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    numbers = range(2, MAX_CLASSES + 2)
    numbered = (f"{name[: MAX_CLASS_NAME - 7].rstrip()} ({number})" for number in numbers)
    return next(each for each in numbered if each not in taken)
