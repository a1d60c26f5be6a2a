"""The sheet of 81 pictures, and the chosen one: enlarged, its one-hot label, its numbers, and onto every page."""

from __future__ import annotations

import io
from contextlib import nullcontext

import numpy as np
import streamlit as st

from cnnviz.core.data.picture_sets import DIGIT_CLASSES, OWN, PictureSet
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.lessons.data import rows
from cnnviz.ui.components.cell_grid import number_grid, picture_grid, read_pick
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.data import loading, one_hot
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms, url, widgets
from cnnviz.ui.shell.download_button import download_button
from cnnviz.ui.shell.fields.data import ALL

SHEET = "picture-sheet"
"""Key of the grid of pictures."""

MAX_CAPTION = 6
"""Characters of the name of a class below a picture."""

ENLARGED = 140
"""Side in CSS pixels of the chosen picture."""

SHOWN = gettext_noop("Pictures {first} to {last} of {number}")
DESCRIPTION = gettext_noop("Label {label}, index {index}")
DESCRIPTION_CLASS = gettext_noop("Label {label} ({name}), index {index}")

NUMBERS_WHY = gettext_noop(
    "In the file each [[pixel]] is a whole number from 0, paper, to 255, ink. A [[network]] gets them divided by 255: "
    "[[weight|weights]] begin small, so small inputs keep the first sums in a range in which training works."
)
OWN_NUMBERS_WHY = gettext_noop(
    "Each [[pixel]] is a whole number from 0, black, to 255, white. A [[network]] gets them divided by 255: "
    "[[weight|weights]] begin small, so small inputs keep the first sums in a range in which training works."
)


@st.fragment
@page.guard
def show(pictures: PictureSet) -> None:
    """Show the sheet, the chosen picture and its numbers."""
    found = rows.select_rows(pictures, session.get("data_split"), _get_label(pictures))
    on_sheet = rows.cut_sheet(found, session.get("data_sheet"))
    chosen = find_chosen(pictures)
    left, right = st.columns([600, 420], gap="medium")
    with left:
        _show_choices(pictures)
        with st.container(key="sheet-of-81"):
            few = pictures.name == OWN and len(found) <= rows.PER_SHEET // 2
        with st.container(key="few-pictures") if few else nullcontext():
            _show_sheet(pictures, on_sheet, chosen)
        _show_turning(found, on_sheet)
    with right:
        _show_chosen(pictures, chosen)
    _show_numbers(pictures, chosen)
    url.show(pen_down=False, place="sheet")


def find_chosen(pictures: PictureSet) -> int:
    """Return the index of the chosen picture in its part: the first of the sheet where none is chosen."""
    index = int(session.get("data_index"))
    if index in rows.select_rows(pictures, session.get("data_split")):
        return index
    found = rows.select_rows(pictures, session.get("data_split"), _get_label(pictures))
    return int(rows.cut_sheet(found, session.get("data_sheet"))[0])


def take_digit(pictures: PictureSet, index: int) -> np.ndarray:
    """Return one picture as the data has it, (h, w) or (h, w, 3) uint8."""
    taken: np.ndarray = pictures.take(np.array([index]))[0]
    return taken


def name_class(pictures: PictureSet, label: int) -> str:
    """Return a label with what it means, where that is not the digit itself."""
    if pictures.named:
        return pictures.classes[label]
    return str(label) if pictures.classes == DIGIT_CLASSES else f"{label}, {translate(pictures.classes[label])}"


def _get_label(pictures: PictureSet) -> int | None:
    """Return the chosen label; None for all, and for one of which this part has no picture."""
    chosen = session.get("data_label")
    if chosen == ALL or not len(rows.select_rows(pictures, session.get("data_split"), int(chosen))):
        return None
    return int(chosen)


def _describe(pictures: PictureSet, index: int) -> str:
    label = int(pictures.labels[index])
    if pictures.named:
        return translate(DESCRIPTION, label=pictures.classes[label], index=index)
    if pictures.classes == DIGIT_CLASSES:
        return translate(DESCRIPTION, label=label, index=index)
    return translate(DESCRIPTION_CLASS, label=label, name=translate(pictures.classes[label]), index=index)


def _show_choices(pictures: PictureSet) -> None:
    """Show the choice of a label: by the names of the classes, or by numbers with a line that says what they mean."""
    names = {ALL: translate("all")} | {
        str(label): page.escape_markdown(name) if pictures.named else str(label)
        for label, name in enumerate(pictures.classes)
    }
    widgets.one_named("data_label", translate("With the label"), names, then=_turn_to_first)
    if not pictures.named and pictures.classes != DIGIT_CLASSES:
        st.caption(" · ".join(f"{number} {translate(name)}" for number, name in enumerate(pictures.classes)))


def _show_sheet(pictures: PictureSet, on_sheet: np.ndarray, chosen: int) -> None:
    places = np.flatnonzero(on_sheet == chosen)
    picture_grid(
        SHEET,
        pictures.take(on_sheet),
        name=translate("Sheet of pictures"),
        columns=rows.SIDE,
        captions=[_caption(pictures, int(label)) for label in pictures.labels[on_sheet]],
        descriptions=[_describe(pictures, int(index)) for index in on_sheet],
        chosen=int(places[0]) if len(places) else -1,
        on_pick=lambda: _choose(on_sheet),
    )


