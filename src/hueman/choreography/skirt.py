"""How a skirt hangs: made for a standing body, and pushed out by legs that move below it."""

import numpy as np

from hueman.choreography.anatomy import LEG_BONES, Anatomy
from hueman.choreography.cloth import smoothstep
from hueman.choreography.mesh import Mesh, neighbour_means
from hueman.choreography.rig import LEG, BoneTransforms, Posture, Rig
from hueman.choreography.skinning import unskin

# Space between leg and skirt, in decimetres.
GAP = 0.09
ROUNDS = 6


def hung_standing(rig: Rig, mesh: Mesh) -> Mesh:
    """Return a skirt that has the shape of `mesh` when its wearer stands.

    The body rests with its legs apart; a skirt made for that posture would change its shape as
    soon as the legs come together.
    """
    standing = rig.transforms(Posture())
    hips = rig.index["pelvis"]
    lowered = mesh.vertices + standing.places[hips] - rig.body.heads[hips]
    return mesh.moved(unskin(lowered, mesh.weights, rig.body.heads, standing))


class Skirt:
    """Pushes a skirt out of the way of legs.

    Args:
        anatomy: of the wearer.
        rig: its skeleton.
        mesh: the skirt.
    """

    def __init__(self, anatomy: Anatomy, rig: Rig, mesh: Mesh):
        self._rig = rig
        self._radii = _leg_radii(anatomy)
        # The waistband stays where it is.
        below = mesh.vertices[:, 1].max() - mesh.vertices[:, 1:2]
        self._free = smoothstep(0.2, 1.6, below).astype(np.float32)
        self._means = neighbour_means(mesh.triangles, len(mesh.vertices)).astype(np.float32)

    def pushed_out(self, vertices: np.ndarray, transforms: BoneTransforms) -> np.ndarray:
        """Return the skirt's vertices (V, 3) outside the legs, with the push spread smoothly."""
        push = np.zeros_like(vertices)
        for _ in range(2):
            for side in "lr":
                joints = transforms.places[[self._rig.index[f"{bone}_{side}"] for bone in LEG]]
                for number in range(2):
                    push += _out_of_capsule(
                        vertices + push,
                        joints[number],
                        joints[number + 1],
                        self._radii[number],
                        self._radii[number + 1],
                    )
            # Spread what is pushed to its neighbours, but never less than each needs itself.
            for _ in range(ROUNDS):
                spread = self._means @ push
                more = (spread**2).sum(axis=1) > (push**2).sum(axis=1)
                push = np.where(more[:, None], spread, push)
            push = push * self._free
        return vertices + push


def _leg_radii(anatomy: Anatomy) -> list[float]:
    """Return how thick the legs are at hip, knee and ankle, the gap included."""
    points = anatomy.body.vertices[(anatomy.leg > 0.8) & (anatomy.body.vertices[:, 0] > 0)]
    tube = anatomy.tube(points, LEG_BONES, "l")
    hip, knee, _ = anatomy.chain(LEG_BONES, "l")
    thigh, whole = float(np.linalg.norm(knee - hip)), anatomy.length(LEG_BONES, "l")
    # Below the hip joint leg and trunk are one, so the thigh is measured a little lower.
    places = (0.35 * thigh, thigh, 0.95 * whole)
    front = np.cos(tube.angle) > 0
    return [
        float(np.percentile(tube.radius[front & (np.abs(tube.along - place) < 0.4)], 95)) + GAP
        for place in places
    ]


def _out_of_capsule(
    points: np.ndarray, start: np.ndarray, end: np.ndarray, first: float, second: float
) -> np.ndarray:
    """Return how far points (N, 3) must move to leave a tapered capsule, float32 (N, 3)."""
    axis = end - start
    share = np.clip((points - start) @ axis / (axis @ axis), 0, 1)[:, None]
    away = points - (start + share * axis)
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    missing = np.maximum(first + share * (second - first) - distance, 0)
    return (away / np.maximum(distance, 1e-6) * missing).astype(np.float32)
