"""The components on a page: served as files, from one root."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.components import bars, curves, feature_maps, mount, pad, player
from cnnviz.ui.components.mount import ROOT, folder_name, version
from tests.ui.components import browser_modules

NAMES = ("address", "bars", "curves", "feature_maps", "pad", "player", "top")
LABELS = {
    "pad": pad.LABELS,
    "feature_maps": feature_maps.LABELS,
    "bars": bars.LABELS,
    "curves": curves.LABELS,
    "player": player.LABELS,
}

VENDORED = {"vendor/uPlot.esm.js": "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba"}
"""Modules of others, untouched: uPlot 1.6.32 as npm has it, `dist/uPlot.esm.js`."""


UNSEEN = ("address", "relay", "tab_storage", "terms", "top", "upload_limit", "visitor")
"""Components of which nothing is seen; a style sheet would be a request for nothing."""


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
    """Return the components' messages to the browser, by name."""
    protos = [element.proto for element in app.main if hasattr(element.proto, "component_name")]
    return {proto.component_name.removeprefix(f"{folder_name()}/"): proto for proto in protos}


def test_every_component_is_served_as_files() -> None:
    app = AppTest.from_function(_page).run(timeout=20)
    assert not app.exception
    mounted = _mounted(app)
    assert sorted(mounted) == sorted(NAMES)
    for name, proto in mounted.items():
        style = "" if name in UNSEEN else f"{name}.css"
        assert (proto.js_source_path, proto.css_source_path) == (f"{name}.js", style)
        assert not proto.js_content
        assert not proto.css_content


def test_the_name_of_all_components_changes_with_any_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {version()}
    copy = shutil.copytree(ROOT, tmp_path / "browser")
    monkeypatch.setattr(mount, "ROOT", copy)
    monkeypatch.setattr(mount, "version", version.__wrapped__)
    assert mount.version() in seen
    for change in (lambda: (copy / "pad" / "pad.js").write_text("1"), lambda: (copy / "new.css").touch()):
        change()
        seen.add(mount.version())
    (copy / "new.css").rename(copy / "newer.css")
    assert len(seen | {mount.version()}) == 4


def test_a_second_server_in_the_process_serves_them_too() -> None:
    for _ in range(2):
        assert not AppTest.from_function(_page).run(timeout=20).exception


def test_every_module_is_imported_and_says_what_it_is_for() -> None:
    used = set().union(*(browser_modules.modules(name) for name in browser_modules.names()))
    assert used == set(ROOT.resolve().rglob("*.js"))
    for path in used:
        if path.parent.name != "vendor":
            assert path.read_text(encoding="utf-8").startswith("//"), f"{path.name} does not say what it is for"


@pytest.mark.parametrize("name", browser_modules.names())
def test_a_component_is_a_folder_with_module_and_style_sheet(name: str) -> None:
    assert len(re.findall("^export default ", browser_modules.text(name), re.MULTILINE)) == 1
    sheet = browser_modules.sheet(name)
    assert (sheet == "") == (name in UNSEEN)
    assert (f".{name}" in sheet) == ("visibility: visible" in sheet) == (name not in UNSEEN)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.css")), ids=lambda path: path.name)
def test_style_sheets_import_what_is_there(path: Path) -> None:
    for other in re.findall(r'@import "(.+)";', path.read_text(encoding="utf-8")):
        assert (path.parent / other).resolve().is_relative_to(ROOT.resolve())
        assert (path.parent / other).is_file()


@pytest.mark.parametrize("path", [path for path in sorted(ROOT.rglob("*.*")) if path.parent.name != "vendor"], ids=str)
def test_nothing_comes_from_another_host(path: Path) -> None:
    hosts = re.findall(r"\w+://[\w.]+", path.read_text(encoding="utf-8"))
    assert set(hosts) <= {"http://www.w3.org"}, "only the name of SVG's namespace, which nothing fetches"


def test_modules_of_others_are_untouched_and_come_with_their_licence() -> None:
    found = {path.relative_to(ROOT).as_posix(): path for path in ROOT.glob("**/vendor/*.js")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == VENDORED
    for path in found.values():
        licence = path.with_name(f"{path.name.partition('.')[0]}.LICENSE.txt").read_text(encoding="utf-8")
        assert "Permission is hereby granted, free of charge" in licence
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(r"\bfetch\(|XMLHttpRequest|WebSocket|\bimport\b|\beval\(|new Function|https?:", code)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_the_browser_is_given_every_text_that_it_shows(name: str) -> None:
    text = browser_modules.text(name)
    labels: Mapping[str, str] = LABELS[name]
    assert set(re.findall(r"labels\.(\w+)", text)) <= set(labels)
    unused = [key for key in labels if not re.search(rf"\b{key}\b", text) and not key.startswith("range_")]
    assert not unused


def test_every_range_has_its_words() -> None:
    ranges = [key.removeprefix("range_") for key in feature_maps.LABELS if key.startswith("range_")]
    assert ranges == ["map", "layer", "network"]
