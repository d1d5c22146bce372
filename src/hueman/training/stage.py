"""What the loop that all stages share needs of a stage."""

from typing import Literal, Protocol

import numpy as np

from hueman.stage_config import Schedule
from hueman.training.networks import TrainedNetworks
from hueman.training.sampling import Sampler


class Batches(Protocol):
    """Where a stage's batches come from."""

    @property
    def waited(self) -> float:
        """Seconds that a step has waited for its batch, in all."""
        ...


class Stage(Protocol):
    """What is trained, and how it is judged. A batch is a pure function of its number."""

    name: str
    """As in the settings, such as `stage_two`."""
    schedule: Schedule
    sampler: Sampler
    networks: TrainedNetworks
    """What a checkpoint holds."""
    judged_by: tuple[str, Literal["lowest", "highest"]]
    """The measurement that says which checkpoint is the best."""

    @property
    def batch(self) -> Batches:
        """Its batches."""
        ...

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number` to the networks; return the losses."""
        ...

    def measure(self) -> dict[str, float]:
        """Measure on data that is not trained on."""
        ...

    def sample(self) -> np.ndarray:
        """Return a uint8 RGB picture that shows what the networks can do now."""
        ...
