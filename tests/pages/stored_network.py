"""A store of networks in which a test's own network stands beside the one that the app begins with."""

from __future__ import annotations

import shutil
from pathlib import Path

from streamlit.testing.v1 import AppTest

from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from tests.core import strategies
from tests.core.networks.small_network import card
from tests.pages.fake_training import ROOT


def keep(architecture: Architecture, place: Path) -> Path:
    """Make a network and keep it in `place`, beside the app's first one as it is, for caches may hold that."""
    for file in (ROOT / "models").glob(f"{model_store.DEFAULT}.*"):
        shutil.copy(file, place)
    network = strategies.network(architecture, 3)
    model_store.save(network, card(network), place)
    return place


def open_page(name: str, page: str, **query: str) -> AppTest:
    """Open a page, Draw for "", with a test digit and the network of this name."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"net": name, "sample": "0", **query}.items():
        app.query_params[key] = value
    (app.switch_page(f"pages/{page}.py") if page else app).run()
    assert not app.exception
    assert not app.error
    return app
