import json

import numpy as np
import pytest

from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT
from hueman.perception.openpose_json import read_openpose_json, write_openpose_json

# Names of OpenPose's BODY_25 model in its own order.
BODY_25 = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist", "mid_hip", "right_hip", "right_knee"),
    *("right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye"),
    *("right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel"),
    *("right_big_toe", "right_small_toe", "right_heel"),
)


def write(folder, name, *people):
    content = {"version": 1.3, "people": [{"pose_keypoints_2d": list(p)} for p in people]}
    (folder / f"{name}_keypoints.json").write_text(json.dumps(content))


def test_round_trip(tmp_path):
    pose = np.random.default_rng(0).uniform(0, 200, (3, 18, 3)).astype(np.float32)
    pose[..., 2] = np.random.default_rng(1).uniform(0.1, 1, (3, 18))
    pose[0, 4] = 0
    pose[1] = 0
    write_openpose_json(tmp_path / "poses", pose)
    np.testing.assert_allclose(read_openpose_json(tmp_path / "poses"), pose, atol=1e-4)
    second = json.loads((tmp_path / "poses" / "frame_000000000001_keypoints.json").read_text())
    assert second["people"] == []


def test_body_25_is_mapped_by_name(tmp_path):
    numbers = [value for i in range(25) for value in (i, 10 * i, 0.5)]
    write(tmp_path, "a_0", numbers)
    pose = read_openpose_json(tmp_path)[0]
    for name, index in JOINT.items():
        assert pose[index].tolist() == [BODY_25.index(name), 10 * BODY_25.index(name), 0.5]


def test_the_large_and_sure_person_is_taken(tmp_path):
    def person(size, confidence):
        return [v for i in range(18) for v in (size * i, size * i, confidence)]

    write(tmp_path, "a_0", person(1, 0.9), person(5, 0.8), person(5, 0.2))
    assert read_openpose_json(tmp_path)[0, 17].tolist() == pytest.approx([85, 85, 0.8])


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 9, 0):
        write(tmp_path, f"clip_{number}", [number, 1, 1] * 18)
    assert read_openpose_json(tmp_path)[:, 0, 0].tolist() == [0, 9, 10]


def test_missing_joints_have_no_confidence_and_frames_may_be_empty(tmp_path):
    write(tmp_path, "a_0", [3, 4, 0] + [3, 4, 1.2] * 17)
    write(tmp_path, "a_1")
    pose = read_openpose_json(tmp_path)
    assert pose[0, 0].tolist() == [0, 0, 0]
    assert pose[0, 1].tolist() == [3, 4, 1]
    assert not pose[1].any()
    assert pose.dtype == np.float32


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"people": 3}',
        '{"people": [{}]}',
        '{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}',
        '{"people": [{"pose_keypoints_2d": [' + ", ".join(["null"] * 54) + "]}]}",
        '{"people": [{"pose_keypoints_2d": [' + ", ".join(["NaN"] * 54) + "]}]}",
        '{"people": [{"pose_keypoints_2d": ["a"]}]}',
    ],
)
def test_malformed_files_are_named(tmp_path, content):
    (tmp_path / "a_0_keypoints.json").write_text(content)
    with pytest.raises(HuemanError, match=r"a_0_keypoints\.json"):
        read_openpose_json(tmp_path)


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(HuemanError, match="--write_json"):
        read_openpose_json(tmp_path)


def test_wrong_shapes_are_not_written(tmp_path):
    with pytest.raises(ValueError, match=r"\(T, 18, 3\)"):
        write_openpose_json(tmp_path / "poses", np.zeros((2, 17, 3)))
    assert not (tmp_path / "poses").exists()
