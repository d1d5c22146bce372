"""OpenPose's body network for COCO's 18 joints (Cao et al. 2017, "Realtime Multi-Person 2D Pose
Estimation using Part Affinity Fields"): a VGG-19 trunk, then six stages of two branches each.

Layers have the names of the published Caffe network, which its PyTorch conversions keep.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_STAGES = 6
_FEATURES = 128

# Name and outputs of the trunk's 3x3 convolutions; the blocks are divided by poolings. The first
# ten are VGG-19's.
_TRUNK = (
    (("conv1_1", 64), ("conv1_2", 64)),
    (("conv2_1", 128), ("conv2_2", 128)),
    (("conv3_1", 256), ("conv3_2", 256), ("conv3_3", 256), ("conv3_4", 256)),
    (("conv4_1", 512), ("conv4_2", 512), ("conv4_3_CPM", 256), ("conv4_4_CPM", _FEATURES)),
)

# Outputs and kernel of a branch's convolutions; the last, 1x1, gives the branch's maps.
_FIRST_STAGE = ((128, 3), (128, 3), (128, 3), (512, 1))
_LATER_STAGE = ((128, 7), (128, 7), (128, 7), (128, 7), (128, 7), (128, 1))

# Maps of each branch: x and y of the part-affinity fields of 19 limbs; the heat maps of 18 joints
# and of the background.
_BRANCHES = {"L1": 38, "L2": 19}


class OpenPoseBody(nn.ModuleDict):
    """Part-affinity fields and heat maps of the joints of all people in a picture."""

    def __init__(self):
        super().__init__()
        inputs = 3
        for name, outputs in (layer for block in _TRUNK for layer in block):
            self[name] = nn.Conv2d(inputs, outputs, 3, padding=1)
            inputs = outputs
        for stage in range(1, _STAGES + 1):
            for branch, maps in _BRANCHES.items():
                inputs = _FEATURES + (sum(_BRANCHES.values()) if stage > 1 else 0)
                layers = (*(_LATER_STAGE if stage > 1 else _FIRST_STAGE), (maps, 1))
                for number, (outputs, kernel) in enumerate(layers, start=1):
                    convolution = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
                    self[_branch_layer(stage, branch, number)] = convolution
                    inputs = outputs

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Find joints and limbs in pictures, whose sides are multiples of 8.

        Args:
            picture: (N, 3, H, W) RGB in [-1, 1].

        Returns:
            affinities (N, 38, H/8, W/8) and heat maps (N, 19, H/8, W/8). Their pixel (i, j) is at
            8 * (i, j) + 3.5 of the picture, the middle of what it was pooled from.
        """
        # It was trained on blue, green, red in -0.5..0.5.
        features = self._trunk((picture.flip(1) + 1) * (127.5 / 256) - 0.5)
        hidden = features
        for stage in range(1, _STAGES):
            hidden = torch.cat([*self._stage(stage, hidden), features], dim=1)
        affinities, heat_maps = self._stage(_STAGES, hidden)
        return affinities, heat_maps

    def _trunk(self, hidden: Tensor) -> Tensor:
        for index, block in enumerate(_TRUNK):
            if index:
                hidden = F.max_pool2d(hidden, 2)
            for name, _ in block:
                hidden = F.relu(self[name](hidden), inplace=True)
        return hidden

    def _stage(self, stage: int, hidden: Tensor) -> list[Tensor]:
        """Return the maps of both branches."""
        return [self._branch(stage, branch, hidden) for branch in _BRANCHES]

    def _branch(self, stage: int, branch: str, hidden: Tensor) -> Tensor:
        count = len(_LATER_STAGE if stage > 1 else _FIRST_STAGE)
        for number in range(1, count + 1):
            hidden = F.relu(self[_branch_layer(stage, branch, number)](hidden), inplace=True)
        return self[_branch_layer(stage, branch, count + 1)](hidden)


def _branch_layer(stage: int, branch: str, number: int) -> str:
    """Return the published name of a branch's layer, counted from 1."""
    if stage == 1:
        return f"conv5_{number}_CPM_{branch}"
    return f"Mconv{number}_stage{stage}_{branch}"
