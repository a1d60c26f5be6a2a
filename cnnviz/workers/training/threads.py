"""What TensorFlow uses of this computer."""

from __future__ import annotations

import os

import tensorflow as tf


def threads() -> int:
    """Threads that one operation may use."""
    asked = tf.config.threading.get_intra_op_parallelism_threads()
    return asked or int(os.environ.get("TF_NUM_INTRAOP_THREADS") or 0) or len(os.sched_getaffinity(0))
