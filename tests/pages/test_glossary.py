"""The glossary as a page, and the terms that the other pages explain."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.glossary import TERMS
from cnnviz.ui.shell import page
from tests.pages.page_digit import get_words

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]+\]\(#(term-[a-z-]+) \"")
ANYWHERE = {
    "cross-correlation": "cross-correlation",
    "feature map": "feature maps?",
    "cosine distance": "cosine distance",
    "standard deviation": "standard deviation",
    "kernel": "kernels?",
    "dropout": "dropout",
    "seed": "seeds?",
    "epoch": "epochs?",
    "mnist": "MNIST",
    "adadelta": "Adadelta",
}
"""Terms whose words mean nothing else -> these words."""


@pytest.fixture
def app() -> AppTest:
    """Open the first page as a new visitor."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def opened(app: AppTest, name: str, **query: str) -> AppTest:
    for key, value in query.items():
        app.query_params[key] = value
    path = page.PAGES[name].path
    if path != "app.py":
        app.switch_page(path)
    app.run()
    assert not app.exception
    assert not app.error
    return app


def running_text(app: AppTest) -> str:
    """Return all text of a page that is not a widget's, and that of the components that explain terms."""
    shown = [element.value for kind in (app.markdown, app.caption, app.warning, app.info) for element in kind]
    for element in app.get("bidi_component"):
        if element.proto.component_name.endswith(("/code_line", "/conv_grid")):
            data = json.loads(element.proto.json)[0]
            shown += [data["why"]] if "why" in data else data["facts"]
    return "\n".join(map(str, shown))


STATES = [
    ("draw", {}),
    ("layers", {}),
    ("layers", {"net": "cnn-32-64"}),
    ("layers", {"view": "diagram"}),
    ("layers", {"view": "summary"}),
    ("layers", {"view": "program"}),
    ("convolution", {}),
    ("pooling", {}),
    ("data", {}),
    ("data", {"show": "everything"}),
    ("train", {}),
    ("train", {"bench": "build"}),
    ("glossary", {}),
]


@pytest.mark.parametrize(("name", "query"), STATES)
def test_a_page_explains_a_term_once_and_where_it_first_says_it(app: AppTest, name: str, query: dict[str, str]) -> None:
    text = running_text(opened(app, name, **query))
    linked = Counter(LINK.findall(text))
    assert {anchor: times for anchor, times in linked.items() if times > 1} == {}
    assert set(linked) <= {term.anchor for term in TERMS.values()}
    assert "[[" not in text
    if name != "glossary":
        assert len(linked) >= 2
    plain = LINK.sub("", re.sub(r" \"[^\"]*\"\)", "", text))  # without explanations
    missing = [
        key
        for key, words in ANYWHERE.items()
        if re.search(rf"(?<![`\w]){words}(?![`\w])", plain) and TERMS[key].anchor not in linked
    ]
    assert missing == []


def entries(app: AppTest) -> list[str]:
    """Return the headwords that the page shows."""
    (body,) = (element.proto.body for element in app.get("html") if 'class="glossary"' in element.proto.body)
    return [unescape(name) for name in re.findall("<h3>(.*?)</h3>", body)]


def test_all_entries_stand_in_alphabetical_order(app: AppTest) -> None:
    shown = entries(opened(app, "glossary"))
    assert sorted(shown) == sorted(term.name for term in TERMS.values())
    assert shown == sorted(shown, key=str.casefold)


def test_every_entry_has_its_address_and_leads_to_its_page(app: AppTest) -> None:
    opened(app, "glossary")
    (body,) = (element.proto.body for element in app.get("html") if 'class="glossary"' in element.proto.body)
    found = dict(re.findall(r'<article id="(term-[a-z-]+)".*?<a class="term-page" href="([^"]+)"', body, re.DOTALL))
    for term in TERMS.values():
        path = page.PAGES[term.page].path
        assert found[term.anchor] == ("./" if path == "app.py" else Path(path).stem)


def test_a_search_leaves_the_entries_with_all_its_words(app: AppTest) -> None:
    opened(app, "glossary")
    app.text_input[0].set_value("pooling window").run()
    assert entries(app) == ["Average pooling", "Global pooling", "Max pooling", "Pooling"]
    assert "find=pooling" in app.session_state["query"]
    app.text_input[0].set_value("no such word").run()
    assert entries(app) == []
    app.text_input[0].set_value("").run()
    assert len(entries(app)) == len(TERMS)


def test_a_link_opens_a_search(app: AppTest) -> None:
    assert entries(opened(app, "glossary", find="wilson momentum")) == []
    assert app.text_input[0].value == "wilson momentum"


def test_a_term_stays_explained_when_the_digit_is_drawn_instead(app: AppTest) -> None:
    """The sentence of the answer changes with the first stroke; it goes on explaining what a share is."""
    opened(app, "draw")
    before = get_words(app)[0]
    app.session_state["subject"] = type(app.session_state["subject"])()
    app.run()
    assert "#term-share" in before
    assert "#term-network" in running_text(app)
