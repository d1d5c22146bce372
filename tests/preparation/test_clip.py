from dataclasses import replace

import cv2
import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.sources import ClipSource
from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT
from hueman.perception.base import edge_detector, pose_estimator
from hueman.preparation.clip import person_edges, prepare_clip
from hueman.preparation.settings import PrepareSettings

SETTINGS = PrepareSettings(height=192, width=128)


@pytest.fixture(scope="module")
def perception():
    return pose_estimator(), edge_detector()


@pytest.fixture(scope="module")
def short_clip(clips_folder, tmp_path_factory):
    """Every fourth frame of a bundled clip, as a file."""
    path = tmp_path_factory.mktemp("plaid") / "march.mp4"
    write_video(path, Video(clips_folder / "plaid" / "march.mp4").read()[::4], fps=6.25)
    return path


def test_prepared_clip_agrees_with_the_truth(short_clip, clips_folder, perception):
    clip = prepare_clip(ClipSource("plaid", "march", short_clip), SETTINGS, *perception)
    truth = np.load(clips_folder / "plaid" / "march.truth.npz")
    assert (clip.actor, clip.action, clip.fps, len(clip)) == ("plaid", "march", 6.25, 12)
    assert clip.frames.shape == (12, 192, 128, 3)

    person = truth["person"][::4, ::2, ::2]
    found = clip.person >= 128
    assert (found & person).sum() / (found | person).sum() > 0.85
    shoulders = [JOINT["left_shoulder"], JOINT["right_shoulder"]]
    distance = clip.pose[:, shoulders, :2] - ((truth["pose"][::4, shoulders] + 0.5) / 2 - 0.5)
    assert np.hypot(*np.moveaxis(distance, -1, 0)).mean() < 6  # the figure is about 150 high
    same_part = (clip.parts == truth["parts"][::4, ::2, ::2])[found & person]
    assert same_part.mean() > 0.75
    for name in ("upper", "lower"):
        garment = getattr(clip, name) >= 128
        true_garment = truth[name][::4, ::2, ::2]
        assert (garment & true_garment).sum() / (garment | true_garment).sum() > 0.7
    far_away = ~np.any(person, axis=0)[:, :20]
    assert not clip.edges[:, :, :20][:, far_away].any()
    assert clip.edges[person].mean() > 10


def test_person_crop_enlarges_a_small_person(tmp_path, clips_folder, perception):
    """A figure at the right of a wide frame fills the crop, and its pose is on it."""
    frames = Video(clips_folder / "mustard" / "salute.mp4").read()[::12, ::2, ::2]
    background = np.median(frames[:, :, :8], axis=(0, 2)).astype(np.uint8)
    wide = np.broadcast_to(background[None, :, None], (4, 192, 480, 3)).copy()
    wide[:, :, 340:468] = frames
    path = tmp_path / "salute.mp4"
    write_video(path, wide, fps=25)
    settings = replace(SETTINGS, crop="person")
    clip = prepare_clip(ClipSource("mustard", "salute", path), settings, *perception)
    visible = clip.pose[clip.pose[..., 2] > 0.5]
    assert ((visible[:, :2] > 0) & (visible[:, :2] < [128, 192])).all()
    rows = np.nonzero((clip.person >= 128).any(axis=(0, 2)))[0]
    assert np.ptp(rows) > 0.7 * 192


def test_smoothing_changes_the_pose_only_if_asked(short_clip, tmp_path, perception):
    write_video(tmp_path / "clip.mp4", Video(short_clip).read()[:4], fps=25)
    source = ClipSource("plaid", "march", tmp_path / "clip.mp4")
    rough = prepare_clip(source, replace(SETTINGS, smoothing=False), *perception)
    np.testing.assert_array_equal(rough.pose, perception[0](rough.frames).pose)
    smooth = prepare_clip(source, SETTINGS, *perception)
    assert not np.array_equal(smooth.pose, rough.pose)


@pytest.mark.parametrize("crop", ["centre", "person"])
def test_a_clip_without_a_person_is_refused(tmp_path, perception, crop):
    ramp = np.linspace(90, 160, 128).astype(np.uint8)
    frames = np.broadcast_to(ramp[None, None, :, None], (2, 192, 128, 3))
    write_video(tmp_path / "empty.mp4", frames, fps=25)
    with pytest.raises(HuemanError, match=r"empty\.mp4 shows (a person in only 0|no person)"):
        prepare_clip(
            ClipSource("nobody", "empty", tmp_path / "empty.mp4"),
            replace(SETTINGS, crop=crop),
            *perception,
        )


def test_limits(short_clip, tmp_path, perception):
    source = ClipSource("plaid", "march", short_clip)
    with pytest.raises(HuemanError, match="more than 11 frames"):
        prepare_clip(source, replace(SETTINGS, max_frames=11), *perception)
    write_video(tmp_path / "one.mp4", Video(short_clip).read()[:1], fps=25)
    with pytest.raises(HuemanError, match="only one frame"):
        prepare_clip(ClipSource("a", "b", tmp_path / "one.mp4"), SETTINGS, *perception)


def test_a_picture_will_do_where_no_movement_is_needed(short_clip, tmp_path, perception):
    frame = Video(short_clip).read()[0]
    cv2.imwrite(str(tmp_path / "photo.png"), frame[..., ::-1])
    source = ClipSource("plaid", "photo", tmp_path / "photo.png")
    clip = prepare_clip(source, SETTINGS, *perception, least_frames=1)
    whole = prepare_clip(ClipSource("plaid", "march", short_clip), SETTINGS, *perception)
    assert len(clip) == 1
    np.testing.assert_array_equal(clip.frames[0], whole.frames[0])
    assert np.abs(clip.pose[0] - whole.pose[0])[:, :2].max() < 4
    with pytest.raises(HuemanError, match="only one frame"):
        prepare_clip(source, SETTINGS, *perception)


def test_person_edges_keep_the_outline_and_nothing_else():
    edges = np.full((1, 64, 64), 200, np.uint8)
    person = np.zeros((1, 64, 64), np.uint8)
    person[0, 20:40, 20:40] = 255
    kept = person_edges(edges, person)[0]
    assert (kept[19:41, 20:40] == 200).all()
    assert not kept[:17].any()
    assert not kept[:, 43:].any()
