from pathlib import Path

import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.color.palette import read_palette
from hueman.color.versions import MOST_COLORS, recolor_versions
from hueman.color.video import recolor_video
from hueman.errors import HuemanError

CLIPS = Path(__file__).parents[2] / "examples" / "clips"


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """Three frames of a bundled clip."""
    path = tmp_path_factory.mktemp("clip") / "mustard.mp4"
    write_video(path, list(Video(CLIPS / "mustard" / "jack.mp4"))[::16], fps=10)
    return path


def test_every_version_is_the_video_of_its_colour_alone(clip, tmp_path):
    versions = recolor_versions(clip, tmp_path / "out", read_palette("royalblue,teal"), "both")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "royalblue.mp4",
        "teal.mp4",
    ]
    for name in ("royalblue", "teal"):
        alone = recolor_video(clip, tmp_path / "alone.mp4", upper=name, lower=name)
        made, expected = (
            Video(path).read()
            for path in (tmp_path / "out" / f"{name}.mp4", tmp_path / "alone.mp4")
        )
        np.testing.assert_array_equal(made, expected)
        for garment, one in zip(versions.garments[name], alone.garments, strict=True):
            np.testing.assert_array_equal(garment.after, one.after)
    assert "teal.mp4: lower" in str(versions)


def test_what_is_there_already_is_not_replaced(clip, tmp_path):
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(HuemanError, match="there already"):
        recolor_versions(clip, tmp_path, read_palette("teal"))
    assert (tmp_path / "mine").read_text() == "kept"


def test_too_many_colours_are_refused_before_any_work(tmp_path):
    many = read_palette(",".join(f"lab({level}, 0, 0)" for level in range(MOST_COLORS + 1)))
    with pytest.raises(HuemanError, match=str(MOST_COLORS)):
        recolor_versions(tmp_path / "missing.mp4", tmp_path / "out", many)
