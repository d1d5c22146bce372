"""Which clips train and which test, and which frames make up each batch.

Every batch is a function of the seed and its number alone, so a resumed run sees what an
uninterrupted one would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.progress import track
from hueman.training.frames import ClipFrames


@dataclass(frozen=True)
class Split:
    """The clips of a dataset at training size."""

    train: list[ClipFrames]
    test: list[ClipFrames]


def load_split(dataset: Dataset, config: TrainingConfig, show_progress: bool = True) -> Split:
    """Read all clips; those of `config.test_actions` are for testing.

    When a dataset has none of the test actions (one's own single clip, say), nothing is held out.

    Raises:
        HuemanError: every clip would be held out.
    """
    entries = dataset.entries
    clips = [
        ClipFrames.of(dataset.read(entry), config.height, config.width)
        for entry in (track(entries, "Reading clips", len(entries)) if show_progress else entries)
    ]
    test = [clip for clip in clips if clip.action in config.test_actions]
    train = [clip for clip in clips if clip.action not in config.test_actions]
    if not train:
        raise HuemanError(
            f"All clips of {dataset.root} are of test_actions {list(config.test_actions)}; "
            "none is left to train on."
        )
    return Split(train, test)


class FrameSampler:
    """Draws (clip, frame) pairs: every frame once in an epoch, in an order of its own.

    Args:
        clips: the clips to draw from.
        batch_size: pairs in a batch.
        seed: of the order.
        span: consecutive frames that a sample needs; the last `span - 1` frames of a clip are
            never drawn, so that no sample crosses from one clip into the next.
    """

    def __init__(self, clips: Sequence[ClipFrames], batch_size: int, seed: int, span: int = 1):
        self.places = [
            (number, frame)
            for number, clip in enumerate(clips)
            for frame in range(len(clip.frames) - span + 1)
        ]
        if not self.places:
            raise HuemanError(f"The training clips are too short: each needs {span} frames.")
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        """Return the number of samples in an epoch."""
        return len(self.places)

    def batch(self, step: int) -> list[tuple[int, int]]:
        """Return the clip numbers and frame numbers of batch `step`."""
        positions = range(step * self.batch_size, (step + 1) * self.batch_size)
        orders = {
            epoch: np.random.default_rng((self.seed, epoch)).permutation(len(self.places))
            for epoch in {position // len(self.places) for position in positions}
        }
        return [
            self.places[orders[position // len(self.places)][position % len(self.places)]]
            for position in positions
        ]


def step_generator(*key: int) -> torch.Generator:
    """Return a CPU generator seeded by whole numbers: the run's seed, the stage, the update."""
    seed = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(seed) >> 1)
