"""Training that makes the activation depend less on the input: NoPeek."""
