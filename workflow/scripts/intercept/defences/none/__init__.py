"""No defence: the activation is sent as it is."""
