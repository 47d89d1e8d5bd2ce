"""Shredder: noise that was learned so that the server part still names the class."""
