"""Offer to fetch a data set that is a part of a large archive: how large, what is kept, how far it is, and why not."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import picture_sets
from cnnviz.core.data.emnist import letters
from cnnviz.core.data.emnist.letters import ArchivedLetters
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms

WHAT = gettext_noop(
    "[[emnist|EMNIST Letters]] are {number} handwritten letters, A to Z, 28×28 in grey. They are not on this server "
    "yet, and are published only inside an archive of {size} MB. It is downloaded once, checked by its published "
    "SHA-256, and deleted again; the letters are kept for everybody here, at most {kept} MB."
)
RESUMED = gettext_noop("{came} MB of it are here from an attempt before, and the download goes on from there.")
GOES_ON = gettext_noop("The download goes on when you look at something else, and when you leave.")


def show(name: str, archived: ArchivedLetters) -> None:
    """Show the offer, or how far the download is; the whole page is drawn again once the letters are there."""
    fetch = picture_sets.find_fetch(name)
    running = fetch is not None and not fetch.status.done
    with st.container(key="archive-offer"):
        numbers = {"number": f"{archived.count:,}", "size": _count_mb(archived.size)}
        st.markdown(terms.explain(WHAT, "data", **numbers, kept=_count_mb(letters.KEPT_BYTES)))
        if fetch is not None and running:
            page.show_progress(fetch, letters.DOWNLOADING)
            st.caption(translate(GOES_ON))
            if session.get("data_fetching") == name:
                st.button(translate("Stop the download"), on_click=session.guard(_stop), args=(name,))
            return
        if fetch is not None and fetch.status.refusal is not None:
            st.warning(page.escape_markdown(translate_refusal(fetch.status.refusal)))
        elif came := archived.count_partial():
            st.caption(translate(RESUMED, came=_count_mb(came)))
        st.button(
            translate("Fetch the letters ({size} MB)", size=_count_mb(archived.size)),
            key="archive-fetch",
            type="primary",
            on_click=session.guard(_begin),
            args=(name,),
        )


def _count_mb(size: int) -> int:
    return round(size / 1e6)


def _begin(name: str) -> None:
    picture_sets.begin_fetch(name)
    session.put(data_fetching=name)


def _stop(name: str) -> None:
    """Stop the download, which only the visitor who began it may."""
    picture_sets.stop_fetch(name)
    session.put(data_fetching="")
