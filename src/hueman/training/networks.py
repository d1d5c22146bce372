"""A stage's networks with their optimiser: set up, stepped, averaged, saved and restored."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch._functorch import config as functorch_config
from torch.compiler import config as compiler_config
from torch.optim.swa_utils import AveragedModel

BUCKET = 1 << 24
"""Numbers that processes exchange at once: enough to be fast, few enough to fit beside the rest."""


class TrainedNetworks:
    """Networks by name under one Adam, betas (0.5, 0.999) (paper, section 4.2).

    Adam looks at each number alone, so one for all networks does what one for each would; and one
    has a single scale for 16-bit losses.

    Args:
        networks: by name; afterwards each is an item: `networks["encoder"]`.
        fabric: devices and precision.
        accumulate: batches whose gradients are averaged for an update.
        compiled: compile the networks.
        averages: for some networks, the decay of an exponential moving average kept beside them.
    """

    def __init__(
        self,
        networks: Mapping[str, torch.nn.Module],
        fabric: Fabric,
        accumulate: int = 1,
        compiled: bool = False,
        averages: Mapping[str, float] | None = None,
    ):
        self.fabric = fabric
        self.accumulate = accumulate
        if compiled:
            _let_graphs_be_used_again()
        self._averages = {
            name: AveragedModel(networks[name].to(fabric.device), multi_avg_fn=_decay(decay))
            for name, decay in (averages or {}).items()
        }
        self._networks: dict[str, Any] = {}
        for name, network in networks.items():
            if fabric.device.type == "cuda":
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            if compiled:
                network.compile()
            self._networks[name] = fabric.setup_module(network)
        # The learning rate is set before every update (`start_update`).
        self._optimizer: Any = fabric.setup_optimizers(
            torch.optim.Adam(self.parameters(*networks), lr=0.0, betas=(0.5, 0.999), fused=True)
        )

    def __getitem__(self, name: str) -> Any:
        """Return a network as it is called in training."""
        return self._networks[name]

    @property
    def names(self) -> list[str]:
        """The names of all networks."""
        return list(self._networks)

    def shown(self, name: str) -> torch.nn.Module:
        """Return a network as it is looked at and released: its average, if one is kept."""
        average = self._averages.get(name)
        return self._networks[name].module if average is None else average.module

    def parameters(self, *names: str) -> list[torch.nn.Parameter]:
        """Return the parameters of the named networks."""
        return [p for name in names for p in self._networks[name].parameters()]

    def count(self) -> int:
        """Return the number of parameters of all networks."""
        return sum(p.numel() for p in self.parameters(*self._networks))

    def start_update(self, learning_rate: float) -> None:
        """Set the learning rate and forget the gradients."""
        self._optimizer.param_groups[0]["lr"] = learning_rate
        self._optimizer.zero_grad()

    def backward(self, loss: Tensor, *names: str, retain_graph: bool = False) -> None:
        """Add the gradients of a batch's loss to the parameters of the named networks alone."""
        self.fabric.backward(
            loss / self.accumulate, inputs=self.parameters(*names), retain_graph=retain_graph
        )

    def finish_update(self) -> None:
        """Average the gradients over processes and step along them."""
        if self.fabric.world_size > 1:
            gradients = [p.grad for p in self.parameters(*self._networks) if p.grad is not None]
            average_over_processes(gradients, self.fabric)
        self._optimizer.step()
        for name, average in self._averages.items():
            average.update_parameters(self._networks[name].module)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of networks, optimiser, averages and loss scale."""
        return {
            "networks": {name: network.state_dict() for name, network in self._networks.items()},
            "optimizer": self._optimizer.state_dict(),
            "averages": {name: average.state_dict() for name, average in self._averages.items()},
            "precision": self.fabric.strategy.precision.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""
        for name, network in self._networks.items():
            network.load_state_dict(state["networks"][name])
        self._optimizer.load_state_dict(state["optimizer"])
        for name, average in self._averages.items():
            average.load_state_dict(state["averages"][name])
        self.fabric.strategy.precision.load_state_dict(state["precision"])


def _let_graphs_be_used_again() -> None:
    """Let several losses go back through one forward pass of compiled networks.

    By default a compiled backward pass overwrites what it has read. torch's cache does not tell
    apart what was compiled with this and without, and gives wrong gradients: hence a tag.
    """
    functorch_config.donated_buffer = False
    compiler_config.cache_key_tag = "donated_buffer=False"


def average_over_processes(tensors: Sequence[Tensor], fabric: Fabric) -> None:
    """Replace tensors by their means over all processes, in place.

    They travel joined into a few long vectors: thousands of short messages would take far longer.
    """
    for bucket in _buckets(tensors):
        joined = torch.cat([tensor.reshape(-1) for tensor in bucket])
        mean = fabric.all_reduce(joined, reduce_op="mean")
        parts = torch.as_tensor(mean).split([tensor.numel() for tensor in bucket])
        for tensor, part in zip(bucket, parts, strict=True):
            tensor.copy_(part.view_as(tensor))


def _buckets(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    bucket: list[Tensor] = []
    for tensor in tensors:
        if bucket and sum(each.numel() for each in bucket) + tensor.numel() > BUCKET:
            yield bucket
            bucket = []
        bucket.append(tensor)
    if bucket:
        yield bucket


def _decay(decay: float) -> Any:
    """Return the rule of an exponential moving average that forgets its beginning quickly.

    The share of the past grows from 2/11 to `decay`: early averages would otherwise be of weights
    that know nothing.
    """

    @torch.no_grad()
    def update(averages: Any, current: Any, updates: Tensor | int) -> None:
        kept = min(decay, (1 + float(updates)) / (10 + float(updates)))
        for average, value in zip(averages, current, strict=True):
            average.lerp_(value, 1 - kept)

    return update
