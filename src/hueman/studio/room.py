"""How much room files take, and whether there is some for more."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hueman.errors import HuemanError

BLOCK = 4096
"""Bytes that the smallest file takes on a disk."""
KEPT_FREE = 1 << 30
"""Bytes of the disk that are left to others."""


def bytes_in(folder: Path) -> int:
    """Return how many bytes the files in a folder take; some may vanish meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += max(BLOCK, Path(parent, name).lstat().st_size)
            except OSError:
                continue
    return total


class UploadRoom:
    """Lets so many uploads in at once, and only if the folder and the disk have room for them.

    Args:
        folder: where all files of a studio are.
        most_bytes: of all files in it.
        most_uploads: on their way at once.
    """

    def __init__(self, folder: Path, most_bytes: int, most_uploads: int):
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_uploads = most_uploads
        self._coming: list[int] = []

    @asynccontextmanager
    async def taken(self, length: int) -> AsyncIterator[None]:
        """Keep room for an upload of so many bytes while it is on its way.

        Raises:
            HuemanError: there is none.
        """
        if len(self._coming) >= self._most_uploads:
            raise HuemanError(
                f"{len(self._coming)} files are being uploaded already; try again in a minute."
            )
        self._coming.append(length)
        try:
            if sum(self._coming) > await asyncio.to_thread(self._free):
                raise HuemanError("The studio has no room for more files now; try again later.")
            yield
        finally:
            self._coming.remove(length)

    def _free(self) -> int:
        """Return how many bytes may come; what is on its way may be counted twice."""
        disk = shutil.disk_usage(self._folder).free - KEPT_FREE
        return min(disk, self._most_bytes - bytes_in(self._folder))
