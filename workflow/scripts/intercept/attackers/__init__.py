"""Attackers: each is trained against one release, on the eavesdropper's own images."""
