from pathlib import Path

import numpy as np
import pytest
from bvh_person import PROGRAMS, bvh_text, moving

from hueman.clips.encoding import write_video
from hueman.clips.store import PreparedClip, write_clip
from hueman.errors import HuemanError
from hueman.generation.actions import read_action
from hueman.generation.driving import driving_poses, perceive_poses, read_driving_poses
from hueman.perception.openpose_json import write_openpose_json
from hueman.perception.smoothing import smooth_poses


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


def test_a_prepared_clip_drives_at_its_own_rate(truth_dataset):
    file = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    found, fps = driving_poses(file)
    assert fps == pytest.approx(25 / 6)
    np.testing.assert_array_equal(found, read_driving_poses(file))


def test_files_of_poses_are_smoothed_only_when_asked(tmp_path, poses):
    np.savez(tmp_path / "jump.npz", pose=poses)
    write_openpose_json(tmp_path / "jump", poses)
    for path in (tmp_path / "jump.npz", tmp_path / "jump"):
        found, fps = driving_poses(path)
        assert fps == 25
        np.testing.assert_array_equal(found, read_driving_poses(path))
        smooth, _ = driving_poses(str(path), smooth=True)
        np.testing.assert_array_equal(smooth, smooth_poses(found, 25))
        assert np.abs(smooth - found).max() > 0.5


def test_motion_capture_drives(tmp_path):
    person = moving({"left_elbow": np.linspace(0, 1, 8)[:, None] * [0, 0, 1.5]}, 8)
    (tmp_path / "take.BVH").write_text(bvh_text(person, PROGRAMS["cmu"], seconds=1 / 60))
    found, fps = driving_poses(tmp_path / "take.BVH")
    assert found.shape == (4, 18, 3)
    assert fps == pytest.approx(30, rel=1e-4)


def test_an_action_drives_by_its_name_unless_a_file_or_folder_is_called_so(
    tmp_path, poses, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    found, fps = driving_poses("jack")
    assert fps == 25
    np.testing.assert_array_equal(found, read_action("jack"))
    np.testing.assert_array_equal(driving_poses(Path("jack"))[0], found)
    write_openpose_json(tmp_path / "jack", poses)
    assert len(driving_poses("jack")[0]) == len(poses)


def test_what_is_nowhere_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HuemanError, match=r"'jak' to drive with; the actions are .*jack"):
        driving_poses("jak")
    with pytest.raises(HuemanError, match=r"no driving poses at folder/jak"):
        driving_poses("folder/jak")
    with pytest.raises(HuemanError, match=r"jak\.mp4 does not exist"):
        driving_poses("jak.mp4")
    with pytest.raises(HuemanError, match=r"jak\.bvh cannot be read"):
        driving_poses("jak.bvh")


def test_a_camera_sees_what_the_video_shows(clips_folder):
    """A recording as the camera: the first half second of it, smoothed like a video."""
    clip = clips_folder / "plaid" / "wave_right.mp4"
    found, fps = driving_poses(f"camera:{clip}", seconds=0.5)
    assert fps == pytest.approx(25)
    truth = np.load(clip.with_name("wave_right.truth.npz"))
    assert found.shape == (13, 18, 3)
    expected = truth["pose"][:13]
    assert np.median(np.linalg.norm(found[..., :2] - expected, axis=2)) < 6


def test_a_camera_that_shows_nobody_is_a_clear_error(tmp_path):
    write_video(tmp_path / "empty.mp4", [np.full((96, 96, 3), 90, np.uint8)] * 3, 4)
    with pytest.raises(HuemanError, match=r"camera:.*empty\.mp4 shows nobody"):
        driving_poses(f"camera:{tmp_path / 'empty.mp4'}")
    with pytest.raises(HuemanError, match=r"empty\.mp4 shows nobody"):
        perceive_poses(tmp_path / "empty.mp4")
