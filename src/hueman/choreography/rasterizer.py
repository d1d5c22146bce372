"""A z-buffer: which triangle is seen at each sample of the picture."""

import numpy as np
from numba import njit

FAR = np.float32(1e9)
# Rounding must not put a sample on an edge outside both triangles of the edge.
EDGE = np.float32(1e-5)


class DepthBuffer:
    """What is nearest at each sample; drawn into by `rasterize`.

    Attributes:
        depth: float32 (H, W), FAR where nothing is.
        triangle: int32 (H, W), number of the triangle, -1 where there is none.
        second, third: float32 (H, W), barycentric shares of its second and third corner.
    """

    def __init__(self, height: int, width: int):
        self.depth = np.full((height, width), FAR, np.float32)
        self.triangle = np.full((height, width), -1, np.int32)
        self.second = np.zeros((height, width), np.float32)
        self.third = np.zeros((height, width), np.float32)


def rasterize(corners: np.ndarray, triangles: np.ndarray, height: int, width: int) -> DepthBuffer:
    """Draw triangles into a new buffer.

    A sample lies in the middle of its pixel. A point on an edge belongs to both triangles of the
    edge, and the nearer is kept, so there are no cracks.

    Args:
        corners: float32 (V, 3): column and row (pixel edges at integers), and depth.
        triangles: int (F, 3).
        height: of the buffer.
        width: of the buffer.
    """
    buffer = DepthBuffer(height, width)
    _rasterize(corners, triangles, buffer.depth, buffer.triangle, buffer.second, buffer.third)
    return buffer


def depth_map(corners: np.ndarray, triangles: np.ndarray, size: int) -> np.ndarray:
    """Return only the depths, float32 (size, size), as a light needs them."""
    depth = np.full((size, size), FAR, np.float32)
    nothing = np.zeros((0, 0), np.float32)
    _rasterize(corners, triangles, depth, nothing.astype(np.int32), nothing, nothing)
    return depth


@njit(cache=True, error_model="numpy")
def _rasterize(corners, triangles, depth, triangle, second, third):
    height, width = depth.shape
    only_depth = triangle.size == 0
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = corners[a, 0], corners[a, 1], corners[a, 2]
        x1, y1, z1 = corners[b, 0] - x0, corners[b, 1] - y0, corners[b, 2] - z0
        x2, y2, z2 = corners[c, 0] - x0, corners[c, 1] - y0, corners[c, 2] - z0
        area = x1 * y2 - x2 * y1
        if abs(area) < 1e-9:
            continue
        left = max(0, int(np.ceil(x0 + min(0.0, x1, x2) - 0.5)))
        right = min(width - 1, int(np.floor(x0 + max(0.0, x1, x2) - 0.5)))
        top = max(0, int(np.ceil(y0 + min(0.0, y1, y2) - 0.5)))
        bottom = min(height - 1, int(np.floor(y0 + max(0.0, y1, y2) - 0.5)))
        for row in range(top, bottom + 1):
            y = row + np.float32(0.5) - y0
            for column in range(left, right + 1):
                x = column + np.float32(0.5) - x0
                share1 = (x * y2 - x2 * y) / area
                share2 = (x1 * y - x * y1) / area
                if share1 < -EDGE or share2 < -EDGE or share1 + share2 > 1 + EDGE:
                    continue
                z = z0 + share1 * z1 + share2 * z2
                if z < depth[row, column]:
                    depth[row, column] = z
                    if only_depth:
                        continue
                    triangle[row, column] = t
                    second[row, column] = share1
                    third[row, column] = share2
