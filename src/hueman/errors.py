"""Errors that a user can do something about."""


class HuemanError(Exception):
    """A mistake or a limit outside the program.

    The message is one clear sentence (or two) that names the received value and says what to do.
    The command line prints it after "error:" and exits with status 1; there is no traceback.
    """


class DiskError(HuemanError):
    """The disk is full or read-only, or has lost the folder that was written to.

    Whatever else is to be written there would fail as well.
    """
