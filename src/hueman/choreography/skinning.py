"""Linear blend skinning: vertices follow the bones they belong to (Magnenat-Thalmann 1988)."""

import numpy as np
from numba import njit

from hueman.choreography.rig import BoneTransforms

INFLUENCES = 4
"""Bones that move a vertex at most."""


def strongest_bones(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep the strongest bones of each vertex (V, B): numbers int32 and shares float32 (V, 4)."""
    bones = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    shares = np.take_along_axis(weights, bones, axis=1)
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    return bones.astype(np.int32), shares.astype(np.float32)


def skin(
    vertices: np.ndarray,
    bones: np.ndarray,
    shares: np.ndarray,
    rest_places: np.ndarray,
    transforms: BoneTransforms,
) -> np.ndarray:
    """Move vertices with their bones.

    Args:
        vertices: float32 (V, 3), at rest.
        bones: int32 (V, n), numbers of bones.
        shares: float32 (V, n), rows sum to 1.
        rest_places: float64 (B, 3), where the bones turn at rest.
        transforms: where the bones are.

    Returns:
        float32 (V, 3).
    """
    rotations = transforms.rotations
    shifts = transforms.places - np.einsum("bij,bj->bi", rotations, rest_places)
    matrices = np.concatenate([rotations, shifts[:, :, None]], axis=2).astype(np.float32)
    return _skin(np.ascontiguousarray(vertices, np.float32), bones, shares, matrices)


def unskin(
    vertices: np.ndarray, weights: np.ndarray, rest_places: np.ndarray, transforms: BoneTransforms
) -> np.ndarray:
    """Find where vertices (V, 3) must be at rest to be here when the bones are as given.

    Args:
        vertices: (V, 3), posed.
        weights: (V, B), rows sum to 1.
        rest_places: float64 (B, 3), where the bones turn at rest.
        transforms: where the bones are.

    Returns:
        float64 (V, 3).
    """
    rotations = transforms.rotations
    shifts = transforms.places - np.einsum("bij,bj->bi", rotations, rest_places)
    mixed = np.einsum("vb,bij->vij", weights, rotations)
    return np.linalg.solve(mixed, (vertices - weights @ shifts)[:, :, None])[:, :, 0]


@njit(cache=True)
def _skin(vertices, bones, shares, matrices):
    moved = np.empty_like(vertices)
    for vertex in range(len(vertices)):
        x, y, z = vertices[vertex, 0], vertices[vertex, 1], vertices[vertex, 2]
        for axis in range(3):
            total = np.float32(0)
            for slot in range(bones.shape[1]):
                m = matrices[bones[vertex, slot], axis]
                total += shares[vertex, slot] * (m[0] * x + m[1] * y + m[2] * z + m[3])
            moved[vertex, axis] = total
    return moved
