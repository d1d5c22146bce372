"""Three ways to double the size of a feature map, behind one name."""

from torch import nn


def upsampling_layer(kind: str, inputs: int, outputs: int, kernel: int = 3) -> nn.Module:
    """Return a layer (N, inputs, H, W) -> (N, outputs, 2H, 2W).

    "transposed" is what the original pix2pixHD (kernel 3) and BicycleGAN (kernel 4) do; "nearest"
    and "bilinear" resize and then convolve, which leaves no checkerboard and suits small networks.
    """
    if kind == "transposed":
        return nn.ConvTranspose2d(
            inputs, outputs, kernel, stride=2, padding=1, output_padding=kernel % 2
        )
    if kind not in ("nearest", "bilinear"):
        raise ValueError(f"upsampling must be transposed, nearest or bilinear, got {kind!r}")
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode=kind), nn.Conv2d(inputs, outputs, 3, padding=1)
    )
