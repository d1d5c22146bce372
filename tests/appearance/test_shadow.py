"""Shadows on the floor: found, taken off, and laid down at other feet."""

import numpy as np
import pytest
import torch

from hueman.appearance.background import Background
from hueman.appearance.shadow import _row_quantile, move_shadow, shadow_darkness, shadow_region
from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.features.skeleton import JOINT

HEIGHT, WIDTH = 192, 128
FEET = (60.0, 170.0)
FLOOR, WALL = (55.0, 2.0, 6.0), (80.0, -1.0, -6.0)


def standing(x: float = 0.0, y: float = 0.0, tall: float = 1.0) -> torch.Tensor:
    """A pose whose feet's middle is at FEET, moved by x and y, with the neck 100 above it."""
    pose = torch.zeros(18, 3)
    places = {"neck": (0, 100), "nose": (0, 115)}
    for side, sign in (("left", 1), ("right", -1)):
        places |= {
            f"{side}_shoulder": (17 * sign, 98), f"{side}_elbow": (20 * sign, 72),
            f"{side}_wrist": (22 * sign, 48), f"{side}_hip": (9 * sign, 52),
            f"{side}_knee": (10 * sign, 26), f"{side}_ankle": (10 * sign, 0),
        }  # fmt: skip
    for name, (right, up) in places.items():
        pose[JOINT[name]] = torch.tensor([FEET[0] + x + right, FEET[1] + y - tall * up, 1.0])
    return pose


def scene(shadow: torch.Tensor | None = None, grain: float = 0.0) -> torch.Tensor:
    """A floor before a wall, uint8 (3, H, W), darkened by a shadow (1, H, W)."""
    lab = torch.empty(3, HEIGHT, WIDTH)
    lab[:] = torch.tensor(WALL)[:, None, None]
    lab[:, 140:] = torch.tensor(FLOOR)[:, None, None]
    noise = torch.randn(WIDTH, generator=torch.Generator().manual_seed(0))
    lab[0, 140:] += grain * noise
    if shadow is not None:
        lab[:1] *= 1 - shadow
    return (lab_to_rgb(lab[None])[0].clamp(0, 1) * 255).round().byte()


def cast(x: float = 0.0, y: float = 0.0, length: float = 1.0) -> torch.Tensor:
    """A shadow that begins at the feet and goes to the right and a little up."""
    rows, columns = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    along, up = columns - FEET[0] - x, FEET[1] + y - rows
    inside = (along > 0) & (along < 45 * length) & ((up - 0.3 * along).abs() < 5 * length)
    return 0.3 * inside.float()[None]


NOBODY = np.zeros((HEIGHT, WIDTH), bool)


def region_of(frame: torch.Tensor, pose: torch.Tensor, hole: np.ndarray = NOBODY) -> np.ndarray:
    return shadow_region(frame.permute(1, 2, 0).numpy(), hole, pose.numpy())


def lightness_of(frame: torch.Tensor) -> np.ndarray:
    return rgb_to_lab(frame[None].float() / 255)[0, 0].numpy()


def test_a_shadow_at_the_feet_is_found_as_dark_as_it_is():
    true, frame = cast()[0].numpy(), scene(cast())
    region = region_of(frame, standing())
    assert (region & (true > 0)).sum() / (region | (true > 0)).sum() > 0.9
    darkness = shadow_darkness(lightness_of(frame), lightness_of(scene()), region, NOBODY)
    assert darkness.shape == (HEIGHT, WIDTH)
    assert np.abs(darkness - true).mean() < 0.2 * true.mean()
    assert np.abs(np.median(darkness[true > 0]) - 0.3) < 0.02


@pytest.mark.parametrize(
    "case", ["no shadow", "shadow far from the feet", "colourful", "black", "wall", "feet unseen"]
)
def test_nothing_else_is_taken_for_one(case):
    frame, pose = scene(cast()), standing()
    if case == "no shadow":
        frame = scene()
    elif case == "shadow far from the feet":
        frame = scene(cast(x=-60, y=14, length=0.3))
    elif case == "colourful":  # a rug of the shadow's form and lightness
        lab = rgb_to_lab(scene()[None].float() / 255)
        rug = cast()[None] > 0
        lab = torch.where(rug, lab * 0.7 + torch.tensor([0, 30.0, 0])[None, :, None, None], lab)
        frame = (lab_to_rgb(lab)[0].clamp(0, 1) * 255).round().byte()
    elif case == "black":
        frame = scene(cast() * 3)
    elif case == "wall":  # only what is near the feet counts
        frame = scene((cast(y=-75) > 0).float() * 0.3)
    elif case == "feet unseen":
        pose[JOINT["left_ankle"], 2] = 0
    assert not region_of(frame, pose).any()


