"""How the targets learned."""
