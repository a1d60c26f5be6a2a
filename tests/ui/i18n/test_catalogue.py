"""The catalogue: everything visible is in it, the template is current, and a second language is a file."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message
from cnnviz.jobs.sandbox import child_process, data_upload
from cnnviz.jobs.sandbox.data_reasons import DataProblem
from cnnviz.ui import i18n
from cnnviz.ui.shell import page
from cnnviz.workers.model_files import keras_config, keras_layers

ROOT = Path(__file__).parents[3]
TEMPLATE = i18n.FOLDER / "cnnviz.pot"
KEYWORDS = {"translate": None, "gettext_noop": None, "Refusal": (1,), "translate_plural": (1, 2)}
SHOWING = {
    "markdown",
    "caption",
    "title",
    "header",
    "subheader",
    "write",
    "error",
    "warning",
    "info",
    "success",
    "button",
    "toggle",
    "checkbox",
    "selectbox",
    "expander",
    "popover",
    "segmented_control",
    "file_uploader",
    "download_button",
    "progress",
    "page_link",
    "text",
    "radio",
    "slider",
    "metric",
}


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "cnnviz").rglob("*.py"))]


def extracted() -> set[str]:
    found = set()
    for folder in ("cnnviz", "pages"):
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def catalogue() -> Catalog:
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def test_template_holds_exactly_the_messages_of_the_code() -> None:
    listed = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue()} - {""}
    assert listed == extracted(), "run `make words`"


def test_no_message_breaks_before_a_percent_sign() -> None:
    """Messages have plain spaces there, as translators type them; what is shown has none at which a line may end."""
    with_sign = {message for message in extracted() if re.search(r"[\d}] %", message)}
    assert with_sign
    for message in with_sign:
        counted = dict.fromkeys(fields(message) - {"number"}, 1)
        for shown in (
            i18n.translate(message),
            i18n.translate_all({"text": message})["text"],
            i18n.translate_marked(message),
            i18n.translate_plural(message, message, 2, **counted),
        ):
            assert not re.search(r"[\d}] %", shown)


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_no_message_stands_in_an_f_string_where_extraction_on_python_3_11_does_not_see_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
    messages = [
        call
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and any(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert [(call.lineno, ast.unparse(call)) for call in messages] == []


def literal_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every literal with a letter in it that is the first argument of a Streamlit call that shows text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SHOWING:
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.Call):
                    break
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and any(map(str.isalpha, part.value)):
                    yield node.lineno, part.value


SHOWN = [path for path in sources() if "ui" in path.relative_to(ROOT).parts or path.parent in (ROOT, ROOT / "pages")]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_no_text_reaches_the_screen_past_the_catalogue(path: Path) -> None:
    assert list(literal_texts(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a language in which every text stands in white brackets, as a file alone."""
    translated = Catalog(locale="de")
    for message in catalogue():
        if isinstance(message.id, tuple):
            translated.add(message.id, tuple(f"⟦{part}⟧" for part in message.id))
        elif message.id:
            translated.add(message.id, f"⟦{message.id}⟧")
    file = tmp_path / "de" / "LC_MESSAGES" / f"{i18n.DOMAIN}.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as output:
        write_mo(output, translated)
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setattr(i18n, "_language", lambda: "de")  # AppTest formats labels outside of the session
    i18n._catalogue.cache_clear()
    return "de"


@pytest.mark.parametrize("path", [row.path for row in page.PAGES.values()])
def test_language_needs_only_a_catalogue_file(pseudo: str, path: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = pseudo
    if path != "app.py":
        app.switch_page(path)
    app.run()
    assert not app.error
    shown = [element.value for kind in (app.caption, app.header) for element in kind]
    shown += [element.label for kind in (app.button, app.toggle, app.selectbox, app.text_input) for element in kind]
    shown += [link.proto.label for link in app.get("page_link")]
    assert len(shown) >= 5
    assert [text for text in shown if "⟦" not in text] == []


@pytest.fixture
def sixth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return code -> name of six languages; the code does not know the sixth, and one catalogue lacks its name."""
    names = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "it": "Italiano", "xx": ""}
    for code, name in names.items():
        translated = Catalog(locale="it")
        if name:
            translated.add(i18n.LANGUAGE_NAME, name)
        file = tmp_path / code / "LC_MESSAGES" / f"{i18n.DOMAIN}.mo"
        file.parent.mkdir(parents=True)
        with file.open("wb") as output:
            write_mo(output, translated)
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    i18n._catalogue.cache_clear()
    return names | {"xx": "xx"}


@pytest.mark.parametrize("path", [row.path for row in page.PAGES.values()])
def test_a_sixth_language_is_offered_by_its_own_name(sixth: dict[str, str], path: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = "it"
    if path != "app.py":
        app.switch_page(path)
    app.run()
    assert not app.error
    assert not app.exception
    offered = next(each for each in app.selectbox if each.key and each.key.startswith("choose-language"))
    assert sorted(offered.options) == sorted(sixth.values())
    assert offered.value == "it"
    assert "lang=it" in app.session_state["query"]


def test_a_text_without_a_translation_stays_english(pseudo: str) -> None:
    assert i18n.list_languages() == ("en", pseudo)
    assert i18n.translate("no such text {number}", number=3) == "no such text 3"


@pytest.mark.usefixtures("pseudo")
def test_every_part_of_a_refusal_is_translated() -> None:
    """Also one that comes from a child as JSON, with the name of a layer before what is wrong with it."""
    file = keras_layers.FileLayer("Conv2D", "first", {"filters": 0, "kernel_size": [3, 3]})
    with pytest.raises(Refusal) as caught:
        keras_layers.translate(file, "first")
    told = i18n.translate_refusal(Refusal.from_json(caught.value.to_json()))
    assert told.startswith("⟦Layer first (Conv2D): ⟦`filters` must be")
    assert i18n.translate_refusal(keras_config.refuse_form(Message("a layer has no configuration"))).count("⟦") == 2
    assert str(caught.value).startswith("Layer first (Conv2D): `filters` must be")


@pytest.mark.usefixtures("pseudo")
def test_why_the_first_picture_of_a_file_cannot_be_read_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = DataProblem("none-read", number=2, name="a/1.png", reason=DataProblem("picture-bytes", size=12, most=10))
    answer = json.dumps({"refused": problem.to_json()}).encode() + b"\n"
    monkeypatch.setattr(child_process, "ask", lambda *_, **__: answer)
    with pytest.raises(Refusal) as caught:
        data_upload.read(b"x", "set.zip")
    assert i18n.translate_refusal(caught.value).endswith("a/1.png: ⟦It has 12 MB; a picture may have 10 MB.⟧⟧")
