"""The live pad: paper to draw on by mouse, finger, pen or keys, read while the pen moves."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType

from cnnviz.core.drawing.strokes import Drawing
from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount
from cnnviz.ui.components.pad.wire import LIMITS, PadMessage, from_wire, sequence, to_wire
from cnnviz.ui.i18n import gettext_noop

__all__ = ["LABELS", "PadMessage", "opened_file", "pad", "read_message"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "pad": gettext_noop("Paper to draw a digit on"),
        "hint": gettext_noop("Draw a digit here"),
        "keys": gettext_noop(
            "Arrow keys move, Shift moves faster, Space puts the pen down and lifts it, E takes the eraser or the pen."
        ),
        "undo": gettext_noop("Undo"),
        "redo": gettext_noop("Redo"),
        "erase": gettext_noop("Eraser"),
        "clear": gettext_noop("Clear"),
        "files": gettext_noop("Save or open"),
        "png": gettext_noop("Save as a picture (PNG)"),
        "json": gettext_noop("Save the strokes (JSON)"),
        "open": gettext_noop("Open saved strokes (JSON)"),
        "brush": gettext_noop("Brush width"),
        "down": gettext_noop("Pen down"),
        "up": gettext_noop("Pen lifted"),
        "pen": gettext_noop("Pen"),
        "eraser": gettext_noop("Eraser"),
        "erasing": gettext_noop("Eraser down"),
        "undone": gettext_noop("Undone"),
        "redone": gettext_noop("Redone"),
        "cleared": gettext_noop("Cleared"),
        "full": gettext_noop("The paper is full: clear it or undo a stroke."),
    }
)
"""Every text of the pad: its name -> English, the catalogue's key."""


def pad(
    key: str,
    drawing: Drawing,
    revision: int,
    brush: float,
    labels: Mapping[str, str],
    backdrop: bytes | None = None,
    disabled: bool = False,
    colours: tuple[str, str] | None = None,
    example: bool = False,
    live: Mapping[str, object] | None = None,
    on_change: Callable[[], None] | None = None,
    on_open: Callable[[], None] | None = None,
) -> PadMessage | None:
    """Show the pad and return what it last said about this `revision` of the drawing.

    While the pen moves the pad sends its strokes again and again, the next time when this function has run for
    the time before, so mount it in a fragment that is quick. The browser's strokes are the truth until Python
    gives another drawing with a higher `revision`.

    Args:
        key: The element's key.
        drawing: What is on the paper. The browser takes it over when the pad appears and when `revision` changes.
        revision: To be increased with every drawing that Python sets (a cleared page, an opened link).
        brush: Width of the brush when the pad appears, in canvas pixels, `MIN_BRUSH` to `MAX_BRUSH`. The visitor may
            change it.
        labels: The texts of `LABELS` in the visitor's language.
        backdrop: (n, n) uint8 in row order, 255 is full ink, or (n, n, 3), a picture in colour: shown as squares until
            the pen touches the paper.
        disabled: True shows the drawing without letting anyone change it.
        colours: Ink and paper such as ("#1d4ed8", "#ffefc2"); None leaves them to the theme.
        example: Whether `drawing` only shows what can be drawn: the first stroke takes its place.
        live: What the browser needs to read the drawing by itself while the pen moves, see `cnnviz.ui.prediction.live`;
            Python then hears of a stroke when it has ended. None where only Python can read it.
        on_change: Called before the script when the pad has said something; `read_message(key, revision)` returns what.
        on_open: Called before the script when the visitor has opened a file; `opened_file(key)` returns its text.

    Returns:
        The newest message, or None as long as there is none for this revision or the browser sent nonsense.
    """
    data = {
        "revision": revision,
        "ack": sequence(browser_state.read(key, "strokes")),
        "brush": brush,
        "drawing": to_wire(drawing),
        "example": example,
        "backdrop": base64.b64encode(backdrop).decode() if backdrop else "",
        "disabled": disabled,
        "limits": LIMITS,
        "colours": list(colours or ()),
        "live": None if live is None else dict(live),
        "labels": dict(labels),
    }
    mount(
        "pad",
        key=key,
        data=data,
        on_strokes_change=on_change or browser_state.ignore,
        on_opened_change=on_open or browser_state.ignore,
    )
    return read_message(key, revision)


def read_message(key: str, revision: int) -> PadMessage | None:
    """Return the newest message of the pad `key` if it is about `revision`; for use in `on_change` too."""
    message = from_wire(browser_state.read(key, "strokes"))
    return message if message is not None and message.revision == revision else None


def opened_file(key: str) -> str:
    """Return the text of the file that was opened on the pad `key` in this run, unchecked; "" for none.

    A file longer than `stroke_file.MAX_CHARACTERS` is cut off one character later.
    """
    text = browser_state.read(key, "opened")
    return text if isinstance(text, str) else ""
