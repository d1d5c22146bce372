"""People without the colour of their clothes, brought under other poses."""

import pytest
import torch

from hueman.appearance.appearance import Appearance
from hueman.appearance.seams import JOINS, overlapping_parts
from hueman.appearance.tinting import NEUTRAL_LIGHTNESS, tinted, without_colors
from hueman.clips.store import Dataset
from hueman.color.lab import rgb_to_lab
from hueman.features.feature_map import part_masks
from hueman.features.skeleton import BODY_PARTS, JOINT
from hueman.features.warping import NEAREST_LAST, warp_layers, warp_parts
from hueman.training.frames import Frames

RED, GREEN = torch.tensor([[50.0, 40.0]]), torch.tensor([[-30.0, 25.0]])


@pytest.fixture(scope="module")
def march(truth_dataset: Dataset) -> Frames:
    return Frames.of(truth_dataset.read(truth_dataset.entry("plaid", "march")), 96, 64)


def neutral_of(frames: Frames, pictures: torch.Tensor, means=None) -> torch.Tensor:
    garments = torch.cat([frames.upper, frames.lower], dim=1).float() / 255
    return without_colors(pictures, garments, means or (frames.upper_color, frames.lower_color))


def test_a_tinted_frame_is_a_recoloured_one(march):
    first = march[:1]
    made = tinted(neutral_of(first, first.pictures()), RED, GREEN)
    wanted = first.recolored(RED, GREEN)
    # Where both garments share a pixel, the second is recoloured after the first.
    alone = ((first.upper == 0) | (first.lower == 0)).expand(-1, 3, -1, -1)
    torch.testing.assert_close(made[alone], wanted[alone], atol=2e-3, rtol=0)
    assert (made - wanted).abs().mean() < 1e-3


def test_its_own_colours_give_the_frame_back(march):
    neutral = neutral_of(march, march.pictures())
    made = tinted(neutral, march.upper_color[:, 1:], march.lower_color[:, 1:])
    torch.testing.assert_close(made, march.pictures(), atol=2e-3, rtol=0)


def test_garments_lose_their_mean_colour_and_keep_their_lightness(march):
    neutral, lab = neutral_of(march, march.pictures()), rgb_to_lab(march.pictures() / 2 + 0.5)
    assert torch.equal(neutral[:, :1], lab[:, :1])
    inside = march.upper[:, 0] > 250
    assert lab[:, 1:].movedim(1, -1)[inside].mean(dim=0).norm() > 10
    assert neutral[:, 1:3].movedim(1, -1)[inside].mean(dim=0).norm() < 3
    outside = (march.upper[:, 0] == 0) & (march.lower[:, 0] == 0)
    assert torch.equal(neutral[:, 1:3].movedim(1, -1)[outside], lab[:, 1:].movedim(1, -1)[outside])
    assert (neutral[:, 3:].movedim(1, -1)[outside] == 0).all()


def test_lightness_is_taken_out_too_and_put_back(march):
    garments = torch.cat([march.upper, march.lower], dim=1).float() / 255
    means = march.upper_color, march.lower_color
    neutral = without_colors(march.pictures(), garments, means, lightness=True)
    for mask in (march.upper, march.lower):
        assert neutral[:, 0][mask[:, 0] > 250].mean() == pytest.approx(NEUTRAL_LIGHTNESS, abs=2)
    torch.testing.assert_close(tinted(neutral, *means), march.pictures(), atol=2e-3, rtol=0)
    red, green = torch.tensor([[70.0, 40, 20]]), torch.tensor([[25.0, -20, 10]])
    made = tinted(neutral[:1], red, green)
    wanted = march[:1].recolored(red, green)
    alone = ((march.upper[:1] == 0) | (march.lower[:1] == 0)).expand(-1, 3, -1, -1)
    torch.testing.assert_close(made[alone], wanted[alone], atol=2e-3, rtol=0)


def test_tinting_has_the_right_gradients():
    random = torch.Generator().manual_seed(3)
    neutral = torch.rand((1, 5, 2, 3), generator=random, dtype=torch.float64)
    neutral[:, :3] = neutral[:, :3] * 20 + torch.tensor([40.0, 0, 0])[:, None, None]
    colors = [
        torch.tensor([each], dtype=torch.float64, requires_grad=True)
        for each in ([55.0, 10.0, -5.0], [45.0, -8.0, 12.0])
    ]
    assert torch.autograd.gradcheck(lambda *each: tinted(neutral, *each), colors)


def test_a_recoloured_garment_is_the_same_without_its_colour(march):
    """The path cannot tell the network what colour the content frame has."""
    own, mean = neutral_of(march, march.pictures()), march.upper_color
    ab = torch.tensor([[20.0, 20.0]]).expand(len(march), -1)
    other_mean = torch.cat([mean[:, :1], ab], dim=1)
    recolored = march.recolored(ab, None)
    other = neutral_of(march, recolored, (other_mean, march.lower_color))
    inside = march.upper[:, 0] > 250
    difference = (own - other)[:, :3].movedim(1, -1)[inside].norm(dim=1)
    moved = (rgb_to_lab(march.pictures() / 2 + 0.5) - rgb_to_lab(recolored / 2 + 0.5)).norm(dim=1)
    assert difference.mean() < 0.25 * moved[inside].mean()


