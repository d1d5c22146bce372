"""How clothes are coloured while training, by the settings."""

from lightning_fabric import Fabric

from hueman.config import TrainingConfig
from hueman.training.frames import Recolor


def make_recolor(config: TrainingConfig, fabric: Fabric) -> Recolor | None:
    """Return what colours garments, or None for the default: a and b move in their masks."""
    return None
