"""Where things are on a resting body: limbs as tubes with coordinates, and cross-sections."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

from hueman.choreography.assets import BodyAssets
from hueman.choreography.body import Body
from hueman.choreography.rotations import between, unit

ARM_BONES = ("upperarm", "lowerarm", "hand")
FINGER_BONES = ("thumb", "index", "middle", "ring", "pinky")
LEG_BONES = ("thigh", "calf", "foot")
ANGLES, HEIGHTS = 48, 40
MODE: Any = ("nearest", "wrap")  # scipy takes one for each axis; its stubs know only one for all


@dataclass(frozen=True)
class Tube:
    """Coordinates of points about a chain of bones. Lengths in decimetres."""

    along: np.ndarray
    """(N,) way from the root along the chain."""
    radius: np.ndarray
    """(N,) distance from the axis."""
    angle: np.ndarray
    """(N,) about the axis, -pi..pi; 0 is the front of a hanging limb."""
    outwards: np.ndarray
    """(N, 3) unit vectors away from the axis."""


class Anatomy:
    """A resting body and where its limbs are.

    Attributes:
        assets: bones, groups and skin weights.
        body: the shaped body.
        arm: share of each vertex (V,) that arm bones move, hands included.
        leg: share of each vertex (V,) that leg bones move, feet included.
    """

    def __init__(self, assets: BodyAssets, body: Body):
        self.assets = assets
        self.body = body
        self.arm = self.arm_share(assets.weights)
        self.leg = self.leg_share(assets.weights)

    def arm_share(self, weights: np.ndarray) -> np.ndarray:
        """Return how much arm bones, down to the fingers, move vertices of weights (N, B)."""
        return self._share(weights, ARM_BONES + FINGER_BONES)

    def leg_share(self, weights: np.ndarray) -> np.ndarray:
        """Return how much leg bones, down to the toes, move vertices of weights (N, B)."""
        return self._share(weights, (*LEG_BONES, "ball"))

    def _share(self, weights: np.ndarray, bones: tuple[str, ...]) -> np.ndarray:
        chosen = [bone.name.startswith(bones) for bone in self.assets.bones]
        return weights[:, chosen].sum(axis=1)

    def joint(self, bone: str) -> np.ndarray:
        """Return where a bone turns, (3,)."""
        return self.body.heads[self.assets.bone_index[bone]]

    def chain(self, bones: tuple[str, ...], side: str) -> np.ndarray:
        """Return the joints of a limb, (n, 3)."""
        return np.array([self.joint(f"{bone}_{side}") for bone in bones])

    def length(self, bones: tuple[str, ...], side: str) -> float:
        """Return the length of a limb, from its first joint to its last."""
        return float(np.linalg.norm(np.diff(self.chain(bones, side), axis=0), axis=1).sum())

    def tube(self, points: np.ndarray, bones: tuple[str, ...], side: str) -> Tube:
        """Return coordinates of points (N, 3) about the two bones of a limb.

        Beyond its ends the limb is continued straight.
        """
        root, middle, end = self.chain(bones, side)
        first, second = unit(middle - root), unit(end - middle)
        # The plane half way between the bones parts those of the first from those of the second.
        beyond = (points - middle) @ (first + second) > 0
        direction = np.where(beyond[:, None], second, first)
        offset = points - middle
        reach = (offset * direction).sum(axis=1)
        across = offset - reach[:, None] * direction
        front = unit(np.cross(first, np.cross([0.0, 0.0, 1.0], first)))
        fronts = np.where(beyond[:, None], between(first, second) @ front, front)
        sideways = np.cross(direction, fronts)
        radius = np.linalg.norm(across, axis=1)
        return Tube(
            along=reach + float(np.linalg.norm(middle - root)),
            radius=radius,
            angle=np.arctan2((across * sideways).sum(axis=1), (across * fronts).sum(axis=1)),
            outwards=across / np.maximum(radius, 1e-9)[:, None],
        )

    def trunk_vertices(self) -> np.ndarray:
        """Return the numbers of the body's vertices below the neck that are not on arms."""
        own = np.unique(self.assets.triangles[self.assets.groups["body"]])
        neck = self.joint("neck_01")[1]
        trunk = (self.arm[own] < 0.3) & (self.body.vertices[own, 1] < neck)
        return own[trunk]


