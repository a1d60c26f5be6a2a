"""Terms about how well networks read."""

from cnnviz.core.glossary.data import DEEP_LEARNING
from cnnviz.core.glossary.term import Term
from cnnviz.core.messages import gettext_noop

TERMS = (
    Term(
        "accuracy",
        gettext_noop("Accuracy"),
        gettext_noop("The part of the pictures whose label the network gives the largest share."),
        f"{DEEP_LEARNING}, 5.1",
        "train",
        gettext_noop("right answers / pictures"),
    ),
    Term(
        "confusion matrix",
        gettext_noop("Confusion matrix"),
        gettext_noop(
            "A table of all answers to a test set: a row for each label, a column for each answer. Right answers stand "
            "on the diagonal."
        ),
        "scikit-learn documentation: confusion_matrix",
        "train",
    ),
    Term(
        "confidence interval",
        gettext_noop("Confidence interval"),
        gettext_noop(
            "The range of values that a measurement leaves open. Intervals with 95 % confidence hold the true value in "
            "95 of 100 repetitions."
        ),
        "Wilson: Probable inference, the law of succession, and statistical inference (1927)",
        "pooling",
    ),
    Term(
        "standard deviation",
        gettext_noop("Standard deviation"),
        gettext_noop("How far numbers lie from their mean, typically: the root of the mean squared distance."),
        "ISO 3534-1, Statistics: vocabulary",
        "pooling",
    ),
    Term(
        "cosine distance",
        gettext_noop("Cosine distance"),
        gettext_noop(
            "How far two outputs point in different directions, whatever their length: 0 for the same direction, 1 for "
            "nothing in common."
        ),
        "Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), 6.3",
        "pooling",
        gettext_noop("1 − a · b / (|a| |b|)"),
    ),
)
