"""Limit and count the threads that TensorFlow uses in this process."""

from __future__ import annotations

import os

from cnnviz.workers import keras_model  # isort: skip  # noqa: F401  (before TensorFlow: it quiets it)

import tensorflow as tf

THREADS_SETTING = "CNNVIZ_THREADS"


def limit_threads() -> None:
    """Limit the threads of one operation to CNNVIZ_THREADS. Call it before TensorFlow computes anything."""
    threads = int(os.environ.get(THREADS_SETTING) or 0)
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1 if threads == 1 else 2)


def count_threads() -> int:
    """Return the number of threads that one operation may use."""
    limit = tf.config.threading.get_intra_op_parallelism_threads()
    return limit or int(os.environ.get("TF_NUM_INTRAOP_THREADS") or 0) or len(os.sched_getaffinity(0))
