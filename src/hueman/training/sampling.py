"""Which frames make up each batch when clips lie in shards, which cannot all be held in memory.

An epoch is a random order of the shards. It is cut into as many stretches of the same number of
frames as there are processes, and each stretch into blocks: as many whole shards as a part of the
memory can hold. The frames of a block are shuffled together. So every frame is seen once in an
epoch, by one process, and a batch is still a function of the seed and its number alone: nothing
about the position has to be saved, and threads that make batches need not know of each other.

If everything fits, an epoch of one process is one block, in the very order of `FrameSampler`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

import numpy as np

from hueman.errors import HuemanError
from hueman.training.data import FrameSampler
from hueman.training.frames import Clip
from hueman.training.shard_clips import ShardClips

ORDER_OF_SHARDS = 1
"""Tells its random numbers from those of a block."""


class Sampler(Protocol):
    """Draws (clip, frame) pairs."""

    batch_size: int

    def __len__(self) -> int:
        """Return the number of samples in an epoch, of all processes together."""
        ...

    def batch(self, step: int) -> list[tuple[int, int]]:
        """Return the clip numbers and frame numbers of batch `step`."""
        ...


def make_sampler(
    clips: Sequence[Clip], batch_size: int, seed: int, processes: int, span: int = 1
) -> Sampler:
    """Make the sampler of clips, whether they are held in memory or lie in shards."""
    if isinstance(clips, ShardClips):
        return ShardSampler(clips, batch_size, seed, processes, span)
    return FrameSampler(clips, batch_size, seed, span)


@dataclass(frozen=True)
class Block:
    """Frames that are shuffled together: consecutive ones of some clips."""

    number: int
    start: int
    """How many samples of the process come before it in the epoch."""
    shards: tuple[int, ...]
    clips: np.ndarray
    """(N,), increasing clip numbers."""
    firsts: np.ndarray
    """(N,), the first frame of each."""
    ends: np.ndarray
    """(N,), how many frames these and the clips before them have."""

    def __len__(self) -> int:
        """Return the number of frames."""
        return int(self.ends[-1])

    def place(self, position: int) -> tuple[int, int]:
        """Return a frame by its position in the block."""
        nth = int(np.searchsorted(self.ends, position, side="right"))
        before = int(self.ends[nth - 1]) if nth else 0
        return int(self.clips[nth]), int(self.firsts[nth]) + position - before


class ShardSampler:
    """Draws frames of shards; every `processes`-th batch is of the same process.

    Args:
        clips: the clips to draw from; they are told what is drawn next.
        batch_size: samples in a batch.
        seed: of the order.
        processes: that train together.
        span: consecutive frames that a sample needs.

    Raises:
        HuemanError: there are fewer samples than processes.
    """

    def __init__(
        self, clips: ShardClips, batch_size: int, seed: int, processes: int, span: int = 1
    ):
        self.clips = clips
        self.batch_size = batch_size
        self.seed = seed
        self.processes = processes
        self.counts = np.array(
            [max(0, min(each.own, each.length - span + 1)) for each in clips.samples]
        )
        self.share = len(self) // processes
        if not self.share:
            raise HuemanError(
                f"The training clips have {len(self)} places of {span} frames, too few for "
                f"{processes} processes: each clip needs at least {span} frames."
            )
        self._blocks = lru_cache(maxsize=3)(self._make_blocks)
        self._order = lru_cache(maxsize=2)(self._draw_order)
        self._expected: tuple[int, int] = (-1, -1)

    def __len__(self) -> int:
        """Return the number of samples in an epoch, of all processes together.

        The last few, fewer than processes, are left out of it: others in each epoch.
        """
        return int(self.counts.sum())

    def batch(self, step: int) -> list[tuple[int, int]]:
        """Return the clip numbers and frame numbers of batch `step`."""
        process, turn = step % self.processes, step // self.processes
        places: list[tuple[int, int]] = []
        while len(places) < self.batch_size:
            epoch, position = divmod(turn * self.batch_size + len(places), self.share)
            block = self._block_at(process, epoch, position)
            if not places:
                self._expect(process, epoch, block)
            order = self._order(epoch, process, block.number, len(block))
            first = position - block.start
            some = order[first : first + self.batch_size - len(places)]
            places += [block.place(int(each)) for each in some]
        return places

    def _draw_order(self, epoch: int, process: int, block: int, length: int) -> np.ndarray:
        return np.random.default_rng((self.seed, epoch, process, block)).permutation(length)

    def _block_at(self, process: int, epoch: int, position: int) -> Block:
        blocks = self._blocks(process, epoch)
        starts = [block.start for block in blocks]
        return blocks[int(np.searchsorted(starts, position, side="right")) - 1]

    def _expect(self, process: int, epoch: int, block: Block) -> None:
        """Let the shards of a block and of the next one be read, if that was not said before.

        Batches are made by several threads; one that is late must not turn back.
        """
        if (epoch, block.number) <= self._expected:
            return
        self._expected = epoch, block.number
        blocks = self._blocks(process, epoch)
        last = block.number + 1 == len(blocks)
        following = self._blocks(process, epoch + 1)[0] if last else blocks[block.number + 1]
        self.clips.expect([*block.shards, *following.shards])

    def _make_blocks(self, process: int, epoch: int) -> list[Block]:
        """Return what a process sees in an epoch."""
        shard_of = np.array(self.clips.shard_of)
        shards = np.array(list(self.clips.bytes))
        random = np.random.default_rng((self.seed, epoch, 0, 0, ORDER_OF_SHARDS))
        rank = np.zeros(shards.max() + 1, int)
        rank[random.permutation(shards)] = np.arange(len(shards))
        order = np.argsort(rank[shard_of], kind="stable")  # clips, shard after shard
        ends = np.cumsum(self.counts[order])
        low, high = process * self.share, (process + 1) * self.share
        firsts = (low - (ends - self.counts[order])).clip(min=0)
        counts = self.counts[order] - firsts - (ends - high).clip(min=0)
        mine = counts > 0
        return self._group(order[mine], firsts[mine], counts[mine], shard_of)

    def _group(
        self, clips: np.ndarray, firsts: np.ndarray, counts: np.ndarray, shard_of: np.ndarray
    ) -> list[Block]:
        """Group clips into blocks of whole shards that fit into memory together.

        The clips of a shard follow each other, so a block is a stretch of clips; one pass is enough
        for however many there are.
        """
        starts = np.flatnonzero(np.diff(shard_of[clips], prepend=-1))
        cuts, held = [0], 0
        for place, shard in zip(starts.tolist(), shard_of[clips[starts]].tolist(), strict=True):
            if held and held + self.clips.bytes[shard] > self.clips.block_bytes:
                cuts.append(place)
                held = 0
            held += self.clips.bytes[shard]
        blocks, start = [], 0
        for number, (low, high) in enumerate(pairwise([*cuts, len(clips)])):
            shards = tuple(dict.fromkeys(shard_of[clips[low:high]].tolist()))
            chosen = low + np.argsort(clips[low:high])
            ends = np.cumsum(counts[chosen])
            block = Block(number, start, shards, clips[chosen], firsts[chosen], ends)
            blocks.append(block)
            start += len(block)
        return blocks
