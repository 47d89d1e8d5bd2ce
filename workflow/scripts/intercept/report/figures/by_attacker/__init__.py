"""What every attacker rebuilds from one target."""
