"""Errors that a user can do something about."""

LONGEST = 2000
"""Characters of an error on a terminal; what is longer loses its middle."""


class HuemanError(Exception):
    """A mistake or a limit outside the program.

    The message is one clear sentence (or two) that names the received value and says what to do.
    The command line prints it after "error:" and exits with status 1; there is no traceback.
    """


class DiskError(HuemanError):
    """The disk is full or read-only, or has lost the folder that was written to.

    Whatever else is to be written there would fail as well.
    """


def one_line(error: Exception | str) -> str:
    """Return an error, or its message, as one line for a terminal.

    Messages name what was received, which may hold line ends, or sequences that steer a terminal.
    """
    text = " ".join(str(error).split())
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 4 :]}"
