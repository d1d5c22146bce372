"""Where shards lie: a folder on a disk, a web server, a store; read through fsspec, whole."""

import time
from itertools import islice
from pathlib import Path
from typing import Any

from fsspec.core import url_to_fs

from hueman.errors import HuemanError
from hueman.shards.index import INDEX_FILE
from hueman.shards.requirements import load

TRIES = 3
"""A network may fail once in days of training."""
PAUSE_SECONDS = 0.5


def names_shards(text: str) -> bool:
    """Say whether a text names shards, and not the folder of a prepared dataset."""
    return "://" in text or text.endswith(".tar") or (Path(text) / INDEX_FILE).is_file()


def find_shards(text: str) -> tuple[str, list[str] | None]:
    """Take apart what names shards.

    Args:
        text: a folder or its URL; or shards in one, as FOLDER/shards-{000000..000003}.tar.

    Returns:
        The folder, and the names of the shards that are chosen; None for all.

    Raises:
        HuemanError: the shards lie in several folders, or braces do not fit.
    """
    if not text.endswith(".tar"):
        return text.rstrip("/"), None
    try:
        expanded = islice(load("braceexpand").braceexpand(text), 10**6)
        places = [place.rpartition("/") for place in expanded]
    except ValueError as error:  # of braceexpand
        raise HuemanError(f"'{text}' cannot be read: {error}.") from error
    if len({folder for folder, _, _ in places}) > 1:
        raise HuemanError(f"The shards of '{text}' lie in several folders; name those of one.")
    return places[0][0] or ".", [name for _, _, name in places]


def fetch(folder: str, name: str, most: int) -> bytes:
    """Read a file whole, or its first `most` + 1 bytes if it is larger.

    Raises:
        HuemanError: there is no such file, or it cannot be read.
    """
    url = f"{folder}/{name}"
    for attempt in range(TRIES):
        try:
            return _read(url, most + 1)
        except FileNotFoundError as error:
            raise HuemanError(
                f"There is no {url}; name the folder or URL that 'hueman shard' wrote."
            ) from error
        except ImportError as error:  # of a protocol's package
            raise HuemanError(
                f"{url} cannot be read: {error}. s3:// comes with pip install 'hueman[cluster]'."
            ) from error
        except Exception as error:  # each protocol has its own
            if attempt + 1 < TRIES and not isinstance(error, (ValueError, PermissionError)):
                time.sleep(PAUSE_SECONDS * 2**attempt)
                continue
            raise HuemanError(
                f"{url} cannot be read ({type(error).__name__}: {str(error)[:200]}); see that it "
                "is there and may be read, and run the same command again."
            ) from error
    raise AssertionError("unreachable")


def _read(url: str, most: int) -> bytes:
    # Without blocks, and if its size is not asked for, a file comes in one answer, also from web
    # servers that know no ranges.
    web = url.startswith(("http://", "https://"))
    options: dict[str, Any] = {"block_size": 0, "size": 1} if web else {}
    content = bytearray()
    system, path = url_to_fs(url)
    with system.open(path, "rb", **options) as file:
        while len(content) < most and (part := file.read(most - len(content))):
            content += part
    return bytes(content)
