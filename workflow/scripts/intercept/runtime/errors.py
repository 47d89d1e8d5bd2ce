"""The one exception whose message is meant for the user."""


class UserError(Exception):
    """Something the user can mend.

    Its message is one line: which key or file, what was received, what is allowed, what to do.
    """
