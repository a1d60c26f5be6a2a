"""The drawing surfaces behind one function, and the only import of streamlit-drawable-canvas.

The live pad is our own and answers while the pen moves. The editor is streamlit-drawable-canvas: it sends a stroke
once it has ended, and lets the visitor move, scale and turn what was drawn. Both give the same record, a `Drawing`,
so that nothing else knows which of them is in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.core.drawing import fabric_json, stroke_file, url_codec
from cnnviz.core.drawing.strokes import MAX_BRUSH, MIN_BRUSH, SIDE, Drawing
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples, whole_picture
from cnnviz.core.inference.subject import InputSource, cut_out, prepare_digit
from cnnviz.ui.components.pad import LABELS, PadMessage, opened_file, pad
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_refusal
from cnnviz.ui.input import ink_and_paper
from cnnviz.ui.prediction import live, wording
from cnnviz.ui.shell import process_tuning, session, widgets

PICTURE_SHAPE = (56, 56, 3)
"""Size of a picture that is read whole, on the pad."""

INK = "#1b1e28"
PAPER = "#ffffff"

LEFT_OUT = gettext_noop("Left out, because only strokes are read: {kinds}.")


def draw(plain: bool = False) -> bool:
    """Show the chosen surface, take over what was drawn on it, and return whether the pen is down.

    It has the chosen ink and paper where the chosen network reads colour, unless it is to be `plain`.
    """
    dress = None if plain else ink_and_paper.current_colours()
    pen_down = _editor(dress or (INK, PAPER)) if session.get("surface") == "canvas" else _pad(dress)
    session.put(pen_down=pen_down)
    return pen_down


def pick_surface(*, only_for_experts: bool = False) -> None:
    """Show the choice between the two surfaces, and of ink and paper where the chosen network reads colour.

    `only_for_experts` leaves the first out among the essentials, unless the editor is in use.
    """
    if not only_for_experts or session.shows("surface"):
        widgets.one_of("surface", translate("Drawing surface"), show_label=False, then=_hand_over)
    ink_and_paper.pick()


def _pad(dress: tuple[str, str] | None) -> bool:
    subject, task = session.subject(), live.describe()
    message = pad(
        "pad",
        session.as_drawn(subject.drawing),
        session.get("revision"),
        session.get("brush"),
        translate_all(wording.word_all(LABELS)),
        backdrop=_backdrop(),
        colours=dress,
        example=_is_example(),
        live=task,
        on_open=_open,
    )
    session.put(read_in_browser=_is_read_in_browser(message, task))
    if message is None:
        return False
    if message.on_sample:
        session.take_back_replaced()
    else:
        drawing = message.drawing if message.pen_down else url_codec.quantize(message.drawing)
        if subject.kind != "drawing" or drawing != subject.drawing:
            session.take_drawing(drawing, message.drawing)
    session.put(brush=round(message.brush))
    return message.pen_down


def _is_read_in_browser(message: PadMessage | None, task: Mapping[str, Any] | None) -> bool:
    """Return whether the browser reads what it last sent with the present task."""
    if message is None or task is None or message.pen_down or message.on_sample:
        return False
    return bool(message.read_with == task["name"])


def _is_example() -> bool:
    """Return whether the surface holds the digit of a new visitor, which the first stroke replaces."""
    subject = session.subject()
    return subject.kind == "drawing" and samples.is_first(subject.drawing)


def _open() -> None:
    """Read the strokes of the file that was opened on the pad, or raise `Refusal`, which is said above the page."""
    reading = stroke_file.read(opened_file("pad"))
    kept = url_codec.quantize(reading.drawing)
    session.put(drawn=(kept, reading.drawing))
    session.show(InputSource(drawing=kept))
    if reading.left_out:
        session.notice(LEFT_OUT, kinds=name_left_out(reading.left_out))


def _backdrop() -> bytes | None:
    """Return what is read instead of a drawing, as bytes for the pad, or None: the digit, or the whole picture."""
    subject = session.subject()
    if subject.kind == "drawing":
        return None
    if subject.is_whole:
        return whole_picture.scale(cut_out(subject), PICTURE_SHAPE, subject.fitting).tobytes()
    return (prepare_digit(subject, session.steps()) * 255 + 0.5).astype("uint8").tobytes()


def _editor(dress: tuple[str, str]) -> bool:
    """Show the editor. It is made anew, from our own strokes, whenever something else changed the drawing or its
    ink and paper."""
    if dress != session.get("editor_colours"):
        session.put(editor_colours=dress)
        session.show(session.subject())
    session.put(read_in_browser=False)
    start = fabric_json.from_drawing(Drawing() if _is_example() else session.get("start"), dress[0])
    try:
        with st.container(key="editor-paper"):
            _take_over(_canvas(f"editor-{session.get('revision')}", start, dress), start)
    except Refusal as reason:
        st.warning(translate_refusal(reason))
    _editor_tools()
    return False


def _editor_tools() -> None:
    """Show the tools below the canvas, because its own appear above it, and only for a mouse."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            translate("Undo"),
            key="editor-undo",
            on_click=session.guard(_undo),
            shortcut="Ctrl+Z",
            disabled=not session.subject().drawing,
        )
        st.button(translate("Clear"), key="editor-clear", on_click=session.guard(_clear), shortcut="Delete")
        widgets.one_of("tool", translate("Tool"), show_label=False)
    widgets.number("brush", translate("Brush width"), MIN_BRUSH, MAX_BRUSH, width=SIDE)


def _take_over(json_data: object, start: dict[str, Any]) -> None:
    """Read what is on the editor if the visitor changed it; its own copy of its start is no change."""
    parsed = fabric_json.read(json_data)
    drawing = parsed.drawing
    if parsed.left_out:
        st.caption(translate(LEFT_OUT, kinds=name_left_out(parsed.left_out)))
    before = session.get("edited")
    if drawing != (fabric_json.read(start).drawing if before is None else before):
        session.put(edited=drawing)
        session.take_drawing(url_codec.quantize(drawing), drawing)


def name_left_out(counts: Mapping[str, int]) -> str:
    """Return what the objects that are no strokes are called, with their numbers: "pictures: 2, text: 1"."""
    return ", ".join(f"{translate(fabric_json.LEFT_OUT[reason])}: {count}" for reason, count in counts.items())


def _canvas(key: str, start: dict[str, Any], dress: tuple[str, str]) -> object:
    # The canvas raises where it is imported outside a running server; Streamlit brings pandas for its data.
    process_tuning.import_once("pandas", "pyarrow", "streamlit_drawable_canvas")
    from streamlit_drawable_canvas import st_canvas

    return st_canvas(
        stroke_width=int(session.get("brush")),
        stroke_color=dress[0],
        background_color=dress[1],
        width=SIDE,
        height=SIDE,
        drawing_mode=session.get("tool"),
        initial_drawing=start,
        key=key,
    ).json_data


def _hand_over() -> None:
    """Give the drawing to the surface that was switched to."""
    session.show(session.subject())


def _undo() -> None:
    session.show(InputSource(drawing=Drawing(session.subject().drawing.strokes[:-1])))


def _clear() -> None:
    session.show(InputSource())
