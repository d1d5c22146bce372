import pytest
import torch

from hueman.color.shift import shift_color


def test_grey_garments_take_colour_by_their_lightness():
    lab = torch.tensor([[34.0, 0, 0], [84, 0, 0]]).T.reshape(1, 3, 1, 2)
    mean, target = torch.tensor([[59.0, 0, 0]]), torch.tensor([[15.0, -30]])
    moved = shift_color(lab, torch.ones(1, 1, 1, 2), mean, target)
    expected = torch.tensor([[10.0, -20], [20, -40]]).T
    torch.testing.assert_close(moved[0, 1:, 0], expected)


@pytest.mark.parametrize(("own", "contrast"), [(54.0, 1.0), (17.0, 0.5)])
def test_folds_grow_with_lightness(own, contrast):
    """Under another dye, a pixel's L + 16 grows in proportion; of dark cloth, less than that."""
    pixels = torch.tensor([own - 10, own, own + 10])
    lab = torch.stack([pixels, torch.zeros(3), torch.zeros(3)]).view(1, 3, 1, 3)
    mean, target = torch.tensor([[own, 0, 0]]), torch.tensor([[80.0, 5, -5]])
    moved = shift_color(lab, torch.ones(1, 1, 1, 3), mean, target)
    gain = 1 + contrast * ((80 + 16) / (own + 16) - 1)
    torch.testing.assert_close(moved[0, 0, 0], 80 + gain * (pixels - own))
    torch.testing.assert_close(moved[0, :, 0, 1], target[0])


def test_a_soft_mask_moves_colour_in_proportion():
    lab = torch.tensor([50.0, 20, 10]).view(1, 3, 1, 1).expand(1, 3, 1, 3)
    mask = torch.tensor([0, 0.5, 1]).view(1, 1, 1, 3)
    mean, target = torch.tensor([[50.0, 20, 10]]), torch.tensor([[0.0, 40]])
    moved = shift_color(lab, mask, mean, target)
    expected = torch.tensor([[50.0, 50, 50], [20, 10, 0], [10, 25, 40]])
    torch.testing.assert_close(moved[0, :, 0], expected)


def test_means_and_colours_may_differ_from_pixel_to_pixel():
    rng = torch.Generator().manual_seed(0)
    lab = 60 * torch.rand(1, 3, 2, 4, generator=rng)
    mask = torch.rand(1, 1, 2, 4, generator=rng)
    means, targets = 60 * torch.rand(2, 2, 3, generator=rng)
    by_pixel = [each.T[None, ..., None].expand(1, 3, 2, 4) for each in (means, targets)]
    moved = shift_color(lab, mask, *by_pixel)
    for row in range(2):
        alone = lab[..., row : row + 1, :], mask[..., row : row + 1, :]
        expected = shift_color(*alone, means[row : row + 1], targets[row : row + 1])
        torch.testing.assert_close(moved[..., row : row + 1, :], expected)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 3, 4, 4\)"):
        shift_color(
            torch.zeros(1, 3, 4, 4), torch.zeros(1, 1, 4, 5), torch.zeros(1, 3), torch.zeros(1, 2)
        )
