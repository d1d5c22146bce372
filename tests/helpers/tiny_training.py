"""What tests of training share: a tiny run's settings, and looking at networks."""

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
    "save_every=2",
    "sample_every=2",
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
