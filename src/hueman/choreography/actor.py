"""An actor: body, clothes, hair and shoes put together in one mesh, ready to be posed."""

from dataclasses import dataclass, replace

import numpy as np

from hueman.choreography.anatomy import FINGER_BONES, Anatomy
from hueman.choreography.assets import BodyAssets
from hueman.choreography.body import Body, shape_body
from hueman.choreography.cast import ActorSpec
from hueman.choreography.cloth import Garment
from hueman.choreography.collar import with_collar
from hueman.choreography.folds import FOLDS, fold_strengths
from hueman.choreography.hair import make_hair
from hueman.choreography.lower_garment import make_lower
from hueman.choreography.mesh import Mesh, join
from hueman.choreography.rig import BoneTransforms, Posture, Rig
from hueman.choreography.shoes import make_shoes
from hueman.choreography.skinning import skin, strongest_bones
from hueman.choreography.skirt import Skirt, hung_standing
from hueman.choreography.upper_garment import make_upper
from hueman.features.skeleton import BODY_PARTS

SKIN, UPPER, LOWER, SHOES, HAIR, EYE, LASH = range(1, 8)
"""Materials of triangles."""

# Skin so far inside a garment cannot be seen and is left out; the rest of it is tucked in.
HIDDEN_DEPTH = 0.45
VIEW_UP_SKIRT = 1.6
TUCKED = 0.14
TUCKED_FROM = 0.25
SHOE_TOP_SHARE = 0.6


@dataclass(frozen=True)
class PosedActor:
    """An actor in one posture."""

    vertices: np.ndarray
    """float32 (V, 3), decimetres."""
    joints: np.ndarray
    """float64 (18, 3), in the order of features/skeleton.py."""


class Actor:
    """An actor at rest.

    Attributes:
        spec: what it looks like.
        body: the body below the clothes.
        rig: its skeleton.
        vertices: float32 (V, 3), at rest.
        triangles: int32 (F, 3).
        material: uint8 (F,), of each triangle.
        part: uint8 (F,), body-part label 1..10 of each triangle.
        hem: float32 (V,), distance to the next hem; for shoes the height above the floor.
        texture: float32 (F, 3, 2), place on the cloth in decimetres.
    """

    def __init__(self, assets: BodyAssets, spec: ActorSpec):
        self.spec = spec
        self.body = shape_body(assets, spec.shape)
        self.rig = Rig(assets, self.body)
        anatomy = Anatomy(assets, self.body)
        upper = with_collar(anatomy, make_upper(anatomy, spec.upper), spec.upper)
        lower = make_lower(anatomy, spec.lower)
        self._skirt: Skirt | None = None
        if spec.lower.kind == "skirt":
            lower = replace(lower, mesh=hung_standing(self.rig, lower.mesh))
            self._skirt = Skirt(anatomy, self.rig, lower.mesh)
        pieces = [
            (SKIN, _skin(assets, self.body, upper, lower, self._skirt is not None)),
            (UPPER, upper.mesh),
            (LOWER, lower.mesh),
            (SHOES, make_shoes(anatomy)),
            (EYE, _surface(assets, self.body, "helper-l-eye", "helper-r-eye")),
            (LASH, _surface(assets, self.body, "helper-l-eyelashes-2", "helper-r-eyelashes-2")),
        ]
        hair = make_hair(anatomy, spec.hair)
        if hair is not None:
            pieces.append((HAIR, hair))
        mesh = join([piece for _, piece in pieces])
        start = len(pieces[0][1].vertices) + len(upper.mesh.vertices)
        self._lower = slice(start, start + len(lower.mesh.vertices))
        self.vertices = mesh.vertices.astype(np.float32)
        self.triangles = mesh.triangles.astype(np.int32)
        self.hem = mesh.attributes[:, 0].astype(np.float32)
        self.material = np.repeat(
            np.array([material for material, _ in pieces], np.uint8),
            [len(piece.triangles) for _, piece in pieces],
        )
        self.texture = np.zeros((len(self.triangles), 3, 2), np.float32)
        self.texture[self.material == UPPER] = upper.texture
        self.texture[self.material == LOWER] = lower.texture
        self._bones, self._shares = strongest_bones(mesh.weights)
        part_of_bone = np.array([_part(bone.name) for bone in assets.bones], np.uint8)
        self.part = part_of_bone[mesh.weights.argmax(axis=1)][self.triangles[:, 0]]
        self.part[self.material == HAIR] = BODY_PARTS.index("head") + 1
        self._folds = _all_folds(pieces, upper, lower)
        self._outwards = mesh.normals().astype(np.float32)
        self._joint_bones = [assets.bone_index[name] for name in JOINT_BONES]
        self._head = assets.bone_index["head"]

    def pose(self, posture: Posture) -> PosedActor:
        """Bend the actor, clothes and all."""
        transforms = self.rig.transforms(posture)
        strengths = fold_strengths(self.rig, transforms).astype(np.float32)
        folded = self.vertices + (strengths @ self._folds)[:, None] * self._outwards
        vertices = skin(folded, self._bones, self._shares, self.body.heads, transforms)
        if self._skirt:
            vertices[self._lower] = self._skirt.pushed_out(vertices[self._lower], transforms)
        return PosedActor(vertices, self.joints(transforms))

    def joints(self, transforms: BoneTransforms) -> np.ndarray:
        """Return the 18 joints of features/skeleton.py, float64 (18, 3)."""
        limbs = transforms.places[self._joint_bones]
        face = self.body.face
        # Eyes are seen at the front of the eyeball.
        front = np.array([0.0, 0.0, 0.14])
        points = np.array(
            [
                face["nose"], face["right_eye"] + front, face["left_eye"] + front,
                face["right_ear"], face["left_ear"],
            ]
        )  # fmt: skip
        nose, right_eye, left_eye, right_ear, left_ear = transforms.apply(
            self.body, self._head, points
        )
        neck = (limbs[RIGHT_SHOULDER] + limbs[LEFT_SHOULDER]) / 2
        return np.array([nose, neck, *limbs, right_eye, left_eye, right_ear, left_ear])


