"""User-guided colourisation (Zhang et al. 2017): the paper's way to recolour clothes (section 3.1).

From lightness and a few hints of colour to the colour of every pixel: an hourglass of convolutions
with a short cut at each size.
"""

import torch
from torch import Tensor, nn

# The network sees L and a, b divided by these; L is centred first.
_MIDDLE_LIGHTNESS = 50.0
_LIGHTNESS_RANGE = 100.0
_CHROMA_RANGE = 110.0


class Siggraph17(nn.Module):
    """Colours of a picture of which lightness and some hints are known.

    The names of the layers are those of the published file. Batch normalisation belongs in
    evaluation mode, for whatever the network is used.

    Args:
        width: channels of the first block; 64 is published.
        classes: bins of colour that a second head, which the training used, tells apart. It is
            kept so that the published file fits, and never run.
    """

    def __init__(self, width: int = 64, classes: int = 529):
        super().__init__()
        one, two, four, eight = (width * factor for factor in (1, 2, 4, 8))
        self.model1 = _block(4, one, 2)
        self.model2 = _block(one, two, 2)
        self.model3 = _block(two, four, 3)
        self.model4 = _block(four, eight, 3)
        self.model5 = _block(eight, eight, 3, dilation=2)
        self.model6 = _block(eight, eight, 3, dilation=2)
        self.model7 = _block(eight, eight, 3)
        self.model8up = _enlargement(eight, four)
        self.model3short8 = _short_cut(four, four)
        self.model8 = nn.Sequential(nn.ReLU(), *_block(four, four, 2))
        self.model9up = _enlargement(four, two)
        self.model2short9 = _short_cut(two, two)
        self.model9 = nn.Sequential(nn.ReLU(), *_block(two, two, 1))
        self.model10up = _enlargement(two, two)
        self.model1short10 = _short_cut(one, two)
        self.model10 = nn.Sequential(
            nn.ReLU(), nn.Conv2d(two, two, 3, padding=1), nn.LeakyReLU(0.2)
        )
        self.model_class = nn.Sequential(nn.Conv2d(four, classes, 1))
        self.model_out = nn.Sequential(nn.Conv2d(two, 2, 1), nn.Tanh())

    def forward(self, lightness: Tensor, hints: Tensor, hinted: Tensor) -> Tensor:
        """Colour a picture.

        Args:
            lightness: (N, 1, H, W) L in 0..100; H and W multiples of 8.
            hints: (N, 2, H, W) a, b where they are known, 0 elsewhere.
            hinted: (N, 1, H, W), 1 where a hint is, 0 elsewhere.

        Returns:
            (N, 2, H, W) a, b in -110..110.
        """
        known = (lightness - _MIDDLE_LIGHTNESS) / _LIGHTNESS_RANGE, hints / _CHROMA_RANGE, hinted
        whole = self.model1(torch.cat(known, dim=1))
        half = self.model2(_every_second(whole))
        quarter = self.model3(_every_second(half))
        deep = self.model7(self.model6(self.model5(self.model4(_every_second(quarter)))))
        hidden = self.model8(self.model8up(deep) + self.model3short8(quarter))
        hidden = self.model9(self.model9up(hidden) + self.model2short9(half))
        hidden = self.model10(self.model10up(hidden) + self.model1short10(whole))
        return self.model_out(hidden) * _CHROMA_RANGE


def _block(inputs: int, outputs: int, count: int, dilation: int = 1) -> nn.Sequential:
    """`count` rectified convolutions, then batch normalisation."""
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [
            nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation),
            nn.ReLU(inplace=True),
        ]
        inputs = outputs
    return nn.Sequential(*layers, nn.BatchNorm2d(outputs))


def _enlargement(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1))


def _short_cut(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1))


def _every_second(features: Tensor) -> Tensor:
    return features[:, :, ::2, ::2]
