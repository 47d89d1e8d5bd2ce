"""No image: candidates are ranked by the activation that they would give."""
