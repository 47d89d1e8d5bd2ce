"""How much an attacker's answers give away: pixels, the image, the character, and how surely."""
