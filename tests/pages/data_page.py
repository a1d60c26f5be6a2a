"""The page Data without a browser, and what it sends to its grids of cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]

Grids = dict[str, tuple[dict[str, Any], bytes]]
"""Key of a grid -> its header and its bytes, as the fixture `grids` records them."""


def opened(**query: str) -> AppTest:
    """Open the page with the values of a link."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/Data.py").run()


def well(app: AppTest) -> bool:
    """Return whether the page shows neither an exception nor an error."""
    return not app.exception and not app.error
