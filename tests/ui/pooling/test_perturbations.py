"""The section on perturbations: what is shown, chosen and said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference.perturbations import OFFSETS, PERTURBATIONS, shift
from cnnviz.core.inference.robustness import Reaction, react_to_amounts, react_to_shifts
from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.ui.components.feature_maps import Block
from cnnviz.ui.pooling import perturbations, shift_maps
from cnnviz.ui.shell import cache, layer_names, session
from cnnviz.ui.shell.fields import FIELDS, find_by_link_name
from tests.core.networks import small_network
from tests.ui.pooling import small_store

DIGIT = small_network.digit()


def section(image: list[list[float]]) -> None:
    import numpy as np

    from cnnviz.ui.pooling import perturbations
    from cnnviz.ui.shell import session

    session.begin()
    perturbations.show(np.array(image, np.float32))


class Shown:
    """Record what the viewers of maps and the pictures were asked to show."""

    def __init__(self) -> None:
        self.viewers: dict[str, dict[str, Block]] = {}
        self.options: dict[str, dict[str, Any]] = {}
        self.pictures: Sequence[np.ndarray] = ()
        self.captions: Sequence[str] = ()

    def maps(self, key: str, blocks: Sequence[Block], **options: Any) -> None:
        self.viewers[key] = {block.id: block for block in blocks}
        self.options[key] = options

    def thumbnails(self, _: str, pictures: Sequence[np.ndarray], captions: Sequence[str], **__: Any) -> None:
        self.pictures, self.captions = pictures, captions


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("CNNVIZ_MODELS", str(tmp_path))
    small_store.write(tmp_path)
    cache.network.clear()
    cache.reaction.clear()
    cache.pooling_curves.clear()
    found = Shown()
    monkeypatch.setattr(shift_maps, "feature_maps", found.maps)
    monkeypatch.setattr(perturbations, "thumbnails", found.thumbnails)
    yield found
    cache.network.clear()
    cache.reaction.clear()


def run(digit: np.ndarray = DIGIT, **choices: Any) -> AppTest:
    """Show the section with everything that it has, also what only experts need."""
    app = AppTest.from_function(section, args=(digit.tolist(),), default_timeout=60)
    for key, value in {"detail": "everything", **choices}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def text(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\N{NO-BREAK SPACE}", " ")


def test_the_maps_hold_the_confidence_for_every_shift_on_one_scale(shown: Shown) -> None:
    run()
    for name in POOL_NETWORKS:
        expected = react_to_shifts(model_store.load(name), DIGIT)
        block = shown.viewers[f"shifts-{name}"][name]
        np.testing.assert_allclose(np.asarray(block.values), expected.confidence.reshape(13, 13, 1), atol=1e-6)
        assert block.names is not None
        rows, columns = block.names
        assert (rows[0], rows[6], rows[12]) == ("6 up", "", "6 down")
        assert (columns[0], columns[6], columns[12]) == ("6 left", "", "6 right")
        assert shown.options[f"shifts-{name}"]["network_range"] == (0.0, 1.0)
        titles = layer_names.in_words(POOL_NETWORKS[name][0].layers)
        moved = shown.viewers[f"moved-{name}"]["moved"]
        assert list(moved.ticks) == [titles[layer] for layer in expected.moved]
        for place, layer in enumerate(expected.moved.values()):
            np.testing.assert_allclose(np.asarray(moved.values)[..., place].ravel(), layer, atol=1e-6)
        back = shown.viewers[f"moved_back-{name}"]["moved_back"]
        assert list(back.ticks) == [titles[layer] for layer in expected.moved_back]
    scales = {shown.options[f"{row}-{name}"]["network_range"] for row in shift_maps.ROWS for name in POOL_NETWORKS}
    assert len(scales) == 1


def test_the_chosen_shift_is_shown_with_its_answers(shown: Shown) -> None:
    place = OFFSETS.index((-2, 5))
    app = run(moved=place)
    np.testing.assert_array_equal(shown.pictures[0], DIGIT)
    np.testing.assert_array_equal(shown.pictures[1], shift(DIGIT, -2, 5))
    assert shown.captions[1] == "moved 2 up, 5 right"
    assert all(block.chosen == (4, 11) for viewer in shown.viewers.values() for block in viewer.values())
    for name in POOL_NETWORKS:
        network = model_store.load(name)
        first, now = trace(network, DIGIT).answer, trace(network, shift(DIGIT, -2, 5)).answer
        cell = f"{now}" if now == first else f"**{now}**"
        assert f"| **{name}** | {first} | {cell} |" in text(app)


@pytest.mark.parametrize(
    ("shifted", "words"),
    [
        ((-2, 0), "moved 2 up"),
        ((2, -3), "moved 2 down, 3 left"),
        ((0, 6), "moved 6 right"),
        ((0, 0), "as it is"),
    ],
)
def test_a_shift_is_written_in_words(shifted: tuple[int, int], words: str) -> None:
    assert shift_maps.describe_shift(*shifted) == words


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        ({"block": "pool-max", "map": 0, "row": 0, "column": 12}, 12),
        ({"block": "moved", "map": 2, "row": 12, "column": 1}, 157),
        ({"block": "moved", "map": 2, "row": 13, "column": 1}, 7),
        ({"row": -1, "column": 1}, 7),
        ("nonsense", 7),
        (None, 7),
    ],
)
def test_a_click_chooses_a_shift_and_nonsense_does_not(
    monkeypatch: pytest.MonkeyPatch, selected: object, expected: int
) -> None:
    kept = {"moved": 7}

    class Viewer:
        pass

    Viewer.selected = selected  # type: ignore[attr-defined]
    monkeypatch.setattr("streamlit.session_state", {"viewer": Viewer})
    monkeypatch.setattr(session, "put", kept.update)
    shift_maps._take("viewer")
    assert kept == {"moved": expected}


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_every_other_perturbation_has_curves_and_the_digit_at_a_chosen_place(shown: Shown, kind: str) -> None:
    place = len(PERTURBATIONS[kind].amounts) - 1
    choices: dict[str, Any] = {"disturbance": kind, kind: place}
    app = run(**choices)
    np.testing.assert_allclose(shown.pictures[1], PERTURBATIONS[kind].series(DIGIT)[place], atol=1e-6)
    assert shown.viewers == {}
    reaction = react_to_amounts(model_store.load("pool-max"), DIGIT, PERTURBATIONS[kind])
    assert f"| **pool-max** | {reaction.original} |" in text(app)
    assert "cosine distance" in text(app)


def test_an_empty_drawing_is_reported_and_the_curves_stay(shown: Shown) -> None:
    app = run(np.zeros((28, 28), np.float32))
    assert "Draw a digit at the top of the page" in app.info[0].value
    assert shown.viewers == {}
    assert "The same with 1,000 test digits" in text(app)


@pytest.mark.usefixtures("shown")
def test_the_table_over_many_digits_is_at_the_place_that_is_looked_at() -> None:
    far = run(moved=OFFSETS.index((-2, 5)))
    assert "| 5 pixels, the mean of" in text(far)
    # The band holds digits and seeds: 2 points and 1.96 · 4 / 2.326 points, added as independent errors.
    assert "| **pool-max** | 85.0 % | 81.1 – 88.9 % | 83.0 – 87.0 % |" in text(far)
    assert "| 3 pixels, the mean of" in text(run(moved=OFFSETS.index((0, 0))))
    turned = run(disturbance="rotate", rotate=0)
    assert "| -45 degrees clockwise |" in text(turned)
    assert "| **pool-average** | 81.0 % |" in text(turned)


def test_missing_curves_are_reported_and_the_rest_stays(shown: Shown, tmp_path: Path) -> None:
    (tmp_path / "pooling-robustness.json").unlink()
    app = run()
    assert "scripts/measure_pooling.py" in app.warning[0].value
    assert len(shown.viewers) == 9


@pytest.mark.usefixtures("shown")
def test_a_store_without_the_networks_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pool-max.safetensors").unlink()
    assert "The model store lacks pool-max" in run().info[0].value


def test_layers_without_a_place_have_no_distance_after_moving_back() -> None:
    reaction = react_to_shifts(small_network.network(), DIGIT)
    table = shift_maps.write_distances(reaction, 0)
    assert f"| conv2d | {reaction.moved['conv2d'][0]:.3f} | {reaction.moved_back['conv2d'][0]:.3f} |" in table
    assert f"| dense | {reaction.moved['dense'][0]:.3f} | – |" in table


def test_a_shift_larger_than_a_map_has_no_value_in_the_picture_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "get", {"moved": 0}.get)
    near = np.full(len(OFFSETS), 0.25, np.float32)
    far = near.copy()
    far[[0, 168]] = np.nan
    reaction = Reaction("pool-max", 3, near, np.full(len(OFFSETS), 3), {"conv2d": near}, {"conv2d": far})
    drawn = np.asarray(shift_maps._make_mosaic("moved_back", reaction).values)
    assert drawn.shape == (13, 13, 1)
    np.testing.assert_array_equal(drawn.ravel(), far)
    assert "| Convolution 1 | 0.250 | – |" in shift_maps.write_distances(reaction, 0)


def test_the_choices_are_tables() -> None:
    assert list(FIELDS["disturbance"].options) == ["shift", *PERTURBATIONS]
    assert all(find_by_link_name(name) for name in ("disturb", "moved", *PERTURBATIONS))
    for name, perturbation in PERTURBATIONS.items():
        assert 0 <= session.default(name) < len(perturbation.amounts)
        assert session.default(name) != perturbation.start
