"""The address bar: the link of the present view, kept up to date without filling the browser's history.

Streamlit's own `st.query_params` adds an entry to the history with every change, so that "back" would undo a
drawing stroke by stroke. Here only a step to another place of the account of a cell adds one, and "back" returns to
that place and changes nothing else.
"""

from __future__ import annotations

from cnnviz.ui.components.mount import mount_unseen


def address(query: str, key: str = "address", *, written: int = 0, moves: int = 0, place: str = "") -> None:
    """Show `query` in the address bar, after the question mark; the empty query shows none.

    Args:
        query: A query string as `urllib.parse.urlencode` makes it.
        key: The element's key; a fragment with choices of its own has an element of its own.
        written: When the query became what it is, in milliseconds since 1970. A page has several of these elements, and
            Streamlit may show one of them again as an earlier run left it: the browser takes no query that is older
            than the newest it has seen. By the clock, because a visitor's next session goes on in the same page.
        moves: The steps that the visitor has gone to another `place`; the history gets an entry for a new one.
        place: What the query says about the place that is accounted for, or "".
    """
    mount_unseen("address", key=key, data={"query": query, "written": written, "moves": moves, "place": place})
