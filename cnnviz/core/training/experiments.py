"""Ready experiments: a question, guesses, the trainings that decide, and the judge of their results.

The arms of an experiment differ in what the question asks about and in nothing else, not even in the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.core.inference import shifted_accuracy
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.draft import ANSWER, ArchitectureDraft, Settings
from cnnviz.core.networks.draft_validation import validate
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import verdicts
from cnnviz.core.training.verdicts import ALIKE, FEWER, SAME, TENTH, Labels, Results, Verdict

VALIDATION, SHIFTED = "validation", "shifted"


@dataclass(frozen=True)
class Arm:
    """One training of an experiment.

    Attributes:
        id: Key of its result.
        label: Marked text that distinguishes it from the other arms.
        architecture: The architecture that is trained.
        plan: How it is trained.
    """

    id: str
    label: str
    architecture: Architecture
    plan: TrainingPlan


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question to guess at and to answer by training.

    Attributes:
        id: Its key in `EXPERIMENTS`.
        question: Marked text.
        guesses: Id -> answer, a marked text.
        shows: What one sees while the trainings run, a marked text that does not give the answer away.
        expected: Id of the usual answer.
        why: The usual explanation, a marked text, shown after the results.
        arms: The trainings.
        judge: Decides from the arms' labels and their results which guesses are possible.
        measure: "validation" is each arm's accuracy on the held-out digits after its last epoch, "shifted" is the
            accuracy of the trained network on shifted digits (`inference.shifted_accuracy`).
    """

    id: str
    question: str
    guesses: Mapping[str, str]
    shows: str
    expected: str
    why: str
    arms: tuple[Arm, ...]
    judge: Callable[[Labels, Results], Verdict]
    measure: str = VALIDATION

    @property
    def count(self) -> int:
        """Number of digits that decide."""
        return shifted_accuracy.MAX_DIGITS if self.measure == SHIFTED else self.arms[0].plan.validation_examples

    def verdict(self, results: Results) -> Verdict | None:
        """Judge the arms' results; None until every arm has one.

        An arm whose training diverged counts with its last share, or 0; leave out arms that were not trained by their
        plan.
        """
        if any(not results.shares.get(arm.id) for arm in self.arms):
            return None
        return self.judge({arm.id: arm.label for arm in self.arms}, results)


def _make_conv(filters: int, **more: Any) -> Settings:
    return {"kind": "Conv2D", "filters": filters, "kernel_size": (3, 3), "activation": "relu", **more}


def _build_small(
    filters: tuple[int, int] = (16, 32), pool: str = "MaxPooling2D", units: int = 64, **conv: Any
) -> ArchitectureDraft:
    """Build a draft: two convolutions, each with a pooling, then a dense layer (none with 0 `units`) and the answer."""
    dense = [{"kind": "Dense", "units": units, "activation": "relu"}] if units else []
    pooled = [row for number in filters for row in (_make_conv(number, **conv), {"kind": pool, "pool_size": (2, 2)})]
    return ArchitectureDraft((*pooled, {"kind": "Flatten"}, *dense, ANSWER))


def _architecture(draft: ArchitectureDraft, name: str) -> Architecture:
    found = validate(draft, name)
    if found.architecture is None:
        raise found.problems[0]
    return found.architecture


def _vary_network(plan: TrainingPlan, arms: Iterable[tuple[str, str, ArchitectureDraft]]) -> tuple[Arm, ...]:
    """Make arms with one plan and different networks."""
    return tuple(Arm(name, label, _architecture(draft, f"arm-{name}"), plan) for name, label, draft in arms)


def _vary_plan(
    draft: ArchitectureDraft, plan: TrainingPlan, arms: Iterable[tuple[str, str, dict[str, Any]]]
) -> tuple[Arm, ...]:
    """Make arms with one network and different settings of the plan."""
    architecture = _architecture(draft, "arm")
    return tuple(Arm(name, label, architecture, replace(plan, **settings)) for name, label, settings in arms)


def _make_plan(count: int, held_out: int = 5_000, **settings: Any) -> TrainingPlan:
    """Make a plan that learns from `count` digits and validates on `held_out` others."""
    return TrainingPlan(examples=count + held_out, validation_examples=held_out, **settings)


CANNOT_TELL = gettext_noop("No difference that can be told")

