"""The parser on a small body made by hand, and the facts of the real one."""

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hueman.choreography.assets import ROOT, BodyAssets

OBJ = """# a square, a triangle, and a small cube's corners for a joint
mtllib base.mtl
v 0 0 0
v 1 0 0.5
v 1 1 0
v 0 1 0
v 2.5 0 -1e-1
v 8 8 8
v 8 9 8
v 9 8 8
vt 0 0
g body
f 1/1 2/1 3/1 4/1
f 2 5 3
g joint-elbow
f 6 7 8
"""
RIG = {
    # The child comes first: parents are put before it all the same.
    "hand": {
        "parent": "arm",
        "head": {"vertex_indices": [1, 2]},
        "tail": {"vertex_indices": [4]},
    },
    "arm": {
        "parent": "",
        "head": {"vertex_indices": [0]},
        "tail": {"cube_name": "joint-elbow"},
    },
}
WEIGHTS = {"weights": {"arm": [[0, 1.0], [1, 0.6], [2, 0.25]], "hand": [[1, 0.2], [2, 0.25]]}}
TARGET = "# vertex and offset\n1 0.5 -.25 0\n4 0 0 1e-1\n"


@pytest.fixture
def small(tmp_path: Path) -> BodyAssets:
    archive = tmp_path / "body.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(ROOT + "3dobjs/base.obj", OBJ)
        files.writestr(ROOT + "rigs/standard/rig.game_engine.json", json.dumps(RIG))
        files.writestr(ROOT + "rigs/standard/weights.game_engine.json", json.dumps(WEIGHTS))
        files.writestr(
            ROOT + "targets/nose/nose-big.target.gz", gzip.compress(TARGET.encode(), mtime=0)
        )
    return BodyAssets(archive)


def test_vertices_and_triangles_of_each_group(small):
    np.testing.assert_allclose(small.vertices[[1, 4]], [[1, 0, 0.5], [2.5, 0, -0.1]])
    assert small.vertices.shape == (8, 3)
    np.testing.assert_array_equal(small.triangles, [[0, 1, 2], [0, 2, 3], [1, 4, 2], [5, 6, 7]])
    assert set(small.groups) == {"body", "joint-elbow"}
    np.testing.assert_array_equal(small.groups["body"], [True, True, True, False])


def test_bones_come_after_their_parents(small):
    assert [(bone.name, bone.parent) for bone in small.bones] == [("arm", -1), ("hand", 0)]
    assert small.bone_index == {"arm": 0, "hand": 1}
    arm, hand = small.bones
    np.testing.assert_array_equal(arm.tail, [5, 6, 7])
    np.testing.assert_array_equal(hand.head, [1, 2])


def test_weights_of_each_vertex_sum_to_one(small):
    np.testing.assert_allclose(
        small.weights[:4], [[1, 0], [0.75, 0.25], [0.5, 0.5], [0, 0]], atol=1e-6
    )
    np.testing.assert_allclose(small.bone_weights("arm", "hand")[:4], [1, 1, 1, 0], atol=1e-6)


def test_a_target_says_which_vertices_move_and_how(small):
    vertices, offsets = small.target("nose/nose-big")
    np.testing.assert_array_equal(vertices, [1, 4])
    np.testing.assert_allclose(offsets, [[0.5, -0.25, 0], [0, 0, 0.1]])
    assert small.has_target("nose/nose-big")


def test_an_unknown_target_is_refused(small):
    assert not small.has_target("nose/nose-small")
    with pytest.raises(ValueError, match="no shape target 'nose/nose-small'"):
        small.target("nose/nose-small")


def test_the_real_body_has_the_published_mesh_and_rig(assets):
    # MakeHuman's hm08: 19158 vertices, 13378 quads of the body; the game-engine rig has 53 bones.
    assert assets.vertices.shape == (19158, 3)
    assert assets.groups["body"].sum() == 2 * 13378
    assert len(assets.bones) == 53
    assert all(bone.parent < number for number, bone in enumerate(assets.bones))
    assert [bone.name for bone in assets.bones if bone.parent < 0] == ["Root"]


def test_the_real_body_is_closed_and_faces_outwards(assets):
    triangles = assets.triangles[assets.groups["body"]]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    # Each edge is used once in each direction.
    np.testing.assert_array_equal(np.unique(edges, axis=0), np.unique(edges[:, ::-1], axis=0))
    assert len(np.unique(edges, axis=0)) == len(edges)
    corners = assets.vertices[triangles]
    volume = (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert 40 < volume < 90, "litres"


def test_left_and_right_of_the_real_body_mirror_each_other(assets):
    heads = {bone.name: assets.vertices[bone.head].mean(axis=0) for bone in assets.bones}
    for name, place in heads.items():
        if name.endswith("_l"):
            assert place[0] > 0, "the person's left is +x"
            np.testing.assert_allclose(heads[f"{name[:-1]}r"], place * [-1, 1, 1], atol=0.02)