class Hull:
    """How far a trunk reaches in each direction at each height: cloth hangs from it.

    Args:
        points: (N, 3), of the surface.
        axis: (x, z) of the vertical axis; kept as `axis`.
        hang: 1 lets the hull fall straight down from what is widest above, 0 follows the body.
    """

    def __init__(self, points: np.ndarray, axis: tuple[float, float], hang: float):
        self.axis = axis
        angle, radius = self._polar(points)
        self._low, self._high = points[:, 1].min(), points[:, 1].max()
        table = np.zeros((HEIGHTS, ANGLES))
        rows, columns = self._place(angle, points[:, 1])
        np.maximum.at(
            table, (np.rint(rows).astype(int), np.rint(columns).astype(int) % ANGLES), radius
        )
        # Vertices are sparse: fill the holes between them, then let the widest parts hang down.
        for size in (3, 5, 9):
            filled = maximum_filter(table, size, mode=MODE)
            table = np.where(table > 0, table, filled)
        table = gaussian_filter(table, (1.0, 1.0), mode=MODE)
        hanging = np.maximum.accumulate(table[::-1], axis=0)[::-1]
        self._table = gaussian_filter(table * (1 - hang) + hanging * hang, (1.0, 1.2), mode=MODE)

    def _polar(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, z = points[:, 0] - self.axis[0], points[:, 2] - self.axis[1]
        return np.arctan2(x, z), np.hypot(x, z)

    def _place(self, angle: np.ndarray, height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = (height - self._low) / (self._high - self._low) * (HEIGHTS - 1)
        return np.clip(rows, 0, HEIGHTS - 1), angle / (2 * np.pi) * ANGLES

    def radius(self, angle: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Return the reach (N,) at angles (0 is the front, positive to the left) and heights."""
        rows, columns = self._place(angle, height)
        row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
        below, right = np.minimum(row + 1, HEIGHTS - 1), column + 1
        v, u = rows - row, columns - column
        table = self._table
        lower = table[row, column % ANGLES] * (1 - u) + table[row, right % ANGLES] * u
        upper = table[below, column % ANGLES] * (1 - u) + table[below, right % ANGLES] * u
        return lower * (1 - v) + upper * v

    def pushed_out(self, points: np.ndarray, gap: np.ndarray) -> np.ndarray:
        """Move points (N, 3) away from the axis until they are `gap` (N,) outside the hull."""
        angle, radius = self._polar(points)
        wanted = np.maximum(radius, self.radius(angle, points[:, 1]) + gap)
        return self._scaled(points, wanted / np.maximum(radius, 1e-9))

    def fitted(self, points: np.ndarray, gap: np.ndarray) -> np.ndarray:
        """Move points (N, 3) to or from the axis until they are `gap` (N,) outside the hull."""
        angle, radius = self._polar(points)
        factor = (self.radius(angle, points[:, 1]) + gap) / np.maximum(radius, 1e-9)
        return self._scaled(points, factor)

    def _scaled(self, points: np.ndarray, factor: np.ndarray) -> np.ndarray:
        moved = points.copy()
        moved[:, 0] = self.axis[0] + (points[:, 0] - self.axis[0]) * factor
        moved[:, 2] = self.axis[1] + (points[:, 2] - self.axis[1]) * factor
        return moved

    def unrolled(self, x: np.ndarray, behind: np.ndarray, low: float, high: float) -> np.ndarray:
        """Return the way along the mean outline between two heights, from the middle of the front.

        Cloth is cut flat: a front and a back piece, sewn together at the sides and shoulders.

        Args:
            x: sideways places, of any shape.
            behind: bool, of the same shape: on the back piece.
            low: lower height.
            high: upper height.
        """
        angles = np.linspace(-np.pi, np.pi, 361)
        heights = np.linspace(low, high, 8)
        outline = np.mean([self.radius(angles, np.full(361, h)) for h in heights], axis=0)
        across = outline * np.sin(angles)
        way = np.cumsum(np.hypot(np.gradient(across), np.gradient(outline * np.cos(angles))))
        way = way - way[180]
        left, right = across.argmax(), across.argmin()
        front = _extended(x, across[right : left + 1], way[right : left + 1])
        # The back piece begins at the left side and goes on around.
        turn = way[-1] - way[0]
        back_x = np.concatenate([across[left:], across[1 : right + 1]])
        back_way = np.concatenate([way[left:], way[1 : right + 1] + turn])
        return np.where(behind, _extended(x, back_x[::-1], back_way[::-1]), front)


def _extended(x: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Interpolate, and go on straight (1:1) beyond the ends of what is known."""
    inside = np.interp(x, known, values)
    sign = np.sign(values[-1] - values[0])
    return inside + sign * (np.maximum(x - known[-1], 0) - np.maximum(known[0] - x, 0))
