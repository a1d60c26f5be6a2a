"""Data of one's own: draw a set class by class, open a file of labelled pictures, look at both and delete them."""

from __future__ import annotations

import streamlit as st

from cnnviz.jobs.own_sets.store import SetEntry
from cnnviz.ui.data import own_drawings, own_files, own_pictures
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms, url, visitor

WHY = gettext_noop(
    "A [[network]] learns whatever it is shown: letters, smileys, kana. Draw a set of your own or open one; Train then "
    "learns from it. It is kept on this server for you alone, and deleted with one click."
)


@st.fragment
@page.guard
def show() -> None:
    """Show the section; what changes the list of sets draws the whole page again."""
    if session.get("own_changed"):
        session.put(own_changed=False)
        st.rerun()
    with st.container(key="own-set"):
        st.subheader(translate("Your own data"), anchor=False)
        st.caption(terms.explain(WHY))
        drawing, opening = st.columns([600, 420], gap="medium")
        with drawing:
            own_drawings.show()
        with opening:
            own_files.show()
            _show_sets()
    if visitor.has_token() or not visitor.sets().is_empty() or visitor.networks().names():
        visitor.remember()
    url.show(pen_down=False, place="own")


def _show_sets() -> None:
    """Show the sets that are kept, each with what can be done with it."""
    entries = visitor.sets().entries() if visitor.is_known() else ()
    for entry in entries:
        with st.container(key=f"own-entry-{entry.id}", horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_describe(entry))
            with st.container(horizontal=True, width="content", gap="small"):  # so that both go to the next line
                st.button(
                    translate("Look at it"),
                    key=f"own-look-{entry.id}",
                    disabled=session.get("data_set") == entry.id,
                    on_click=session.guard(_look),
                    args=(entry.id,),
                )
                st.button(
                    translate("Delete"), key=f"own-delete-{entry.id}", on_click=session.guard(_delete), args=(entry.id,)
                )


def _describe(entry: SetEntry) -> str:
    words = translate("{number} pictures, {classes} classes", number=f"{entry.count:,}", classes=len(entry.classes))
    return f"**{page.escape_markdown(entry.name)}** · {words}"


def _look(set_id: str) -> None:
    own_pictures.look_at(set_id)
    session.put(own_changed=True)


def _delete(set_id: str) -> None:
    visitor.sets().delete(set_id)
    session.put(own_changed=True, own_upload=None)
