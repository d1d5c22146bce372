"""What the generator is told about the frames that it is to make."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor


class Guidance(NamedTuple):
    """N frames to be made."""

    features: Tensor
    """(N, 4, H, W) in [-1, 1]: warped feature maps, restored if so chosen."""
    regions: Tensor
    """(N, 2, H, W) in [0, 1], where z_up and z_down are written."""
    appearance: Tensor | None
    """(N, 5, H, W), the person in neutral garments under the pose (`Appearance.under`); None
    without the appearance path."""

    def each(self, change: Callable[[Tensor], Tensor]) -> "Guidance":
        """Change all tensors."""
        appearance = None if self.appearance is None else change(self.appearance)
        return Guidance(change(self.features), change(self.regions), appearance)
