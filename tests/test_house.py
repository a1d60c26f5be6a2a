"""The import rules: which package may import which, checked on every file."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCREEN = frozenset({"streamlit", "streamlit_drawable_canvas"})
CHARTS = frozenset({"plotly"})
TRAINING = frozenset({"keras", "tensorflow", "h5py", "onnx"})

PROCESSES = frozenset({"subprocess", "threading", "asyncio", "socket"})
MAX_MODULES = 16
"""Modules side by side in one folder, beside its `__init__`; a folder with more hides folders in its file names."""

LAW = {
    "core": (frozenset[str](), SCREEN | CHARTS | TRAINING),
    "jobs": (frozenset({"core"}), SCREEN | CHARTS | TRAINING),
    "figures": (frozenset({"core"}), SCREEN | TRAINING),
    "ui": (frozenset({"core", "figures", "jobs"}), TRAINING),
    "workers": (frozenset({"core", "jobs"}), SCREEN | CHARTS),
    "pages": (frozenset({"core", "figures", "ui"}), CHARTS | TRAINING | {"streamlit_drawable_canvas"}),
    "scripts": (frozenset({"core"}), SCREEN | CHARTS | TRAINING),
}
"""A room -> the rooms of ours that it may import beside itself, and the packages that it must not import."""

GROUND = frozenset({"errors", "messages", "atomic_file", "background", "npz_file", "percentages", "visible_text"})
FLOORS = {
    **dict.fromkeys(GROUND, frozenset({"errors"})),
    "errors": frozenset({"messages", "visible_text"}),
    "messages": frozenset(),
    "percentages": frozenset(),
    "visible_text": frozenset(),
    "layers": GROUND,
    "glossary": frozenset({"messages"}),
    "arguments": GROUND | {"layers"},
    "drawing": GROUND,
    "data": GROUND | {"layers", "drawing"},
    "networks": GROUND | {"layers", "drawing", "data"},
    "inference": GROUND | {"layers", "drawing", "data", "networks"},
    "explanations": GROUND | {"layers", "drawing", "data", "networks", "inference"},
    "ledger": GROUND | {"layers", "drawing", "data", "networks", "inference"},
    "training": GROUND | {"layers", "drawing", "data", "networks", "inference"},
    "evaluation": GROUND | {"layers", "drawing", "data", "networks", "inference"},
    "lessons": GROUND | {"layers", "drawing", "data", "networks", "inference", "ledger", "training"},
}
"""A package or module of core -> those of core that it may import beside itself."""

MAY_START = {
    "cnnviz/core/background.py": "loads a data set while pages go on",
    "cnnviz/core/data/datasets.py": "a lock around the one copy that all visitors read",
}
"""The files of core that may import from `PROCESSES`, and why."""

SHELL_KNOWS = frozenset({"shell", "components", "i18n"})
"""The parts of ui that `cnnviz.ui.shell` may import."""

VAGUE = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools", "stuff"})
PRODUCT = ("app.py", "pages", "cnnviz", "scripts")


def files(*places: str) -> list[Path]:
    """Return every Python file in these files and folders of the repository."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def room(path: Path) -> str:
    """Return the room of a file: core, figures, ui, workers, pages (with app.py), scripts, or the package itself."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "cnnviz":
        return parts[1] if len(parts) > 2 else "cnnviz"
    return "pages" if parts[0] == "app.py" else parts[0]


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the full names of what a file imports, anywhere in it, also inside functions."""
    return frozenset(imported(ast.parse(path.read_text(encoding="utf-8")), path))


