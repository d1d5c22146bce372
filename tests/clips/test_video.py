from fractions import Fraction
from typing import cast

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream

from hueman.clips.encoding import write_video
from hueman.clips.video import PICTURES_FPS, Video, at_constant_rate
from hueman.errors import HuemanError

# Kr and Kb of ITU-R BT.601 and BT.709, and FFmpeg's numbers for the matrices.
MATRICES = {"bt601": (0.299, 0.114, 6), "bt709": (0.2126, 0.0722, 1)}


def shades(count, height=48, width=64):
    """Frames of one grey each, 10 levels apart, so that a frame's level says which it is."""
    levels = 20 + 10 * np.arange(count, dtype=np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (count, height, width, 3))


def levels(frames):
    return [round((frame.mean() - 20) / 10) for frame in frames]


def encode(path, frames, times, codec="libx264"):
    """Write frames at the given seconds."""
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=25))
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for frame, time in zip(frames, times, strict=True):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            picture.pts, picture.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def encode_yuv(path, rgb, matrix, tagged, size):
    """Write one solid colour losslessly, converted by the formulas of the standard."""
    kr, kb, number = MATRICES[matrix]
    r, g, b = np.array(rgb) / 255
    y = kr * r + (1 - kr - kb) * g + kb * b
    values = (16 + 219 * y, 128 + 112 * (b - y) / (1 - kb), 128 + 112 * (r - y) / (1 - kr))
    height, width = size
    planar = np.empty((height * 3 // 2, width), np.uint8)
    planar[:height], planar[height : height * 5 // 4], planar[height * 5 // 4 :] = np.rint(values)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        if tagged:
            stream.codec_context.colorspace = number
            stream.codec_context.color_range = 1
        picture = av.VideoFrame.from_ndarray(planar, format="yuv420p")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".gif"])
def test_round_trip_keeps_frames_rate_and_order(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    write_video(path, shades(12), fps=25)
    video = Video(path)
    assert (video.info.width, video.info.height, video.info.fps) == (64, 48, 25)
    assert video.info.frames == 12
    assert video.info.duration == pytest.approx(0.48, abs=0.01)
    assert levels(video) == list(range(12))
    assert video.read().shape == (12, 48, 64, 3)  # a second pass
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "rgb", [(200, 30, 40), (20, 180, 60), (30, 40, 220), (128,) * 3, (255,) * 3]
)
@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif"])
def test_colours_survive(tmp_path, rgb, suffix):
    frames = np.broadcast_to(np.uint8(rgb), (3, 64, 64, 3))
    write_video(tmp_path / f"clip{suffix}", frames, fps=25)
    read = Video(tmp_path / f"clip{suffix}").read()
    assert np.abs(read.astype(int) - rgb).max() <= 3


def test_colours_are_not_biased(tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (30, 3), dtype=np.uint8)
    frames = np.ascontiguousarray(np.broadcast_to(colours[:, None, None], (30, 32, 32, 3)))
    write_video(tmp_path / "clip.mp4", frames, fps=25)
    read = Video(tmp_path / "clip.mp4").read()[:, 16, 16]
    assert np.abs((read.astype(float) - colours).mean(axis=0)).max() < 0.5


@pytest.mark.parametrize(
    ("matrix", "tagged", "size"),
    [
        ("bt601", True, (64, 64)),
        ("bt709", True, (64, 64)),
        ("bt601", False, (64, 64)),
        ("bt709", False, (720, 1280)),
    ],
)
def test_colour_matrix_follows_tag_or_else_size(tmp_path, matrix, tagged, size):
    encode_yuv(tmp_path / "clip.mp4", (200, 60, 30), matrix, tagged, size)
    assert np.abs(Video(tmp_path / "clip.mp4").read()[0, 9, 9] - np.array([200, 60, 30])).max() <= 2


def test_odd_sizes_are_padded_by_repetition(tmp_path):
    ramp = np.linspace(0, 250, 33).astype(np.uint8)
    frame = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (31, 33, 3)))
    write_video(tmp_path / "clip.mp4", [frame, frame], fps=25)
    read = Video(tmp_path / "clip.mp4").read()[0].astype(int)
    assert read.shape == (32, 34, 3)
    assert np.abs(read[:, 33] - 250).max() <= 6
    assert np.abs(read[31] - read[30]).max() <= 6


@pytest.mark.parametrize(
    ("degrees", "matrix"), [(90, (0, 1, -1, 0)), (180, (-1, 0, 0, -1)), (270, (0, -1, 1, 0))]
)
def test_rotation_turns_frames_upright(tmp_path, degrees, matrix):
    """The track header says how to turn (ISO 14496-12, 8.3.2): by 90 degrees, clockwise."""
    frame = np.full((48, 64, 3), 30, np.uint8)
    frame[:16, :16] = 220  # the top left corner
    path = tmp_path / "clip.mp4"
    write_video(path, [frame] * 3, fps=25)
    data = bytearray(path.read_bytes())
    a, b, c, d = (value << 16 for value in matrix)
    start = data.index(b"tkhd") + 4 + 40
    data[start : start + 36] = np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], ">i4").tobytes()
    path.write_bytes(data)
    video = Video(path)
    upright = np.rot90(frame, -degrees // 90)
    assert (video.info.height, video.info.width) == upright.shape[:2]
    assert np.abs(video.read()[0].astype(int) - upright).mean() < 3


def test_pixels_are_made_square(tmp_path):
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 48, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(shades(1, 64, 48)[0].copy())))
        container.mux(stream.encode(None))
    assert Video(tmp_path / "clip.mp4").read().shape == (1, 64, 64, 3)


