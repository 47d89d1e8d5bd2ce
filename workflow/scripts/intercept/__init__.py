"""Intercept measures what a split neural network gives away to a reader of its wire.

One module or package a noun: ``datasets``, ``network`` and ``training`` (the target) with
``privacy`` and ``accounting``, ``wire``, ``defences`` with ``bounds``, ``attackers`` with
``metrics`` and ``baselines``, and ``report``. Importing this package does not import TensorFlow.
"""

import os

__version__ = "0.1.0"

# TensorFlow reads both when it is imported. oneDNN's convolutions use AVX2 and AVX-512 where
# TensorFlow's stock build uses neither, and are on by default on a few processors only: without
# them a training step takes twice as long.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
