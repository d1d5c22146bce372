from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from hueman.clips.store import Dataset
from hueman.color.augmentation import GarmentStatistics, random_chroma, recolor_batch
from hueman.color.colorizer import Wearer, make_colorizer
from hueman.color.hint_colorizer import HintColorizer
from hueman.color.hints import anchor_points, place_hints
from hueman.color.lab import rgb_to_lab
from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT
from hueman.networks.siggraph17 import Siggraph17
from hueman.training.frames import Frames


def frames_of(dataset: Dataset) -> Frames:
    """All frames of the small dataset, (48, 3, 96, 64)."""
    clips = [Frames.of(dataset.read(entry), 96, 64) for entry in dataset.entries]
    return Frames.gather(clips, [(i, j) for i, clip in enumerate(clips) for j in range(len(clip))])


def wearer_of(frames: Frames) -> Wearer:
    return Wearer(
        frames.person.float() / 255,
        frames.upper.float() / 255,
        frames.lower.float() / 255,
        frames.pose,
        GarmentStatistics(frames.upper_color, frames.lower_color),
    )


@pytest.fixture(scope="module")
def frames(truth_dataset) -> Frames:
    return frames_of(truth_dataset)


@pytest.fixture(scope="module")
def few(frames) -> Frames:
    return frames[[0, 9, 30]]


@pytest.fixture(scope="module")
def network() -> Siggraph17:
    """Of random weights, with colours strong enough to see."""
    torch.manual_seed(0)
    network = Siggraph17(width=8).eval()
    with torch.no_grad():
        final = network.model_out[0]
        assert isinstance(final, torch.nn.Conv2d)
        final.weight.mul_(20)
    return network


def colors(count: int, a: float, b: float) -> Tensor:
    return torch.tensor([[a, b]]).expand(count, 2)


def to_bytes(rgb: Tensor) -> Tensor:
    return ((rgb + 1) * 127.5).round().byte()


def test_anchors_are_joints_and_places_between_them():
    pose = torch.zeros(1, 18, 3)
    pose[0, JOINT["right_elbow"]] = torch.tensor([10.0, 20.0, 0.9])
    pose[0, JOINT["right_wrist"]] = torch.tensor([30.0, 28.0, 0.4])
    points = anchor_points(pose)
    known = points[0][points[0, :, 2] > 0]
    expected = [[10, 20, 0.9], [30, 28, 0.4], [15, 22, 0.4], [20, 24, 0.4], [25, 26, 0.4]]
    torch.testing.assert_close(known, torch.tensor(expected))


def test_hints_say_the_wanted_colours_in_garments_and_the_own_elsewhere(few):
    wearer, lab = wearer_of(few), rgb_to_lab(few.pictures() / 2 + 0.5)
    wanted = torch.tensor([[40.0, -10.0], [-20.0, 30.0], [5.0, -50.0]])
    hints, hinted = place_hints(lab, wearer.pose, [(wearer.upper, wanted)])
    assert set(hinted.unique().tolist()) == {0, 1}
    assert (hints[(hinted == 0).expand_as(hints)] == 0).all()
    for index in range(3):
        inside = (hinted[index] > 0) & (wearer.upper[index] >= 0.5)
        outside = (hinted[index] > 0) & (wearer.upper[index] == 0)
        assert inside.sum() + outside.sum() == (hinted[index] > 0).sum()
        assert inside.sum() >= 30
        assert outside.sum() >= 30
        torch.testing.assert_close(
            hints[index][:, inside[0]], wanted[index][:, None].expand(-1, int(inside.sum()))
        )
        # The mean colour of 3x3 pixels is that of the middle one, but for noise and borders.
        own = (hints[index] - lab[index, 1:])[:, outside[0]]
        assert own.abs().median() < 3


def test_hints_grow_with_the_picture():
    pose = torch.zeros(1, 18, 3)
    pose[0, 1] = torch.tensor([100.0, 120.0, 1.0])
    lab, mask = torch.zeros(1, 3, 300, 256), torch.zeros(1, 1, 300, 256)
    mask[..., 50:250, 50:200] = 1
    _, hinted = place_hints(lab, pose, [(mask, colors(1, 10, 10))])
    expected = torch.zeros_like(mask)
    expected[..., 117:124, 97:104] = 1
    assert torch.equal(hinted, expected)


def test_a_garment_without_joints_has_a_hint_in_its_middle():
    mask = torch.zeros(2, 1, 64, 64)
    mask[0, :, 20:31, 40:51] = 1
    hints, hinted = place_hints(
        torch.zeros(2, 3, 64, 64), torch.zeros(2, 18, 3), [(mask, colors(2, 7, -7))]
    )
    # Radius 1 in pictures of 64; no hint where there is no garment.
    assert hinted[0].sum() == 9
    assert hinted[1].sum() == 0
    assert (hints[0, 0][hinted[0, 0] > 0] == 7).all()
    assert ((hinted > 0) & (mask == 0)).sum() == 0


def test_points_outside_the_picture_are_no_hints():
    pose = torch.full((1, 18, 3), 1.0)
    pose[0, :, 0] = torch.linspace(-40, 120, 18)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 0, 0] = 1
    _, hinted = place_hints(torch.zeros(1, 3, 32, 32), pose, [(mask, colors(1, 5, 5))])
    assert hinted.shape == (1, 1, 32, 32)


