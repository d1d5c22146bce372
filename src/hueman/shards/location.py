"""Where shards lie: a folder here or at an address; files are read whole."""

from itertools import islice
from pathlib import Path

from hueman.errors import HuemanError
from hueman.files import exists, require_file
from hueman.shards.index import INDEX_FILE
from hueman.shards.requirements import load
from hueman.storage.remote import Place, place_of


def names_shards(text: str) -> bool:
    """Say whether a text names shards, and not a prepared dataset.

    Raises:
        HuemanError: it is an address that cannot be reached.
    """
    if text.endswith(".tar"):
        return True
    place = place_of(text)
    return exists(place / INDEX_FILE) if isinstance(place, Path) else place.has(INDEX_FILE)


def find_shards(text: str) -> tuple[Place, list[str] | None]:
    """Take apart what names shards.

    Args:
        text: a folder or its address; or shards in one, as FOLDER/shards-{000000..000003}.tar.

    Returns:
        The folder, and the names of the shards that are chosen; None for all.

    Raises:
        HuemanError: the shards lie in several folders, or braces do not fit.
    """
    if not text.endswith(".tar"):
        return place_of(text), None
    try:
        expanded = islice(load("braceexpand").braceexpand(text), 10**6)
        places = [place.rpartition("/") for place in expanded]
    except ValueError as error:  # of braceexpand
        raise HuemanError(f"'{text}' cannot be read: {error}.") from error
    if len({folder for folder, _, _ in places}) > 1:
        raise HuemanError(f"The shards of '{text}' lie in several folders; name those of one.")
    return place_of(places[0][0] or "."), [name for _, _, name in places]


def fetch(folder: Place, name: str, most: int) -> bytes:
    """Read a file whole, or its first `most` + 1 bytes if it is larger.

    Raises:
        HuemanError: there is no such file, or it cannot be read.
    """
    if not isinstance(folder, Path):
        return folder.read(name, most + 1)
    path = folder / name
    try:
        require_file(path)
        with path.open("rb") as file:
            # Python makes room for all that is asked for.
            return file.read(min(most, path.stat().st_size) + 1)
    except FileNotFoundError as error:
        raise HuemanError(
            f"There is no {path}; name the folder or address that 'hueman shard' wrote."
        ) from error
    except OSError as error:
        raise HuemanError(f"{path} cannot be read ({error.strerror}).") from error
