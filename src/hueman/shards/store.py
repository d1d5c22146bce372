"""Shards as a dataset to train on: what they hold, by their index, and reading one of them."""

import hashlib
import io
import tarfile
from collections.abc import Collection, Iterator
from functools import cached_property

from hueman.clips.split import DatasetSplit
from hueman.clips.store import PreparedClip
from hueman.errors import HuemanError
from hueman.shards.arrays import decode
from hueman.shards.index import (
    INDEX_FILE,
    MAX_INDEX_BYTES,
    MAX_SAMPLE_BYTES,
    Sample,
    Shard,
    parse_index,
)
from hueman.shards.location import fetch, find_shards


class Shards:
    """The shards in a folder or at a URL, or some of them.

    Args:
        text: a folder or its URL; or shards in one, as FOLDER/shards-{000000..000003}.tar.

    Raises:
        HuemanError: there are no such shards, or their index is damaged.
    """

    def __init__(self, text: str):
        self.folder, names = find_shards(text)
        origin = f"{self.folder}/{INDEX_FILE}"
        content = fetch(self.folder, INDEX_FILE, MAX_INDEX_BYTES)
        if len(content) > MAX_INDEX_BYTES:
            raise HuemanError(f"{origin} has more than {MAX_INDEX_BYTES} bytes; is it the index?")
        index = parse_index(content, origin)
        self.name = index.dataset
        """Of the dataset."""
        self.split: DatasetSplit | None = index.split
        """The dataset's own."""
        self.shards: list[Shard] = list(index.shards)
        if names is not None:
            known = {shard.file: shard for shard in index.shards}
            if missing := [name for name in names if name not in known]:
                raise HuemanError(
                    f"{origin} names no shard '{missing[0]}'; it has {len(known)}, from "
                    f"{index.shards[0].file} to {index.shards[-1].file}."
                )
            self.shards = [known[name] for name in dict.fromkeys(names)]

    def __str__(self) -> str:
        """Return the folder or the address."""
        return str(self.folder)

    @cached_property
    def entries(self) -> list[Sample]:
        """All samples, shard after shard."""
        return [sample for shard in self.shards for sample in shard.samples]

    def read(self, shard: Shard, wanted: Collection[str]) -> Iterator[tuple[Sample, PreparedClip]]:
        """Fetch a shard, check it, and yield those of its samples whose keys are wanted.

        Nothing is written to a disk, and names in the file are only compared.

        Raises:
            HuemanError: the shard is damaged, or cannot be had.
        """
        content = fetch(self.folder, shard.file, shard.bytes)
        if len(content) != shard.bytes or hashlib.sha256(content).hexdigest() != shard.sha256:
            raise self._damaged(shard, f"it is not the one that {INDEX_FILE} describes")
        members = {f"{each.key}.npz": each for each in shard.samples if each.key in wanted}
        try:
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
                for member in tar:
                    sample = members.pop(member.name, None)
                    if sample is not None:
                        yield sample, decode(_content(tar, member), sample)
        except (tarfile.TarError, ValueError) as error:
            raise self._damaged(shard, str(error)) from error
        if members:
            raise self._damaged(shard, f"it has no {next(iter(members))}")

    def _damaged(self, shard: Shard, why: str) -> HuemanError:
        return HuemanError(
            f"The shard {self.folder}/{shard.file} is damaged ({why}); fetch it again, or write "
            "the shards anew with 'hueman shard'."
        )


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    # A sparse member may be larger than the whole shard.
    if not member.isreg() or member.issparse() or member.size > MAX_SAMPLE_BYTES:
        raise ValueError(f"{member.name} is no file, or has more than {MAX_SAMPLE_BYTES} bytes")
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is no file")
    return file.read()
