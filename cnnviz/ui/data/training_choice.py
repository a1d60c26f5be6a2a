"""A set of the visitor's own as what a training learns from: which is chosen, its classes, its size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cnnviz.core.data.labelled_file import KeptSet
from cnnviz.core.errors import Refusal
from cnnviz.core.networks import architecture
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import bundle
from cnnviz.core.training.plan_draft import MIN_OWN_EXAMPLES, PlanDraft, make_own_draft
from cnnviz.jobs.own_sets.store import make_id
from cnnviz.ui.data import own_pictures
from cnnviz.ui.data.own_pictures import DRAWN
from cnnviz.ui.shell import session, visitor
from cnnviz.ui.shell.fields.train import DIGITS


def list_titles() -> dict[str, str]:
    """Return the sets that a network can learn from, by id: their names, as Markdown."""
    titles = own_pictures.list_titles()
    large = {entry.id for entry in visitor.sets().entries() if entry.trained >= MIN_OWN_EXAMPLES} if titles else set()
    if DRAWN in titles and own_pictures.read(DRAWN).trained >= MIN_OWN_EXAMPLES:
        large.add(DRAWN)
    return {name: title for name, title in titles.items() if name in large}


def list_small_titles() -> tuple[str, ...]:
    """Return the names of the visitor's sets that have too few pictures to learn from, as Markdown."""
    large = list_titles()
    return tuple(title for name, title in own_pictures.list_titles().items() if name not in large)


def find() -> KeptSet | None:
    """Return the chosen set; None for the digits, and for a set that is gone."""
    chosen = session.get("plan_set")
    if chosen == DIGITS or chosen not in list_titles():
        return None
    try:
        return own_pictures.read(chosen)
    except Refusal:
        return None


def get_classes() -> tuple[str, ...]:
    """Return the names of the classes that a network has to tell apart."""
    kept = find()
    return architecture.DIGITS if kept is None else kept.labelled.classes


def find_plan_data() -> str:
    """Return the chosen set as a plan names it; "" for the digits."""
    kept = find()
    if kept is None:
        return ""
    return make_id(kept) if session.get("plan_set") == DRAWN else str(session.get("plan_set"))


def make_draft(kept: KeptSet) -> PlanDraft:
    """Return the plan to begin with: drawings, which are prepared as the varied ones, are varied."""
    return make_own_draft(kept.trained, "affine" if session.get("plan_set") == DRAWN else "none")


def keep_for_training() -> None:
    """Keep the drawings as a training reads them; other sets are kept already."""
    kept = find()
    if session.get("plan_set") == DRAWN and kept is not None:
        visitor.sets().freeze(kept)


def prepare_bundle(network: Architecture, plan: TrainingPlan) -> Callable[[], bytes] | None:
    """Return what packs the chosen set with a design and its Keras program into a ZIP file; None without a set.

    A file is made where no session is known, so the set is found here. Packing raises `Refusal` if the network cannot
    read it.
    """
    kept = find()
    return None if kept is None else partial(bundle.pack, kept, network, plan)