@pytest.mark.parametrize("region", ["garment", "person"])
def test_the_background_keeps_its_bytes(few, network, region):
    wearer, rgb = wearer_of(few), few.pictures()
    colored = HintColorizer(network, region)(rgb, wearer, colors(3, 30, -40), None)
    region = wearer.upper if region == "garment" else wearer.person
    outside = (region == 0).expand_as(rgb)
    assert torch.equal(colored[outside], rgb[outside])
    assert torch.equal(to_bytes(colored)[outside], few.rgb[outside])
    assert (colored - rgb).abs()[(region > 0.9).expand_as(rgb)].mean() > 0.05


def test_lightness_is_kept_where_the_colour_can_be_shown(few, network):
    wearer, rgb = wearer_of(few), few.pictures()
    colored = HintColorizer(network)(rgb, wearer, colors(3, 30, -40), colors(3, -30, 20))
    shown = ((colored > -0.995) & (colored < 0.995)).all(dim=1, keepdim=True)
    before, after = (rgb_to_lab(each / 2 + 0.5)[:, :1] for each in (rgb, colored))
    inside = shown & (wearer.upper + wearer.lower > 0.5)
    assert inside.sum() > 500
    assert (before - after)[inside].abs().max() < 0.5


def test_each_garment_can_be_left(few, network):
    wearer, rgb = wearer_of(few), few.pictures()
    colorize = HintColorizer(network)
    assert torch.equal(colorize(rgb, wearer, None, None), rgb)
    lower = colorize(rgb, wearer, None, colors(3, 40, 0))
    untouched = (wearer.lower == 0).expand_as(rgb)
    assert torch.equal(lower[untouched], rgb[untouched])
    assert not torch.equal(lower, rgb)


def test_other_hints_give_other_colours(few, network):
    wearer, rgb = wearer_of(few), few.pictures()
    colorize = HintColorizer(network)
    one, other = (colorize(rgb, wearer, colors(3, *ab), None) for ab in ((60, 0), (-60, 0)))
    assert not torch.allclose(one, other, atol=1e-3)
    assert not one.requires_grad


@pytest.mark.parametrize("size", [(97, 61), (600, 408)])
def test_any_size_will_do(few, network, size):
    def resize(picture: Tensor) -> Tensor:
        return F.interpolate(picture, size, mode="nearest-exact")

    wearer = wearer_of(few)
    pose = wearer.pose * torch.tensor([size[1] / 64, size[0] / 96, 1])
    larger = replace(
        wearer,
        person=resize(wearer.person),
        upper=resize(wearer.upper),
        lower=resize(wearer.lower),
        pose=pose,
    )
    rgb = resize(few.pictures())
    colored = HintColorizer(network)(rgb, larger, colors(3, 20, 20), None)
    assert colored.shape == rgb.shape
    outside = (larger.upper == 0).expand_as(rgb)
    assert torch.equal(colored[outside], rgb[outside])


def test_a_trained_network_obeys_hints(frames):
    """A narrow network of the same kind is shown clothes in drawn colours, with hints of them.

    It is asked for all colours, and then recolours the second person, whom it has not seen.
    """
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    network = Siggraph17(width=8)
    optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)

    def draw(index: Tensor) -> tuple[Frames, Wearer, Tensor, Tensor]:
        batch = frames[index]
        wanted = random_chroma(generator, batch.upper_color[:, 0], 60)
        return batch, wearer_of(batch), wanted, batch.recolored(wanted, None)

    def error(colorizer: HintColorizer) -> float:
        """Mean distance in a, b of the garment from what was asked for, on the second person."""
        batch, wearer, wanted, _ = draw(torch.arange(24, 48, 3))
        colored = colorizer(batch.pictures(), wearer, wanted, None)
        lab = rgb_to_lab(colored / 2 + 0.5)[:, 1:]
        inside = (wearer.upper > 0.9).float()
        mean = (lab * inside).sum(dim=(2, 3)) / inside.sum(dim=(2, 3))
        return (mean - wanted).norm(dim=1).mean().item()

    untrained = error(HintColorizer(network.eval()))
    network.train()
    for _ in range(120):
        _, wearer, wanted, target = draw(torch.randint(24, (6,), generator=generator))
        lab = rgb_to_lab(target / 2 + 0.5)
        hints, hinted = place_hints(lab, wearer.pose, [(wearer.upper, wanted)])
        weight = 1 + 9 * (wearer.upper > 0.5)
        loss = ((network(lab[:, :1], hints, hinted) - lab[:, 1:]).abs() * weight).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    trained = error(HintColorizer(network.eval()))
    assert trained < 0.5 * untrained


def test_regions_are_named(network):
    with pytest.raises(ValueError, match="'face'"):
        HintColorizer(network, "face")  # type: ignore[arg-type]


def test_colorizers_have_names(few):
    wearer, rgb = wearer_of(few), few.pictures()
    shifted = make_colorizer("garment")(rgb, wearer, colors(3, 20, 20), None)
    statistics = wearer.statistics
    expected = recolor_batch(rgb, wearer.upper, wearer.lower, statistics, colors(3, 20, 20), None)
    assert torch.equal(shifted, expected)
    with pytest.raises(HuemanError, match=r"'paint'.*garment, siggraph17"):
        make_colorizer("paint")
