"""The components on a page: served as files, or inline where that is not possible."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components import bars, curves, feature_maps, mount, pad, player

FOLDER = Path(mount.__file__).parent
NAMES = ("address", "bars", "curves", "feature_maps", "pad", "player", "top")
LABELS = {
    "pad": pad.LABELS,
    "feature_maps": feature_maps.LABELS,
    "bars": bars.LABELS,
    "curves": curves.LABELS,
    "player": player.LABELS,
}

#: Modules of others, untouched: uPlot 1.6.32 as npm has it, `dist/uPlot.esm.js`.
VENDORED = {"curves/browser/vendor/uPlot.esm.js": "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba"}


def _page() -> None:
    import numpy as np

    from cnnviz.core.drawing.strokes import Drawing
    from cnnviz.ui.components import address, bars, curves, feature_maps, pad, player, top

    pad.pad("pad", Drawing(), revision=0, brush=20, labels=pad.LABELS)
    bars.bars("bars", np.full(10, 0.1, np.float32), bars.LABELS)
    block = feature_maps.Block(id="after", title="2 maps", values=np.ones((3, 3, 2), np.float32))
    feature_maps.feature_maps(
        "maps",
        [block],
        mode="mosaic",
        colour_range="layer",
        palette="viridis",
        network_range=None,
        labels=feature_maps.LABELS,
    )
    address.address("net=pen")
    curves.curves("curves", [], curves.LABELS)
    player.player("player", ["start"], 0, label="Moments")
    top.top(0)


def _mounted(app: AppTest) -> dict[str, Any]:
    """The components' messages to the browser, by name."""
    protos = [element.proto for element in app.main if hasattr(element.proto, "component_name")]
    return {re.split(r"[._]", proto.component_name, maxsplit=1)[1]: proto for proto in protos}


def test_every_component_is_served_as_files() -> None:
    app = AppTest.from_function(_page).run(timeout=20)
    assert not app.exception
    mounted = _mounted(app)
    assert sorted(mounted) == sorted(NAMES)
    for name, proto in mounted.items():
        assert (proto.js_source_path, proto.css_source_path) == (f"{name}.js", f"{name}.css")
        assert not proto.js_content
        assert not proto.css_content


def test_a_second_server_in_the_process_serves_them_too() -> None:
    for _ in range(2):
        assert not AppTest.from_function(_page).run(timeout=20).exception


def test_without_files_the_same_modules_are_sent_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mount, "_declare", lambda _: False)
    app = AppTest.from_function(_page).run(timeout=20)
    assert not app.exception
    for name, proto in _mounted(app).items():
        assert proto.js_content == mount.joined(name)
        assert f".{name}" in proto.css_content


def _ours(name: str) -> str:
    """The joined modules without those of others."""
    text = mount.joined(name)
    for path in (FOLDER / name / "browser" / "vendor").glob("*.js"):
        before, _, after = text.partition(mount._enclosed(path.read_text(encoding="utf-8")))
        assert after, f"{path.name} is not imported"
        text = f"{before}const {path.name.partition('.')[0]} = 0\n{after}"
    return text


@pytest.mark.parametrize("name", NAMES)
def test_joined_modules_are_one_module(name: str) -> None:
    text = _ours(name)
    assert re.findall(r"^(?:import|export)\b.*$", text, re.MULTILINE) == [
        line for line in text.splitlines() if line.startswith("export default function")
    ]
    assert text.count("export default") == 1
    declared = re.findall(r"^(?:const|function|class|let) (\w+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared)), "two modules give the same name to different things"
    assert text.rindex("export default") > max(
        text.rindex(f"\n{kind} ") for kind in ("const", "class", "function") if f"\n{kind} " in text
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_imported(name: str) -> None:
    text = mount.joined(name)
    for path in (FOLDER / name / "browser").glob("*.js"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("//"), f"{path.name} does not say what it is for"
        assert first in text


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_from_another_host(name: str) -> None:
    for path in (FOLDER / name / "browser").glob("*.*"):
        hosts = re.findall(r"\w+://[\w.]+", path.read_text(encoding="utf-8"))
        assert set(hosts) <= {"http://www.w3.org"}, "only the name of SVG's namespace, which nothing fetches"


def test_modules_of_others_are_untouched_and_come_with_their_licence() -> None:
    found = {str(path.relative_to(FOLDER)): path for path in FOLDER.glob("*/browser/vendor/*.js")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == VENDORED
    for path in found.values():
        licence = path.with_name(f"{path.name.partition('.')[0]}.LICENSE.txt").read_text(encoding="utf-8")
        assert "Permission is hereby granted, free of charge" in licence
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(r"\bfetch\(|XMLHttpRequest|WebSocket|\bimport\b|\beval\(|new Function|https?:", code)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_the_browser_is_given_every_text_that_it_shows(name: str) -> None:
    text = mount.joined(name)
    labels: Mapping[str, str] = LABELS[name]
    assert set(re.findall(r"labels\.(\w+)", text)) <= set(labels)
    unused = [key for key in labels if not re.search(rf"\b{key}\b", text) and not key.startswith("range_")]
    assert not unused


def test_every_range_has_its_words() -> None:
    ranges = [key.removeprefix("range_") for key in feature_maps.LABELS if key.startswith("range_")]
    assert ranges == ["map", "layer", "network"]
