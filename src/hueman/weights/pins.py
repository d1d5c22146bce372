"""Weights whose publisher states no sha256: what is had first is pinned, and only that is used on.

A pin is a file beside the cached weights, as `sha256sum` writes them.
"""

from pathlib import Path

from hueman.errors import HuemanError
from hueman.files import atomic_file, read_text
from hueman.weights.sources import SourceError, sha256_of


def pinned_sha256(pin: Path) -> str | None:
    """Return the sha256 that the file `pin` holds, None where nothing has been pinned yet."""
    if not pin.is_file():
        return None
    try:
        return read_text(pin).split()[0]
    except (ValueError, LookupError) as error:
        raise SourceError(f"{pin} holds no sha256; delete it to pin anew") from error


def verify_pinned(path: Path, pin: Path) -> None:
    """Check that `path` is the file that `pin` names; where there is no pin yet, pin `path`.

    Only a whole torch checkpoint is pinned: file servers may answer a download with a web page,
    and a transfer may break off.

    Raises:
        SourceError: `path` is missing, is not the pinned file, or is no checkpoint.
    """
    if not path.is_file():
        raise SourceError("there is no such file")
    found = sha256_of(path)
    expected = pinned_sha256(pin)
    if expected is None:
        _check_checkpoint(path)
        with atomic_file(pin) as temporary:
            temporary.write_text(f"{found}  {pin.stem}\n")
    elif found != expected:
        raise SourceError(
            f"its sha256 is {found}, but {expected} was pinned when these weights were first used; "
            f"delete {pin} to accept another file"
        )


def _check_checkpoint(path: Path) -> None:
    from hueman.weights.published import read_state  # brings torch, which a table does not need

    try:
        read_state(path)
    except HuemanError as error:
        raise SourceError("it is no checkpoint: broken off, or a web page in its place") from error
