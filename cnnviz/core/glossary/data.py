"""Terms about pictures, numbers and data sets."""

from cnnviz.core.glossary.term import Term
from cnnviz.core.messages import gettext_noop

LECUN = "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998)"
MNIST = "LeCun, Cortes, Burges: The MNIST database of handwritten digits"
DEEP_LEARNING = "Goodfellow, Bengio, Courville: Deep Learning (2016)"

TERMS = (
    Term(
        "pixel",
        gettext_noop("Pixel"),
        gettext_noop(
            "One cell of a picture. In a digit of 28 × 28 each of the 784 pixels is a number from 0, paper, to 1, ink."
        ),
        MNIST,
        "draw",
    ),
    Term(
        "mnist",
        gettext_noop("MNIST"),
        gettext_noop(
            "A data set of 70,000 handwritten digits of 28 × 28 pixels in grey: 60,000 to train networks with and "
            "10,000 to test them with."
        ),
        MNIST,
        "data",
    ),
    Term(
        "fashion-mnist",
        gettext_noop("Fashion-MNIST"),
        gettext_noop(
            "A data set in the form of MNIST, with 70,000 pictures of clothes in ten classes. It is harder than "
            "digits: coats, pullovers and shirts look alike in 28 × 28 pixels."
        ),
        "Xiao, Rasul, Vollgraf: Fashion-MNIST (2017)",
        "data",
    ),
    Term(
        "kuzushiji-mnist",
        gettext_noop("Kuzushiji-MNIST"),
        gettext_noop(
            "A data set in the form of MNIST, with 70,000 pictures of ten Japanese characters in the cursive hand of "
            "old books. One character has several forms, so it is harder than digits."
        ),
        "Clanuwat and others: Deep Learning for Classical Japanese Literature (2018)",
        "data",
    ),
    Term(
        "emnist",
        gettext_noop("EMNIST Letters"),
        gettext_noop(
            "A data set in the form of MNIST, with 145,600 handwritten letters in 26 classes, capital and small ones "
            "together. Some look alike, such as a capital I and a small l, so it is harder than digits."
        ),
        "Cohen, Afshar, Tapson, van Schaik: EMNIST, an extension of MNIST to handwritten letters (2017)",
        "data",
    ),
    Term(
        "preprocessing",
        gettext_noop("Preprocessing"),
        gettext_noop(
            "What is done to an input before the network reads it. A drawing is cropped, scaled and centred as the "
            "digits of MNIST were, so that it looks like what the network has learned from."
        ),
        LECUN,
        "draw",
        also=(gettext_noop("preparation"),),
    ),
    Term(
        "channel",
        gettext_noop("Channel"),
        gettext_noop(
            "One of the grids of numbers that lie on top of one another: red, green and blue in a colour picture, the "
            "feature maps in the output of a layer."
        ),
        f"{DEEP_LEARNING}, 9.1",
        "convolution",
    ),
    Term(
        "tensor",
        gettext_noop("Tensor"),
        gettext_noop(
            "Numbers arranged along any number of axes. A list has one axis, a table two, a picture in colour three, a "
            "batch of such pictures four."
        ),
        f"{DEEP_LEARNING}, 2.1",
        "data",
        also=(gettext_noop("array"),),
    ),
    Term(
        "shape",
        gettext_noop("Shape"),
        gettext_noop(
            "The length of a tensor along each of its axes. A layer that makes 32 maps of 26 × 26 cells has "
            "the output shape 26 × 26 × 32."
        ),
        "Keras documentation: Layers",
        "layers",
    ),
    Term(
        "label",
        gettext_noop("Label"),
        gettext_noop("The right answer that comes with a picture in a data set: for a picture of a 7, the number 7."),
        f"{DEEP_LEARNING}, 5.1",
        "data",
    ),
    Term(
        "one-hot label",
        gettext_noop("One-hot label"),
        gettext_noop(
            "A label written as one number for each class: 1 for the right one, 0 for all others. A network's ten "
            "shares can be compared with it directly."
        ),
        "Keras documentation: to_categorical",
        "data",
        gettext_noop("3 → 0 0 0 1 0 0 0 0 0 0"),
        (gettext_noop("one-hot encoding"),),
    ),
    Term(
        "training set",
        gettext_noop("Training set"),
        gettext_noop("The pictures that the weights are learned from."),
        f"{DEEP_LEARNING}, 5.2",
        "data",
        also=(gettext_noop("training digits"),),
    ),
    Term(
        "validation set",
        gettext_noop("Validation set"),
        gettext_noop(
            "Pictures kept out of the training that judge the network while it learns, after every epoch. Settings are "
            "chosen by them, so the final test needs others."
        ),
        f"{DEEP_LEARNING}, 5.3",
        "data",
        also=(gettext_noop("held-out digits"),),
    ),
    Term(
        "test set",
        gettext_noop("Test set"),
        gettext_noop(
            "Pictures that neither weights nor settings were chosen by. They say how well a network reads what "
            "it has never seen."
        ),
        f"{DEEP_LEARNING}, 5.2",
        "data",
        also=(gettext_noop("test digits"),),
    ),
    Term(
        "augmentation",
        gettext_noop("Augmentation"),
        gettext_noop(
            "Training with altered copies of the pictures, such as turned, sheared or stretched ones, so that the "
            "network learns that these changes do not change the answer."
        ),
        "Simard, Steinkraus, Platt: Best practices for convolutional neural networks (2003)",
        "data",
        also=(gettext_noop("data augmentation"),),
    ),
)
