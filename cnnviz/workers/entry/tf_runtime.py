"""Loading Keras with the threads that this process was given."""

from __future__ import annotations

import logging
import os

from cnnviz.core.errors import Refusal
from cnnviz.workers.entry.job_runner import Train

LOG = logging.getLogger(__name__)

SETTING = "CNNVIZ_THREADS"


def trainer() -> Train:
    """The function that trains; loads Keras and the data, which takes seconds, and says nothing where data is missing.

    CNNVIZ_THREADS limits the threads of one operation. It must be set before TensorFlow computes anything.
    """
    from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

    import tensorflow as tf

    threads = int(os.environ.get(SETTING) or 0)
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1 if threads == 1 else 2)
    from cnnviz.workers.training import train_job

    try:
        train_job.warm()
    except Refusal as refusal:  # a job that needs it will say so
        LOG.warning("%s", refusal)
    return train_job.train
