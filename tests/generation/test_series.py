"""Colourways, samples and interpolations of a tiny untrained model, from files to files."""

import csv

import cv2
import numpy as np
import pytest
from tiny_model import tiny_model_file

from hueman.clips.video import Video
from hueman.color.palette import read_palette
from hueman.errors import HuemanError
from hueman.generation.codes import codes_between
from hueman.generation.colorways import colorways
from hueman.generation.exploring import Keys, interpolate, sample
from hueman.generation.scene import Scene
from hueman.generation.scene_settings import SceneSettings


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    return tiny_model_file(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def scene(model_file, truth_dataset) -> Scene:
    content = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    drive = truth_dataset.root / truth_dataset.entry("mustard", "salute").file
    return Scene.of(model_file, SceneSettings(content, drive, device="cpu"))


def test_the_persons_own_movement_drives_by_default(model_file, truth_dataset):
    clip = truth_dataset.read(truth_dataset.entry("plaid", "march"))
    content = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    own = Scene.of(model_file, SceneSettings(content, device="cpu"))
    assert own.fps == pytest.approx(clip.fps)
    # Brought from the person to the same person, next to nothing moves.
    apart = np.abs(own.poses[..., :2] - clip.pose[..., :2])
    assert apart.max() < 2
    assert apart.mean() < 0.6


def test_a_picture_alone_does_not_move(model_file, clips_folder, tmp_path):
    frame = next(iter(Video(clips_folder / "plaid" / "salute.mp4")))
    cv2.imwrite(str(tmp_path / "photo.png"), frame[..., ::-1])
    with pytest.raises(HuemanError, match=r"photo.png is a single picture.*--drive"):
        Scene.of(model_file, SceneSettings(tmp_path / "photo.png", device="cpu"))


@pytest.mark.parametrize("region", ["upper", "both"])
def test_a_palette_becomes_videos_a_sheet_and_a_table(scene, tmp_path, region):
    palette = read_palette("teal, #c0392b, lab(70, 0, 40)")
    result = colorways(scene, palette, region, tmp_path / "out")
    garments = ["upper", "lower"] if region == "both" else ["upper"]
    with (tmp_path / "out" / "colors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["garment"] for row in rows] == garments * 3
    assert rows[0]["requested"] == "#008080"
    for row, (_, met) in zip(rows, result.met, strict=True):
        assert float(row["error"]) == pytest.approx(met.error, abs=0.01)
    videos = [tmp_path / "out" / "videos" / f"{color.name}.mp4" for color in palette]
    for video in videos:
        assert Video(video).read().shape == (len(scene.poses), 96, 64, 3)
    whole = Video(tmp_path / "out" / "side-by-side.mp4").read()
    assert len(whole) == len(scene.poses)
    assert whole.shape[2] > 3 * 64
    assert cv2.imread(str(tmp_path / "out" / "sheet.png")) is not None
    assert not list((tmp_path / "out").glob(".*"))
    assert "teal: upper: teal was asked for" in str(result)


def test_colours_are_apart_and_an_earlier_result_is_replaced(scene, tmp_path):
    first = colorways(scene, read_palette("teal, red"), "upper", tmp_path / "out")
    teal, red = (
        Video(tmp_path / "out" / "videos" / f"{name}.mp4").read() for name in ("teal", "red")
    )
    assert not np.array_equal(teal, red)
    colorways(scene, read_palette("gold"), "upper", tmp_path / "out")
    assert [file.name for file in (tmp_path / "out" / "videos").iterdir()] == ["gold.mp4"]
    assert len(first.met) == 2


def test_other_folders_are_not_replaced(scene, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(HuemanError, match="is there already"):
        colorways(scene, read_palette("teal"), "upper", tmp_path)
    with pytest.raises(HuemanError, match="is there already"):
        sample(scene, 2, 0, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_random_clothes_repeat_with_their_seed(scene, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        sheet = sample(scene, 2, seed, tmp_path / name)
        assert sheet.is_file()
    tables = [(tmp_path / name / "samples.csv").read_text() for name in "abc"]
    assert tables[0] == tables[1] != tables[2]
    rows = list(csv.DictReader(tables[0].splitlines()))
    codes = np.array([[float(row[f"z{i}"]) for i in range(24)] for row in rows])
    np.testing.assert_allclose(codes, scene.generator.sample(2, 3), atol=1e-5)
    with pytest.raises(HuemanError, match="count is 0"):
        sample(scene, 0, 0, tmp_path / "d")


def test_clothes_change_from_key_to_key(scene, tmp_path):
    out = tmp_path / "way.mp4"
    sheet = interpolate(scene, Keys(random=2, seed=5), out)
    assert sheet == tmp_path / "way.png"
    made = Video(out).read()
    first, last = scene.generator.sample(2, 5)
    codes = codes_between(first, last, len(scene.poses))
    stream = scene.generator.stream_poses(scene.poses, clothes=codes)
    expected = np.stack(list(stream))
    assert np.abs(made.astype(int) - expected).mean() < 8  # through a codec, of noise
    colors = Keys(upper=("teal", "red", "gold"))
    clothes = colors.clothes(scene)
    assert [each.code.shape for each in clothes] == [(24,)] * 3
    assert [each.colors is not None for each in clothes] == [True] * 3


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (Keys(), "There are 0 key colours"),
        (Keys(upper=("teal",)), "There are 1 key colours"),
        (Keys(upper=("teal", "red"), lower=("navy",)), "2 upper and 1 lower"),
        (Keys(random=1), "1 random key"),
        (Keys(random=2, upper=("teal", "red")), "the one or the other"),
        (Keys(upper=("teal", "blurple")), "blurple"),
    ],
)
def test_keys_that_cannot_be_are_refused(scene, tmp_path, keys, said):
    with pytest.raises(HuemanError, match=said):
        interpolate(scene, keys, tmp_path / "way.mp4")
    assert not list(tmp_path.iterdir())
