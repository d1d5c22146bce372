"""Requests of colours, and the search for codes that meet them."""

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000

from hueman.color.lab import in_gamut, lab_to_rgb
from hueman.color.names import parse_color
from hueman.generation.colors import ColorMeter, MetRequest, Request, measured_for, meet, reachable

OWN = torch.tensor([40.0, 10.0, -5.0])


def request(text: str = "teal", garment: str = "upper", lightness: bool = True) -> Request:
    return Request.of(garment, text, OWN, lightness)


def misreading(turn: float, offset: tuple[float, float, float]):
    """An encoder that passes colours on as they are, and a maker that turns and shifts them."""
    seen = []

    def encode(asked):
        seen.append(asked)
        upper = asked.get("upper", OWN)
        return torch.cat([upper, asked.get("lower", OWN)])

    def measure(code):
        cos, sin = np.cos(turn), np.sin(turn)
        mix = torch.tensor([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], dtype=torch.float32)
        return code.view(2, 3) @ mix.T + torch.tensor(offset)

    return encode, measure, seen


def test_colours_that_come_out_wrong_are_asked_for_again():
    asked = [request("#b5485d"), request("#557a46", "lower")]
    encode, measure, seen = misreading(0.2, (4.0, -3.0, 5.0))
    code = meet(asked, encode, measure, lightness=True)
    got = measure(code)
    first = measure(encode({each.garment: each.target for each in asked}))
    for number, each in enumerate(asked):
        before = deltaE_ciede2000(first[number].numpy(), each.target.numpy())
        after = deltaE_ciede2000(got[number].numpy(), each.target.numpy())
        assert before > 3
        assert after < 1
    assert len(seen) <= 6


def test_the_best_code_is_kept_when_asking_again_makes_it_worse():
    asked = [request("#b5485d")]
    encode, measure, seen = misreading(np.pi, (0.0, 0.0, 0.0))
    code = meet(asked, encode, measure, lightness=True)
    errors = [
        float(deltaE_ciede2000(measure(encode(each))[0].numpy(), asked[0].target.numpy()))
        for each in seen[:4]
    ]
    kept = deltaE_ciede2000(measure(code)[0].numpy(), asked[0].target.numpy())
    assert kept == pytest.approx(min(errors), abs=1e-3)


def test_a_garment_that_is_not_seen_changes_nothing():
    encode, _, _ = misreading(0, (0.0, 0.0, 0.0))
    code = meet([request()], encode, lambda code: torch.full((2, 3), torch.nan), lightness=True)
    torch.testing.assert_close(code[:3], request().target)


def test_without_lightness_only_hue_and_chroma_are_wanted():
    kept = request("white", lightness=False)
    torch.testing.assert_close(kept.target, torch.tensor([40.0, 0, 0]), atol=0.1, rtol=0)
    assert kept.beyond_reach > 30
    got = measured_for(kept, torch.tensor([[55.0, 3, 4], [0, 0, 0]]), lightness=False)
    torch.testing.assert_close(got, torch.tensor([40.0, 3, 4]), atol=0.1, rtol=0)


@pytest.mark.parametrize("text", ["white", "black", "yellow", "#0000ff", "lab(50, 100, 0)"])
@pytest.mark.parametrize("lightness", [True, False])
def test_what_is_reachable_can_be_shown(text, lightness):
    target = reachable(OWN, parse_color(text), lightness)
    assert in_gamut(target[None]).all()
    if not lightness:
        assert target[0] == OWN[0]


def test_a_garment_beyond_the_limits_keeps_its_own_lightness():
    white = torch.tensor([97.0, 0, 0])
    assert reachable(white, parse_color("white"), True)[0] == 97
    assert reachable(OWN, parse_color("white"), True)[0] == 90


def test_the_meter_weighs_pixels_alike_whatever_the_batches():
    random = torch.Generator().manual_seed(2)
    lab = torch.stack(
        [torch.full((5, 4, 6), level) for level in (50.0, 20.0, -10.0)], dim=1
    ) + torch.randn((5, 3, 4, 6), generator=random)
    frames = lab_to_rgb(lab) * 2 - 1
    masks = torch.rand((5, 2, 4, 6), generator=random)
    whole, parts = ColorMeter(), ColorMeter()
    whole.note(frames, masks)
    parts.note(frames[:2], masks[:2])
    parts.note(frames[2:], masks[2:])
    torch.testing.assert_close(whole.means, parts.means)
    inside = masks[:, 1] >= 0.9
    expected = lab.movedim(1, -1)[inside].mean(dim=0)
    torch.testing.assert_close(whole.means[1], expected, atol=1e-2, rtol=0)
    assert ColorMeter().means.isnan().all()


def test_results_are_told_in_words():
    met = MetRequest(request("white"), torch.tensor([88.0, 1, 0]))
    assert "white was asked for, #" in str(met)
    assert "the nearest that this garment can have" in str(met)
    near = MetRequest(request("teal"), request("teal").target)
    assert near.error == 0
    assert "nearest" not in str(near)
    assert "no frame shows it" in str(MetRequest(request(), torch.full((3,), torch.nan)))
