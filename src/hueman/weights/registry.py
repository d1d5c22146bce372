"""Where the pretrained weights of the catalogue are on this machine, fetched if need be.

An entry is one exact file, known by its sha256. It is looked for in the folder that the
environment variable HUEMAN_WEIGHTS names, then in the cache, and is else fetched from its official
address or out of a published package. What does not have the right sha256 is never used; where
the publisher states none, that of the first file had is pinned (`hueman.weights.pins`).
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from hueman import files
from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.weights.catalogue import WEIGHTS, WeightEntry
from hueman.weights.pins import pinned_sha256, verify_pinned
from hueman.weights.sources import SourceError, fetch_package_file, fetch_url, verify


def cache_folder() -> Path:
    """Return where weights are cached: HUEMAN_CACHE, else the user's cache folder, / weights."""
    return files.cache_folder() / "weights"


def locate(name: str) -> Path:
    """Return the path of the weights `name`, fetched if need be; its sha256 has been verified.

    Raises:
        HuemanError: there is no such entry, the file in HUEMAN_WEIGHTS is another one, or no
            source gave the right file. The message says what to do.
    """
    entry = _entry(name)
    path = _local_file(name, entry)
    if path is not None:
        return path
    cached = cache_folder() / entry.file
    if not _is_intact(cached, entry):
        _fetch(name, entry, cached)
    return cached


def pull(names: Sequence[str]) -> list[Path]:
    """Make sure that the weights `names` are on this machine and return their paths.

    Raises:
        HuemanError: as `locate`; unknown names are refused before anything is fetched.
    """
    for name in names:
        _entry(name)
    return [locate(name) for name in names]


def pull_each(names: Sequence[str] = ()) -> Iterator[Path | HuemanError]:
    """Make sure that weights are on this machine, one by one; what fails harms no other.

    Args:
        names: which; all that there are if none is named.

    Yields:
        The path of each, or the error that `locate` raised for it.

    Raises:
        HuemanError: a name is unknown; nothing has been fetched then.
    """
    for name in names:
        _entry(name)
    for name in names or WEIGHTS:
        try:
            yield locate(name)
        except HuemanError as error:
            yield error


def weights_table() -> Table:
    """Return a table of all entries: name, role, size, licence, source, and whether cached."""
    table = Table(title="Pretrained weights")
    for column in ("name", "role", "size", "licence", "source", "here"):
        table.add_column(column, justify="right" if column == "size" else "left", overflow="fold")
    for name, entry in WEIGHTS.items():
        table.add_row(
            name,
            entry.role,
            f"{entry.size / 1e6:.1f} MB" if entry.size else "unknown",
            entry.licence,
            "\n".join(_source_names(entry)),
            _whereabouts(entry),
        )
    return table


def _entry(name: str) -> WeightEntry:
    if name not in WEIGHTS:
        raise HuemanError(
            f"There are no weights called {name!r}; the known ones are {', '.join(WEIGHTS)}."
        )
    return WEIGHTS[name]


def _local_candidate(entry: WeightEntry) -> Path | None:
    """Return the file of this entry that HUEMAN_WEIGHTS, a folder or a file, points at."""
    setting = os.environ.get("HUEMAN_WEIGHTS")
    if not setting:
        return None
    place = Path(setting).expanduser()
    if not place.exists():
        raise HuemanError(
            f"HUEMAN_WEIGHTS names {setting}, which does not exist; correct it or unset it."
        )
    candidate = place / entry.file if place.is_dir() else place
    return candidate if candidate.name == entry.file and candidate.is_file() else None


def _local_file(name: str, entry: WeightEntry) -> Path | None:
    candidate = _local_candidate(entry)
    if candidate is None:
        return None
    try:
        _verify(candidate, entry)
    except SourceError as error:
        raise HuemanError(
            f"{candidate}, found by HUEMAN_WEIGHTS, is not the file for {name} ({error}); "
            "replace it or unset HUEMAN_WEIGHTS."
        ) from error
    return candidate


def _is_intact(path: Path, entry: WeightEntry) -> bool:
    try:
        _verify(path, entry)
    except SourceError:
        return False
    return True


def _verify(path: Path, entry: WeightEntry) -> None:
    """Check that `path` is the file of this entry, by SourceError."""
    if entry.size is None or entry.sha256 is None:
        verify_pinned(path, _pin(entry))
    else:
        verify(path, entry.size, entry.sha256)


def _pin(entry: WeightEntry) -> Path:
    return cache_folder() / f"{entry.file}.sha256"


def _fetch(name: str, entry: WeightEntry, target: Path) -> None:
    """Try the sources one after the other until `target` is there."""
    failures = []
    with atomic_file(target) as temporary:
        for url in entry.urls:
            try:
                fetch_url(url, temporary, entry.size, f"Fetching {name}")
                return _verify(temporary, entry)
            except SourceError as error:
                failures.append(f"{url}: {error}")
        if entry.package:
            try:
                fetch_package_file(entry.package, temporary, entry.size, f"Fetching {name}")
                return _verify(temporary, entry)
            except SourceError as error:
                failures.append(f"package {entry.package.requirement}: {error}")
        by_hand = f"put {entry.file} (sha256 {entry.sha256}) into a folder"
        if entry.sha256 is None:
            by_hand = f"save {entry.urls[0]} with a browser as {entry.file} in a folder"
        raise HuemanError(
            f"The weights {name} could not be fetched ({'; '.join(failures)}). Check the network, "
            f"or {by_hand} and set HUEMAN_WEIGHTS to that folder."
        )


def _source_names(entry: WeightEntry) -> list[str]:
    packages = [f"package {entry.package.requirement}"] if entry.package else []
    return [*entry.urls, *packages]


def _whereabouts(entry: WeightEntry) -> str:
    if _local_candidate(entry):
        place = "HUEMAN_WEIGHTS"
    else:
        place = "cached" if (cache_folder() / entry.file).exists() else "no"
    pin = pinned_sha256(_pin(entry)) if entry.sha256 is None else None
    return f"{place}, pinned {pin[:12]}" if pin else place
