"""The camera: a pinhole straight in front of the actor."""

from dataclasses import dataclass

import numpy as np

DISTANCE = 45.0
SPAN = 25.2
LEVEL = 0.462


@dataclass(frozen=True)
class Camera:
    """Looks along -z at a picture of height x width pixels. Lengths in decimetres."""

    height: int
    width: int
    floor: float
    """y of the floor."""
    distance: float = DISTANCE
    """From the actor to the camera."""
    span: float = SPAN
    """Height of what is seen at the actor's distance."""
    level: float = LEVEL
    """Height of the camera above the floor, as a share of `span`."""
    side: float = 0.0
    """How far the camera stands to the right of the actor's place."""

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return self.height * self.distance / self.span

    @property
    def place(self) -> np.ndarray:
        """Where the camera is, (3,)."""
        return np.array([self.side, self.floor + self.level * self.span, self.distance])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return column and row (pixel edges at integers) and depth of points (N, 3)."""
        offset = np.asarray(points, np.float32) - self.place.astype(np.float32)
        depth = -offset[:, 2]
        scale = np.float32(self.focal) / depth
        columns = self.width / 2 + offset[:, 0] * scale
        rows = self.height / 2 - offset[:, 1] * scale
        return np.stack([columns, rows, depth], axis=1).astype(np.float32)

    def rays(self) -> np.ndarray:
        """Return the direction of every pixel's middle, (H, W, 3), with z = -1."""
        columns = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal
        rows = -(np.arange(self.height) + 0.5 - self.height / 2) / self.focal
        x, y = np.meshgrid(columns, rows)
        return np.stack([x, y, -np.ones_like(x)], axis=2)
