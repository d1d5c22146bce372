"""The predictor on a tiny untrained model, and generation from files to a file."""

import cv2
import numpy as np
import pytest
import torch
from tiny_model import tiny_model

from hueman.clips.video import Video
from hueman.color.names import parse_color
from hueman.errors import HuemanError
from hueman.generation.codes import codes_between
from hueman.generation.generate import generate
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor
from hueman.generation.settings import DrivingSettings
from hueman.training.model import save_model
from hueman.training.pictures import to_uint8


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(tiny_model(), "cpu", "fp32")


@pytest.fixture(scope="module")
def clip(truth_dataset):
    return truth_dataset.read(truth_dataset.entry("plaid", "salute"))


def test_colours_move_only_their_own_code(predictor, clip):
    content = predictor.content(clip)
    own = predictor.clothes(content).code
    upper = predictor.clothes(content, upper=parse_color("green")).code
    lower = predictor.clothes(content, lower=parse_color("purple")).code
    assert own.shape == (24,)
    # Soft hems belong a little to both regions, so the other code moves, but hardly.
    for changed, mine, other in (
        (upper, slice(0, 16), slice(16, 24)),
        (lower, slice(16, 24), slice(0, 16)),
    ):
        change = (changed - own).abs()
        assert change[mine].mean() > 3 * change[other].mean()


def test_the_path_wears_the_very_colours_that_are_known(predictor, clip):
    content = predictor.content(clip)
    clothes = predictor.clothes(content, upper=parse_color("lab(60, 20, 10)"))
    assert clothes.colors is not None
    expected = torch.cat([torch.tensor([60.0, 20, 10]), content.own_colors[1]])
    torch.testing.assert_close(clothes.colors, expected, atol=1e-3, rtol=0)
    assert content.worn(clothes) is clothes.colors
    with torch.inference_mode():
        decoded = content.worn(Clothes(clothes.code[None]))
        expected = predictor.model.colors(clothes.code[None], content.calibration)
    torch.testing.assert_close(decoded, expected)
    known = list(predictor.generate(content, clip.pose[:1], clothes))
    read = list(predictor.generate(content, clip.pose[:1], Clothes(clothes.code)))
    assert not np.array_equal(known, read)


@pytest.mark.parametrize("count", [1, 4])
def test_frames_follow_each_other_from_black(predictor, clip, count):
    content, poses = predictor.content(clip, count), torch.from_numpy(clip.pose[:3])
    assert len(content) == count
    clothes = Clothes(predictor.clothes(content).code)  # whose colours have to be read from it
    frames = list(predictor.generate(content, clip.pose[:3], clothes))
    assert [frame.shape for frame in frames] == [(96, 64, 3)] * 3
    chosen = content.chosen(poses)
    with torch.inference_mode():
        appearance = content.appearance
        guidance = predictor.model.estimate(content.frames, poses[:1], appearance, chosen[:1])
        black = torch.full((1, 3, 96, 64), -1.0)
        code = clothes.code[None]
        colors = predictor.model.colors(code.expand(3, -1), content.calibration)[:1]
        first = predictor.model.next_frame(guidance, code, black, colors)
    assert np.array_equal(frames[0], to_uint8(first)[0])
    again = list(predictor.generate(content, clip.pose[1:2], clothes))
    assert not np.array_equal(again[0], frames[1])


def test_steadied_unless_clothes_change(predictor, clip):
    content, poses = predictor.content(clip), clip.pose[:3]
    plain = Predictor(predictor.model, "cpu", "fp32", steadied=False)
    clothes = predictor.clothes(content)
    shown, made = (np.stack(list(p.generate(content, poses, clothes))) for p in (predictor, plain))
    assert np.array_equal(shown[0], made[0])
    assert np.abs(np.diff(shown.astype(int), axis=0)).mean() < (
        0.9 * np.abs(np.diff(made.astype(int), axis=0)).mean()
    )
    fade = Clothes(codes_between(torch.zeros(24), torch.full((24,), 5.0), 3))
    faded, other = (list(p.generate_each(content, poses, [fade])) for p in (predictor, plain))
    assert np.array_equal(faded, other)
    both = list(predictor.generate_each(content, poses, [fade, clothes]))
    np.testing.assert_allclose(np.stack(both)[:, 1].astype(int), shown.astype(int), atol=1)


