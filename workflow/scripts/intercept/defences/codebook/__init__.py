"""A trained vector quantiser: of every input one of a few words is sent."""
