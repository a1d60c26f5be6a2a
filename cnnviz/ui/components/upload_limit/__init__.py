"""Files that are too long or of another kind are held back in the browser, and the page is told.

Streamlit refuses such a file in its own English words and leaves the answer to the file before it on the page. A larger
limit of the server would let each visitor hold that much memory, for a better sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount_unseen

ENDING = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True)
class HeldBack:
    """A file that was not sent.

    Attributes:
        length: Of the file in bytes, as the browser states it.
        ending: Of its name, with the dot and in small letters; "" for none and for an odd one.
    """

    length: int
    ending: str


def limit_uploads(
    key: str, max_bytes: int, endings: Sequence[str], on_held_back: Callable[[], None], within: str = ""
) -> None:
    """Hold back files that are chosen for, or dropped on, an uploader of the page.

    Args:
        key: Key of the element; `read_held_back(key)` reads what was held back.
        max_bytes: Length of a file up to which it is sent.
        endings: Of the names of files that are sent, without the dot.
        on_held_back: Called when a file was held back.
        within: Key of the container whose uploader is meant; "" for all that no other limit is for.
    """
    data = {"bytes": max_bytes, "endings": list(endings), "within": within}
    mount_unseen("upload_limit", key=key, data=data, on_refused_change=on_held_back)


def read_held_back(key: str) -> HeldBack | None:
    """Return the file that was held back in this run, or None."""
    message = browser_state.read(f"unseen-{key}", "refused")
    if not isinstance(message, Mapping):
        return None
    length, ending = message.get("bytes"), message.get("ending")
    if type(length) is not int or not 0 <= length < 2**53:
        return None
    return HeldBack(length, ending if isinstance(ending, str) and ENDING.fullmatch(ending) else "")
