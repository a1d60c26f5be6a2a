"""cnnviz: see what every layer of a convolutional network makes of a digit that you draw."""

import os

# Before NumPy is imported anywhere: many sessions share the process, and OpenBLAS's threads, spinning beside one
# another on matrices this small, cost more than they bring. To use more, set the variable beforehand.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
