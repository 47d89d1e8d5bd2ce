"""What one attacker rebuilds from each target."""
