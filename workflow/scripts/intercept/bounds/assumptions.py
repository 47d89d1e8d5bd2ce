"""What the bounds on a noisy wire rest on, for the page."""

ASSUMPTIONS = (
    "The noise is fresh for every reading and nobody can predict it. A study draws it from its "
    "seed so that results can be repeated; a device has to draw it from a secret source.",
    "The eavesdropper has no more readings of one input than are stated. Each further one helps.",
    "The candidates are equally likely to whoever listens. Who knows more begins with more, and "
    "the bound says only how much the wire can add.",
    "The middle and the norm to which activations are clipped are public. They were taken from "
    "the validation images, which nothing protects.",
    "Real numbers and perfect chance: floating point is taken to be as good.",
    "It concerns the input that is sent. It says nothing of the images that trained the network.",
)
