import cv2
import numpy as np
import pytest

from hueman.errors import HuemanError
from hueman.generation.backdrop import Backdrop, change_backdrop, parse_backdrop
from hueman.perception.base import Perceived, pose_estimator

GREEN = np.array([0, 200, 0], np.uint8)


def parse(text) -> Backdrop:
    backdrop = parse_backdrop(text)
    assert backdrop is not None
    return backdrop


def write_stripes(path, height=60, width=240):
    """Red, green and blue side by side."""
    picture = np.zeros((height, width, 3), np.uint8)
    for channel in range(3):
        picture[:, channel * width // 3 : (channel + 1) * width // 3, channel] = 200
    cv2.imwrite(str(path), picture[..., ::-1])
    return picture


def see_nobody(frames):
    return Perceived(
        np.zeros((len(frames), 18, 3), np.float32), np.zeros(frames.shape[:3], np.uint8)
    )


def test_words_colors_and_pictures(tmp_path, monkeypatch):
    assert parse_backdrop(" Keep ") is None
    assert parse("transparent").transparent
    color = parse("#00c800")
    assert not color.transparent
    np.testing.assert_array_equal(color.picture, GREEN[None, None])
    picture = write_stripes(tmp_path / "stripes.png")
    np.testing.assert_array_equal(parse(str(tmp_path / "stripes.png")).picture, picture)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stripes.png").rename("teal")
    np.testing.assert_array_equal(parse("teal").picture, picture)


@pytest.mark.parametrize("text", ["tael", "", "beach.jpg", "a" * 5000, "lab(101, 0, 0)", "a\0b"])
def test_what_is_none_of_these_is_named_with_all_choices(text):
    with pytest.raises(HuemanError) as caught:
        parse_backdrop(text)
    for part in (text, "keep", "transparent", "path of a picture"):
        assert part in str(caught.value)


def test_a_broken_picture_is_named(tmp_path):
    (tmp_path / "sea.png").write_bytes(b"no picture")
    with pytest.raises(HuemanError, match=r"sea\.png cannot be read"):
        parse_backdrop(str(tmp_path / "sea.png"))


def test_the_person_stays_and_the_background_goes(truth_dataset):
    """Against the true person before the new colour: no rim is left of the old one."""
    clip = truth_dataset.read(truth_dataset.entry("mustard", "march"))
    changed = np.stack(list(change_backdrop(clip.frames, parse("#00c800"), pose_estimator())))
    assert changed.shape == clip.frames.shape
    inside, outside = clip.person == 255, clip.person == 0
    far = np.stack([cv2.erode(each.astype(np.uint8), np.ones((7, 7))) > 0 for each in outside])
    deep = np.stack([cv2.erode(each.astype(np.uint8), np.ones((5, 5))) > 0 for each in inside])
    assert (changed[far] == GREEN).all(axis=1).mean() > 0.995
    assert np.abs(changed[deep].astype(float) - clip.frames[deep]).mean() < 1


def test_transparent_frames_hold_the_same_person(truth_dataset):
    frames = truth_dataset.read(truth_dataset.entry("plaid", "salute")).frames[:3]
    estimate = pose_estimator()
    clear = np.stack(list(change_backdrop(frames, Backdrop(None), estimate)))
    green = np.stack(list(change_backdrop(frames, parse("#00c800"), estimate)))
    assert clear.shape == (*frames.shape[:3], 4)
    alpha = clear[..., 3:] / 255
    again = alpha * clear[..., :3] + (1 - alpha) * GREEN
    np.testing.assert_allclose(again, green, atol=1.5)


@pytest.mark.parametrize("size", [(32, 32), (96, 256), (96, 64)])
def test_pictures_cover_the_frame_from_their_middle(tmp_path, size):
    write_stripes(tmp_path / "stripes.png")
    backdrop = parse(str(tmp_path / "stripes.png"))
    empty = np.zeros((1, *size, 3), np.uint8)
    (frame,) = change_backdrop(empty, backdrop, see_nobody)
    assert frame.shape == (*size, 3)
    np.testing.assert_allclose(frame[:, size[1] // 2], np.tile(GREEN, (size[0], 1)), atol=1)
    wide = size == (96, 256)
    assert (frame[..., 0].max() > 100) == wide
