"""How jobs run: what no result depends on."""
