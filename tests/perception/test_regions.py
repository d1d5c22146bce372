import cv2
import numpy as np
import pytest

from hueman.perception.regions import Region, search_regions


def test_the_whole_frame_maps_to_the_whole_crop():
    frame = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    whole = Region(centre=(31.5, 31.5), side=64)
    np.testing.assert_array_equal(whole.cut(frame, 64), frame)
    np.testing.assert_array_equal(whole.paste(frame[..., 0], 64, 64), frame[..., 0])


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.0])
def test_crop_and_frame_maps_are_inverse(angle):
    region = Region(centre=(20.0, 35.0), side=50, angle=angle)
    there, back = region.to_crop(256), region.to_frame(256)
    points = np.array([[3.0, 4.0], [20, 35], [60, 1]])
    crop = points @ there[:, :2].T + there[:, 2]
    np.testing.assert_allclose(crop @ back[:, :2].T + back[:, 2], points, atol=1e-9)
    np.testing.assert_allclose(crop[1], [127.5, 127.5])


def test_a_quarter_turn():
    """A square turned clockwise has its upper side at the frame's right."""
    frame = np.zeros((8, 8), np.uint8)
    frame[3:5, 7] = 255
    turned = Region(centre=(3.5, 3.5), side=8, angle=np.pi / 2)
    crop = turned.cut(frame, 8)
    assert (crop[0, 3:5] == 255).all()
    assert crop[1:].max() == 0


def test_shrinking_averages():
    """Stripes finer than the crop's pixels come out grey, and nothing moves."""
    frame = np.zeros((512, 512), np.uint8)
    frame[:, ::2] = 254
    crop = Region(centre=(255.5, 255.5), side=512).cut(frame, 64)
    assert np.abs(crop[2:-2, 2:-2].astype(int) - 127).max() <= 2
    dot = np.zeros((520, 520), np.uint8)
    dot[128:160, 256:288] = 255
    small = Region(centre=(259.5, 259.5), side=520).cut(dot, 65).astype(float)
    rows, columns = np.mgrid[:65, :65]
    assert (small * rows).sum() / small.sum() == pytest.approx(17.5, abs=0.1)
    assert (small * columns).sum() / small.sum() == pytest.approx(33.5, abs=0.1)


@pytest.mark.parametrize(("height", "width"), [(384, 256), (720, 1280), (100, 100), (64, 640)])
def test_every_place_is_searched(height, width):
    levels = list(search_regions(height, width))
    assert levels[0] == [Region(((width - 1) / 2, (height - 1) / 2), max(height, width))]
    for regions in levels[1:]:
        covered = np.zeros((height, width), np.uint8)
        for region in regions:
            half = region.side / 2
            x, y = region.centre
            corner = (round(x - half + 0.5), round(y - half + 0.5))
            assert min(corner) >= 0
            far = (round(x + half - 0.5), round(y + half - 0.5))
            assert far[0] < width
            assert far[1] < height
            cv2.rectangle(covered, corner, far, 1, -1)
        assert covered.all()
    sides = [regions[0].side for regions in levels]
    assert sides == sorted(sides, reverse=True)
