import numpy as np
import pytest
from bvh_person import JOINTS as BODY
from bvh_person import PARENTS, PROGRAMS, bvh_text, moving
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT, JOINTS
from hueman.generation.bvh import read_bvh
from hueman.generation.captured_poses import captured_poses, find_joints

FACE = [JOINT[joint] for joint in ("nose", "right_eye", "left_eye", "right_ear", "left_ear")]
OURS = [joint for joint in BODY if joint in JOINTS]
FRAMES = 6


@pytest.fixture
def poses_of(tmp_path):
    def read(text: str) -> np.ndarray:
        path = tmp_path / "take.bvh"
        path.write_text(text)
        return captured_poses(read_bvh(path))

    return read


def waving():
    """A left forearm is raised, a right knee too, the head turns to the left, the body leans."""
    share = np.linspace(0, 1, FRAMES)[:, None]
    return moving(
        {
            "left_elbow": share * [0, 0, np.pi / 2],
            "right_shoulder": np.ones((FRAMES, 1)) * [0, 0, 1.3],
            "right_hip": share * [-0.8, 0, 0],
            "right_knee": share * [1.2, 0, 0],
            "head": share * [0, 0.9, 0],
            "spine": share * [0.2, 0.1, -0.1],
        },
        FRAMES,
    )


def test_a_person_is_seen_from_the_front(poses_of):
    person = waving()
    pose = poses_of(bvh_text(person, PROGRAMS["mixamo"]))
    assert pose.dtype == np.float32
    assert (pose[..., 2] == 1).all()
    # A T-pose that faces z: the camera sees x to the right and y upwards.
    places = person.places()
    trunk = 143 - 93
    for joint in OURS:
        expected = places[:, BODY.index(joint), :2] * [1, -1] * 79 / trunk
        offset = (pose[:, JOINT[joint], :2] - expected)[0]
        np.testing.assert_allclose(pose[:, JOINT[joint], :2], expected + offset, atol=1)
    shoulders = pose[:, [JOINT["left_shoulder"], JOINT["right_shoulder"]], :2]
    np.testing.assert_allclose(pose[:, JOINT["neck"], :2], shoulders.mean(axis=1), atol=1e-3)
    assert pose[..., :2].min() == pytest.approx(20)


def test_left_is_left_and_up_is_up(poses_of):
    pose = poses_of(bvh_text(waving(), PROGRAMS["biped"]))
    for joint in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        assert pose[0, JOINT[f"left_{joint}"], 0] > pose[0, JOINT[f"right_{joint}"], 0]
    heights = [pose[0, JOINT[j], 1] for j in ("nose", "neck", "left_hip", "left_knee")]
    assert heights == sorted(heights)
    head_to_foot = pose[0, JOINT["left_ankle"], 1] - pose[0, JOINT["nose"], 1]
    assert 220 < head_to_foot < 300
    # The raised forearm ends above its elbow, and the turned head looks to the image's right.
    assert pose[-1, JOINT["left_wrist"], 1] < pose[-1, JOINT["left_elbow"], 1] - 20
    to_the_side = pose[:, JOINT["nose"], 0] - pose[:, [16, 17], 0].mean(axis=1)
    assert to_the_side[0] == pytest.approx(0, abs=1e-3)
    assert to_the_side[-1] > 10


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_names_of_every_program_are_known(poses_of, program):
    expected = poses_of(bvh_text(waving(), PROGRAMS["mixamo"]))
    pose = poses_of(bvh_text(waving(), PROGRAMS[program]))
    np.testing.assert_allclose(pose, expected, atol=1e-3)


@pytest.mark.filterwarnings("ignore:Gimbal lock")
@settings(deadline=None, max_examples=25)
@given(
    st.floats(-180, 180),
    st.sampled_from([(0, 0), (90, 0), (-90, 0), (0, 90), (180, 0)]),
    st.floats(0.01, 100),
)
def test_the_world_of_the_file_does_not_matter(tmp_path_factory, heading, tilt, size):
    """Whatever direction the person faces, whichever axis is up, and whatever the unit is."""
    person = waving()
    path = tmp_path_factory.mktemp("bvh") / "take.bvh"
    path.write_text(bvh_text(person, PROGRAMS["cmu"]))
    expected = captured_poses(read_bvh(path))
    turn = Rotation.from_euler("xz", tilt, degrees=True) * Rotation.from_euler(
        "y", heading, degrees=True
    )
    moved = person.turned(turn)
    moved = type(moved)(moved.turns, moved.hips * size, moved.offsets * size)
    path.write_text(bvh_text(moved, PROGRAMS["cmu"]))
    np.testing.assert_allclose(captured_poses(read_bvh(path)), expected, atol=0.1)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1000))