def _caption(pictures: PictureSet, label: int) -> str:
    """Return what stands below a picture of the sheet, in little room."""
    return pictures.classes[label][:MAX_CAPTION] if pictures.named else str(label)


def _show_turning(found: np.ndarray, on_sheet: np.ndarray) -> None:
    number, last = min(session.get("data_sheet"), rows.count_sheets(found) - 1), rows.count_sheets(found) - 1
    first = number * rows.PER_SHEET
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(translate("Next 81"), disabled=number == last, on_click=session.guard(_turn), args=(number + 1,))
        st.button(translate("Back"), disabled=number == 0, on_click=session.guard(_turn), args=(number - 1,))
        st.caption(
            translate(SHOWN, first=f"{first + 1:,}", last=f"{first + len(on_sheet):,}", number=f"{len(found):,}"),
            width="content",
        )
    if session.wants_everything():
        _show_search()


def _show_search() -> None:
    st.text_input(
        translate("Find an index"),
        value=session.get("data_typed"),
        max_chars=20,
        placeholder="1234",
        width=200,
        **session.bind("data_typed", lambda value: isinstance(value, str) and len(value) <= 20, _search),
    )
    if (problem := session.get("data_problem")) is not None:
        st.warning(page.escape_markdown(translate_refusal(problem)))


def _show_chosen(pictures: PictureSet, index: int) -> None:
    label = int(pictures.labels[index])
    st.markdown(
        translate(
            "**Label {label}** · index {index}", label=page.escape_markdown(name_class(pictures, label)), index=index
        ),
        width="content",
    )
    digit = take_digit(pictures, index)
    source = samples.take_picture(pictures, index)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(key="chosen-picture", width=ENLARGED + 4):
            thumbnails(
                "chosen-enlarged", [digit / np.float32(255)], [""], label=_describe(pictures, index), size=ENLARGED
            )
        with st.container(gap="small"):
            if st.button(
                translate("Open on every page"), type="primary", on_click=session.guard(_open), args=(pictures, index)
            ):
                st.rerun()  # the whole page: another picture is read
            st.caption(_say_where(source))
    with st.container(key="one-hot"):
        one_hot.show(source, label, pictures)


def _say_where(source: InputSource) -> str:
    if _is_shown(source):
        return translate("This is the picture that every page shows.")
    if source.label is None:
        return translate("Our networks know digits alone: see what they make of something else.")
    return translate("Draw, Layers and all other pages then show this picture.")


def _is_shown(source: InputSource) -> bool:
    """Return whether every page shows this picture; one of the visitor's own has no name to tell it by."""
    now = session.subject()
    same = (now.kind, now.source, now.number) == (source.kind, source.source, source.number)
    if not same or source.source:
        return same
    return now.digit is not None and source.digit is not None and np.array_equal(now.digit, source.digit)


def _show_numbers(pictures: PictureSet, index: int) -> None:
    digit = take_digit(pictures, index)
    with st.container(key="digit-numbers"):
        st.subheader(translate("One picture, as numbers"), anchor=False)
        st.caption(terms.explain(OWN_NUMBERS_WHY if pictures.name == OWN else NUMBERS_WHY, "numbers"))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            widgets.one_of("data_numbers", translate("Numbers"))
            if digit.ndim == 3:
                widgets.one_of("data_channel", translate("Channel"))
        channel = digit if digit.ndim == 2 else np.ascontiguousarray(digit[..., int(session.get("data_channel"))])
        number_grid(
            "picture-numbers",
            channel,
            name=translate("Numbers of the chosen picture"),
            shares=session.get("data_numbers") == "shares",
        )
        if session.wants_everything():
            name = f"{pictures.slug}-{index}.csv"
            download_button(translate("Download as CSV"), lambda: _write_csv(channel), name, mime="text/csv")


def _write_csv(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savetxt(file, pixels, "%d", ",")
    return file.getvalue()


def _choose(on_sheet: np.ndarray) -> None:
    place = read_pick(SHEET)
    if 0 <= place < len(on_sheet):
        session.put(data_index=int(on_sheet[place]))


def _turn(number: int) -> None:
    session.put(data_sheet=number, data_index=-1)


def _turn_to_first() -> None:
    session.put(data_sheet=0, data_index=-1, data_problem=None)


def _search() -> None:
    """Choose the picture with the typed index and turn to its sheet, or say why there is none."""
    session.put(data_problem=None)
    typed = str(session.get("data_typed"))
    if not typed.strip():
        return
    pictures = loading.find()
    try:
        index = rows.parse_index(typed, len(pictures.labels))
        found = rows.select_rows(pictures, session.get("data_split"), _get_label(pictures))
        session.put(data_sheet=rows.find_sheet(found, index), data_index=index)
    except Refusal as reason:
        session.put(data_problem=reason)


def _open(pictures: PictureSet, index: int) -> None:
    """Have every page read the picture; a colour digit brings its ink and paper."""
    if pictures.colours is not None:
        ink, paper = (_write_hex(colour) for colour in pictures.colours[index])
        session.put(ink=ink, paper=paper)
    session.show(samples.take_picture(pictures, index))


def _write_hex(colour: np.ndarray) -> str:
    return "#" + bytes(colour.tolist()).hex()
