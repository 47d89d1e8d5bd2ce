"""The one exception whose message is meant for the user, and what others say."""


class UserError(Exception):
    """Something the user can mend.

    Its message is one line: which key or file, what was received, what is allowed, what to do.
    """


def message_lines(error: Exception) -> list[str]:
    """What an exception of a library says, line by line; its type where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()
