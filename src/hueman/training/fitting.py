"""Out of memory: find the batch that fits, by trying."""

import gc
from typing import Any, Protocol

import torch

from hueman.errors import HuemanError
from hueman.training.networks import TrainedNetworks


class Batched(Protocol):
    """What has to be known of a stage to try other batches."""

    networks: TrainedNetworks
    sampler: Any
    """Its `batch_size` is changed."""
    name: str
    """As in the settings, such as `stage_two`."""

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number`."""
        ...


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether torch found no memory, on a GPU or on the CPU."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def explain_out_of_memory(stage: Batched) -> HuemanError:
    """Halve the batch until an update works, and return an error that says what to set.

    Trying is slower than reckoning, but right on every device, whatever else fills its memory.
    The learning rate is set to zero; still, the networks are not to be used afterwards.
    """
    asked = stage.sampler.batch_size
    for size in _halves(asked):
        stage.sampler.batch_size = size
        if _fits(stage):
            return HuemanError(
                f"A batch of {asked} does not fit into memory; {size} fits (it was tried). Set "
                f"{stage.name}.schedule.batch_size={size} and "
                f"{stage.name}.schedule.accumulate={-(-asked // size) * stage.networks.accumulate} "
                "for updates of the same size."
            )
    return HuemanError(
        f"Not even the smallest batch of {stage.name} fits into memory; choose smaller frames, a "
        "smaller preset or a larger device."
    )


def _halves(size: int) -> list[int]:
    halves = []
    while size > 1:
        size //= 2
        halves.append(size)
    return halves


def _fits(stage: Batched) -> bool:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    try:
        stage.networks.start_update(0.0)
        stage.backward(0)
        if stage.networks.fabric.world_size == 1:  # other processes would have to take part
            stage.networks.finish_update()
    except HuemanError:
        raise
    except (RuntimeError, MemoryError, ValueError) as error:
        if is_out_of_memory(error):
            return False
        raise
    return True
