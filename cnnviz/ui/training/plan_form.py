"""The form of the training plan: settings, their meaning, and refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.data.bundled_digits import TRAIN_COUNT
from cnnviz.core.data.mnist_file import SHAPES
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture, TrainingPlan
from cnnviz.core.networks.training_plan import has_own_data
from cnnviz.core.training import cpu
from cnnviz.core.training.fast_plan import FAST_PLAN, make_fast_plan
from cnnviz.core.training.plan_draft import DEFAULT_RATES, PlanDraft, make_default_draft
from cnnviz.ui.data import training_choice
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms

LEARN = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 54_000, 59_000)
CHECK = (0, 500, 1_000, 2_000, 5_000, 10_000)
RATES = (1.0, 0.1, 0.01, 0.001, 0.0001)

OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD", "adadelta": "Adadelta"}
SCHEDULES = {"constant": gettext_noop("stays"), "cosine": gettext_noop("falls to 0")}
AUGMENTATIONS = {"none": gettext_noop("as they are"), "affine": gettext_noop("varied")}

ADADELTA = gettext_noop(
    "[[adadelta|Adadelta]] multiplies its steps by the rate. Keras 3 takes 0.001 if none is named, and barely learns; "
    "the Keras of older tutorials took 1.0."
)
RULES = {
    "adam": gettext_noop("[[adam|Adam]] gives every weight a step length of its own, and its steps have [[momentum]]."),
    "rmsprop": gettext_noop("RMSprop gives every weight a step length of its own, without [[momentum]]."),
    "sgd": gettext_noop("[[sgd|SGD]] follows the [[gradient]] of each batch as it is, here without [[momentum]]."),
    "adadelta": ADADELTA,
}
"""Optimizer -> how it makes its steps."""

WHY_FAST = (
    gettext_noop(
        "[[epoch|Epochs]]: {epochs}, of {learned:,} pictures in [[batch|batches]] of {batch_size}. Small batches make "
        "many [[step|steps]], and a step costs about as much as it has pictures."
    ),
    gettext_noop(
        "A [[learning rate|rate]] of {learning_rate:g}, {times:g} times Keras’s own for {optimizer}, learns most of "
        "it early. Falling to 0, it takes back the noise that small batches bring; more epochs would only average it "
        "out."
    ),
    gettext_noop(
        "{validation_examples:,} [[validation set|pictures to check with]]: enough to see the curve, and judging costs "
        "little."
    ),
    gettext_noop(
        "[[mixed precision|Mixed bfloat16]], where the processor has it: half the bits to multiply, weights in float32."
    ),
    gettext_noop("No [[augmentation|varied pictures]]: they help those who train for long."),
)
VARIED = gettext_noop(
    "Varied: turned, sheared, stretched and bent a little differently every few epochs, with habits such as crossed "
    "sevens. The rate then falls to 0."
)
AVAILABLE = gettext_noop("From {name}, which has {count:,} [[training set|pictures to train with]].")
PATIENCE = 2
MAX_FIGURES = 12
PRECISIONS = gettext_noop(
    "This computer’s processor multiplies bfloat16, numbers with two to three digits, in hardware. The weights stay "
    "float32. "
    "Large networks train faster and read as well."
)


def show(architecture: Architecture | None = None) -> TrainingPlan | None:
    """Show the form; return the plan for `architecture`, or None while a setting is refused."""
    draft, (data, count) = _get_draft(), _find_data()
    problems = draft.problems(count)
    if count >= FAST_PLAN.examples:
        _offer_fast_plan()
    in_colour = (
        training_choice.find() is None
        and architecture is not None
        and colour_digits.reads_colour(architecture.input_shape)
    )
    _show_digits(draft, problems, colour_digits.name_dataset(data) if in_colour else data, count)
    _show_pace(draft, problems)
    _show_optimizer(draft, problems)
    _show_stopping(draft, problems)
    _show_more(draft)
    return find_plan(architecture)


def _shows(draft: PlanDraft, name: str) -> bool:
    """Return whether a setting that only experts need is shown: among the essentials, if it is not the usual one."""
    return session.wants_everything() or draft.values[name] != make_first_draft().values[name]


def _fit_data(plan: TrainingPlan | None, architecture: Architecture | None) -> TrainingPlan | None:
    """Return `plan` with digits that `architecture` can read."""
    if plan is None:
        return None
    if own := training_choice.find_plan_data():
        grey = architecture is None or architecture.input_shape[2] == 1
        return replace(plan, data=own, augmentation=plan.augmentation if grey else "none")
    if has_own_data(plan):
        plan = replace(plan, data="mnist")
    if architecture is None:
        return plan
    if colour_digits.reads_colour(architecture.input_shape):
        return replace(plan, data=colour_digits.DATA)
    return replace(plan, data="mnist") if plan.data == colour_digits.DATA else plan


def _offer_fast_plan() -> None:
    """Offer the plan that gets a network to 99 % soonest, and say why it does."""
    with _make_row():
        st.button(translate("Take the fast plan"), key="fast-plan", on_click=session.guard(_take_fast))
        with st.popover(translate("What makes it fast"), key="why-fast"):
            st.markdown("\n".join(f"- {terms.explain(reason, **_describe_fast())}" for reason in WHY_FAST))


def _describe_fast() -> dict[str, Any]:
    """Return the numbers of the sentences about the fast plan."""
    return FAST_PLAN.to_json() | {
        "learned": FAST_PLAN.examples - FAST_PLAN.validation_examples,
        "times": FAST_PLAN.learning_rate / DEFAULT_RATES[FAST_PLAN.optimizer],
        "optimizer": OPTIMIZERS[FAST_PLAN.optimizer],
    }


def _take_fast() -> None:
    take_up(make_fast_plan(get_plan()))


def find_plan(architecture: Architecture | None = None) -> TrainingPlan | None:
    """Return the plan for `architecture` as it stands, or None while something in it is refused."""
    return _fit_data(_get_draft().plan(_find_data()[1]), architecture)


def get_plan(architecture: Architecture | None = None) -> TrainingPlan:
    """Return the plan for `architecture` as it stands, or the usual one while something in it is refused."""
    _, count = _find_data()
    return find_plan(architecture) or _fit_data(make_first_draft().plan(count), architecture) or TrainingPlan()


def take_up(plan: TrainingPlan) -> None:
    """Go on from the settings of `plan`, with as many digits as there are; ignore one that the form cannot show."""
    if plan.data == "mnist+pen" or plan.augmentation not in AUGMENTATIONS:
        return
    _, count = _find_data()
    if plan.examples > count:
        plan = replace(plan, examples=count, validation_examples=plan.validation_examples * count // plan.examples)
    _put(PlanDraft.from_plan(plan), anew=True)


def _find_data() -> tuple[str, int]:
    """Return the data set's name, as Markdown, and how many training digits it has."""
    if (kept := training_choice.find()) is not None:
        return page.escape_markdown(kept.labelled.name), kept.trained
    name = datasets.load_test().name
    return name, SHAPES["y_train"][0] if name == datasets.MNIST else TRAIN_COUNT