def imported(tree: ast.AST, path: Path) -> Iterator[str]:
    """Yield the name of every import; `from a import b` gives a.b, whether b is a module or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = ".".join(path.relative_to(ROOT).with_suffix("").parts[: -node.level]) if node.level else ""
            module = ".".join(part for part in (home, node.module or "") if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and imports_by_name(node):
            yield from (str(part.value) for part in node.args[:1] if isinstance(part, ast.Constant))


def imports_by_name(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"import_module", "__import__"}


def packages(path: Path) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in imports(path))


def rooms_known(path: Path) -> frozenset[str]:
    ours = (name.split(".") for name in imports(path) if name.startswith("cnnviz."))
    return frozenset(parts[1] for parts in ours)


def floors_known(path: Path) -> frozenset[str]:
    return frozenset(name.split(".")[2] for name in imports(path) if name.startswith("cnnviz.core."))


@pytest.mark.parametrize("path", files(*PRODUCT), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_keeps_the_import_law(path: Path) -> None:
    if room(path) == "cnnviz":
        assert packages(path) <= sys.stdlib_module_names, "importing the package alone must cost nothing"
        return
    assert room(path) in LAW, f"{room(path)} is a room that the law does not know: give it a row in LAW"
    may_know, must_not_import = LAW[room(path)]
    assert not packages(path) & must_not_import
    assert not rooms_known(path) - may_know - {room(path)}


@pytest.mark.parametrize("path", files("cnnviz/core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_keeps_the_order_of_its_floors(path: Path) -> None:
    inside = path.relative_to(ROOT / "cnnviz" / "core")
    floor = inside.parts[0].removesuffix(".py")
    if floor == "__init__":
        assert not floors_known(path)
        return
    assert floor in FLOORS, f"{floor} is a part of core that no floor is given to: give it a row in FLOORS"
    assert not floors_known(path) - FLOORS[floor] - {floor}


@pytest.mark.parametrize("path", files("cnnviz/core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_starts_nothing(path: Path) -> None:
    """Threads, processes, sockets and event loops belong in `cnnviz.jobs`."""
    if str(path.relative_to(ROOT)) not in MAY_START:
        assert not packages(path) & PROCESSES


@pytest.mark.parametrize("path", sorted(MAY_START))
def test_exceptions_still_start_something(path: str) -> None:
    assert packages(ROOT / path) & PROCESSES


def test_no_folder_has_too_many_modules() -> None:
    modules = Counter(p.parent for p in files("cnnviz", "pages", "scripts") if p.stem != "__init__")
    full = {str(folder.relative_to(ROOT)): number for folder, number in modules.items() if number > MAX_MODULES}
    assert full == {}


def test_shell_imports_no_page() -> None:
    """Pages' folders know the shell; settings of a page lie in the shell's tables of fields."""
    ours = {
        str(path.relative_to(ROOT)): known
        for path in files("cnnviz/ui/shell")
        if (known := {name.split(".")[2] for name in imports(path) if name.startswith("cnnviz.ui.")} - SHELL_KNOWS)
    }
    assert ours == {}


def test_only_the_canvas_imports_the_drawable_canvas() -> None:
    importers = {str(p.relative_to(ROOT)) for p in files(*PRODUCT) if "streamlit_drawable_canvas" in packages(p)}
    assert importers <= {"cnnviz/ui/input/surfaces.py"}


def test_only_workers_import_workers() -> None:
    """Not even a script: only tests and benchmarks, which compare with Keras in processes of their own, may."""
    assert [p for p in files(*PRODUCT) if room(p) != "workers" and "workers" in rooms_known(p)] == []


def test_multiprocessing_starts_no_process() -> None:
    """Its spawn runs `app.py` again in every child of a Streamlit server; workers are started with `python -m`."""
    starting = [
        (path.relative_to(ROOT), name)
        for path in files(*PRODUCT)
        for name in imports(path)
        if name.startswith("multiprocessing") and not name.startswith("multiprocessing.connection")
    ]
    assert starting == []


@pytest.mark.parametrize("path", files("cnnviz/workers"), ids=lambda path: path.stem)
def test_worker_starts_as_a_module_and_only_then(path: Path) -> None:
    """`python -m` sets the import path, so a worker never changes it; importing one for a sibling starts nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert "sys.path" not in {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    called = {
        ast.unparse(node.value.func)
        for node in tree.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    }
    assert called <= {"os.environ.setdefault"}  # Keras and TensorFlow read settings while they are imported


def test_pages_are_outlines() -> None:
    """A page of more than 80 lines does work that belongs in `cnnviz.ui`."""
    long = {
        str(p.relative_to(ROOT)): n for p in files("app.py", "pages") if (n := len(p.read_text().splitlines())) > 80
    }
    assert long == {}


def test_no_file_has_a_generic_name() -> None:
    vague = [p for p in files(*PRODUCT, "tests") if set(p.stem.removeprefix("test_").split("_")) & VAGUE]
    assert vague == []


def test_assert_is_for_tests() -> None:
    """`python -O` removes asserts, so nothing that a visitor relies on may hang on one."""
    asserting = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(*PRODUCT)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert asserting == []


def test_core_is_light_to_import() -> None:
    """Importing all of core loads NumPy, Pillow and the standard library: no screen, no Keras, no SciPy."""
    modules = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts) for p in files("cnnviz/core") if p.stem != "__init__"
    ]
    program = (
        "import importlib, sys\n"
        "def packages(): return {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "before = packages()\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(*sorted(packages() - before))"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["PIL", "cnnviz", "numpy"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import keras.layers as k", {"keras.layers"}),
        ("def f():\n    from tensorflow import keras", {"tensorflow.keras"}),
        ("import importlib\nimportlib.import_module('h5py')", {"importlib", "h5py"}),
        ("from . import strokes", {"cnnviz.core.strokes"}),
        ("from ..workers.keras_model import build", {"cnnviz.workers.keras_model.build"}),
    ],
)
def test_the_reader_of_imports_sees_every_kind(source: str, names: set[str]) -> None:
    assert set(imported(ast.parse(source), ROOT / "cnnviz" / "core" / "example.py")) == names
