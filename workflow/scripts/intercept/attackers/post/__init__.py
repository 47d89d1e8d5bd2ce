"""The post's attacker: four transposed convolutions."""
