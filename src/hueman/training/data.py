"""Which clips train and which test, and which frames make up each batch.

Every batch is a function of the seed and its number alone, so a resumed run sees what an
uninterrupted one would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

import numpy as np
import torch

from hueman.clips.split import DatasetSplit, read_split
from hueman.clips.store import ClipEntry, Dataset
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.progress import track
from hueman.shards.index import Sample
from hueman.shards.location import names_shards
from hueman.shards.store import Shards
from hueman.training.frames import Clip, ClipFrames
from hueman.training.shard_clips import ShardClips, clip_frames, in_order


@dataclass(frozen=True)
class Split:
    """The clips of a dataset at training size."""

    train: Sequence[Clip]
    test: list[ClipFrames]
    probe: Sequence[Clip]
    """Training clips that are measured: all of a dataset, a few of shards that do not fit into
    memory."""


def open_dataset(text: str) -> Dataset | Shards:
    """Open a dataset by its folder, or shards by theirs, their URL or their pattern.

    Raises:
        HuemanError: there is none.
    """
    return Shards(text) if names_shards(text) else Dataset(text)


@overload
def split_entries(dataset: Dataset, config: TrainingConfig) -> dict[str, list[ClipEntry]]: ...
@overload
def split_entries(dataset: Shards, config: TrainingConfig) -> dict[str, list[Sample]]: ...
def split_entries(dataset: Dataset | Shards, config: TrainingConfig) -> dict[str, list[Any]]:
    """Tell the clips for training, "train", from those for testing, "test" and "unseen".

    By the dataset's own split, unless `config.split` is "actions" or it has none; then all clips of
    `config.test_actions` are for testing. When a dataset has none of the test actions (one's own
    single clip, say), nothing is held out. "unseen" are clips of people of whom nothing is trained
    on; only a dataset's own split has them.
    """
    split = _own_split(dataset, config)
    entries: dict[str, list[Any]] = {"train": [], "test": [], "unseen": []}
    for entry in dataset.entries:
        if split is None:
            role = "test" if entry.action in config.test_actions else "train"
        else:
            role = split.role(entry.actor, entry.action)
        if role:
            entries[role].append(entry)
    return entries


def load_split(
    dataset: Dataset | Shards, config: TrainingConfig, show_progress: bool = True
) -> Split:
    """Read the clips that are for training and those that are for testing, see `split_entries`.

    Of shards, those for training are read when they are asked for.

    Raises:
        HuemanError: every clip would be held out.
    """
    if isinstance(dataset, Shards):
        entries = split_entries(dataset, config)
        _check_not_all_held_out(dataset, entries["train"], config)
        return _split_of_shards(dataset, entries, config, show_progress)
    entries = split_entries(dataset, config)
    _check_not_all_held_out(dataset, entries["train"], config)
    chosen = [*entries["train"], *entries["test"]]
    clips = [
        ClipFrames.of(dataset.read(entry), config.height, config.width)
        for entry in (track(chosen, "Reading clips", len(chosen)) if show_progress else chosen)
    ]
    count = len(entries["train"])
    return Split(clips[:count], clips[count:], clips[:count])


def _split_of_shards(
    shards: Shards,
    entries: dict[str, list[Sample]],
    config: TrainingConfig,
    show_progress: bool,
) -> Split:
    """Read what is held out, and of what does not fit into memory as much as is measured."""
    train = ShardClips(shards, entries["train"], config)
    probe = [] if train.all_fit else train.first_block()
    wanted = {sample.key for sample in [*entries["test"], *probe]}
    needed = [
        shard for shard in shards.shards if any(sample.key in wanted for sample in shard.samples)
    ]
    clips: dict[str, ClipFrames] = {}
    for shard in track(needed, "Reading shards", len(needed)) if show_progress else needed:
        for sample, clip in shards.read(shard, wanted):
            clips[sample.key] = clip_frames(sample, clip, config.height, config.width)
    test = [clips[sample.key] for sample in in_order(entries["test"])]
    return Split(train, test, [clips[sample.key] for sample in probe] or train)


def _check_not_all_held_out(
    dataset: Dataset | Shards, train: Sequence[object], config: TrainingConfig
) -> None:
    if not train:
        raise HuemanError(
            f"All clips of {dataset} are held out by {held_out_by(dataset, config)}; "
            "none is left to train on."
        )


def held_out_by(dataset: Dataset | Shards, config: TrainingConfig) -> str:
    """Name, for messages, what decides which clips are held out."""
    if _own_split(dataset, config):
        return "the dataset's split.json"
    return f"test_actions {list(config.test_actions)}"


def _own_split(dataset: Dataset | Shards, config: TrainingConfig) -> DatasetSplit | None:
    if config.split != "dataset":
        return None
    return dataset.split if isinstance(dataset, Shards) else read_split(dataset.root)


class FrameSampler:
    """Draws (clip, frame) pairs: every frame once in an epoch, in an order of its own.

    Args:
        clips: the clips to draw from.
        batch_size: pairs in a batch.
        seed: of the order.
        span: consecutive frames that a sample needs; the last `span - 1` frames of a clip are
            never drawn, so that no sample crosses from one clip into the next.
    """

    def __init__(self, clips: Sequence[Clip], batch_size: int, seed: int, span: int = 1):
        self.places = [
            (number, frame)
            for number, clip in enumerate(clips)
            for frame in range(len(clip) - span + 1)
        ]
        if not self.places:
            raise HuemanError(f"The training clips are too short: each needs {span} frames.")
        self.batch_size = batch_size
        self.seed = seed
        # Drawn once an epoch: a batch must not cost more the more clips there are.
        self._order = lru_cache(maxsize=2)(self._draw_order)

    def __len__(self) -> int:
        """Return the number of samples in an epoch."""
        return len(self.places)

    def batch(self, step: int) -> list[tuple[int, int]]:
        """Return the clip numbers and frame numbers of batch `step`."""
        positions = range(step * self.batch_size, (step + 1) * self.batch_size)
        places = [divmod(position, len(self.places)) for position in positions]
        return [self.places[self._order(epoch)[position]] for epoch, position in places]

    def _draw_order(self, epoch: int) -> np.ndarray:
        return np.random.default_rng((self.seed, epoch)).permutation(len(self.places))


def step_generator(*key: int) -> torch.Generator:
    """Return a CPU generator seeded by whole numbers: the run's seed, the stage, the update."""
    seed = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed) >> 1)
