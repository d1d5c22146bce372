from pathlib import Path

import numpy as np
import pytest

from hueman.clips.store import PreparedClip, write_clip
from hueman.errors import HuemanError
from hueman.generation.driving import read_driving_poses
from hueman.perception.openpose_json import write_openpose_json


@pytest.fixture
def poses():
    rng = np.random.default_rng(0)
    result = rng.uniform(0.1, 30, (4, 18, 3)).astype(np.float32)
    result[..., 2] /= 30
    result[2, 5] = 0
    return result


def test_poses_of_a_prepared_clip(tmp_path, poses):
    mask = np.zeros((4, 32, 32), np.uint8)
    clip = PreparedClip(
        actor="ann", action="jump", fps=25, frames=np.zeros((4, 32, 32, 3), np.uint8),
        pose=poses, person=mask, edges=mask, parts=mask, upper=mask, lower=mask,
    )  # fmt: skip
    write_clip(tmp_path / "jump.h5", clip)
    np.testing.assert_array_equal(read_driving_poses(tmp_path / "jump.h5"), poses)


def test_poses_of_an_archive(tmp_path, poses):
    np.savez(tmp_path / "jump.npz", pose=poses.astype(np.float64))
    found = read_driving_poses(tmp_path / "jump.npz")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, poses)


def test_an_archive_without_confidences_knows_all_joints():
    clips = Path(__file__).parents[2] / "examples" / "clips"
    poses = read_driving_poses(clips / "plaid" / "jack.truth.npz")
    assert poses.shape == (48, 18, 3)
    assert (poses[..., 2] == 1).all()


def test_poses_of_an_openpose_folder(tmp_path, poses):
    write_openpose_json(tmp_path / "jump", poses)
    np.testing.assert_allclose(read_driving_poses(tmp_path / "jump"), poses, atol=1e-3)
    (tmp_path / "empty").mkdir()
    with pytest.raises(HuemanError, match="empty"):
        read_driving_poses(tmp_path / "empty")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"keypoints": np.ones((4, 18, 3))}, "pose"),
        ({"pose": np.ones((4, 17, 3))}, "17"),
        ({"pose": np.full((4, 18, 3), np.nan)}, "finite numbers"),
        ({"pose": np.array([{"x": 1}], dtype=object)}, "cannot be read"),
        ({"pose": np.zeros((4, 18, 3))}, "nobody"),
        ({"pose": np.zeros((0, 18, 3))}, "nobody"),
    ],
)
def test_unfit_archives_are_clear_errors(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(HuemanError, match=message):
        read_driving_poses(tmp_path / "bad.npz")


def test_other_paths_are_clear_errors(tmp_path):
    with pytest.raises(HuemanError, match="no driving poses"):
        read_driving_poses(tmp_path / "absent.npz")
    (tmp_path / "poses.txt").write_text("1 2 3")
    with pytest.raises(HuemanError, match="not a file with poses"):
        read_driving_poses(tmp_path / "poses.txt")
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(HuemanError, match="cannot be read"):
        read_driving_poses(tmp_path / "broken.npz")
