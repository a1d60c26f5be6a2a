"""The visitor's token, kept in a cookie of the browser; it is the key to the visitor's runs, so it is never shown."""

from __future__ import annotations

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount_unseen

COOKIE = "cnnviz_visitor"
DAYS = 400
"""The longest that browsers keep a cookie."""


def visitor(token: str, settled: bool) -> str | None:
    """Have the browser keep `token`; return the token that it has kept from earlier, if that is another.

    Args:
        token: 43 characters of base64url.
        settled: The visitor has runs under `token`, so it is kept whatever the browser had.
    """
    data = {"name": COOKIE, "token": token, "days": DAYS, "settled": settled}
    result = mount_unseen("visitor", key="cookie", data=data, on_token_change=browser_state.ignore)
    kept = getattr(result, "token", None)
    return kept if isinstance(kept, str) else None
