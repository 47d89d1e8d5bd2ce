"""A generative model of the attacker's images, its latent fitted to the activation seen."""