def test_a_floor_with_a_pattern_keeps_its_shadows():
    assert not region_of(scene(cast(), grain=8.0), standing()).any()
    assert region_of(scene(cast(), grain=0.4), standing()).any()


def test_a_person_who_hides_whole_rows_leaves_nothing_to_tell():
    assert not region_of(scene(cast()), standing(), np.ones_like(NOBODY)).any()


def test_behind_the_person_it_fades():
    """The shadow touches the right side of what hides the feet: from there it fades to the left."""
    frame, hole = scene(cast()), np.zeros_like(NOBODY)
    hole[60:176, 45:75] = True
    frame[:, hole] = 30
    region = region_of(frame, standing(), hole)
    assert region.sum() > 200
    assert not (region & hole).any()
    darkness = shadow_darkness(lightness_of(frame), lightness_of(scene()), region, hole)
    behind = darkness[165, 45:76]
    assert np.all(np.diff(behind) > -1e-3)
    assert behind[0] < 0.03
    assert behind[-1] == pytest.approx(0.3, abs=0.06)
    assert darkness[100].max() == 0


def test_it_follows_the_feet():
    shadow, away = cast()[None], standing(x=-12, y=6)[None]
    moved = move_shadow(shadow, standing()[None], away)
    torch.testing.assert_close(moved, cast(x=-12, y=6)[None], atol=1e-4, rtol=0)
    here = move_shadow(shadow, standing()[None], standing()[None])
    torch.testing.assert_close(here, shadow, atol=1e-4, rtol=0)


def test_it_shrinks_with_the_body_about_the_feet():
    shadow = cast()[None]
    low = move_shadow(shadow, standing()[None], standing(tall=0.6)[None])
    expected = cast(length=0.6)[None] > 0.15
    assert ((low > 0.15) ^ expected).sum() < 0.12 * expected.sum()
    lowest = move_shadow(shadow, standing()[None], standing(tall=0.01)[None])
    assert float((lowest > 0.15).sum()) == pytest.approx(0.16 * float((shadow > 0).sum()), rel=0.15)


def test_without_feet_it_stays_where_it_is():
    lost = standing(x=20)[None].clone()
    lost[0, JOINT["right_ankle"], 2] = 0
    shadow = cast()[None]
    torch.testing.assert_close(move_shadow(shadow, standing()[None], lost), shadow)


def test_the_background_of_one_person_in_one_place():
    """Frames of a person who goes to the left, so that most show each place of the floor lit."""
    steps = (30, 0, -40)
    poses = torch.stack([standing(x=x) for x in steps])
    shadows = torch.stack([cast(x=x, length=0.6) for x in steps])
    frames = torch.stack([scene(each) for each in shadows])
    person = torch.zeros(3, 1, HEIGHT, WIDTH, dtype=torch.uint8)
    for number, x in enumerate((90, 60, 20)):
        person[number, :, 60:172, x - 4 : x + 4] = 255
        frames[number, :, 60:172, x - 4 : x + 4] = 30
    background = Background.of(frames, person, poses, together=True)
    assert background.lit.shape == (1, 5, HEIGHT, WIDTH)
    assert (background.lit[0, 0, 150:] - FLOOR[0]).abs().mean() < 0.5
    for picture, shadow in zip(background.under(poses), shadows, strict=True):
        true = FLOOR[0] * (1 - shadow)
        apart, without = ((each - true).abs()[:, 150:].mean() for each in (picture[:1], FLOOR[0]))
        # Where it begins it lies behind the person, and no frame tells of it.
        assert apart < 0.5 * without


def test_each_person_has_a_background_of_their_own():
    frames = torch.stack([scene(cast()), scene()])
    person = torch.zeros(2, 1, HEIGHT, WIDTH, dtype=torch.uint8)
    poses = torch.stack([standing(), standing()])
    background = Background.of(frames, person, poses, together=False)
    assert background.shadow[0].max() > 0.2
    assert background.shadow[1].max() == 0
    chosen = background.under(poses[[0, 0, 0]], torch.tensor([1, 0, 1]))
    assert torch.equal(chosen[0], chosen[2])
    dark = (chosen[1] - chosen[0])[0, 150:]
    assert float(dark.min()) < -10


@pytest.mark.parametrize("share", [0.0, 0.5, 0.75, 1.0])
def test_quantiles_of_rows_are_those_of_numpy(share):
    random = np.random.default_rng(0)
    rows = random.normal(50, 20, (40, 33)).astype(np.float32)
    hidden = random.random(rows.shape) < random.random((40, 1))
    hidden[:, 5] = False  # each row has a number
    rows[hidden] = np.nan
    wanted = np.nanquantile(rows, share, axis=1)
    np.testing.assert_allclose(_row_quantile(rows, share), wanted, rtol=1e-6)
