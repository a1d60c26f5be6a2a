"""The upload of a picture: the picture beside what was made of it, and the buttons that turn, cut and read it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.preprocessing import Preparation
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject as inputs
from cnnviz.core.inference import whole_picture
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.inference.whole_picture import FITTINGS
from cnnviz.jobs.sandbox import image_header, upload
from cnnviz.jobs.sandbox.upload import Picture
from cnnviz.ui.components import tab_storage
from cnnviz.ui.components.picture_crop import LABELS, Mark, picture_crop, read_crop
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.components.upload_limit import limit_uploads, read_held_back
from cnnviz.ui.i18n import gettext_noop, translate, translate_message, translate_plural, translate_refusal
from cnnviz.ui.input import ink_and_paper, kept_uploads
from cnnviz.ui.input.kept_uploads import KeptUpload
from cnnviz.ui.prediction import input_note, wording
from cnnviz.ui.shell import networks, page, session, visitor
from cnnviz.ui.shell.fields import FIELDS

KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]
"""Kinds of picture files that are read."""

LIMIT_KEY = "upload-limit"
"""Key of the element that holds files back in the browser."""

STORAGE_NAME = "upload"
"""Name under which a tab keeps the key of its upload."""

READINGS = ("digit", *FITTINGS)
"""Ways to read a picture among which the visitor chooses."""

POLARITIES = {
    "auto": gettext_noop("Automatic"),
    "dark": gettext_noop("Dark ink on light"),
    "bright": gettext_noop("Bright ink on dark"),
}

USED = {
    "dark": gettext_noop("Ink that was read: darker than the paper."),
    "bright": gettext_noop("Ink that was read: brighter than the paper."),
}
"""Polarity that was found or asked for -> what to say."""

LEFT_OUT: Mapping[str, str] = {
    "frame": gettext_noop("a frame around the digit"),
    "surroundings": gettext_noop("what lies around the sheet"),
    "border": gettext_noop("what reaches in from the edge"),
    "specks": gettext_noop("specks and small marks"),
}
"""Kind of what the reader left out -> its name."""

FROM_LINK = gettext_noop("It came with the link, which carries a small copy of {width} × {height} pixels.")

NO_INK = gettext_noop(
    "The picture was read, but no ink was found. Drag a frame around the digit, choose the other ink, or take the "
    "picture again: darker ink, more light, plain paper."
)


def show() -> None:
    """Let the visitor choose a picture file; show it with what was made of it, or say why it cannot be read."""
    outcome = session.get("upload")
    title = translate(wording.word(gettext_noop("Or open a picture of a digit")))
    kinds = translate(wording.word(gettext_noop("PNG, JPEG, WebP, GIF or BMP, one digit on plain paper")))
    with st.expander(title, expanded=outcome is not None):
        st.file_uploader(
            kinds,
            type=KINDS,
            key=_uploader_key(),
            on_change=session.guard(_take),
        )
        limit_uploads(LIMIT_KEY, image_header.MAX_BYTES, KINDS, _refuse)
        if isinstance(outcome, Refusal):
            st.error(page.escape_markdown(translate_refusal(outcome)))
        elif session.get("opened") is not None:
            _show_opened()
    _remember()


def show_opened() -> None:
    """Show the upload that is being read, if one is, for pages on which none is chosen."""
    if session.get("opened") is not None and _is_read():
        with st.expander(translate("The picture that is read"), expanded=True):
            _show_opened()
    _remember()


def _take() -> None:
    """Read a file that has just been chosen; the reading happens in a child process."""
    file = st.session_state.get(_uploader_key())
    _forget()
    if file is None:
        return
    try:
        picture = upload.read(file.getvalue(), file.name, visitor.owner())
    except Refusal as reason:
        session.put(upload=reason)
    else:
        session.put(upload=picture)
        _read(InputSource(kind="picture", rgba=picture.rgba))


def _refuse() -> None:
    """Say why the browser did not send a file."""
    file = read_held_back(LIMIT_KEY)
    if file is not None:
        _forget()
        session.put(
            upload=image_header.explain_refusal(file.length, file.ending), held_back=session.get("held_back") + 1
        )


def _forget() -> None:
    """Close the upload that is open, and take back the answer to it."""
    if _is_read():
        session.show(InputSource())
    session.put(upload=None, opened=None, uploads=session.get("uploads") + 1, upload_key=kept_uploads.new_key())


def _uploader_key() -> str:
    """Return the key of the uploader: a new one shows no file."""
    return f"file-{session.get('held_back')}"


def _read(source: InputSource) -> None:
    session.put(opened=source)
    session.show(source)


def _is_read() -> bool:
    """Return whether the answer is about the upload, and not about a drawing or a test digit."""
    opened = session.get("opened")
    return opened is not None and session.subject().rgba is opened.rgba


def _show_opened() -> None:
    source: InputSource = replace(session.get("opened"), fitting=session.get("fitting"))
    for note in session.get("upload").notes:
        st.caption(translate_message(note))
    if not session.get("upload_key"):
        height, width = session.get("upload").rgba.shape[:2]
        st.caption(translate(FROM_LINK, width=width, height=height))
    pixels = inputs.get_pixels(source)
    preparation = None if pixels is None else inputs.prepare(source, pixels, session.steps())
    showing, made = st.columns([3, 2], gap="medium")
    with showing:
        picture_crop(
            _key("crop"),
            inputs.get_turned_picture(source),
            source.crop,
            [] if preparation is None else _marks(source, preparation),
            label=translate("Your picture"),
            on_crop=session.guard(_crop),
            labels=wording.word_all(LABELS),
        )
        _show_buttons(source)
    with made:
        caption = translate("What was made of it")
        thumbnails(_key("made"), [_show_made(source, preparation)], [caption], label=caption, size=196)
        if preparation is None:
            st.caption(input_note.describe_whole(networks.load_chosen().architecture, source))
        else:
            _show_words(preparation)
    _pick_reading()
    if preparation is not None:
        _pick_ink(source)
        _pick_part(source, preparation)
    if not _is_read():
        st.button(translate("Read this picture"), key=_key("again"), on_click=session.guard(_read), args=(source,))


def _show_made(source: InputSource, preparation: Preparation | None) -> np.ndarray:
    """Return what was made of an upload, as the chosen network would read it."""
    if preparation is not None:
        return ink_and_paper.colour_digit(preparation.digit)
    return whole_picture.show_fitted(inputs.cut_out(source), networks.load_chosen().architecture, source.fitting)


def _pick_reading() -> None:
    """Show the choice between a digit and the whole picture, for networks that may want that."""
    network = networks.load_chosen()
    if not whole_picture.can_choose(network):
        return
    labels = wording.word_all(FIELDS["read_as"].options)
    # Where nothing was chosen it follows the network, so each network has a widget of its own.
    key = _key(f"reading-{session.get('network')}")
    st.segmented_control(
        translate("Read the picture as"),
        READINGS,
        default=session.get("fitting") or "digit",
        format_func=lambda name: translate(labels[name]),
        key=key,
        required=True,
        on_change=session.guard(_set_reading),
        args=(key,),
    )


def _show_buttons(source: InputSource) -> None:
    with st.container(horizontal=True):
        for name, label, quarters, icon in (
            ("left", translate("Turn left"), 3, ":material/rotate_left:"),
            ("right", translate("Turn right"), 1, ":material/rotate_right:"),
        ):
            st.button(label, key=_key(name), icon=icon, on_click=session.guard(_turn), args=(quarters,))
        st.button(
            translate("Whole picture"), key=_key("whole"), on_click=session.guard(_uncrop), disabled=source.crop is None
        )


def _show_words(preparation: Preparation) -> None:
    """Say which ink was read, what was left out, and what to do where there is none."""
    if preparation.empty:
        st.warning(translate(wording.word(NO_INK)))
        return
    st.caption(translate(USED[preparation.polarity]))
    # Another digit is spoken of where each is offered.
    kinds = dict.fromkeys(each.kind for each in preparation.left_out if each.kind != "digit")
    if kinds:
        names = ", ".join(translate(wording.word(LEFT_OUT[kind])) for kind in kinds)
        st.caption(translate("Left out, dashed in the picture: {names}.", names=names))


def _marks(source: InputSource, preparation: Preparation) -> list[Mark]:
    """Return the boxes of digits and of what was left out, in pixels of the turned picture."""
    x, y = source.crop[:2] if source.crop else (0, 0)
    found = [("read" if at == preparation.part else "other", box) for at, box in enumerate(preparation.parts)]
    found += [("left", each.box) for each in preparation.left_out if each.kind != "digit"]
    return [Mark(kind, (box[0] + x, box[1] + y, box[2] + x, box[3] + y)) for kind, box in found]


def _pick_ink(source: InputSource) -> None:
    st.segmented_control(
        translate("Ink"),
        POLARITIES,
        default=source.polarity,
        format_func=lambda name: translate(POLARITIES[name]),
        key=_key("polarity"),
        required=True,
        on_change=session.guard(_set_polarity),
        args=(_key("polarity"),),
    )


def _pick_part(source: InputSource, preparation: Preparation) -> None:
    """Say that there are several digits, and offer each."""
    number = len(preparation.parts)
    if number < 2:
        return
    st.info(_count_parts(number, preparation.part + 1))
    st.segmented_control(
        translate(wording.word(gettext_noop("Digit to read"))),
        range(number),
        default=preparation.part,
        format_func=lambda part: str(part + 1),
        key=_part_key(source),
        required=True,
        on_change=session.guard(_set_part),
        args=(_part_key(source),),
    )


def _count_parts(number: int, read: int) -> str:
    """Say how many digits, or other drawings, there are; each pair is one message of the catalogue."""
    if wording.are_of_digits():
        return translate_plural(
            "There is {number} digit in this picture; digit {read} from the left is read.",
            "There are {number} digits in this picture; digit {read} from the left is read.",
            number,
            read=read,
        )
    return translate_plural(
        "There is {number} drawing in this picture; drawing {read} from the left is read.",
        "There are {number} drawings in this picture; drawing {read} from the left is read.",
        number,
        read=read,
    )


def _key(name: str) -> str:
    """Return the key of a widget that belongs to this upload alone."""
    return f"upload-{name}-{session.get('uploads')}"


def _turn(quarters: int) -> None:
    if session.get("opened") is not None:
        _read(inputs.turn(session.get("opened"), quarters))


def _crop() -> None:
    box = read_crop(_key("crop"))
    if box is not None and session.get("opened") is not None:
        _read(inputs.crop(session.get("opened"), box))


def _uncrop() -> None:
    if session.get("opened") is not None:
        _read(replace(session.get("opened"), crop=None, part=None))


def _set_polarity(key: str) -> None:
    """Read the same picture with the ink that the visitor says it has."""
    polarity = st.session_state.get(key)
    # A widget of the upload before may report once more, in the run that brings the next.
    if key == _key("polarity") and polarity in POLARITIES and session.get("opened") is not None:
        _read(replace(session.get("opened"), polarity=polarity, part=None))


def _set_reading(key: str) -> None:
    """Read the same picture as a digit or whole."""
    read_as = st.session_state.get(key)
    if read_as in READINGS:
        session.put(read_as=read_as)


def _set_part(key: str) -> None:
    part = st.session_state.get(key)
    opened = session.get("opened")
    if isinstance(part, int) and opened is not None and key == _part_key(opened):
        _read(replace(opened, part=part))


def _part_key(source: InputSource) -> str:
    """Return the key of the choice of a digit, which is another for another piece of the picture."""
    return _key(f"part-{source.turns}-{source.crop}-{source.polarity}")


def _remember() -> None:
    """Have the tab keep the key of the upload; after a reload, bring back the upload that the link's digit is of."""
    key = session.get("upload_key")
    if key and _is_read():
        kept = KeptUpload(session.get("upload"), replace(session.get("opened"), prepared=[]))
        kept_uploads.UPLOADS.put(key, kept)
        tab_storage.keep(STORAGE_NAME, key)
    elif session.subject().kind == "picture" and not key:
        _bring_back(tab_storage.recall(STORAGE_NAME))


def _bring_back(key: str) -> None:
    """Open the upload that the tab kept under `key` if the link is of it, otherwise a picture that the link carries."""
    source = session.subject()
    found = kept_uploads.UPLOADS.get(key) if key else None
    if found is not None and _makes(found.source, source):
        session.put(upload=found.picture, upload_key=key, uploads=session.get("uploads") + 1)
        _read(found.source)
        st.rerun()
    elif session.get("opened") is None and source.rgba is not None and source.digit is None:
        session.put(upload=Picture(source.rgba), uploads=session.get("uploads") + 1)
        _read(source)
        st.rerun()


def _makes(kept: InputSource, of_link: InputSource) -> bool:
    """Return whether an upload becomes the digit or the small picture of a link."""
    if of_link.digit is None:
        return of_link.rgba is not None and _spell(kept) == _spell(of_link)
    made = inputs.prepare_digit(replace(kept, fitting=""), session.steps())
    return url_codec.encode_digit(made) == url_codec.encode_digit(of_link.digit)


def _spell(source: InputSource) -> str:
    return url_codec.encode_picture(inputs.cut_out(source))
