"""Terms about training."""

from cnnviz.core.glossary.data import DEEP_LEARNING
from cnnviz.core.glossary.term import Term
from cnnviz.core.messages import gettext_noop

TERMS = (
    Term(
        "training",
        gettext_noop("Training"),
        gettext_noop(
            "Changing the weights little by little until the network gives the labelled answers: show a few pictures, "
            "measure the loss, change each weight a little so that the loss falls, and repeat."
        ),
        f"{DEEP_LEARNING}, 8",
        "train",
    ),
    Term(
        "batch",
        gettext_noop("Batch"),
        gettext_noop("The pictures that are read together before the weights change once, often 32 to 512."),
        f"{DEEP_LEARNING}, 8.1",
        "train",
        also=(gettext_noop("minibatch"),),
    ),
    Term(
        "step",
        gettext_noop("Training step"),
        gettext_noop("One change of all weights, computed from one batch."),
        f"{DEEP_LEARNING}, 8.1",
        "train",
        also=(gettext_noop("update"),),
    ),
    Term(
        "epoch",
        gettext_noop("Epoch"),
        gettext_noop("One pass through all training pictures."),
        f"{DEEP_LEARNING}, 8.1",
        "train",
        gettext_noop("steps of an epoch = pictures / batch size, rounded up"),
    ),
    Term(
        "loss",
        gettext_noop("Loss"),
        gettext_noop("One number that says how far the answers are from the labels. Training makes it smaller."),
        f"{DEEP_LEARNING}, 4.3 and 8.1",
        "train",
        also=(gettext_noop("cost"),),
    ),
    Term(
        "cross-entropy",
        gettext_noop("Cross-entropy"),
        gettext_noop(
            "The loss used here: the smaller the share of the right class, the larger it is. A share of 1 costs "
            "nothing, a share near 0 very much."
        ),
        f"{DEEP_LEARNING}, 6.2",
        "train",
        gettext_noop("loss = −ln(share of the right class)"),
    ),
    Term(
        "gradient",
        gettext_noop("Gradient"),
        gettext_noop(
            "For every weight, how fast the loss grows when that weight grows. Steps go the other way, downhill."
        ),
        f"{DEEP_LEARNING}, 4.3",
        "train",
        gettext_noop("∂loss / ∂weight"),
    ),
    Term(
        "learning rate",
        gettext_noop("Learning rate"),
        gettext_noop(
            "How far each step follows the gradient. Too small a rate learns slowly, too large a rate overshoots and "
            "the loss grows."
        ),
        f"{DEEP_LEARNING}, 8.3",
        "train",
        gettext_noop("new weight = weight − rate × gradient"),
    ),
    Term(
        "optimizer",
        gettext_noop("Optimizer"),
        gettext_noop("The rule by which a step is made of the gradient: SGD, Adam, Adadelta and others."),
        f"{DEEP_LEARNING}, 8",
        "train",
    ),
    Term(
        "sgd",
        gettext_noop("SGD"),
        gettext_noop(
            "Stochastic gradient descent: each step follows the gradient of one batch, chosen at random, instead of "
            "that of all pictures."
        ),
        f"Robbins, Monro: A stochastic approximation method (1951); {DEEP_LEARNING}, 8.3",
        "train",
        gettext_noop("new weight = weight − rate × gradient"),
        (gettext_noop("stochastic gradient descent"),),
    ),
    Term(
        "momentum",
        gettext_noop("Momentum"),
        gettext_noop(
            "A part of the last step is added to the next one, so that steps in a lasting direction grow and "
            "those back and forth cancel out."
        ),
        f"Polyak: Some methods of speeding up the convergence of iteration methods (1964); {DEEP_LEARNING}, 8.3",
        "train",
        gettext_noop("step = momentum × last step − rate × gradient"),
    ),
    Term(
        "adam",
        gettext_noop("Adam"),
        gettext_noop(
            "An optimizer that keeps running means of the gradient and of its square for each weight, and so gives "
            "every weight a step length of its own."
        ),
        "Kingma, Ba: Adam, a method for stochastic optimization (2015)",
        "train",
        gettext_noop("step = −rate × mean of the gradient / √(mean of its square)"),
    ),
    Term(
        "adadelta",
        gettext_noop("Adadelta"),
        gettext_noop(
            "An optimizer that works out the length of each step from those before it. Its rate multiplies that "
            "length; the method as published corresponds to a rate of 1."
        ),
        "Zeiler: ADADELTA, an adaptive learning rate method (2012)",
        "train",
    ),
    Term(
        "overfitting",
        gettext_noop("Overfitting"),
        gettext_noop(
            "The network learns the training pictures themselves instead of what they have in common: their loss keeps "
            "falling while that of unseen pictures rises."
        ),
        f"{DEEP_LEARNING}, 5.2",
        "train",
    ),
    Term(
        "early stopping",
        gettext_noop("Early stopping"),
        gettext_noop(
            "Ending the training when the validation loss has not fallen for some epochs, and taking the weights "
            "of the best one."
        ),
        f"Prechelt: Early stopping, but when? (1998); {DEEP_LEARNING}, 7.8",
        "train",
        also=(gettext_noop("patience"),),
    ),
    Term(
        "label smoothing",
        gettext_noop("Label smoothing"),
        gettext_noop(
            "Training with labels such as 0.955 and 0.005 instead of 1 and 0, so that the network does not strive for "
            "shares of exactly 1."
        ),
        "Szegedy and others: Rethinking the Inception architecture (2016)",
        "train",
    ),
    Term(
        "mixed precision",
        gettext_noop("Mixed precision"),
        gettext_noop(
            "Multiplying with numbers of 16 bits while the weights are kept in 32. It is faster on processors "
            "that have it and reads as well."
        ),
        "Micikevicius and others: Mixed precision training (2018)",
        "train",
        also=(gettext_noop("bfloat16"),),
    ),
    Term(
        "seed",
        gettext_noop("Seed"),
        gettext_noop(
            "The number that random choices start from. The same seed gives the same first weights and the same order "
            "of pictures; another one shows how much of a result is chance."
        ),
        "Keras documentation: set_random_seed",
        "train",
    ),
)