_ALL = (
    Experiment(
        id="pooling",
        question=gettext_noop(
            "[[average pooling|Average]] instead of [[max pooling]]: which network reads more digits right?"
        ),
        guesses={"max": gettext_noop("Max pooling"), "average": gettext_noop("Average pooling"), ALIKE: CANNOT_TELL},
        shows=gettext_noop(
            "Two curves of [[accuracy]], and the [[feature map|maps]] that each kind of [[pooling]] leaves of your "
            "digit."
        ),
        expected="max",
        why=gettext_noop("Max pooling keeps a stroke that was found at full strength, an average mixes it with black."),
        arms=_vary_network(
            _make_plan(10_000, batch_size=64, epochs=6),
            [
                ("max", gettext_noop("Max pooling"), _build_small()),
                ("average", gettext_noop("Average pooling"), _build_small(pool="AveragePooling2D")),
            ],
        ),
        judge=verdicts.judge_best,
    ),
    Experiment(
        id="filters",
        question=gettext_noop("2, 8 or 32 [[filter|filters]] in each [[convolution]]: how many are enough?"),
        guesses={
            "2": gettext_noop("2 are enough"),
            "8": gettext_noop("8 are enough"),
            "32": gettext_noop("It takes 32"),
        },
        shows=gettext_noop(
            "Three curves of [[accuracy]], and the 2, 8 or 32 [[feature map|maps]] that each [[network]] makes of your "
            "digit."
        ),
        expected="32",
        why=gettext_noop(
            "Each filter finds one pattern. More filters find more patterns, at a price, and gain less and less."
        ),
        arms=_vary_network(
            _make_plan(10_000, batch_size=64, epochs=6),
            [
                ("2", gettext_noop("2 filters"), _build_small((2, 2), units=0)),
                ("8", gettext_noop("8 filters"), _build_small((8, 8), units=0)),
                ("32", gettext_noop("32 filters"), _build_small((32, 32), units=0)),
            ],
        ),
        judge=verdicts.judge_enough,
    ),
    Experiment(
        id="dropout",
        question=gettext_noop("Only 500 digits to learn from: does [[dropout]] help?"),
        guesses={"with": gettext_noop("Dropout helps"), "without": gettext_noop("Dropout harms"), ALIKE: CANNOT_TELL},
        shows=gettext_noop(
            "How far [[training]] and [[validation set|validation]] part over 60 [[epoch|epochs]], with [[dropout]] "
            "and without."
        ),
        expected="with",
        why=gettext_noop(
            "With few digits a network can [[overfitting|learn them by heart]]. Dropout takes away what it would lean "
            "on."
        ),
        arms=_vary_network(
            _make_plan(500, 2_000, batch_size=32, epochs=60),
            [
                (
                    "with",
                    gettext_noop("with dropout"),
                    _build_small().add(4, "Dropout").add(7, "Dropout").change(7, rate=0.5),
                ),
                ("without", gettext_noop("without dropout"), _build_small()),
            ],
        ),
        judge=verdicts.judge_best,
    ),
    Experiment(
        id="padding",
        question=gettext_noop("[[padding|Padding]] valid or same: does a border of zeros help?"),
        guesses={
            "same": gettext_noop("Same, with zeros around"),
            "valid": gettext_noop("Valid, without"),
            ALIKE: CANNOT_TELL,
        },
        shows=gettext_noop(
            "Two curves of [[accuracy]], and how large the [[feature map|maps]] of your digit stay with each "
            "[[padding]]."
        ),
        expected=ALIKE,
        why=gettext_noop(
            "MNIST’s digits have an empty margin, so little is lost at the border. Same keeps the maps larger."
        ),
        arms=_vary_network(
            _make_plan(10_000, batch_size=64, epochs=6),
            [
                ("valid", gettext_noop("padding valid"), _build_small()),
                ("same", gettext_noop("padding same"), _build_small(padding="same")),
            ],
        ),
        judge=verdicts.judge_best,
    ),
    Experiment(
        id="shifted",
        question=gettext_noop(
            "[[dense layer|Dense]] network or [[network|CNN]]: which still reads digits that are moved by three pixels?"
        ),
        guesses={"dense": gettext_noop("The dense network"), "cnn": gettext_noop("The CNN"), ALIKE: CANNOT_TELL},
        shows=gettext_noop(
            "Two [[training|trainings]]; then both [[network|networks]] read the same digits, each moved by three "
            "[[pixel|pixels]]."
        ),
        expected="cnn",
        why=gettext_noop(
            "A convolution looks for its pattern everywhere; a dense unit has learned where pixels should be."
        ),
        arms=_vary_network(
            _make_plan(10_000, 1_000, batch_size=64, epochs=8),
            [
                ("dense", gettext_noop("dense network"), ArchitectureDraft.from_architecture(TUTORIALS["dense-64"][0])),
                ("cnn", gettext_noop("CNN"), _build_small()),
            ],
        ),
        judge=verdicts.judge_best,
        measure=SHIFTED,
    ),
    Experiment(
        id="rates",
        question=gettext_noop(
            "[[learning rate|Learning rates]] ten times apart: with which does [[adam|Adam]] learn best?"
        ),
        guesses={"0.1": "0.1", "0.01": "0.01", "0.001": "0.001", "0.0001": "0.0001", ALIKE: CANNOT_TELL},
        shows=gettext_noop(
            "Four curves of [[loss]] from the same start: which fall, which jump, and which hardly move."
        ),
        expected="0.001",
        why=gettext_noop(
            "Steps that are too large jump over the aim, steps that are too small do not get there in time."
        ),
        arms=_vary_plan(
            _build_small(),
            _make_plan(5_000, 2_000, batch_size=64, epochs=6),
            [
                ("0.1", gettext_noop("rate 0.1"), {"learning_rate": 0.1}),
                ("0.01", gettext_noop("rate 0.01"), {"learning_rate": 0.01}),
                ("0.001", gettext_noop("rate 0.001"), {"learning_rate": 0.001}),
                ("0.0001", gettext_noop("rate 0.0001"), {"learning_rate": 0.0001}),
            ],
        ),
        judge=verdicts.judge_best,
    ),
    Experiment(
        id="digits",
        question=gettext_noop(
            "100, 1,000, 10,000 digits to learn from, and 2,000 [[step|updates]] each: from 1,000 to 10,000 digits, "
            "how many of the mistakes are left?"
        ),
        guesses={
            SAME: gettext_noop("Nearly as many"),
            FEWER: gettext_noop("About half to a fifth"),
            TENTH: gettext_noop("About a tenth"),
        },
        shows=gettext_noop(
            "Three curves of [[loss]] over as many [[step|updates]], and what each [[network]] then misreads."
        ),
        expected=FEWER,
        why=gettext_noop("More examples help nearly always, and each new one a little less than the one before."),
        arms=_vary_plan(
            _build_small(),
            _make_plan(100, 2_000, batch_size=10),
            [
                ("100", gettext_noop("100 digits"), {"examples": 2_100, "epochs": 200}),
                ("1000", gettext_noop("1,000 digits"), {"examples": 3_000, "epochs": 20}),
                ("10000", gettext_noop("10,000 digits"), {"examples": 12_000, "epochs": 2}),
            ],
        ),
        judge=verdicts.judge_fewer_mistakes,
    ),
    Experiment(
        id="adadelta",
        question=gettext_noop(
            "An old tutorial trains with [[adadelta|Adadelta]] and names no rate. Its Keras took 1.0, Keras 3 0.001. "
            "Does it matter?"
        ),
        guesses={
            "1.0": gettext_noop("Only 1.0 learns well"),
            "0.001": gettext_noop("0.001 is better"),
            ALIKE: CANNOT_TELL,
        },
        shows=gettext_noop("Two curves of [[loss]] of the same [[network]], one for each rate."),
        expected="1.0",
        why=gettext_noop(
            "Adadelta finds the size of its steps itself, and the rate multiplies it: 0.001 makes them a thousand "
            "times smaller."
        ),
        arms=_vary_plan(
            ArchitectureDraft.from_architecture(TUTORIALS["cnn-32-64"][0]),
            _make_plan(5_000, 1_000, epochs=4, optimizer="adadelta"),
            [
                ("1.0", gettext_noop("rate 1.0"), {"learning_rate": 1.0}),
                ("0.001", gettext_noop("rate 0.001"), {"learning_rate": 0.001}),
            ],
        ),
        judge=verdicts.judge_best,
    ),
)

EXPERIMENTS: Mapping[str, Experiment] = {one.id: one for one in _ALL}
