"""A dataset that is somewhere else, seen here: the index at once, clips when they are read.

CACHE/datasets/DIGEST OF THE ADDRESS/NAME/    looks like the dataset, as far as it was read
"""

import hashlib
from pathlib import Path

from hueman.errors import HuemanError
from hueman.files import MAX_TEXT, atomic_file, cache_folder, file_sha256
from hueman.storage.names import below
from hueman.storage.remote import RemoteFolder

SMALL_FILES = ("index.json", "split.json")
"""Fetched each time, since they may have changed."""


class Mirror:
    """A local folder with what was read of a remote dataset.

    Raises:
        HuemanError: the address cannot be reached.
    """

    def __init__(self, folder: RemoteFolder):
        digest = hashlib.sha256(folder.url.encode()).hexdigest()[:16]
        self._folder = folder
        self._verified: set[tuple[str, str]] = set()
        self.root = below(cache_folder() / "datasets" / digest, folder.name)
        for name in SMALL_FILES:
            if folder.has(name):
                self._fetch_small(name)
            else:
                (self.root / name).unlink(missing_ok=True)

    def file(self, name: str, sha256: str) -> Path:
        """Return the path of a file that the index names, fetched if need be.

        Raises:
            HuemanError: it cannot be had, is not what the index says, or its name leads elsewhere.
        """
        path = below(self.root, name)
        if (name, sha256) in self._verified:
            return path
        if not path.is_file() or file_sha256(path) != sha256:
            self._fetch(name, sha256)
        self._verified.add((name, sha256))
        return path

    def _fetch_small(self, name: str) -> None:
        content = self._folder.read(name, MAX_TEXT + 1)
        if len(content) > MAX_TEXT:
            raise HuemanError(
                f"{self._folder}/{name} has more than {MAX_TEXT} bytes; it is not that of a "
                "prepared dataset, check the address."
            )
        with atomic_file(below(self.root, name)) as temporary:
            temporary.write_bytes(content)

    def _fetch(self, name: str, sha256: str) -> None:
        with atomic_file(below(self.root, name)) as temporary:
            self._folder.fetch(name, temporary)
            if file_sha256(temporary) != sha256:
                raise HuemanError(
                    f"{self._folder}/{name} is not the file that the dataset's index names "
                    "(another sha256); prepare it again."
                )