def test_variable_rate_is_resampled_by_timestamps(tmp_path):
    encode(tmp_path / "clip.mp4", shades(5), [0, 0.1, 0.2, 0.6, 0.7])
    assert levels(Video(tmp_path / "clip.mp4", fps=10)) == [0, 1, 2, 2, 2, 2, 3, 4]
    assert levels(Video(tmp_path / "clip.mp4", fps=5)) == [0, 2, 2, 3]


def test_rounded_timestamps_drop_no_frame(tmp_path):
    encode(tmp_path / "clip.mkv", shades(20), [round(i / 30, 3) for i in range(20)], "libvpx-vp9")
    assert levels(Video(tmp_path / "clip.mkv", fps=30)) == list(range(20))


def test_constant_rate_of_no_frames_is_none():
    assert list(at_constant_rate([], 25)) == []


def test_bundled_clip_has_its_documented_size(clips_folder):
    video = Video(clips_folder / "plaid" / "jack.mp4")
    assert (video.info.height, video.info.width, video.info.fps) == (384, 256, 25)
    assert sum(1 for _ in video) == 48


def test_folder_of_pictures_in_natural_order(tmp_path):
    for index, frame in enumerate(shades(11)):
        cv2.imwrite(str(tmp_path / f"{index}.png"), frame)
    (tmp_path / "notes.txt").write_text("no picture")
    video = Video(tmp_path)
    assert levels(video) == list(range(11))
    assert (video.info.frames, video.info.fps) == (11, PICTURES_FPS)
    assert Video(tmp_path, fps=10).info.duration == pytest.approx(1.1)


def test_pictures_of_several_sizes_are_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "1.png"), shades(1)[0])
    cv2.imwrite(str(tmp_path / "2.png"), shades(1, 20, 30)[0])
    with pytest.raises(HuemanError, match=r"2\.png is 30 x 20"):
        Video(tmp_path).read()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".gif"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.85])
def test_cut_off_files_are_refused(tmp_path, clips_folder, suffix, share):
    frames = Video(clips_folder / "checker" / "jack.mp4").read()[:, ::4, ::4]
    path = tmp_path / f"clip{suffix}"
    write_video(path, frames, fps=25)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(HuemanError, match=r"damaged|no frames"):
        Video(path).read()


def test_damage_in_the_middle_is_refused(tmp_path, clips_folder):
    data = bytearray((clips_folder / "plaid" / "jack.mp4").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 5000] = bytes(5000)
    (tmp_path / "clip.mp4").write_bytes(data)
    with pytest.raises(HuemanError, match="damaged"):
        Video(tmp_path / "clip.mp4").read()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.mp4", b"", "damaged"),
        ("words.mp4", b"This is text. " * 50, "damaged"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:9,\nother.mp4\n", "damaged"),
        ("words.txt", b"This is text.", "not a video"),
    ],
)
def test_what_is_no_video_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HuemanError, match=message):
        Video(tmp_path / name)


def test_missing_and_empty_places_are_refused(tmp_path):
    with pytest.raises(HuemanError, match="does not exist"):
        Video(tmp_path / "clip.mp4")
    with pytest.raises(HuemanError, match="no png or jpg"):
        Video(tmp_path)


def test_sound_alone_is_refused(tmp_path):
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.sample_rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(HuemanError, match="no video in it"):
        Video(tmp_path / "clip.mp4")


def test_limits(tmp_path):
    write_video(tmp_path / "clip.mp4", shades(6), fps=25)
    assert Video(tmp_path / "clip.mp4", max_frames=6, max_pixels=48 * 64).read().shape[0] == 6
    with pytest.raises(HuemanError, match="more than 5 frames"):
        Video(tmp_path / "clip.mp4", max_frames=5)
    with pytest.raises(HuemanError, match="64 x 48"):
        Video(tmp_path / "clip.mp4", max_pixels=48 * 64 - 1)


def test_names_that_look_like_addresses(tmp_path):
    write_video(tmp_path / "http:clip 100%d.mp4", shades(2), fps=25)
    assert len(Video(tmp_path / "http:clip 100%d.mp4").read()) == 2


def test_real_clip_if_present(clips_folder):
    path = clips_folder.parents[2] / "shared/clips/real/tfjs_pose_squats.mp4"
    if not path.exists():
        pytest.skip("the real clip is not part of the repository")
    video = Video(path)
    assert (video.info.width, video.info.height, video.info.frames) == (720, 1280, 65)
    assert next(iter(video)).shape == (1280, 720, 3)
