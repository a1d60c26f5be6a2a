"""Compare explanations with those of Xplique: `python -m benchmarks.contestants.xplique_why [NETWORK ...]`.

Xplique (https://github.com/deel-ai/xplique) is kept by the DEEL project and explains Keras models; here it explains the
same network and digit. Version 2.0.2 asks for older releases of TensorFlow and SciPy than ours, so it belongs in an
environment of its own, without its pins:

    pip install --no-deps xplique==2.0.2 einops opencv-python-headless scikit-image lazy-loader networkx matplotlib
    pip install --no-deps deprecated wrapt contourpy cycler kiwisolver pyparsing fonttools python-dateutil six

Its pictures differ in form, so ours are brought into it: saliency without signs, Grad-CAM enlarged to the input's size,
occlusion added up over all patches that cover a pixel, SmoothGrad with the noise that ours draws. Integrated gradients
of both take many steps, which ours does not space evenly.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from types import ModuleType
from typing import Any

from cnnviz.workers import keras_model  # isort: skip  (it quiets TensorFlow)

import numpy as np
import tensorflow as tf

from benchmarks.contestants.tensorflow_why import make_logits
from benchmarks.measuring import question, report
from cnnviz.core.explanations import occlusion, saliency
from cnnviz.core.explanations.grad_cam import compute_grad_cam
from cnnviz.core.networks import model_store

STEPS = 1024
"""Of integrated gradients, of both."""


def import_xplique() -> Any:
    """Return the module of Xplique's methods. One that we do not use needs a package that does not come with it."""
    sys.modules.setdefault("tensorflow_probability", ModuleType("tensorflow_probability"))
    return importlib.import_module("xplique.attributions")


def explain_ours(name: str) -> dict[str, np.ndarray]:
    """Return our pictures in Xplique's form, (28, 28) each."""
    network = model_store.load(name)
    digit, contrast = question.ask(name)
    blank = np.zeros_like(digit)
    fall = occlusion.occlude(network, digit, blank, contrast)
    covered = np.zeros_like(digit)
    for (row, column), each in np.ndenumerate(fall):
        top, left = row * occlusion.STRIDE, column * occlusion.STRIDE
        covered[top : top + occlusion.PATCH, left : left + occlusion.PATCH] += each
    places = compute_grad_cam(network, digit, contrast, network.architecture.convolutions[-1])
    enlarged = tf.image.resize(places[..., np.newaxis], digit.shape, method=tf.image.ResizeMethod.BICUBIC)
    return {
        "occlusion": covered,
        "saliency": np.abs(saliency.compute_saliency(network, digit, contrast)),
        "smoothgrad": saliency.compute_smooth_grad(network, digit, contrast),
        "integrated": saliency.compute_integrated_gradients(network, digit, blank, contrast, STEPS).values,
        "grad-cam": enlarged.numpy()[..., 0],
    }


def explain_theirs(name: str) -> dict[str, np.ndarray]:
    """Return Xplique's pictures, (28, 28) each."""
    attributions = import_xplique()
    network = model_store.load(name)
    digit, contrast = question.ask(name)
    _, model = make_logits(keras_model.to_model(network))
    x, targets = digit[np.newaxis, ..., np.newaxis], contrast.weighting[np.newaxis].astype(np.float32)
    shape = (saliency.SAMPLES, 28, 28, 1)
    noise = np.random.default_rng(saliency.NOISE_SEED).standard_normal(shape, np.float32)
    smooth = attributions.SmoothGrad(model, nb_samples=saliency.SAMPLES, batch_size=saliency.SAMPLES)
    base: Any = type(smooth).__mro__[1]  # which calls its own method, whatever an object or a subclass has
    base._perturb_samples = staticmethod(lambda inputs, *_: inputs + np.float32(saliency.NOISE) * noise)
    methods = {
        "occlusion": attributions.Occlusion(model, patch_size=occlusion.PATCH, patch_stride=occlusion.STRIDE),
        "saliency": attributions.Saliency(model),
        "smoothgrad": smooth,
        "integrated": attributions.IntegratedGradients(model, steps=STEPS),
        "grad-cam": attributions.GradCAM(model, conv_layer=network.architecture.convolutions[-1]),
    }
    return {method: np.asarray(explain(x, targets)).reshape(28, 28) for method, explain in methods.items()}


def main() -> None:
    """Print how far the pictures of both are apart, as shares of the largest value."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contestants.xplique_why", description=__doc__)
    parser.add_argument("networks", nargs="*", default=["pen", "cnn-32-64-64"], metavar="NETWORK")
    rows = []
    for name in parser.parse_args().networks:
        ours, theirs = explain_ours(name), explain_theirs(name)
        for method, picture in theirs.items():
            apart = np.abs(ours[method] - picture).max() / np.abs(picture).max()
            rows.append(
                (name, method, f"{apart:.1e}", f"{np.corrcoef(ours[method].ravel(), picture.ravel())[0, 1]:.6f}")
            )
    print(report.table(("network", "method", "apart", "correlation"), rows))


if __name__ == "__main__":
    main()
