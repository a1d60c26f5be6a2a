"""Bring the translations up to date with the template of messages and compile them, or begin a new language.

`python scripts/translations.py` does the former; `python scripts/translations.py it` first begins Italian. `make words`
and `make words LANG=it` collect the messages of the code into the template before that. Needs Babel.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "cnnviz" / "ui" / "i18n"
DOMAIN = "cnnviz"
NAME = "Name of this language, written in this language"
"""The message that is translated with the language's own name, such as Italiano; as in `cnnviz.ui.i18n`."""


def begin(code: str, folder: Path = FOLDER) -> Path:
    """Write the catalogue of a new language, empty but for the language's own name; return its file.

    Args:
        code: A language, with a territory or script where there are several, as Unicode's CLDR has it: it, pt_BR.
        folder: Where the template and the catalogues are.

    Raises:
        ValueError: For a language that Babel lacks, or one that has a catalogue already.
    """
    file = folder / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    if file.exists():
        raise ValueError(f"The language must be new. Received: {code}. Translate the messages in {file}.")
    catalogue = Catalog(_locale(code), project=DOMAIN, header_comment=f"# {code}: see `make words`.", fuzzy=False)
    name = catalogue.locale.get_display_name(code) if catalogue.locale else None
    catalogue.add(NAME, (name or code)[:1].upper() + (name or code)[1:])
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(catalogue, file)
    return file


def update(folder: Path = FOLDER) -> list[str]:
    """Bring every catalogue up to date with the template and compile it; return the codes of their languages."""
    with (folder / f"{DOMAIN}.pot").open("rb") as file:
        template = read_po(file)
    codes = []
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        code = path.parts[-3]
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code, domain=DOMAIN)
        begun = catalogue.creation_date
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.creation_date = begun
        _write(catalogue, path)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
        codes.append(code)
    return codes


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError) as reason:
        raise ValueError(f"The language must be a code such as it or pt_BR. Received: {code}.") from reason


def _write(catalogue: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, sort_by_file=True)


def main(arguments: list[str]) -> int:
    try:
        for code in arguments:
            print(f"Translate the messages in {begin(code).relative_to(ROOT)}, then run `make words`")
        print("Up to date:", ", ".join(update()) or "no translations yet")
    except ValueError as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
