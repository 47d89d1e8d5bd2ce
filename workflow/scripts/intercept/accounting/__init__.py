"""Epsilon of a training by differentially private stochastic gradient descent, by several accounts.

Every step of such a training clips each example's gradient to an l2 norm, adds Gaussian noise to
their sum, and divides by a number that depends on no example (Abadi et al. 2016, arXiv 1607.00133,
algorithm 1). The noise multiplier is the standard deviation of that noise over the clipping norm.
Each epsilon here holds for the whole network after the last step, and after any step before it.

Free of TensorFlow.
"""
