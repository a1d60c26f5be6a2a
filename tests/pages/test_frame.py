"""The frame of all pages without a browser: how much is shown, and what the navigation says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference import samples
from cnnviz.ui.shell import page, visitor

ROOT = Path(__file__).parents[2]

EXPERT = {
    "layers": ("Colours and files", "Drawing surface"),
    "convolution": ("Dilation", "Side of the image", "Channel order"),
    "pooling": ("Side of the grid", "Welch", "cosine distance", "Wilson"),
    "data": (
        "Augmentation of the plan",
        "How many of each class",
        "Mean and variance",
        "looks at the label's own share",
    ),
}
"""Page -> what only those see there who want everything."""


def opened(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    if name != "draw":
        app.switch_page(page.PAGES[name].path)
    app.run()
    assert not app.exception
    assert not app.error
    return app


def words(app: AppTest) -> Iterator[str]:
    """Yield every text of a page, and every label of its widgets and of what opens beside them."""
    for kind in (app.markdown, app.caption, app.subheader):
        yield from (str(element.value) for element in kind)
    for widgets in (app.slider, app.selectbox, app.button, app.button_group, app.toggle, app.number_input):
        yield from (str(widget.label) for widget in widgets)
    yield from (str(block.proto.popover.label) for block in app.get("popover"))


@pytest.mark.parametrize("name", EXPERT)
def test_everything_shows_what_only_experts_need_and_all_of_the_essentials(name: str) -> None:
    apps = opened(name), opened(name, show="everything")
    essentials, everything = (list(words(app)) for app in apps)
    for wanted in EXPERT[name]:
        assert not any(wanted in text for text in essentials), wanted
        assert any(wanted in text for text in everything), wanted
    labels = [
        {str(widget.label) for kind in (app.slider, app.selectbox, app.button, app.button_group) for widget in kind}
        for app in apps
    ]
    assert labels[0] < labels[1]


def test_a_setting_that_a_link_brings_can_be_set_back_among_the_essentials() -> None:
    assert not any(slider.label == "Dilation" for slider in opened("convolution").slider)
    assert any(slider.label == "Dilation" for slider in opened("convolution", dilation="2", image=IMAGE).slider)


IMAGE = "_".join(["~".join("1234567")] * 7)
"""Seven rows, so that a dilated kernel fits."""


def test_how_much_is_shown_is_kept_from_page_to_page_and_in_the_link() -> None:
    app = opened("layers", show="everything")
    assert "show=everything" in app.session_state["query"]
    app.switch_page(page.PAGES["pooling"].path).run()
    assert app.session_state["detail"] == "everything"
    assert "show=everything" in app.session_state["query"]
    app.session_state["detail"] = "essentials"
    app.run()
    assert "show" not in app.session_state["query"]


@pytest.mark.parametrize("active", [(), ("a-run",)])
def test_every_page_says_while_something_trains(monkeypatch: pytest.MonkeyPatch, active: tuple[str, ...]) -> None:
    monkeypatch.setattr(visitor, "list_active_runs", lambda: active)
    app = opened("draw")
    labels = {link.proto.page: link.proto.label for link in app.get("page_link")}
    assert ("running" in labels["Train"]) == bool(active)
    assert not any("running" in label for name, label in labels.items() if name != "Train")


@pytest.mark.parametrize("name", [name for name in page.PAGES if name != "train"])
def test_every_page_leads_on_and_says_why(name: str) -> None:
    row = page.PAGES[name]
    (link,) = [link for link in opened(name).get("page_link") if row.onward_why in link.proto.label]
    assert page.PAGES[row.onward].title in link.proto.label


def test_all_pages_are_reached_by_the_way_on_from_draw() -> None:
    seen, here = [], "draw"
    while here not in seen:
        seen.append(here)
        here = page.PAGES[here].onward
    assert set(seen) == set(page.PAGES) - {"glossary"}  # a book to look things up in: the navigation leads to it
    assert all(row.onward != name for name, row in page.PAGES.items())


def test_a_new_visitor_finds_a_digit_on_the_pad_and_its_answer() -> None:
    app = opened("draw")
    assert app.session_state["subject"].kind == "drawing"
    assert app.session_state["subject"].drawing == samples.get_first().drawing
    assert str(app.markdown[0].value) == "3"


def test_presenting_shows_the_essentials_alone_and_can_be_ended() -> None:
    app = opened("convolution", show="everything", present="1")
    assert not any("Channel order" in text for text in words(app))
    assert "present=1" in app.session_state["query"]
    (button,) = [button for button in app.button if button.label == "End presentation"]
    button.click().run()
    assert any("Channel order" in text for text in words(app))
    assert "present" not in app.session_state["query"]
