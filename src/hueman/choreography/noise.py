"""Smooth random fields that are the same on every machine: value noise on a hashed lattice."""

import math

import numpy as np
from numba import njit


@njit(cache=True)
def noise_at(x: float, y: float, z: float) -> float:
    """Return smooth noise 0..1 at a point; features are about one unit large."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    u, v, w = u * u * (3 - 2 * u), v * v * (3 - 2 * v), w * w * (3 - 2 * w)
    total = 0.0
    for corner in range(8):
        a, b, c = corner & 1, (corner >> 1) & 1, corner >> 2
        share = (u if a else 1 - u) * (v if b else 1 - v) * (w if c else 1 - w)
        total += share * _hashed(int(i) + a, int(j) + b, int(k) + c)
    return total


@njit(cache=True)
def _hashed(i: int, j: int, k: int) -> float:
    """Return a number 0..1 that looks random, for a point of the lattice."""
    n = (i * 73856093) ^ (j * 19349663) ^ (k * 83492791)
    n = ((n ^ (n >> 13)) * 1274126177) & 0x7FFFFFFF
    n = ((n ^ (n >> 15)) * 668265263) & 0x7FFFFFFF
    return ((n >> 8) & 0xFFFF) / 65535.0


@njit(cache=True)
def _noise(points):
    values = np.empty(len(points))
    for number in range(len(points)):
        values[number] = noise_at(points[number, 0], points[number, 1], points[number, 2])
    return values


def noise(points: np.ndarray, octaves: int = 1) -> np.ndarray:
    """Return smooth noise, mean about 0 and range -1..1, at points (N, 3).

    Args:
        points: where; features are about one unit large.
        octaves: layers, each twice as fine and half as strong as the one before.
    """
    points = np.ascontiguousarray(points, np.float64)
    total, strength = np.zeros(len(points)), 0.0
    for octave in range(octaves):
        share = 0.5**octave
        total += share * (2 * _noise(points * 2**octave + 17.3 * octave) - 1)
        strength += share
    return total / strength
