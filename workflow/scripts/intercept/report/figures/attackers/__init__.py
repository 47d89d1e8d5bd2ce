"""How the attackers learned."""
