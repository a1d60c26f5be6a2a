"""The section on the three networks: their answers, and what is said of all trainings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.ui.pooling import three_networks
from cnnviz.ui.shell import cache
from tests.core.networks import small_network
from tests.marked_text import plain
from tests.ui.pooling import small_store


def section(image: list[list[float]]) -> None:
    import numpy as np

    from cnnviz.ui.pooling import three_networks
    from cnnviz.ui.shell import session

    session.begin()
    digit = np.array(image, np.float32)
    three_networks.show(digit)


def _clear() -> None:
    cache.network.clear()
    cache.card.clear()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CNNVIZ_MODELS", str(tmp_path))
    _clear()
    small_store.write(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    _clear()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Record what the bars show, by key."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(three_networks, "bars", lambda key, values, _: found.update({key: values}))
    return found


def run(digit: np.ndarray, detail: str = "everything") -> AppTest:
    """Show the section, by default with everything that it has, also what only experts need."""
    app = AppTest.from_function(section, args=(digit.tolist(),), default_timeout=60)
    app.session_state["detail"] = detail
    app.run()
    assert not app.exception
    assert not app.error
    return app


def text(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.usefixtures("folder")
def test_the_three_answers_are_the_networks_own(shown: dict[str, Any]) -> None:
    app = run(small_network.digit())
    for name in POOL_NETWORKS:
        expected = trace(model_store.load(name), small_network.digit()).probabilities
        np.testing.assert_allclose(shown[f"bars-{name}"], expected, atol=1e-6)
        assert f"**{name}** ·" in text(app)


@pytest.mark.usefixtures("folder")
def test_the_essentials_are_two_sentences_filled_from_the_cards(shown: dict[str, Any]) -> None:
    app = run(small_network.digit(), "essentials")
    first, second = (plain(element.value) for element in app.markdown)
    cards = [model_store.card(name) for name in POOL_NETWORKS]
    shares = [f"**{100 * card.test_accuracy:.2f} %**" for card in cards]
    assert first == (
        f"Of 100,000 test digits the network with max pooling reads {shares[0]} right, the one with average pooling "
        f"{shares[1]}, and the one whose convolutions take a stride of 2 instead of pooling {shares[2]}."
    )
    assert second == "**pool-max** reads more digits right than both others, by more than another seed would explain."
    assert shown == {}, "the bars are for those who want everything"


@pytest.mark.usefixtures("folder")
def test_an_empty_drawing_is_reported_and_the_summary_stays(shown: dict[str, Any]) -> None:
    app = run(np.zeros((28, 28), np.float32))
    assert [value for value in shown.values() if value is not None] == []
    assert "Nothing is drawn" in text(app)
    assert "What 5 trainings of each show" in text(app)


def test_agreement_is_computed_from_the_answers() -> None:
    same = [trace(small_network.network(name=name), small_network.digit()) for name in ("a", "b", "c")]
    assert three_networks.describe_agreement(same) == f"All three read a {same[0].answer}."
    others = [trace(small_network.network(seed, f"n{seed}"), small_network.digit()) for seed in range(8)]
    assert len({one.answer for one in others}) > 1
    told = three_networks.describe_agreement(others)
    assert told.startswith("They do not agree: **n0** ")
    assert all(f"**n{seed}** {one.answer} (" in told for seed, one in enumerate(others))


@pytest.mark.usefixtures("folder")
def test_the_summary_has_the_numbers_of_the_table() -> None:
    app = run(small_network.digit())
    told = text(app)
    deviation = 100 * np.std(small_store.SPREAD, ddof=1)
    assert "**pool-max** reads more digits right than both others" in told
    assert f"moves by {deviation:.2f} points" in told
    assert "**pool-max** against **pool-stride**: 2.00 points more" in told
    assert f"**99.00** ± {deviation:.2f} %" in told
    assert "98.88 – 99.10 %" in told
    assert "Drawn digits: pens" in told


def test_networks_without_a_significant_difference_are_called_equal(folder: Path) -> None:
    small_store.write(folder, (0.98, 0.9801, 0.9799))
    cache.seed_table.clear()
    told = text(run(small_network.digit()))
    assert "With 5 seeds each, no network reads reliably more" in told
    assert told.count("may be chance") == 4
    assert "more than another seed" not in told


def test_missing_networks_and_a_missing_table_are_reported(folder: Path) -> None:
    (folder / "pooling-seeds.json").unlink()
    cache.seed_table.clear()
    assert "scripts/train_models.py --seeds 5" in text(run(small_network.digit()))
    (folder / "pool-stride.json").unlink()
    assert "The model store lacks pool-stride" in text(run(small_network.digit()))


@pytest.mark.usefixtures("folder")
def test_every_training_is_shown_once_the_box_is_opened() -> None:
    app = AppTest.from_function(section, args=(small_network.digit().tolist(),), default_timeout=60)
    app.session_state["detail"], app.session_state["seeds-box"] = "everything", True
    app.run()
    assert not app.exception
    assert "Digit by digit" in text(app)