# The bones that turn at joints 2 to 13 of features/skeleton.py.
JOINT_BONES = (
    "upperarm_r", "lowerarm_r", "hand_r", "upperarm_l", "lowerarm_l", "hand_l",
    "thigh_r", "calf_r", "foot_r", "thigh_l", "calf_l", "foot_l",
)  # fmt: skip
RIGHT_SHOULDER, LEFT_SHOULDER = JOINT_BONES.index("upperarm_r"), JOINT_BONES.index("upperarm_l")


def _part(bone: str) -> int:
    """Return the label (1..10) of the body part that a bone moves."""
    side = {"l": "left", "r": "right"}.get(bone[-1], "")
    if bone.startswith(("head", "neck")):
        name = "head"
    elif bone.startswith("upperarm"):
        name = f"{side}_upper_arm"
    elif bone.startswith(("lowerarm", "hand", *FINGER_BONES)):
        name = f"{side}_lower_arm"
    elif bone.startswith("thigh"):
        name = f"{side}_upper_leg"
    elif bone.startswith(("calf", "foot", "ball")):
        name = f"{side}_lower_leg"
    else:
        name = "torso"
    return BODY_PARTS.index(name) + 1


def _skin(
    assets: BodyAssets, body: Body, upper: Garment, lower: Garment, wears_skirt: bool
) -> Mesh:
    """Return the skin that can be seen, and a little of what is below the hems."""
    covered = np.maximum(upper.covered, lower.covered)
    # One can look a little way up a skirt.
    if wears_skirt:
        covered = np.maximum(upper.covered, lower.covered - VIEW_UP_SKIRT)
    feet = assets.bone_weights("foot_l", "ball_l", "foot_r", "ball_r") > SHOE_TOP_SHARE
    hidden = (covered > HIDDEN_DEPTH) | feet
    own = assets.triangles[assets.groups["body"]]
    visible = own[~hidden[own].all(axis=1)]
    tucked = TUCKED * np.clip(covered / TUCKED_FROM, 0, 1)
    vertices = body.vertices - tucked[:, None] * body.normals
    return _bare(Mesh.of(vertices, visible, assets.weights))


def _surface(assets: BodyAssets, body: Body, *groups: str) -> Mesh:
    chosen = np.any([assets.groups[group] for group in groups], axis=0)
    return _bare(Mesh.of(body.vertices, assets.triangles[chosen], assets.weights))


def _bare(mesh: Mesh) -> Mesh:
    return Mesh(mesh.vertices, mesh.triangles, mesh.weights, np.zeros((len(mesh.vertices), 1)))


def _all_folds(pieces: list[tuple[int, Mesh]], upper: Garment, lower: Garment) -> np.ndarray:
    """Return the folds of the whole mesh, float32 (len(FOLDS), V): none outside the garments."""
    own = {UPPER: upper.folds, LOWER: lower.folds}
    folds = [
        own.get(material, np.zeros((len(FOLDS), len(piece.vertices)))) for material, piece in pieces
    ]
    return np.concatenate(folds, axis=1).astype(np.float32)
