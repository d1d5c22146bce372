"""The files of one visitor: what was uploaded, and what was made."""

import shutil
from itertools import count
from pathlib import Path

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.room import bytes_in


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

    def require_room(self, more: int = 0) -> None:
        """Refuse, by HuemanError, so many bytes more if they are too many."""
        used = bytes_in(self.folder)
        if used + more > self._limits.max_session_bytes:
            raise HuemanError(
                f"Your files have {used >> 20} MB already; reload the page to begin anew."
            )

    def take(self, upload: Path, folder: Path) -> Path:
        """Move an uploaded file to a folder in here; return where it is.

        Raises:
            HuemanError: it is not there, or there is too much already; then it is deleted.
        """
        try:
            self.require_room(upload.stat().st_size)
            folder.mkdir(parents=True, exist_ok=True)
            return Path(shutil.move(upload, folder / upload.name))
        except OSError as error:
            raise HuemanError(f"{upload.name} did not arrive; upload it again.") from error
        finally:
            upload.unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
