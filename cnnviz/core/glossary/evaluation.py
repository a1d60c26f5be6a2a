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
    Term(
        "calibration",
        gettext_noop("Calibration"),
        gettext_noop(
            "How well the shares that a network gives fit how often it is right: of the answers that are 90 % sure, 90 "
            "in 100 should be right."
        ),
        "Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks (2017)",
        "compare",
    ),
    Term(
        "principal components",
        gettext_noop("Principal components"),
        gettext_noop(
            "The directions in which a cloud of points is widest, one after the other. Two of them make a flat picture "
            "of points with thousands of numbers."
        ),
        f"{DEEP_LEARNING}, 2.12",
        "compare",
        also=(gettext_noop("PCA"),),
    ),
    Term(
        "t-sne",
        gettext_noop("Stochastic neighbour embedding"),
        gettext_noop(
            "Places points with thousands of numbers on a flat picture so that near neighbours stay near. Distances "
            "between groups mean nothing."
        ),
        "van der Maaten, Hinton: Visualizing Data using t-SNE (2008)",
        "compare",
        also=(gettext_noop("t-SNE"),),
    ),
    Term(
        "calibration error",
        gettext_noop("Expected calibration error"),
        gettext_noop(
            "The mean distance between how sure answers are and how many of them are right, over groups of answers "
            "that are about equally sure."
        ),
        "Naeini, Cooper, Hauskrecht: Obtaining well calibrated probabilities using Bayesian binning (2015)",
        "compare",
        gettext_noop("mean of |share right − mean share given|, each group counted with its answers"),
        also=(gettext_noop("ECE"),),
    ),
    Term(
        "mcnemar test",
        gettext_noop("McNemar’s test"),
        gettext_noop(
            "Tells whether two networks differ, from the digits that only one of them reads right: if neither is "
            "better, such a digit falls to each with a chance of one half, as a coin does."
        ),
        "McNemar: Note on the sampling error of the difference between correlated proportions (1947)",
        "compare",
    ),
)
