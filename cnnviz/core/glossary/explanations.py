"""Terms about why a network gives an answer."""

from cnnviz.core.glossary.term import Term
from cnnviz.core.messages import gettext_noop

TERMS = (
    Term(
        "occlusion",
        gettext_noop("Occlusion"),
        gettext_noop("Covering one patch of the picture after the other, to see how much the answer loses without it."),
        "Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014)",
        "draw",
    ),
    Term(
        "saliency",
        gettext_noop("Saliency map"),
        gettext_noop(
            "For each pixel, how fast a logit grows when the pixel does: the gradient of the logit at the input."
        ),
        "Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks (2013)",
        "draw",
        gettext_noop("∂ logit / ∂ pixel"),
        (gettext_noop("saliency"),),
    ),
    Term(
        "smoothgrad",
        gettext_noop("SmoothGrad"),
        gettext_noop("The mean of the saliency maps of many copies of a picture, each with other noise added."),
        "Smilkov et al.: SmoothGrad: removing noise by adding noise (2017)",
        "draw",
    ),
    Term(
        "integrated gradients",
        gettext_noop("Integrated gradients"),
        gettext_noop(
            "What each pixel adds to a logit on the way from an empty picture to this one. All pixels together add up "
            "to the difference of the two logits."
        ),
        "Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks (2017)",
        "draw",
        gettext_noop("(pixel − paper) × mean gradient"),
    ),
    Term(
        "grad-cam",
        gettext_noop("Grad-CAM"),
        gettext_noop(
            "The sum of a convolution’s feature maps, each weighted by the mean of its gradients, without what is "
            "below 0: the places that speak for a class."
        ),
        "Selvaraju et al.: Grad-CAM: Visual Explanations from Deep Networks (2017)",
        "draw",
        gettext_noop("max(0, sum of mean gradient × map)"),
    ),
    Term(
        "untrained copy",
        gettext_noop("Untrained copy"),
        gettext_noop(
            "The same network with random weights, as before training. A picture that looks the same for it says "
            "nothing about what was learned."
        ),
        "Adebayo et al.: Sanity Checks for Saliency Maps (2018)",
        "draw",
    ),
)
