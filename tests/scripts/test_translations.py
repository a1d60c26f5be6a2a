"""Translations: begun, brought up to date with the code's messages, and compiled."""

from __future__ import annotations

import gettext
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from cnnviz.ui import i18n
from scripts import translations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(translations.FOLDER / "cnnviz.pot", tmp_path)
    return tmp_path


def compiled(folder: Path, code: str) -> gettext.NullTranslations:
    return gettext.translation("cnnviz", folder, [code])


def test_the_script_and_the_app_mean_the_same_message() -> None:
    assert (translations.NAME, translations.DOMAIN) == (i18n.LANGUAGE_NAME, i18n.DOMAIN)
    assert translations.FOLDER == i18n.FOLDER


@pytest.mark.parametrize(("code", "name"), [("it", "Italiano"), ("ja", "日本語"), ("pt_BR", "Português (Brasil)")])
def test_a_new_language_knows_its_own_name(folder: Path, code: str, name: str) -> None:
    file = translations.begin(code, folder)
    assert translations.update(folder) == [code]
    assert compiled(folder, code).gettext(translations.NAME) == name
    assert compiled(folder, code).gettext("Draw") == "Draw", "what is not translated stays English"
    with file.open("rb") as written, (folder / "cnnviz.pot").open("rb") as template:
        assert {message.id for message in read_po(written)} == {message.id for message in read_po(template)}


def test_a_translation_outlives_an_update(folder: Path) -> None:
    file = translations.begin("it", folder)
    translations.update(folder)
    with file.open("rb") as written:
        catalogue = read_po(written, locale="it")
    catalogue["Draw"].string = "Disegna"
    with file.open("wb") as written:
        write_po(written, catalogue, width=0)
    translations.update(folder)
    once = file.read_bytes()
    translations.update(folder)
    assert file.read_bytes() == once, "an update without news changes nothing"
    assert compiled(folder, "it").gettext("Draw") == "Disegna"


def test_what_cannot_begin_is_refused(folder: Path) -> None:
    translations.begin("it", folder)
    with pytest.raises(ValueError, match="must be new"):
        translations.begin("it", folder)
    with pytest.raises(ValueError, match="such as it or pt_BR"):
        translations.begin("../it", folder)
