"""What the optimum and the promise of a wire rest on, for the page."""

ASSUMPTIONS = (
    "One input is asked about at a time, by readings of its own. Whoever has readings of many "
    "inputs and knows that they differ, as linkage does, is not covered.",
    "The candidates are equally likely to the adversary. One that knows more begins with more, and "
    "these numbers say only how much the wire can add.",
    "Behind noise or a random answer: it is drawn afresh for every reading and nobody can predict "
    "it. A study draws it from its seed so that results can be repeated; a device has to draw it "
    "from a secret source.",
    "Behind noise or a random answer: the adversary has no more readings of one input than are "
    "stated. Each further one helps.",
    "Behind noise: the centre and the norm to which activations are clipped are public. They were "
    "taken from the validation images, which nothing protects.",
    "Behind a defence that was trained (sphere, codebook, shredder): its encoder, its codewords "
    "and its noise tensors are public. They learned from the target's training images, which "
    "nothing protects.",
    "Where messages are counted: nothing else is read, such as how long one takes or when it is "
    "sent.",
    "Exact arithmetic and ideal randomness are assumed; floating-point effects are ignored.",
    "They concern the input that is sent. They say nothing of the images that trained the network.",
)
