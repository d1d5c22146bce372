"""Clips of shards, read when they are asked for, and held in memory that is bounded.

What is held changes nothing but the time that a clip takes: which frames make up a batch is said by
`sampling.py`, which also tells what will be asked for next.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock, main_thread

import torch

from hueman.clips.store import PreparedClip
from hueman.color.augmentation import GarmentStatistics
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.shards.index import Sample, sample_bytes
from hueman.shards.store import Shards
from hueman.training.frames import ClipFrames, Frames


@dataclass(frozen=True)
class ShardClip:
    """A sample of a shard."""

    sample: Sample
    clips: "ShardClips"

    @property
    def actor(self) -> str:
        """Who is seen."""
        return self.sample.actor

    @property
    def action(self) -> str:
        """What they do."""
        return self.sample.action

    @property
    def fps(self) -> float:
        """Frames a second of the source."""
        return self.sample.fps

    @property
    def frames(self) -> Frames:
        """At training size; its shard is read if it is not held."""
        return self.clips.frames(self.sample)

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.sample.length


class ShardClips(Sequence[ShardClip]):
    """The samples of shards that are trained on.

    Args:
        shards: where they are.
        samples: of theirs, at least one.
        config: its frame size is that of the clips, its `buffer_gigabytes` bound what is held: all
            clips if they fit; otherwise a third each is for the shards that batches are made of,
            for those that come next, and for what is measured.

    Raises:
        HuemanError: a single shard takes more.
    """

    def __init__(self, shards: Shards, samples: Sequence[Sample], config: TrainingConfig):
        self.shards = shards
        self.size = config.height, config.width
        self.samples = in_order(samples)
        shard_of = {
            sample.key: number
            for number, shard in enumerate(shards.shards)
            for sample in shard.samples
        }
        self.shard_of = [shard_of[sample.key] for sample in self.samples]
        """Of each sample."""
        self.bytes: dict[int, int] = dict.fromkeys(sorted(set(self.shard_of)), 0)
        """In memory, of each shard that has samples."""
        for sample, shard in zip(self.samples, self.shard_of, strict=True):
            self.bytes[shard] += sample_bytes(sample.length, *self.size)
        self._place = {sample.key: number for number, sample in enumerate(self.samples)}
        budget = config.buffer_gigabytes * 1e9
        self.all_fit = sum(self.bytes.values()) <= budget
        self.block_bytes = budget if self.all_fit else budget / 3
        """The most that shards may take whose frames are shuffled together."""
        self._check_room(config)
        self._lock = Lock()
        self._held: dict[int, Future[dict[str, Frames]]] = {}
        self._reader = ThreadPoolExecutor(1, "shards")

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.samples)

    def __getitem__(self, number: int) -> ShardClip:  # type: ignore[override]
        """Return a sample; nothing is read."""
        return ShardClip(self.samples[number], self)

    def first_block(self) -> list[Sample]:
        """Return the samples of the first shards, as many as a block may have."""
        ends = dict(zip(self.bytes, accumulate(self.bytes.values()), strict=True))
        return [
            sample
            for sample, shard in zip(self.samples, self.shard_of, strict=True)
            if ends[shard] <= self.block_bytes
        ]

    def frames(self, sample: Sample) -> Frames:
        """Return a sample's frames, from memory if its shard is held.

        Raises:
            HuemanError: the shard is damaged, or cannot be had.
        """
        shard = self.shard_of[self._place[sample.key]]
        with self._lock:
            reading = self._request(shard)
        return reading.result()[sample.key]

    def expect(self, shards: Iterable[int]) -> None:
        """Say which shards will be asked for: they are read now, others are let go for them."""
        wanted = list(shards)
        with self._lock:
            for shard in () if self.all_fit else set(self._held) - set(wanted):
                del self._held[shard]
            for shard in wanted:
                self._request(shard)

    def _request(self, shard: int) -> Future[dict[str, Frames]]:
        failed = shard in self._held and self._held[shard].done() and self._held[shard].exception()
        if shard not in self._held or failed:
            self._held[shard] = self._reader.submit(self._read, shard)
        return self._held[shard]

    def _read(self, shard: int) -> dict[str, Frames]:
        if not main_thread().is_alive():
            return {}  # the program ends, and would wait for all that was expected
        entry = self.shards.shards[shard]
        return {
            sample.key: clip_frames(sample, clip, *self.size).frames
            for sample, clip in self.shards.read(entry, self._place)
        }

    def _check_room(self, config: TrainingConfig) -> None:
        largest = max(self.bytes.values())
        if largest > self.block_bytes:
            raise HuemanError(
                f"buffer_gigabytes is {config.buffer_gigabytes:g}; a shard of {self.shards} takes "
                f"{largest / 1e9:.3g} GB in memory at {self.size[0]}x{self.size[1]}, and a third "
                f"of the buffer has to hold one: set buffer_gigabytes={3.05 * largest / 1e9:.3g}, "
                "or write smaller shards (hueman shard --megabytes)."
            )


def in_order(samples: Iterable[Sample]) -> list[Sample]:
    """Sort samples as a dataset sorts its clips."""
    return sorted(samples, key=lambda each: (each.actor, each.action, each.start))


def clip_frames(sample: Sample, clip: PreparedClip, height: int, width: int) -> ClipFrames:
    """Bring a sample to training size; its garments' colours are those of its whole clip."""
    means = (torch.tensor([color]) for color in (sample.upper_color, sample.lower_color))
    frames = Frames.of(clip, height, width, colors=GarmentStatistics(*means))
    return ClipFrames(clip.actor, clip.action, clip.fps, frames)
