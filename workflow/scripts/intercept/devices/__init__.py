"""Device parts, and server parts, that are not of Keras: a module for each kind of file."""
