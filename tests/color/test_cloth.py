import numpy as np
import pytest
import torch
from skimage.color import lab2rgb, rgb2lab

from hueman.color.cloth import Cloth

MEAN, TARGET = np.array([45.0, 20, 10]), np.array([45.0, -10, 25])


def shares_of_a_colour(lab: np.ndarray) -> np.ndarray:
    """w of `shift_color`, computed plainly: 14 is DISTINCT_CHROMA."""
    light = (lab[:, 0] + 16) / (MEAN[0] + 16)
    w = (lab[:, 1:] @ MEAN[1:] + 14**2 * light) / (MEAN[1:] @ MEAN[1:] + 14**2)
    return w.clip(0, 3)


def test_dyed_pixels_agree_with_a_plain_computation():
    rng = np.random.default_rng(0)
    rgb, mask = rng.uniform(0.2, 0.6, (50, 3)), rng.uniform(0, 1, 50)
    lab = rgb2lab(rgb)
    lab[:, 1:] += (mask * shares_of_a_colour(lab))[:, None] * (TARGET - MEAN)[1:]
    as_tensor = [torch.tensor(each, dtype=torch.float32) for each in (rgb.T, mask, MEAN, TARGET)]
    pixels, share, mean, target = as_tensor
    dyed = Cloth.of(pixels, [(share, mean[:, None])]).dyed([target[1:, None]])
    np.testing.assert_allclose(dyed.T.numpy(), lab2rgb(lab), atol=1e-3)


def test_a_garment_without_a_colour_stays():
    rgb = torch.rand(3, 20, generator=torch.Generator().manual_seed(0))
    mean, full = torch.tensor([[50.0], [5], [5]]), torch.ones(20)
    cloth = Cloth.of(rgb, [(full, mean), (full, mean)])
    color = torch.tensor([[30.0], [-30]])
    torch.testing.assert_close(cloth.dyed([None, None]), rgb, atol=1e-4, rtol=0)
    assert torch.equal(cloth.dyed([None, color]), Cloth.of(rgb, [(full, mean)]).dyed([color]))
    assert (cloth.dyed([None, color]) - rgb).abs().max() > 0.1


def test_another_colour_does_not_depend_on_the_one_before():
    rgb = torch.rand(3, 20, generator=torch.Generator().manual_seed(0))
    cloth = Cloth.of(rgb, [(torch.ones(20), torch.tensor([[50.0], [5], [5]]))])
    red, blue = torch.tensor([[40.0], [20]]), torch.tensor([[0.0], [-40]])
    first = cloth.dyed([red])
    assert not torch.allclose(cloth.dyed([blue]), first)
    assert torch.equal(cloth.dyed([red]), first)


def test_colours_that_do_not_fit_the_garments_are_refused():
    cloth = Cloth.of(torch.rand(3, 5), [(torch.ones(5), torch.ones(3, 1))])
    with pytest.raises(ValueError, match="shorter"):
        cloth.dyed([])
