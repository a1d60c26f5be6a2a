"""A short text that a tab of the browser keeps over a reload, and forgets when it is closed."""

from __future__ import annotations

import re

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount_unseen

VALUE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def keep(name: str, value: str) -> None:
    """Have the tab keep `value`, up to 64 letters, digits, "-" and "_", under `name`."""
    mount_unseen("tab_storage", key=f"keep-{name}", data={"name": name, "value": value})


def recall(name: str) -> str:
    """Return what the tab keeps under `name`; "" for nothing, and until it has answered."""
    data = {"name": name, "value": ""}
    result = mount_unseen("tab_storage", key=f"recall-{name}", data=data, on_value_change=browser_state.ignore)
    value = getattr(result, "value", None)
    return value if isinstance(value, str) and VALUE.fullmatch(value) else ""
