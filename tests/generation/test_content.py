"""The person to be shown, out of a clip."""

from itertools import islice

import numpy as np
import torch

from hueman.appearance.choosing import content_frames
from hueman.clips.encoding import write_video
from hueman.clips.sources import ClipSource
from hueman.clips.store import ARRAYS, write_clip
from hueman.clips.video import Video
from hueman.generation.content import read_content
from hueman.perception.base import edge_detector, pose_estimator
from hueman.preparation.clip import prepare_clip
from hueman.preparation.settings import PrepareSettings


def test_content_frames_are_as_in_the_whole_clip_prepared(clips_folder, tmp_path):
    file = tmp_path / "jack.mp4"
    write_video(file, islice(Video(clips_folder / "plaid" / "jack.mp4"), 0, None, 4), 6)
    frames = Video(file).read()[::2]
    content = read_content(frames, (192, 128), count=3)
    settings = PrepareSettings(height=384, width=256)
    source = ClipSource("plaid", "jack", file)
    whole = prepare_clip(source, settings, pose_estimator(), edge_detector())
    assert content.pose.shape == (len(frames), 18, 3)
    assert len(content.clip) == 3
    for name in ("frames", "person", "edges", "upper", "lower"):
        assert getattr(content.clip, name).shape[1:3] == (384, 256)
    assert np.array_equal(content.clip.frames[0], frames[0])
    # A prepared clip is read as if its frames had just been prepared.
    write_clip(tmp_path / "clip.h5", whole)
    read = read_content(tmp_path / "clip.h5", (192, 128), count=3)
    numbers = content_frames(torch.from_numpy(whole.parts), torch.from_numpy(whole.pose), 3)
    assert read.pose.shape == whole.pose.shape
    for name in ARRAYS:
        assert np.array_equal(getattr(read.clip, name), getattr(whole, name)[numbers])
    seen = read_content(file, (192, 128), count=3)
    for name in ARRAYS:
        assert np.array_equal(getattr(seen.clip, name), getattr(read.clip, name)), name
