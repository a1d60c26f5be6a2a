"""Drafts: every edit is accepted, every error is reported at its row, and legal drafts equal Keras's network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import KINDS, checks
from cnnviz.core.layers.naming import iterate_keras_names
from cnnviz.core.networks.architecture import MAX_LAYERS, TUTORIALS, Architecture
from cnnviz.core.networks.draft import FRESH, ArchitectureDraft, build_cnn, make_blank
from cnnviz.core.networks.draft_validation import get_value, validate
from cnnviz.core.networks.limits import MAX_PARAMETERS
from tests.core import strategies

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        0,
        -1,
        1.5,
        float("nan"),
        10**9,
        True,
        None,
        "",
        "relu",
        "same",
        "softmax",
        (3, 3),
        (1,),
        [2, 2],
        {},
        (0, 1),
        40,
    ]
)
PLACES = st.integers(-2, 9)
SETTINGS = sorted({"kind", "filters", "kernel_size", "strides", "padding", "pool_size", "rate", "units", "activation"})
CHANGED = st.dictionaries(st.sampled_from(SETTINGS), st.one_of(ODD, st.sampled_from(sorted(FRESH))), max_size=3)
ORDERS: st.SearchStrategy[Callable[[ArchitectureDraft], ArchitectureDraft]] = st.one_of(
    st.builds(lambda place, kind: lambda d: d.add(place, kind), PLACES, st.sampled_from([*KINDS, "Lambda", ""])),
    st.builds(lambda place: lambda d: d.remove(place), PLACES),
    st.builds(lambda place, to: lambda d: d.move(place, to), PLACES, PLACES),
    st.builds(lambda place, changed: lambda d: d.change(place, **changed), PLACES, CHANGED),
)
STARTS = st.sampled_from(
    [
        make_blank(),
        build_cnn(4, 3, 2),
        ArchitectureDraft(()),
        *[ArchitectureDraft.from_architecture(v) for v, _ in TUTORIALS.values()],
    ]
)


@st.composite
def edited(draw: st.DrawFn) -> ArchitectureDraft:
    """Draw a draft after any operations with any values."""
    draft = draw(STARTS)
    for order in draw(st.lists(ORDERS, max_size=8)):
        draft = order(draft)
    return draft


@settings(max_examples=300)
@given(draft=edited())
def test_nothing_that_is_done_to_a_draft_raises_and_every_refusal_stands_at_a_row(draft: ArchitectureDraft) -> None:
    found = validate(draft)
    assert len(found.rows) == len(draft.rows)
    assert (found.architecture is None) == bool(found.problems)
    assert all(len(str(problem)) <= 300 for problem in found.problems)
    assert (found.problem is not None) == (not draft.rows)
    for above, row in zip(found.rows, found.rows[1:], strict=False):
        assert row.input_shape == above.output_shape
        assert row.waits == (above.output_shape is None)
    broken = [place for place, row in enumerate(found.rows) if row.output_shape is None]
    assert broken == list(range(broken[0], len(found.rows))) if broken else True
    if broken:
        assert found.rows[broken[0]].problem is not None


@given(draft=edited())
def test_a_legal_draft_is_its_architecture(draft: ArchitectureDraft) -> None:
    found = validate(draft, "mine")
    if found.architecture is not None:
        assert found.architecture.name == "mine"
        assert found.architecture.shapes() == (draft.input_shape, *(row.output_shape for row in found.rows))
        assert (found.architecture.parameters, found.architecture.multiplications) == (
            found.parameters,
            found.multiplications,
        )
        assert (
            validate(ArchitectureDraft.from_architecture(found.architecture), "mine").architecture == found.architecture
        )


@given(architecture=strategies.architectures())
def test_the_draft_of_an_architecture_has_its_layers(architecture: Architecture) -> None:
    made = [row.layer for row in validate(ArchitectureDraft.from_architecture(architecture)).rows]
    for ours, theirs in zip(made, architecture.layers, strict=True):
        assert ours is not None
        assert ours.keras_line().rpartition("name=")[0] == theirs.keras_line().rpartition("name=")[0]


@given(draft=edited(), place=PLACES, to=PLACES)
def test_moving_there_and_back_changes_nothing(draft: ArchitectureDraft, place: int, to: int) -> None:
    assert draft.move(place, to).move(to, place) == draft


@given(draft=edited(), place=PLACES, kind=st.sampled_from(sorted(FRESH)))
def test_what_was_added_can_be_removed(draft: ArchitectureDraft, place: int, kind: str) -> None:
    added = draft.add(place, kind)
    assert added.remove(place) == draft if 0 <= place <= len(draft.rows) else added == draft


@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_a_published_network_comes_back_unchanged(name: str) -> None:
    architecture = TUTORIALS[name][0]
    assert validate(ArchitectureDraft.from_architecture(architecture), name).architecture == architecture


def test_build_cnn_is_the_tutorials_network() -> None:
    assert validate(build_cnn(32, 3, 2), "cnn-32-32").architecture == TUTORIALS["cnn-32-32"][0]
    assert validate(make_blank()).architecture is not None


@pytest.mark.parametrize("kind", sorted(FRESH))
def test_a_fresh_layer_has_legal_settings(kind: str) -> None:
    (row,) = validate(ArchitectureDraft(()).add(0, kind)).rows
    assert row.layer is not None
    assert row.output_shape is not None


@pytest.mark.parametrize(
    ("draft", "place", "words"),
    [
        (make_blank().add(1, "Conv2D"), 1, "height × width × channels"),
        (build_cnn(32, 15, 2), 1, "window must not be larger"),
        (build_cnn(0, 3, 2), 0, "`filters` must be"),
        (build_cnn(4096, 3, 1), 1, f"at most {MAX_PARAMETERS:,} parameters"),
        (make_blank().remove(1), 0, "must give 10 probabilities"),
        (make_blank().change(1, units=9), 1, "must give 10 probabilities"),
        (make_blank().remove(0), 0, "must give 10 probabilities"),
        (make_blank().change(0, kind="Lambda"), 0, "`kind` must be one of"),
    ],
)
def test_a_refusal_stands_where_it_belongs(draft: ArchitectureDraft, place: int, words: str) -> None:
    rows = validate(draft).rows
    assert words in str(rows[place].problem)
    assert all(row.problem is None for row in rows[:place])


def test_below_a_refusal_rows_wait_but_say_what_is_wrong_with_themselves() -> None:
    draft = build_cnn(32, 3, 2).change(0, filters=0).change(3, rate=2)
    rows = validate(draft).rows
    assert [row.waits for row in rows] == [False, *[True] * 7]
    assert [place for place, row in enumerate(rows) if row.problem] == [0, 3]


def test_too_many_layers_are_refused() -> None:
    draft = make_blank()
    for _ in range(MAX_LAYERS - 1):
        draft = draft.add(1, "Dropout")
    assert f"1 to {MAX_LAYERS} layers" in str(validate(draft).rows[-1].problem)
    assert validate(draft.remove(1)).architecture is not None


def test_a_pools_stride_follows_its_size_until_it_is_chosen() -> None:
    draft = build_cnn(4, 3, 2).change(2, pool_size=(3, 3))
    assert get_value(validate(draft).rows[2], "strides") == (3, 3)
    apart = draft.change(2, strides=(1, 1)).change(2, pool_size=(2, 2))
    assert get_value(validate(apart).rows[2], "strides") == (1, 1)
    assert "strides" not in apart.change(2, strides=(2, 2)).rows[2]


def test_another_kind_keeps_what_both_kinds_have() -> None:
    draft = build_cnn(4, 3, 2).change(2, padding="same").change(2, kind="AveragePooling2D")
    assert draft.rows[2] == {"kind": "AveragePooling2D", "pool_size": (2, 2), "padding": "same"}
    assert draft.change(5, kind="Conv2D").rows[5]["activation"] == "relu"


def test_an_illegal_name_is_refused() -> None:
    with pytest.raises(Refusal, match="network's `name`"):
        validate(make_blank(), "../x")


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
def test_layers_are_named_as_keras_names_them() -> None:
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    names = [keras.src.utils.naming.to_snake_case(kind) for kind in KINDS]
    assert list(iterate_keras_names(KINDS)) == names
    assert list(iterate_keras_names(["Conv2D", "ReLU", "Conv2D", "Conv2D"])) == [
        "conv2d",
        "re_lu",
        "conv2d_1",
        "conv2d_2",
    ]
    assert all(checks.layer_name(name) for name in names)


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(draft=edited().filter(lambda draft: validate(draft).architecture is not None))
def test_a_legal_draft_has_the_shapes_and_parameters_of_keras(draft: ArchitectureDraft) -> None:
    from cnnviz.workers import keras_model

    found = validate(draft)
    assert found.architecture is not None
    model = keras_model.build(found.architecture)
    for row, theirs in zip(found.rows, model.layers, strict=True):
        assert row.output_shape == tuple(theirs.output.shape)[1:]
    assert model.count_params() == found.parameters
