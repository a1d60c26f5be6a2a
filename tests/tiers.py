"""Tiers of the tests: which tier a test belongs to, what runs beside what, and what a unit test may not do.

A tier is found in this order: a tier's mark on the test itself, the folder of the test, and what the test and its
fixtures call. Marks are needed only where a test reaches Keras or a process through the product or through a program
in a string.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

TIERS = {
    "browser": "Chromium on the real server",
    "train": "imports Keras, here or in a process of its own, and may train",
    "process": "starts servers, executors or children, or kills them",
    "app": "runs a page with AppTest",
    "unit": "pure: no Keras, no server, no child process",
}
"""Every tier and what its tests need; a test that matches several belongs to the first."""

FOLDERS = {
    "tests/browser/": "browser",
    "tests/pages/": "app",
    "tests/jobs/sandbox/test_data_upload.py": "process",
    "tests/jobs/sandbox/test_upload.py": "process",
    "tests/workers/entry/test_decode_image.py": "process",
    "tests/workers/entry/test_train_cli.py": "train",
}
"""Folders and files whose tests are all of one tier."""

SIGNS = {
    "train": {"keras", "tensorflow", "keras_model", "train_job", "keras_writer", "make_keras_file"},
    "process": {
        "subprocess",
        "Popen",
        "serving",
        "create_server",
        "HTTPServer",
        "ThreadingHTTPServer",
        "LocalExecutor",
    },
    "app": {"AppTest"},
}
"""Names in the code of a test, its fixtures and the functions of `tests` that it calls, and the tier they show."""

ORDER = ("process", "train", "browser", "app", "unit")
"""Tiers as they are handed out to the processes of pytest-xdist: what waits longest first, what fills gaps last."""

SHARED = {
    "tests/jobs/executors/test_executors.py": "executors",
    "tests/workers/entry/test_priority.py": "executors",
}
"""Files that run in one group, one test after the other: they measure leases, kills and priorities."""

HEAVY = frozenset({"keras", "tensorflow", "h5py"})
"""Packages that no unit or app test loads."""

STARTING = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.exec", "socket.bind"}
)
"""Audit events of Python that no unit test raises."""


def tier(item: pytest.Item) -> str:
    """Return the tier of a test that carries at most one tier's mark."""
    marked = marks(item)
    if marked:
        return marked[0]
    path = relative_path(item)
    for folder, name in FOLDERS.items():
        if path.startswith(folder):
            return name
    names = called(item)
    return next((name for name in TIERS if names & SIGNS.get(name, set())), "unit")


def marks(item: pytest.Item) -> list[str]:
    """Return the tiers whose mark a test carries; the collection gives every test exactly one."""
    return [name for name in TIERS if any(mark.name == name for mark in item.iter_markers())]


def group(item: pytest.Item, name: str) -> str:
    """Return the group of pytest-xdist: the tests of one group share a process, and so its module's fixtures."""
    return SHARED.get(relative_path(item)) or f"{name}:{relative_path(item)}"


def relative_path(item: pytest.Item) -> str:
    """Return the path of a test's file from the repository, with slashes."""
    return item.path.relative_to(item.config.rootpath).as_posix()


def called(item: pytest.Item) -> set[str]:
    """Return every name in the code of a test, its fixtures, and the functions of `tests` that they call."""
    functions = [getattr(item, "function", None)]
    fixtures: Mapping[str, Iterable[Any]] = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    functions += [definition.func for definitions in fixtures.values() for definition in definitions]
    names: set[str] = set()
    seen: set[CodeType] = set()
    for function in functions:
        names |= names_of(function, seen)
    return names


def names_of(function: Callable[..., object] | None, seen: set[CodeType]) -> set[str]:
    given = getattr(function, "hypothesis", None)  # Hypothesis wraps what it draws examples for
    inner = inspect.unwrap(getattr(given, "inner_test", function)) if function else None
    if not isinstance(inner, FunctionType) or inner.__code__ in seen or not inner.__module__.startswith("tests"):
        return set()
    seen.add(inner.__code__)
    names = set(names_in(inner.__code__))
    for value in values(sorted(names), inner.__globals__):
        methods = vars(value).values() if inspect.isclass(value) else (value,)
        for method in methods:
            if callable(method):
                names |= names_of(method, seen)
    return names


def values(names: list[str], known: Mapping[str, object]) -> Iterator[object]:
    """Yield what names stand for in a module, and in the modules of `tests` that it imports whole."""
    found = [known.get(name) for name in names]
    yield from found
    for module in found:
        if isinstance(module, ModuleType) and module.__name__.startswith("tests."):
            yield from (getattr(module, name, None) for name in names)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names in compiled code and in the functions inside it; an import in a function is one of them."""
    for name in code.co_names:
        yield from name.split(".")
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


class Guard:
    """Fail a unit test that starts a process, listens or loads Keras, and an app test that loads Keras.

    Attributes:
        tier: the tier of the test that runs; empty between tests.
    """

    def __init__(self) -> None:
        self.tier = ""

    def install(self) -> None:
        """Listen to Python's audit events until the process ends: a hook cannot be taken away again."""
        sys.addaudithook(self.check)

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "import" and self.tier in ("unit", "app"):
            if arguments[0].partition(".")[0] in HEAVY:
                raise AssertionError(f"a test of the tier `{self.tier}` may not load Keras. Received: {arguments[0]}")
        elif event in STARTING and self.tier == "unit":
            raise AssertionError(f"a unit test may not start or serve anything. Received: {event} {arguments[:1]}")
