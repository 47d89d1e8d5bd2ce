"""No training: the network of a Keras file, as it is."""
