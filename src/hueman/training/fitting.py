"""Out of memory: find the batch that fits, by trying, and say what to do."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import cv2
import torch

from hueman.errors import HuemanError
from hueman.memory import return_freed_memory
from hueman.training.networks import TrainedNetworks

# How libraries that have no error of their own for it say that they found no memory: torch on a
# CPU, C++ under torch, oneDNN (which tells no reason, but fails so only for want of memory once the
# same operation has worked), cuDNN and cuBLAS, and a GPU's driver.
_SIGNS = (
    "DefaultCPUAllocator",
    "std::bad_alloc",
    "could not create a primitive",
    "could not create a memory",
    "STATUS_ALLOC_FAILED",
    "CUDA error: out of memory",
)


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
    """Tell whether torch, numpy or OpenCV found no memory, on a GPU or on the CPU."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


@contextmanager
def clear_memory_errors() -> Iterator[None]:
    """Let lack of memory end in words that help, wherever no smaller batch is tried.

    Raises:
        HuemanError: memory is too small.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise HuemanError(
            "Out of memory; choose smaller frames (height, width), fewer clips, a smaller preset "
            f"or a larger device. ({str(error).splitlines()[0] if str(error) else 'MemoryError'})"
        ) from error


def explain_out_of_memory(stage: Batched) -> HuemanError:
    """Try smaller batches until one works, and return an error that says what to set.

    Trying is slower than reckoning, but right on every device, whatever else fills its memory.
    The learning rate is set to zero; still, the networks are not to be used afterwards.
    """
    asked = stage.sampler.batch_size
    # BicycleGAN's second discriminator is shown half of every batch.
    multiple = 2 if "random_discriminator" in stage.networks.names else 1
    for size in _halves(asked, multiple):
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


def _halves(size: int, multiple: int) -> list[int]:
    """Return a half, a quarter and so on of a batch size, rounded down to multiples."""
    halves = []
    while size > multiple:
        size = max(multiple, size // 2 // multiple * multiple)
        halves.append(size)
    return halves


def _fits(stage: Batched) -> bool:
    """Tell whether the stage can train with the batch size that it has now."""
    gc.collect()
    return_freed_memory()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    try:
        # The first update makes the optimiser's state, which lies beside everything in the second;
        # the first batch of an update leaves its gradients, which lie beside the second batch.
        for _ in range(2):
            stage.networks.start_update(0.0)
            for _ in range(2):
                # Always number 0: batches of the size that failed may have been made ahead, but
                # never the one that is asked for again.
                stage.backward(0)
            if stage.networks.fabric.world_size == 1:  # other processes would have to take part
                stage.networks.finish_update()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True
