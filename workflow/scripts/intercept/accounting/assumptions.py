"""What the privacy of a target's training images rests on, in words."""

from intercept.accounting.mechanism import TENSORFLOW_NOISE_ENDS_AT

UNTOUCHED = (
    "No step was taken: the network is its random initialisation, which no training image has "
    "touched."
)
ASSUMPTIONS = (
    "The settings (network, clipping norm, noise, batch size, learning rate, epochs) were not "
    "chosen by looking at the training images. A search over them would be part of the training "
    "and is not accounted for.",
    "It covers the network and what is made of it alone. What else is published and depends on the "
    "training images, such as their loss and accuracy, is listed by itself.",
    "The accounts are for real numbers and perfect chance. The noise comes from a generator that "
    "is not cryptographic. Gradients are clipped and added up in 32-bit floating point before the "
    "noise is added: rounding may leave one a little longer than the clip, or change the sum of "
    "the others.",
    "The number of training images is public.",
    "What is protected is one training image. Someone who gave several of them is protected less.",
    "It concerns the images that trained the network, never those that are sent through it "
    "afterwards: no epsilon of a training bounds what the wire gives away.",
)
# How the noise was drawn, by the mechanism's `noise_generator`.
NOISE = {
    "float64-rounded-once": "Drawn in float64 by NumPy's ziggurat from a Philox generator, which "
    "has a key of 128 bits of its own for each step; beyond five standard deviations drawn by a "
    "method that has no end. Sums with noise are made in float64 and rounded once, to multiples "
    "of a step of about a thousandth of the standard deviation, so that they have no last bits "
    "that give away what the noise was added to (Mironov 2012).",
    "tensorflow": f"Drawn by TensorFlow in float32, never beyond {TENSORFLOW_NOISE_ENDS_AT:.2f} "
    "standard deviations, and added in float32: the last bits of a sum depend on what the noise "
    "was added to (Mironov 2012).",
}
