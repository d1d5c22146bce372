from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hueman.color.body_axis import DOWN, OUT, body_axes
from hueman.color.garment import GarmentModel, find_garments
from hueman.errors import HuemanError
from hueman.perception.base import SeenClass

CLIPS = Path(__file__).parents[2] / "examples" / "clips"
FRAMES = np.arange(0, 48, 8)


class Scene:
    """Some frames of a bundled clip at half size, with the renderer's truth."""

    def __init__(self, actor: str, action: str):
        with av.open(str(CLIPS / actor / f"{action}.mp4")) as file:
            frames = np.stack([f.to_ndarray(format="rgb24") for f in file.decode(video=0)])
        truth = np.load(CLIPS / actor / f"{action}.truth.npz")
        self.frames = frames[FRAMES, ::2, ::2].copy()
        sure = np.ones((len(FRAMES), 18, 1), np.float32)
        self.pose = np.concatenate([truth["pose"][FRAMES] / 2, sure], axis=-1)
        self.person = truth["person"][FRAMES, ::2, ::2].astype(np.uint8) * 255
        self.parts = truth["parts"][FRAMES, ::2, ::2]
        self.upper = truth["upper"][FRAMES, ::2, ::2]
        self.lower = truth["lower"][FRAMES, ::2, ::2]

    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        pairs = [body_axes(*frame) for frame in zip(self.pose, self.parts, strict=True)]
        region, position = zip(*pairs, strict=True)
        return np.stack(region), np.stack(position)

    def bare(self, where: np.ndarray) -> None:
        """Paint the skin of the forearms, shaded as the cloth there was."""
        forearms = np.isin(self.parts, (4, 6)) & ~self.upper & ~self.lower
        skin = np.median(self.frames[forearms], axis=0)
        light = self.frames[where].mean(axis=-1, keepdims=True)
        self.frames[where] = np.clip(skin * light / light.mean(), 0, 255).astype(np.uint8)
        self.upper &= ~where
        self.lower &= ~where

    def find(self, classes: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        upper, lower = find_garments(self.frames, self.pose, self.person, self.parts, classes)
        return upper > 127, lower > 127

    def classes(self, wrong: float) -> np.ndarray:
        """The view of a network that is wrong in a share of places, and blurs."""
        random = np.random.default_rng(0)
        seen = np.where(self.person > 0, SeenClass.BODY_SKIN, SeenClass.BACKGROUND)
        seen[self.parts == 1] = SeenClass.FACE_SKIN
        seen[self.upper | self.lower] = SeenClass.CLOTHES
        astray = random.random(seen.shape) < wrong
        seen[astray] = random.integers(0, 6, astray.sum())
        return gaussian_filter(np.eye(6, dtype=np.float32)[seen], (0, 1, 1, 0))


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union."""
    return float((found & truth).sum() / (found | truth).sum())


@pytest.mark.parametrize(
    ("actor", "action"),
    [("plaid", "jack"), ("mustard", "salute"), ("stripes", "march"), ("checker", "wave_right")],
)
def test_garments_of_rendered_clips_are_found(actor, action):
    scene = Scene(actor, action)
    upper, lower = scene.find()
    assert overlap(upper, scene.upper) > 0.93
    assert overlap(lower, scene.lower) > 0.93


def test_bare_legs_and_arms_stay_skin():
    scene = Scene("mustard", "wave_both")
    region, position = scene.axes()
    bare_legs = scene.lower & (position > 1.6)
    bare_arms = scene.upper & (region == OUT) & (position > 0.1)
    scene.bare(bare_legs)
    scene.bare(bare_arms)
    upper, lower = scene.find()
    assert (lower & bare_legs).sum() < 0.1 * bare_legs.sum()
    assert (upper & bare_arms).sum() < 0.2 * bare_arms.sum()
    assert overlap(upper, scene.upper) > 0.9
    assert overlap(lower, scene.lower) > 0.8


def test_a_bare_waist_stays_skin():
    scene = Scene("mustard", "jack")
    region, position = scene.axes()
    waist = (scene.upper | scene.lower) & (region == DOWN) & (position > 0.7) & (position < 0.95)
    scene.bare(waist)
    upper, lower = scene.find()
    assert ((upper | lower) & waist).sum() < 0.2 * waist.sum()
    assert overlap(upper, scene.upper) > 0.9


def test_a_dress_is_parted_at_the_hips():
    scene = Scene("stripes", "sidestep")
    dress = scene.upper | scene.lower
    scene.frames[dress] = np.random.default_rng(9).normal((90, 40, 120), 4, (dress.sum(), 3))
    upper, lower = scene.find()
    assert overlap(upper | lower, dress) > 0.9
    assert overlap(upper, scene.upper) > 0.85
    assert overlap(lower, scene.lower) > 0.85


def test_long_shirts_hang_below_the_hips():
    scene = Scene("checker", "sidestep")
    _, position = scene.axes()
    tail = scene.lower & (position < 1.35)
    scene.frames[scene.upper | tail] = (200, 60, 60)
    upper, lower = scene.find()
    assert overlap(upper, scene.upper | tail) > 0.93
    assert overlap(lower, scene.lower & ~tail) > 0.9


@pytest.mark.parametrize(("actor", "action"), [("plaid", "jack"), ("mustard", "wave_both")])
def test_a_network_tells_clothes_from_skin_where_colours_cannot(actor, action):
    """Short sleeves and shorts, in the colour of the skin."""
    scene = Scene(actor, action)
    region, position = scene.axes()
    scene.bare(scene.lower & (position > 1.6))
    scene.bare(scene.upper & (region == OUT) & (position > 0.4))
    worn = scene.upper.copy(), scene.lower.copy()
    for garment in worn:
        scene.bare(garment)
    scene.upper, scene.lower = worn
    by_color, by_network = scene.find(), scene.find(scene.classes(wrong=0.3))
    assert overlap(by_color[1], scene.lower) < 0.6
    assert overlap(by_network[1], scene.lower) > 0.85
    assert overlap(by_network[0], scene.upper) > 0.03 + overlap(by_color[0], scene.upper)
    assert overlap(by_network[0], scene.upper) > 0.9


def test_a_network_that_sees_nobody_does_little_harm():
    scene = Scene("checker", "wave_right")
    blind = np.zeros((*scene.person.shape, 6), np.float32)
    blind[..., SeenClass.BACKGROUND] = 1
    for found, before in zip(scene.find(blind), scene.find(), strict=True):
        assert overlap(found, before) > 0.9


def test_masks_are_soft_and_apart():
    scene = Scene("plaid", "wave_right")
    upper, lower = find_garments(scene.frames, scene.pose, scene.person, scene.parts)
    assert upper.dtype == lower.dtype == np.uint8
    assert upper.shape == lower.shape == scene.person.shape
    assert (upper.astype(int) + lower).max() <= 256
    person = [cv2.dilate(mask, np.ones((5, 5), np.uint8)) for mask in scene.person]
    assert not (upper | lower)[np.stack(person) == 0].any()


def test_frames_without_a_person_have_no_garments():
    scene = Scene("plaid", "wave_right")
    scene.person[2], scene.parts[2], scene.pose[2, :, 2] = 0, 0, 0
    upper, lower = find_garments(scene.frames, scene.pose, scene.person, scene.parts)
    assert not upper[2].any()
    assert not lower[2].any()
    assert upper[3].any()


def test_half_a_body_has_its_upper_garment():
    """Legs outside the picture: no joints, no parts."""
    scene = Scene("mustard", "salute")
    legs = scene.parts >= 7
    scene.person[legs], scene.parts[legs], scene.pose[:, [9, 10, 12, 13], 2] = 0, 0, 0
    upper, lower = scene.find()
    assert overlap(upper, scene.upper) > 0.9
    assert lower.sum() < 0.3 * upper.sum()


def test_a_clip_without_a_person_is_refused():
    scene = Scene("plaid", "wave_right")
    with pytest.raises(HuemanError, match="No person"):
        GarmentModel.fit(scene.frames, scene.pose, 0 * scene.person, scene.parts)
