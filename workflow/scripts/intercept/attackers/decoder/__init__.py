"""A decoder made for drawings on paper, trained on augmented images."""
