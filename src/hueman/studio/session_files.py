"""The files of one visitor: what was uploaded, and what was made."""

import shutil
from itertools import count
from pathlib import Path

from hueman.errors import HuemanError
from hueman.studio.limits import Limits


class SessionFiles:
    """A folder whose files all have names of their own.

    Args:
        folder: to be made; deleted by `delete`.
        limits: for its size.
    """

    def __init__(self, folder: Path, limits: Limits):
        folder.mkdir(parents=True)
        self.folder = folder
        self._limits = limits
        self._numbers = count(1)

    def next(self, name: str, suffix: str = "") -> Path:
        """Return a new path: what a browser has seen under a name may be shown again."""
        return self.folder / f"{name}-{next(self._numbers)}{suffix}"

    def take(self, upload: Path, folder: Path) -> Path:
        """Move an uploaded file to a folder in here; return where it is.

        Raises:
            HuemanError: it is not there, or there is too much already.
        """
        used = sum(each.stat().st_size for each in self.folder.rglob("*") if each.is_file())
        if used > self._limits.max_session_bytes:
            raise HuemanError(
                f"Your files have {used >> 20} MB already; reload the page to begin anew."
            )
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return Path(shutil.move(upload, folder / upload.name))
        except OSError as error:
            raise HuemanError(f"{upload.name} did not arrive; upload it again.") from error

    def delete(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
