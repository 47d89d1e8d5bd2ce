"""Networks that Keras 3 saved, made anew of the layers of Keras 2; nothing in a file runs."""
