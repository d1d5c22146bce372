"""The body, dressed actors and their garments, made once for all tests that ask for them."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from hueman.choreography.actor import Actor
from hueman.choreography.anatomy import Anatomy
from hueman.choreography.assets import BodyAssets
from hueman.choreography.camera import Camera
from hueman.choreography.cast import CAST
from hueman.choreography.cloth import Garment
from hueman.choreography.lower_garment import make_lower
from hueman.choreography.mesh import Mesh, refine
from hueman.choreography.upper_garment import make_upper


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
def garments_of(anatomy_of) -> Callable[[str], tuple[Garment, Garment]]:
    """Upper (without collar or hood) and lower garment of an actor, on the resting body."""

    @cache
    def garments(name: str) -> tuple[Garment, Garment]:
        anatomy, spec = anatomy_of(name), CAST[name]
        return make_upper(anatomy, spec.upper), make_lower(anatomy, spec.lower)

    return garments


@pytest.fixture(scope="session")
def above_skin(anatomy_of) -> Callable[[str, np.ndarray], np.ndarray]:
    """How far points (N, 3) are outside an actor's bare skin, along its normals."""

    @cache
    def surface(name: str) -> tuple[KDTree, np.ndarray, np.ndarray]:
        anatomy = anatomy_of(name)
        own = anatomy.assets.triangles[anatomy.assets.groups["body"]]
        nothing = np.zeros((len(anatomy.body.vertices), 1))
        skin = Mesh(anatomy.body.vertices, own, nothing, anatomy.body.normals).compact()
        # Points so close to each other that the nearest is nearly the foot of the perpendicular.
        fine = refine(skin)
        normals = fine.attributes / np.linalg.norm(fine.attributes, axis=1, keepdims=True)
        return KDTree(fine.vertices), fine.vertices, normals

    def distance(name: str, points: np.ndarray) -> np.ndarray:
        tree, vertices, normals = surface(name)
        near = tree.query(points)[1]
        return ((points - vertices[near]) * normals[near]).sum(axis=1)

    return distance


@pytest.fixture(scope="session")
def openings_of() -> Callable[[Mesh], list[np.ndarray]]:
    """The loops of vertices, each a hem, where a mesh is open; highest first."""

    def openings(mesh: Mesh) -> list[np.ndarray]:
        a, b, c = mesh.triangles.T
        edges = np.sort(np.stack([[a, b, c], [b, c, a]], axis=2).reshape(-1, 2), axis=1)
        unique, uses = np.unique(edges, axis=0, return_counts=True)
        assert uses.max() <= 2, "an edge has two triangles at most"
        border = unique[uses == 1]
        count = len(mesh.vertices)
        assert set(np.bincount(border.ravel(), minlength=count)) <= {0, 2}, "hems are closed loops"
        graph = coo_matrix((np.ones(len(border)), border.T), shape=(count, count))
        label = connected_components(graph, directed=False)[1]
        loops = [np.flatnonzero(label == number) for number in np.unique(label[border])]
        return sorted(loops, key=lambda loop: -mesh.vertices[loop, 1].mean())

    return openings


@pytest.fixture(scope="session")
def stretch_of() -> Callable[[Garment, np.ndarray], np.ndarray]:
    """Length on the cloth's pattern divided by length on its surface, of triangles' edges."""

    def stretch(garment: Garment, chosen: np.ndarray) -> np.ndarray:
        corners = garment.mesh.vertices[garment.mesh.triangles[chosen]]
        texture = garment.texture[chosen]
        surface = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
        pattern = np.linalg.norm(texture - np.roll(texture, 1, axis=1), axis=2)
        return (pattern / np.maximum(surface, 1e-9))[surface > 1e-3]

    return stretch


@pytest.fixture(scope="session")
def facing_of() -> Callable[[Mesh], np.ndarray]:
    """Unit normals (F, 3) of a mesh's triangles."""

    def facing(mesh: Mesh) -> np.ndarray:
        a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
        normals = np.cross(b - a, c - a)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    return facing


@pytest.fixture(scope="session")
def camera_of() -> Callable[[Actor, int, int], Camera]:
    """A camera of the given height and width on an actor's floor."""
    return lambda actor, height, width: Camera(height, width, float(actor.vertices[:, 1].min()))