def make_first_draft() -> PlanDraft:
    """Return what a new visitor starts from."""
    kept = training_choice.find()
    return make_default_draft(_find_data()[1]) if kept is None else training_choice.make_draft(kept)


def begin_again() -> None:
    """Go on from the plan to begin with, as after another choice of what is learned from."""
    _put(make_first_draft(), anew=True)


def _get_draft() -> PlanDraft:
    if session.get("recipe") is None:
        session.put(recipe=make_first_draft())
    draft: PlanDraft = session.get("recipe")
    return draft


def _put(draft: PlanDraft, anew: bool = False) -> None:
    session.put(recipe=draft, recipe_edition=session.get("recipe_edition") + anew)


def _bind(
    name: str, read: Callable[[Any], Any] = lambda chosen: chosen, anew: bool = False, widget: str = ""
) -> dict[str, Any]:
    """Return the arguments that tie a widget to the value `name`; `read` makes the value of what was chosen.

    `anew` makes all widgets anew, for a choice that changes other values too.
    """
    key = widget or _make_key(name)
    return {"key": key, "on_change": session.guard(_take), "args": (key, name, read, anew)}


def _make_key(name: str) -> str:
    return f"recipe-{session.get('recipe_edition')}-{name}"


def _take(key: str, name: str, read: Callable[[Any], Any], anew: bool) -> None:
    value = st.session_state.get(key)
    if value is not None:
        _put(_get_draft().change(**{name: read(value)}), anew)


def _say_problems(problems: Mapping[str, Refusal], *names: str) -> None:
    for name in names:
        if name in problems:
            st.error(page.escape_markdown(translate_refusal(problems[name])))


def _make_row() -> Any:
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def _pick(
    draft: PlanDraft,
    name: str,
    label: str,
    options: tuple[Any, ...],
    read: Callable[[Any], Any],
    help_: str | None = None,
) -> None:
    """Show some values to pick, and let the visitor type another.

    The options are texts, as what is typed is: were it a number among them one run later, Streamlit would report it as
    changed, and undo what was chosen meanwhile.
    """
    present, texts = _format_value(draft.values[name]), tuple(map(_format_value, options))
    shown = texts if present in texts else (present, *texts)
    st.selectbox(
        label, shown, index=shown.index(present), accept_new_options=True, width=164, help=help_, **_bind(name, read)
    )


