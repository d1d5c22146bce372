"""What tests of training share: a tiny run's settings, and looking at networks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hueman.training.stage import Stage

TINY = [
    "stage_two.appearance=false",  # the paper's path; tests/training/test_appearance_path.py has it
    "stage_one.schedule.steps=4",
    "stage_two.schedule.steps=4",
    "stage_one.schedule.batch_size=2",
    "stage_two.schedule.batch_size=2",
    "stage_one.generator_channels=4",
    "stage_one.encoder.channels=8",
    "stage_two.generator.channels=4",
    "stage_two.generator.residual_blocks=1",
    "stage_two.perceptual_layers=1",
    "save_every=2",
    "sample_every=4",  # a look takes longer than the four updates
]

RESTORATION = (
    "restoration={schedule: {steps: 4, batch_size: 2}, channels: 4, residual_blocks: 1,"
    " discriminator_channels: 4}"
)

GAN = [
    *TINY,
    "method=deformable_gan",
    "deformable_gan={schedule: {steps: 4, batch_size: 2}, channels: 4, levels: 3,"
    " discriminator_channels: 4, discriminator_layers: 2, perceptual_network: vgg16}",
]


@contextmanager
def little_to_look_at() -> Iterator[None]:
    """Let trainings of this process measure on a few frames, as tiny as they are themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hueman.training.stage_one.StageOne.probe_frames", 60)
        patch.setattr("hueman.training.restoration.MEASURED_FRAMES", 8)
        patch.setattr("hueman.training.stage_two.MEASURED_PAIRS", 4)
        patch.setattr("hueman.training.deformable_gan.MEASURED_FRAMES", 8)
        patch.setattr("hueman.training.run.CODES_FOR_DISTRIBUTION", 60)
        yield


class Counter:
    """A reporter that counts."""

    def __init__(self):
        self.steps = 0

    def advance(self, steps=1, note=""):
        self.steps += steps


def weights_of(*networks):
    return [p.detach().clone() for network in networks for p in network.parameters()]


def changed(before, network):
    after = list(network.parameters())
    return any((a != b).any().item() for a, b in zip(before, after, strict=True))


def update(stage: Stage, number: int = 0, rate: float = 1e-3) -> dict[str, float]:
    """Make one update, as the loop makes it."""
    stage.networks.start_update(rate)
    losses = stage.backward(number)
    stage.networks.finish_update()
    return losses
