"""Fields of the page Train: the network and the plan that are being made, and the runs that are looked at."""

from __future__ import annotations

from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import Field, one_of

DIGITS = "digits"
"""In place of the id of a set: MNIST, or what stands in for it."""

FIELDS = (
    Field(
        "train_view",
        "experiments",
        "bench",
        options={
            "experiments": gettext_noop("Ready experiments"),
            "build": gettext_noop("Build your own"),
            "watch": gettext_noop("Watch and compare"),
        },
    ),
    Field("restored", ""),  # the visitor whose network, plan and guesses were taken up in this session
    Field("kept_design", ""),  # these as they were last written down; "": not yet
    # experiments
    Field("guesses", {}),  # experiment -> the visitor's guess
    Field(
        "recorded",  # the experiment whose recorded trainings are shown; a link plays them, so that one can guess first
        "",
        "replay",
        one_of(EXPERIMENTS),
        implied=lambda _: {"recorded_moment": 0},
        written=lambda get: bool(get("train_view") == "experiments"),
    ),
    Field("recorded_moment", -1),  # which moment of their replay; -1: the last
    Field("replays", 0),  # grows with every replay that begins or is cut short, so that its player is made anew
    # build
    Field("draft", None),  # the ArchitectureDraft of a network; None until the editor was first shown
    Field("draft_edition", 0),  # grows when rows come, go or move, so that all their widgets are made anew
    Field("plan_set", DIGITS),  # what is learned from: a set of the visitor's own, or the digits
    Field("fitted_classes", 0),  # for how many classes the last layer was made; 0: not yet
    Field("recipe", None),  # settings of the training plan as they were chosen, legal or not; None: the usual ones
    Field("recipe_edition", 0),  # grows when something but its own widget changes a setting
    # watch
    Field("watched", "", "run"),  # id of the run that is looked at; the visitor's own alone: see `shell.url`
    Field("compared", ()),  # ids of the runs whose curves lie over it
    Field("opened_run", ""),  # id of the run in the table of which everything is shown
    Field("deleting", ""),  # id of the run that is deleted after a second click
    Field("rerun_page", False),  # whether the table of runs changed something that stands outside it
    Field("moment", -1),  # which of its snapshots is looked at; -1: the newest, following the training
    Field("look_layer", ""),  # the layer whose maps are shown while a network learns
    Field("followed", {}),  # run id -> what its training has reported so far; see `training.run_status`
    Field("starting", {}),  # run id -> when it was first seen without a first event, monotonic seconds
    Field("followed_experiment", ""),  # the run of an experiment whose arms are watched in turn
    Field("shown", None),  # run id and pixels of the digit that its worker was last given to look at
)
