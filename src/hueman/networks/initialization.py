"""How the original networks are initialised, applied in place to networks of any kind."""

from typing import Literal, get_args

from torch import nn

Initialization = Literal["default", "normal", "xavier"]

DEVIATION = 0.02
"""Of pix2pixHD's weights, and the gain of BicycleGAN's."""


def initialize(network: nn.Module, kind: Initialization) -> None:
    """Draw the weights of a network anew, from torch's global random numbers.

    Weights that are all zero stay so: their constructor wants a branch without effect at first.

    Args:
        network: changed in place.
        kind: "normal" is pix2pixHD's (Wang et al. 2018): weights of convolutions, transposed or
            not, from N(0, 0.02^2), and everything else as it is. "xavier" is BicycleGAN's (Zhu et
            al. 2017): weights of convolutions and linear layers from N(0, s^2) with
            s = 0.02 sqrt(2 / (fan in + fan out)) (Glorot & Bengio 2010), and their biases zero.
            "default" changes nothing.

    Raises:
        ValueError: for another kind.
    """
    if kind not in get_args(Initialization):
        raise ValueError(f"kind must be one of {get_args(Initialization)}, got {kind!r}")
    for module in network.modules():
        if not isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            continue
        if module.weight.is_meta or not module.weight.any():  # on the device meta, shapes alone
            continue
        if kind == "normal" and not isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=DEVIATION)
        elif kind == "xavier":
            nn.init.xavier_normal_(module.weight, gain=DEVIATION)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