def _format_value(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _show_digits(draft: PlanDraft, problems: Mapping[str, Refusal], data: str, count: int) -> None:
    held = translate(
        "These training pictures are kept out: they judge every epoch, and nothing is learned from them. "
        "With 0 the test set is shown beside the curve."
    )
    with _make_row():
        _pick(draft, "learn", translate("Pictures to learn from"), LEARN, read_whole)
        if _shows(draft, "check"):
            _pick(draft, "check", translate("Pictures to check with"), CHECK, read_whole, held)
    _say_problems(problems, "learn", "check")
    st.caption(terms.explain(AVAILABLE, name=data, count=count))


def _show_pace(draft: PlanDraft, problems: Mapping[str, Refusal]) -> None:
    with _make_row():
        _count(draft, "batch_size", translate("Batch"), translate("After so many pictures the weights change once."))
        _count(draft, "epochs", translate("Epochs"), translate("How often every picture is learned from."))
        if _shows(draft, "seed"):
            _count(
                draft,
                "seed",
                translate("Seed"),
                translate("The same seed gives the same weights to start from and the same order."),
            )
    _say_problems(problems, "batch_size", "epochs", "seed")


def _count(draft: PlanDraft, name: str, label: str, help_: str) -> None:
    st.number_input(label, value=draft.values[name], step=1, width=108, help=help_, **_bind(name))


def _show_optimizer(draft: PlanDraft, problems: Mapping[str, Refusal]) -> None:
    chosen = draft.values["optimizer"]
    st.segmented_control(
        translate("Optimiser"),
        OPTIMIZERS,
        format_func=OPTIMIZERS.__getitem__,
        default=chosen,
        required=True,
        **_bind("optimizer", anew=True),
    )
    with _make_row():
        _pick(draft, "learning_rate", translate("Learning rate"), RATES, read_fraction)
        if draft.values["augmentation"] == "none" and _shows(draft, "schedule"):
            _show_alternatives(draft, "schedule", translate("While it learns, the rate"), SCHEDULES)
    _say_problems(problems, "learning_rate")
    rate = translate(
        "Keras 3’s rate for {optimizer}: {rate:g}.", optimizer=OPTIMIZERS[chosen], rate=DEFAULT_RATES[chosen]
    )
    st.caption(f"{rate} {terms.explain(RULES[chosen], 'optimizer')}")


def _show_alternatives(
    draft: PlanDraft, name: str, label: str, options: Mapping[str, str], help_: str | None = None
) -> None:
    st.segmented_control(
        label,
        options,
        format_func=lambda option: translate(options[option]),
        default=draft.values[name],
        required=True,
        help=help_,
        **_bind(name),
    )


def _show_stopping(draft: PlanDraft, problems: Mapping[str, Refusal]) -> None:
    patience = draft.values["patience"]
    if not _shows(draft, "patience"):
        return
    why = translate(
        "Ends the training when the loss on the checking pictures has not fallen for some epochs, and takes the "
        "weights of the best one."
    )
    with _make_row():
        st.toggle(
            translate("Stop early"),
            value=patience is not None,
            help=why,
            **_bind("patience", lambda on: PATIENCE if on else None, anew=True),
        )
        if patience is not None:
            st.number_input(
                translate("Epochs of patience"),
                value=patience,
                step=1,
                width=150,
                **_bind("patience", widget=_make_key("epochs-of-patience")),
            )
    _say_problems(problems, "patience")


def _show_more(draft: PlanDraft) -> None:
    """Show what most plans leave alone."""
    if _shows(draft, "augmentation"):
        _show_alternatives(draft, "augmentation", translate("Pictures are shown"), AUGMENTATIONS, translate(VARIED))
    if cpu.has_bfloat16() and _shows(draft, "precision"):
        st.toggle(
            translate("Mixed precision"),
            value=draft.values["precision"] != "float32",
            help=translate(PRECISIONS),
            **_bind("precision", lambda on: "mixed_bfloat16" if on else "float32"),
        )


def read_whole(chosen: Any) -> Any:
    """Return the whole number that was picked or typed; what is none stays as it is, to be refused."""
    text = str(chosen).replace(",", "").replace(" ", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_FIGURES else chosen


def read_fraction(chosen: Any) -> Any:
    """Return the number that was picked or typed, also as 1e-3; what is none stays as it is, to be refused."""
    try:
        return float(chosen)
    except ValueError:
        return chosen
