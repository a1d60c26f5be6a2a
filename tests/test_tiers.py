"""Every test has one tier; a unit test starts no process, no server and no Keras."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from tests import tiers
from tests.server_process import serving


def test_every_test_has_exactly_one_tier(request: pytest.FixtureRequest) -> None:
    assert {item.nodeid: tiers.marks(item) for item in request.session.items if len(tiers.marks(item)) != 1} == {}


def test_every_group_is_of_one_tier(request: pytest.FixtureRequest) -> None:
    """But for the files that share a group whatever their tier: they may not run beside each other."""
    found = Counter(
        (mark.args[0], tiers.marks(item)[0])
        for item in request.session.items
        for mark in item.iter_markers("xdist_group")
        if mark.args[0] not in tiers.SHARED.values()
    )
    groups = [group for group, _ in found]
    assert len(groups) == len(set(groups))


@pytest.mark.unit
def test_a_unit_test_cannot_start_a_process() -> None:
    with pytest.raises(AssertionError, match="may not start or serve anything"):
        subprocess.run([sys.executable, "-c", "pass"], check=True)


@pytest.mark.unit
def test_a_unit_test_cannot_serve() -> None:
    with socket.socket() as taken, pytest.raises(AssertionError, match="may not start or serve anything"):
        taken.bind(("127.0.0.1", 0))


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(tiers.HEAVY))
def test_a_unit_test_cannot_load_keras(name: str) -> None:
    if name in sys.modules:
        pytest.skip(f"a test of another tier loaded {name} in this process")
    with pytest.raises(AssertionError, match="may not load Keras"):
        importlib.import_module(name)


@pytest.mark.app
def test_a_test_of_pages_cannot_load_keras_but_may_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        pass
    if "keras" not in sys.modules:
        with pytest.raises(AssertionError, match="may not load Keras"):
            importlib.import_module("keras")


def draws_with_keras() -> None:
    import keras

    keras.backend.backend()


def calls_a_helper() -> None:
    draws_with_keras()


@pytest.mark.parametrize(
    ("function", "sign"), [(draws_with_keras, "keras"), (calls_a_helper, "keras"), (serving, "Popen")]
)
def test_code_is_read_through_the_functions_that_it_calls(function: Callable[..., object], sign: str) -> None:
    assert sign in tiers.names_of(function, set())


def test_xdist_knows_the_group_of_a_test(request: pytest.FixtureRequest) -> None:
    """pytest-xdist writes the group behind a test's name; else module fixtures are made in every process."""
    (mark,) = request.node.iter_markers("xdist_group")
    assert mark.args == ("unit:tests/test_tiers.py",)
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith(f"@{mark.args[0]}")