def test_gradients_reach_the_colour(march):
    color = RED.clone().requires_grad_()
    tinted(neutral_of(march[:1], march[:1].pictures()), color, GREEN).sum().backward()
    assert color.grad is not None
    assert color.grad.isfinite().all()
    assert (color.grad.abs() > 1).all()


def test_parts_reach_below_their_neighbours_around_the_joint(march):
    labels, pose = march.parts[:1], march.pose[:1]
    own, shared = part_masks(labels)[0] > 0, overlapping_parts(labels, pose)[0]
    assert (shared | own).equal(shared)
    arm, forearm = BODY_PARTS.index("left_upper_arm"), BODY_PARTS.index("left_lower_arm")
    both = shared[arm] & shared[forearm]
    assert both.sum() > 0
    rows, columns = both.nonzero().unbind(1)
    elbow = pose[0, JOINT["left_elbow"]]
    reach = torch.hypot(columns - elbow[0], rows - elbow[1])
    assert reach.max() < 6
    assert shared[forearm].equal(own[forearm])  # it lies above
    for below, above, *_ in JOINS:
        assert NEAREST_LAST.index(below) < NEAREST_LAST.index(above)
    assert {name for join in JOINS for name in join[:2]} == set(BODY_PARTS)


def test_a_missing_joint_shares_nothing(march):
    labels, pose = march.parts[:1], march.pose[:1].clone()
    pose[0, JOINT["left_elbow"]] = torch.tensor([float("nan"), float("nan"), 0.0])
    arm = BODY_PARTS.index("left_upper_arm")
    own = part_masks(labels)[0, arm] > 0
    assert overlapping_parts(labels, pose)[0, arm].equal(own)
    assert not overlapping_parts(labels, march.pose[:1])[0, arm].equal(own)


def test_nearer_parts_cover_farther_ones():
    """All parts lie upon each other; the one seen is the nearest."""
    assert set(NEAREST_LAST) == set(BODY_PARTS)
    pose = torch.rand(1, 18, 3, generator=torch.Generator().manual_seed(0)) * 20 + 5
    pose[..., 2] = 1
    picture = torch.arange(1.0, 11.0)[:, None, None].expand(10, 32, 32)
    for count in range(1, 11):
        parts = torch.zeros(1, 10, 32, 32, dtype=torch.bool)
        shown = [BODY_PARTS.index(name) for name in NEAREST_LAST[:count]]
        parts[:, shown, 8:24, 8:24] = True
        behind = torch.full((1, 1, 32, 32), -50.0)
        layered = warp_layers(picture[None, shown[-1:]], parts, pose, pose, behind)
        assert layered[0, 0, 16, 16] == pytest.approx(shown[-1] + 1, abs=1e-2)
        assert layered[0, 0, 2, 2] == -50


def test_layers_equal_the_paper_s_warp_where_parts_do_not_meet(march):
    source, target = march[:1], march.pose[3:4]
    masks = part_masks(source.parts) > 0
    pictures = source.pictures() / 2 + 0.5
    layered = warp_layers(pictures, masks, source.pose, target, torch.zeros_like(pictures))
    largest = warp_parts(pictures, source.parts, source.pose, target)
    alone = (largest.parts.sum(dim=1) <= 1) & ((largest.parts > 0).sum(dim=1) == 1)
    assert alone.float().mean() > 0.05
    for channel in range(3):
        torch.testing.assert_close(layered[:, channel][alone], largest.features[:, channel][alone])


def test_under_its_own_pose_a_person_is_as_before(march):
    first = march[:1]
    made = tinted(first.appearance().under(first.pose), *own_colors(first))
    inside = (first.person > 250).expand(-1, 3, -1, -1)
    assert (made - first.pictures())[inside].abs().mean() < 0.02
    far = (first.person == 0).expand(-1, 3, -1, -1)
    assert (made - first.pictures())[far].abs().mean() < 0.02


def test_it_is_nearer_to_later_frames_than_the_first_frame_is(march):
    made = tinted(march[:1].appearance().under(march.pose), *own_colors(march))
    truth = march.pictures()
    inside = ((march.person > 128) | (march.person[:1] > 128)).expand(-1, 3, -1, -1)
    warped = (made - truth)[inside].abs().mean()
    copied = (truth[:1] - truth)[inside].abs().mean()
    assert warped < 0.6 * copied


def test_one_person_takes_many_poses_and_many_people_their_own(march):
    one = march[:1].appearance()
    assert isinstance(one, Appearance)
    alone = one.under(march.pose[2:3])[0]
    many = march[[0, 4]].appearance()
    # In Lab units; a batch is warped in one box, which rounds otherwise.
    for made in (one.under(march.pose)[2], many.under(march.pose[[2, 3]])[0]):
        torch.testing.assert_close(made, alone, atol=1e-2, rtol=0)


def own_colors(frames: Frames) -> tuple[torch.Tensor, torch.Tensor]:
    return frames.upper_color[:, 1:], frames.lower_color[:, 1:]
