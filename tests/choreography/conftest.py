"""The body's files and dressed actors, made once for all tests that ask for them."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from hueman.choreography.actor import Actor
from hueman.choreography.anatomy import Anatomy
from hueman.choreography.assets import BodyAssets
from hueman.choreography.camera import Camera
from hueman.choreography.cast import CAST


@pytest.fixture(scope="session")
def assets() -> BodyAssets:
    return BodyAssets.load()


@pytest.fixture(scope="session")
def dressed(assets) -> Callable[[str], Actor]:
    """Actors of the cast by name; each is dressed when it is first asked for."""
    return cache(lambda name: Actor(assets, CAST[name]))


@pytest.fixture(scope="session")
def anatomy_of(assets, dressed) -> Callable[[str], Anatomy]:
    return cache(lambda name: Anatomy(assets, dressed(name).body))


@pytest.fixture(scope="session")
def camera_of() -> Callable[[Actor, int, int], Camera]:
    """A camera of the given height and width on an actor's floor."""
    return lambda actor, height, width: Camera(height, width, float(actor.vertices[:, 1].min()))


@pytest.fixture(scope="session")
def border_of() -> Callable[[np.ndarray], np.ndarray]:
    """Numbers of the vertices on edges that only one triangle (F, 3) has."""

    def border(triangles: np.ndarray) -> np.ndarray:
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        unique, uses = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
        return np.unique(unique[uses == 1])

    return border
