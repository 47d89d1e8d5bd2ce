"""What no attacker can get from a noisy wire, however strong."""
