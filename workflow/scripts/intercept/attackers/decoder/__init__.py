"""A decoder made for drawings on a plain background, trained on augmented images."""
