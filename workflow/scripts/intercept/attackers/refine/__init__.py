"""White-box refinement: an image is changed until the device part gives the activation seen."""
