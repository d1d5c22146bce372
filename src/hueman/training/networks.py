"""A stage's networks with their optimisers: set up, stepped, saved and restored together."""

from collections.abc import Mapping
from typing import Any

import torch
from lightning_fabric import Fabric


class TrainedNetworks:
    """Networks by name, each with an Adam of its own, betas (0.5, 0.999) (paper, section 4.2).

    Args:
        networks: by name; afterwards each is an item: `networks["encoder"]`.
        fabric: device and precision.
    """

    def __init__(self, networks: Mapping[str, torch.nn.Module], fabric: Fabric):
        self._networks: dict[str, Any] = {}
        self._optimizers: dict[str, Any] = {}
        for name, network in networks.items():
            # The learning rate is set before every update (`start_update`).
            optimizer = torch.optim.Adam(
                network.parameters(), lr=0.0, betas=(0.5, 0.999), fused=True
            )
            self._networks[name], self._optimizers[name] = fabric.setup(network, optimizer)

    def __getitem__(self, name: str) -> Any:
        """Return a network as it is called in training."""
        return self._networks[name]

    def parameters(self, *names: str) -> list[torch.nn.Parameter]:
        """Return the parameters of the named networks."""
        return [p for name in names for p in self._networks[name].parameters()]

    def start_update(self, learning_rate: float) -> None:
        """Set the learning rate and forget the gradients."""
        for optimizer in self._optimizers.values():
            optimizer.param_groups[0]["lr"] = learning_rate
            optimizer.zero_grad()

    def finish_update(self) -> None:
        """Step along the gradients."""
        for optimizer in self._optimizers.values():
            optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the state of networks and optimisers."""
        return {
            name: {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            for (name, network), optimizer in zip(
                self._networks.items(), self._optimizers.values(), strict=True
            )
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""
        for name, network in self._networks.items():
            network.load_state_dict(state[name]["network"])
            self._optimizers[name].load_state_dict(state[name]["optimizer"])
