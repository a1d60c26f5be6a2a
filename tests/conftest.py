"""Fixtures shared by all tests: the development data, a server, a browser, and no network."""

from __future__ import annotations

import functools
import gzip
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cnnviz.core.data import datasets
from scripts import browser as installed
from tests import tiers
from tests.browser import page_guard, profiles
from tests.server_process import ROOT, Server, serving

# A property is true or false; how long one example takes says how busy the machine is.
# CI draws the same examples each time, as Hypothesis's own profile for CI does, so that it says the same of the same
# commit. Other runs draw new ones.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("search", settings.get_profile("ci"), derandomize=False)
settings.register_profile("quick", settings.get_profile("search"), max_examples=20)
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as in `cnnviz.workers.keras_model`, for Keras alone as an oracle
settings.load_profile("ci" if os.environ.get("CI") else "quick")

guard = tiers.Guard()


def pytest_configure(config: pytest.Config) -> None:
    """Register the tiers' marks and start the guard of the unit tests."""
    for name, text in tiers.TIERS.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    guard.install()


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test its tier's mark and its group of pytest-xdist, which reads the groups before the items are sorted."""
    name = tiers.tier(item)
    if name not in tiers.marks(item):
        item.add_marker(name)
    item.add_marker(pytest.mark.xdist_group(tiers.group(item, name)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests: those of the development data, which are long, then the slowest tiers first."""
    items.sort(key=lambda item: (item.get_closest_marker("data") is None, tiers.ORDER.index(tiers.marks(item)[0])))


def pytest_collection_finish() -> None:
    """Refuse test modules that load Keras: all unit tests would wait for it."""
    loaded = tiers.HEAVY & set(sys.modules)
    if loaded:
        raise pytest.UsageError(f"a module of tests imports {', '.join(sorted(loaded))} outside of a function")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Guard the tests of the tiers that may not start or load everything."""
    guard.tier = tiers.marks(item)[0]
    try:
        return (yield)
    finally:
        guard.tier = ""


@pytest.fixture(scope="session", autouse=True)
def _no_network_and_no_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests and their child processes from downloading MNIST or using this machine's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CNNVIZ_MNIST", raising=False)
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        patch.setenv("CNNVIZ_RUNS", str(tmp_path_factory.mktemp("runs")))
        for name in ("http_proxy", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")  # nobody listens there: refused at once
        patch.setenv("no_proxy", "127.0.0.1,localhost")
        yield


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Keep each AppTest from reading the metadata of all installed packages: two thirds of its processor time."""
    if "streamlit.testing.v1" not in sys.modules:  # none of the tests that were chosen runs a page
        yield
        return
    scanner = importlib.import_module("streamlit.components.v2.manifest_scanner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", functools.cache(scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the development data: the folder in CNNVIZ_DATA, else shared/data beside the repository."""
    folder = Path(os.environ.get("CNNVIZ_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "mnist.npz").is_file():
        pytest.skip("no development data: set CNNVIZ_DATA to a folder with mnist.npz and pen_strokes.json.gz")
    return folder


@pytest.fixture(scope="session")
def picture_folder() -> Path:
    """Return the folder of small pictures by kind: `cases/pictures` beside the development data."""
    data = Path(os.environ.get("CNNVIZ_DATA") or ROOT.parent / "shared" / "data")
    folder = data.resolve().parent / "cases" / "pictures"
    if not folder.is_dir():
        pytest.skip("no pictures by kind: set CNNVIZ_DATA to a folder that has cases/pictures beside it")
    return folder


@pytest.fixture(scope="session")
def mnist_path(data_folder: Path) -> Path:
    """Return the path of the complete MNIST."""
    return data_folder / "mnist.npz"


@pytest.fixture(scope="session")
def mnist(mnist_path: Path) -> datasets.Dataset:
    """Load the complete MNIST."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_MNIST", str(mnist_path))
        return datasets.load(allow_download=False)


@pytest.fixture(scope="session")
def pen_strokes(data_folder: Path) -> list[dict[str, Any]]:
    """Load digits written with pens: label, writer, strokes as points whose larger extent is 1, y down."""
    path = data_folder / "pen_strokes.json.gz"
    if not path.is_file():
        pytest.skip("no pen strokes: set CNNVIZ_DATA to a folder with pen_strokes.json.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        digits: list[dict[str, Any]] = json.load(file)
        return digits


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serve the app, with the repository's settings, for the whole test run."""
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the installed browser; skip the test if there is none, with the way to get it."""
    path = installed.find()
    if path is None:
        pytest.skip(installed.NONE_FOUND)
    arguments = [*installed.ARGUMENTS, *profiles.ARGUMENTS, *page_guard.ARGUMENTS]
    return browser_type_launch_args | {"executable_path": path, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Set a desktop-sized window; a test of a phone makes its own context."""
    return browser_context_args | {"viewport": {"width": 1280, "height": 900}}