def test_how_bones_lie_at_rest_does_not_matter(tmp_path_factory, seed):
    person = waving()
    path = tmp_path_factory.mktemp("bvh") / "take.bvh"
    path.write_text(bvh_text(person, PROGRAMS["cmu"]))
    body = [JOINT[joint] for joint in OURS]
    expected = captured_poses(read_bvh(path))[:, body, :2]
    frames = np.random.default_rng(seed).normal(0, 2, (len(BODY), 3))
    other = person.with_frames(Rotation.from_rotvec(frames))
    path.write_text(bvh_text(other, PROGRAMS["cmu"]))
    found = captured_poses(read_bvh(path))[:, body, :2]
    away = found - expected  # the margin is as wide as the face wants it
    np.testing.assert_allclose(away, np.broadcast_to(away[:1, :1], away.shape), atol=0.1)


def test_a_head_looks_ahead_in_the_first_frame_if_the_rest_pose_is_no_person(poses_of):
    """Some programs lay all bones along x at rest, and legs then go the same way as the trunk."""
    person = waving()
    expected = poses_of(bvh_text(person, PROGRAMS["cmu"]))
    along_x = []
    for number in range(len(BODY)):
        x, y, z = person.offsets[PARENTS.index(number)] if number in PARENTS else (1, 0, 0)
        along_x.append(
            Rotation.from_euler("ZY", [np.arctan2(y, x), -np.arctan2(z, np.hypot(x, y))])
        )
    laid = person.with_frames(Rotation.concatenate(along_x))
    assert laid.offsets[BODY.index("left_knee")] == pytest.approx([43, 0, 0])
    assert laid.offsets[BODY.index("spine")] == pytest.approx([15, 0, 0])
    np.testing.assert_allclose(poses_of(bvh_text(laid, PROGRAMS["cmu"])), expected, atol=0.1)


def test_whoever_lies_on_one_side_at_first_faces_the_camera_later(poses_of):
    person = waving()
    share = np.array([1, 0.8, 0, 0, 0, 0])[:, None]
    lying = moving({"hips": share * [0, 0, np.pi / 2]}, FRAMES)
    person = type(person)(lying.turns, person.hips, person.offsets)
    pose = poses_of(bvh_text(person, PROGRAMS["cmu"]))
    width = pose[:, JOINT["left_shoulder"], 0] - pose[:, JOINT["right_shoulder"], 0]
    assert width[0] == pytest.approx(0, abs=1e-3)
    assert width[-1] == pytest.approx(36 * 79 / 50, abs=0.1)


def test_lacking_joints_are_missing(poses_of):
    text = bvh_text(waving(), PROGRAMS["daz"], without=("left_elbow", "right_ankle", "head"))
    pose = poses_of(text)
    lacking = [JOINT[joint] for joint in ("left_elbow", "left_wrist", "right_ankle")] + FACE
    found = np.setdiff1d(np.arange(18), lacking)
    assert (pose[:, lacking] == 0).all()
    assert (pose[:, found, 2] == 1).all()
    whole = poses_of(bvh_text(waving(), PROGRAMS["daz"]))
    away = pose[:, found, :2] - whole[:, found, :2]
    np.testing.assert_allclose(away, np.broadcast_to(away[:1, :1], away.shape), atol=1e-3)


def test_a_collar_bone_is_no_shoulder():
    names = ["LeftShoulder", "LeftArm", "LeftHandIndex1", "LHipJoint", "LeftUpLeg", "Neck", "Head"]
    assert find_joints(names) == {"left_shoulder": 1, "left_hip": 4, "head": 6}
    assert find_joints(["LeftShoulder", "LeftElbow"]) == {"left_shoulder": 0, "left_elbow": 1}
    assert find_joints(["Head", "Forehead", "Eye.L", "", "\u96ea", "123"]) == {"head": 0}


def test_a_skeleton_without_a_trunk_is_a_clear_error(poses_of):
    names = {joint: f"bone{chr(97 + number)}" for number, joint in enumerate(BODY)}
    message = "No left shoulder or right shoulder or left hip or right hip is recognised .*bonea"
    with pytest.raises(HuemanError, match=message):
        poses_of(bvh_text(waving(), names))
    armless = bvh_text(waving(), PROGRAMS["cmu"], without=("left_collar", "right_collar"))
    with pytest.raises(HuemanError, match="No left shoulder or right shoulder is recognised"):
        poses_of(armless)


def test_a_skeleton_without_lengths_is_a_clear_error(poses_of):
    person = waving()
    person = type(person)(person.turns, person.hips, person.offsets * 0)
    with pytest.raises(HuemanError, match="lie at one place"):
        poses_of(bvh_text(person, PROGRAMS["cmu"]))


def test_somebody_who_leaves_the_country_is_a_clear_error(poses_of):
    person = waving()
    hips = person.hips + np.linspace(0, 9e5, FRAMES)[:, None]
    with pytest.raises(HuemanError, match="times the length of the body"):
        poses_of(bvh_text(type(person)(person.turns, hips, person.offsets), PROGRAMS["cmu"]))