def test_only_a_model_that_can_use_them_takes_several_frames(predictor, clip):
    paper = tiny_model("stage_two.appearance=false")
    assert len(predictor.content(clip)) == 8
    assert len(Predictor(paper, "cpu").content(clip)) == 1


def test_codes_go_straight_to_the_last_as_in_the_paper():
    first, last = torch.tensor([1.0, -2.0]), torch.tensor([3.0, 2.0])
    codes = codes_between(first, last, 4)
    torch.testing.assert_close(
        codes, torch.tensor([[1.5, -1.0], [2.0, 0.0], [2.5, 1.0], [3.0, 2.0]])
    )


def test_one_code_for_each_frame(predictor, clip):
    content = predictor.content(clip)
    codes = Clothes(codes_between(torch.zeros(24), torch.full((24,), 5.0), 5))
    assert len(list(predictor.generate(content, clip.pose[:5], codes))) == 5
    with pytest.raises(ValueError, match="3 poses need as many codes and colours, got 5"):
        list(predictor.generate(content, clip.pose[:3], codes))


def test_wrong_count_or_device_is_named(predictor, clip):
    with pytest.raises(HuemanError, match="content frames are 0"):
        predictor.content(clip, 0)
    if not torch.cuda.is_available():
        with pytest.raises(HuemanError, match="cuda"):
            Predictor(predictor.model, "cuda")


def test_generates_a_video_from_files(predictor, truth_dataset, tmp_path):
    save_model(predictor.model, tmp_path / "model.safetensors", {})
    content = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    drive = truth_dataset.root / truth_dataset.entry("mustard", "salute").file
    out = tmp_path / "out.mp4"
    result = generate(tmp_path, content, drive, out, "#c0392b", "navy", device="cpu")
    assert Video(out).read().shape == (8, 96, 64, 3)
    assert "8 frames of 64x96" in str(result)
    with pytest.raises(HuemanError, match="blurple"):
        generate(tmp_path, content, drive, out, "blurple", device="cpu")
    with pytest.raises(HuemanError, match="nothing"):
        generate(tmp_path, content, tmp_path / "nothing.npz", out, device="cpu")


def test_other_backgrounds(predictor, truth_dataset, tmp_path):
    save_model(predictor.model, tmp_path / "model.safetensors", {})
    clip = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    green = generate(tmp_path, clip, clip, tmp_path / "a.mp4", device="cpu", background="#00c800")
    assert green.frames == len(Video(green.file).read()) == 8
    out = tmp_path / "pictures"
    generate(tmp_path, clip, clip, out, "teal", device="cpu", background="transparent")
    last = cv2.imread(str(out / "0008.png"), cv2.IMREAD_UNCHANGED)
    assert last is not None
    assert last.shape == (96, 64, 4)
    nothing = tmp_path / "nothing.h5"  # is not read: the background and OUT are looked at before
    with pytest.raises(HuemanError, match=r"b\.gif cannot be transparent"):
        generate(tmp_path, nothing, clip, tmp_path / "b.gif", background="transparent")
    with pytest.raises(HuemanError, match=r"'blurple' is not a colour.*path of a picture"):
        generate(tmp_path, nothing, clip, tmp_path / "b.mp4", background="blurple")


def test_an_action_drives_faster_and_again(predictor, truth_dataset, tmp_path):
    save_model(predictor.model, tmp_path / "model.safetensors", {})
    content = truth_dataset.root / truth_dataset.entry("plaid", "march").file
    movement = DrivingSettings(speed=10, loop=2)
    out = tmp_path / "out.mp4"
    result = generate(
        tmp_path, content, "wave_both", out, device="cpu", movement=movement, steady=False
    )
    assert result.frames == 10
    assert result.fps == 25
    frames = Video(out).read().astype(int)
    assert np.abs(frames[9] - frames[4]).mean() < np.abs(frames[2] - frames[4]).mean()


def test_generates_from_videos(predictor, clips_folder, tmp_path):
    """Content and drive are perceived on the way, and the driver retargeted."""
    save_model(predictor.model, tmp_path / "model.safetensors", {})
    out = tmp_path / "out.gif"
    drive = tmp_path / "drive.npz"
    truth = np.load(clips_folder / "mustard" / "wave_right.truth.npz")
    np.savez(drive, pose=truth["pose"][:4])
    content = clips_folder / "plaid" / "salute.mp4"
    result = generate(tmp_path, content, drive, out, upper="teal", device="cpu")
    assert result.frames == 4
    assert len(Video(out).read()) == 4
