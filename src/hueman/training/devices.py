"""Which devices train, how many, and with which numbers: Fabric, set up for replicas."""

import os
from datetime import timedelta

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor

from hueman.config import TrainingConfig
from hueman.errors import HuemanError

WAITS = timedelta(hours=1)
"""How long processes wait for one that measures, saves or fetches weights alone, and, without
torchrun, for machines to come. A lost process is noticed much sooner (`watch`)."""


class ReplicaStrategy(DDPStrategy):
    """Processes, as torch's data parallelism has them, with networks left as they are.

    `DistributedDataParallel` expects one backward pass for each forward pass, and in it a gradient
    for every parameter. Here one forward pass serves several losses, each for some of the networks
    only; so `TrainedNetworks` averages the gradients itself, once, when an update is complete.
    """

    def setup_module(self, module: torch.nn.Module) -> torch.nn.Module:  # type: ignore[override]
        """Return the network unwrapped."""
        return module


def make_fabric(
    config: TrainingConfig,
    device: str = "auto",
    devices: int | None = None,
    nodes: int | None = None,
) -> Fabric:
    """Choose devices and precision, and start the other processes if there are to be any.

    Under torchrun the processes exist already and are used; else the command that runs now is
    started once more for each further device.

    Args:
        config: its precision and determinism are used.
        device: "auto", "cpu" or "cuda".
        devices: on each machine; None is one, or as many as torchrun has started here.
        nodes: machines; None is one, or as many as torchrun has started.

    Raises:
        HuemanError: the devices are not there, or cannot compute with that precision.
    """
    # torchrun tells how many processes and machines it has started.
    count = int(os.environ.get("LOCAL_WORLD_SIZE", 1)) if devices is None else devices
    nodes = int(os.environ.get("GROUP_WORLD_SIZE", 1)) if nodes is None else nodes
    if count < 1 or nodes < 1:
        raise HuemanError(f"{count} devices on {nodes} machines: both must be at least 1.")
    if config.precision == "16-mixed" and (device == "cpu" or not torch.cuda.is_available()):
        raise HuemanError("A CPU cannot train with precision 16-mixed; choose bf16-mixed.")
    if config.deterministic:
        # cuBLAS reads this once, when it starts.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
    replicas = count * nodes > 1 or "TORCHELASTIC_RUN_ID" in os.environ
    try:
        fabric = Fabric(
            accelerator=device,
            devices=count,
            num_nodes=nodes,
            precision=config.precision,
            strategy=ReplicaStrategy(timeout=WAITS) if replicas else "auto",
        )
        fabric.launch()
    except (RuntimeError, ValueError) as error:
        raise HuemanError(
            f"Device '{device}' ({count} on each of {nodes} machines) cannot be used: {error}."
        ) from error
    return fabric


def place(pictures: Tensor, fabric: Fabric) -> Tensor:
    """Bring pictures (N, C, H, W) to the device, channels last, as convolutions like them there."""
    return pictures.to(fabric.device, non_blocking=True).contiguous(
        memory_format=torch.channels_last
    )
