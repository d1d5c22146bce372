"""Body parts that reach below their neighbours, so that bending tears nothing open."""

import torch
from torch import Tensor

from hueman.features.feature_map import part_masks
from hueman.features.pose import body_scale
from hueman.features.skeleton import BODY_PARTS, JOINT

JOINS = (
    ("torso", "head", "neck", 0.16),
    *(
        join
        for side in ("left", "right")
        for join in (
            ("torso", f"{side}_upper_arm", f"{side}_shoulder", 0.16),
            (f"{side}_upper_arm", f"{side}_lower_arm", f"{side}_elbow", 0.14),
            (f"{side}_upper_leg", "torso", f"{side}_hip", 0.22),
            (f"{side}_lower_leg", f"{side}_upper_leg", f"{side}_knee", 0.18),
        )
    ),
)
"""A part, the one that lies upon it (`warping.NEAREST_LAST`), the joint between them, and how far
around the joint the first also shows what the second does, in units of `body_scale`."""


def overlapping_parts(parts: Tensor, pose: Tensor) -> Tensor:
    """Turn labels into masks in which parts reach below their neighbours, around their joints.

    Args:
        parts: uint8 (N, H, W), labels 0..10.
        pose: float (N, 18, 3).

    Returns:
        bool (N, 10, H, W), in the order of `BODY_PARTS`.
    """
    own = part_masks(parts) > 0
    masks = own.clone()
    rows, columns = torch.meshgrid(
        *(torch.arange(size, device=parts.device) for size in parts.shape[1:]), indexing="ij"
    )
    scale = pose.new_tensor([float(body_scale(each)) for each in pose.cpu().numpy()])
    for below, above, joint, reach in JOINS:
        # Missing joints may hold anything, even NaN; nothing is near them then.
        x, y, confidence = (each[:, None, None] for each in pose[:, JOINT[joint]].unbind(1))
        radius = reach * scale[:, None, None]
        near = ((columns - x) ** 2 + (rows - y) ** 2 < radius**2) & (confidence > 0)
        masks[:, BODY_PARTS.index(below)] |= own[:, BODY_PARTS.index(above)] & near
    return masks
