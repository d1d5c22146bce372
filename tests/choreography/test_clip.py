"""Whole clips, small and short."""

from dataclasses import replace

import numpy as np
import pytest

from hueman.choreography.clip import EDGE_SCALE, ClipRenderer, scene_edges, with_noise
from hueman.choreography.recolors import MIN_DIFFERENCE, base_lab
from hueman.choreography.settings import RenderSettings
from hueman.choreography.truth import RenderedClip
from hueman.color.lab import lab_from_uint8
from hueman.features.skeleton import JOINT
from hueman.perception.base import edge_detector
from hueman.preparation.clip import person_edges

SETTINGS = RenderSettings(height=96, width=64, frames=4, recolors=2)


@pytest.fixture(scope="module")
def renderer() -> ClipRenderer:
    return ClipRenderer(SETTINGS)


@pytest.fixture(scope="module")
def clip(renderer) -> RenderedClip:
    return renderer("mustard", "march")


@pytest.fixture(scope="module")
def with_settings(dressed):
    """A renderer with other settings, whose actor is dressed already."""

    def make(**changes) -> ClipRenderer:
        other = ClipRenderer(replace(SETTINGS, **changes))
        other._dressed = ("mustard", dressed("mustard"))
        return other

    return make


@pytest.fixture(scope="module")
def noisy(with_settings) -> RenderedClip:
    return with_settings(noise=4)("mustard", "march")


def arrays(rendered: RenderedClip) -> dict[str, np.ndarray]:
    values = {**vars(rendered.clip), **vars(rendered.truth)}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def assert_same(one: RenderedClip, other: RenderedClip):
    first, second = arrays(one), arrays(other)
    assert first.keys() == second.keys()
    assert len(first) == 14
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


def test_a_clip_is_complete(clip):
    assert (clip.clip.actor, clip.clip.action, clip.clip.fps) == ("mustard", "march", 25)
    assert clip.clip.frames.shape == (4, 96, 64, 3)
    assert clip.truth.recolored.shape == (2, 4, 96, 64, 3)
    np.testing.assert_array_equal(clip.clip.pose[..., 2], 1)
    assert clip.truth.joint_depth.shape == (4, 18)
    assert clip.truth.part_order.shape == (4, 10)


def test_it_is_the_action_from_beginning_to_end(clip):
    pose = clip.clip.pose
    # A march begins and ends at rest, but for the sway.
    np.testing.assert_allclose(pose[0, :, :2], pose[-1, :, :2], atol=1)
    knees = pose[:, [JOINT["left_knee"], JOINT["right_knee"]], 1]
    assert np.ptp(knees, axis=0).max() > 5


def test_rendering_twice_gives_the_same(clip):
    assert_same(ClipRenderer(SETTINGS)("mustard", "march"), clip)


def test_a_clip_does_not_depend_on_what_was_rendered_before(renderer, clip):
    fresh = ClipRenderer(SETTINGS)
    alone = fresh("plaid", "salute")
    renderer("plaid", "jack")
    assert_same(renderer("plaid", "salute"), alone)
    assert_same(renderer("mustard", "march"), clip)


def test_recolouring_changes_pixels_of_garments_only(clip):
    frames, truth = clip.clip.frames, clip.truth
    garment = (clip.clip.upper > 0) | (clip.clip.lower > 0)
    for other in truth.recolored:
        np.testing.assert_array_equal(other[~garment], frames[~garment])
        assert (other != frames).any(axis=-1)[garment].mean() > 0.9


def test_the_truth_names_the_colours(clip):
    truth = clip.truth
    assert truth.upper_lab.shape == truth.lower_lab.shape == (3, 3)
    for labs in (truth.upper_lab, truth.lower_lab):
        difference = np.linalg.norm(labs[1:] - labs[0], axis=1)
        assert difference.max() >= MIN_DIFFERENCE
        # The first of the others keeps the lightness.
        assert labs[1, 0] == pytest.approx(labs[0, 0], abs=1)
    pictures = [clip.clip.frames, *truth.recolored]
    for labs, mask in ((truth.upper_lab, clip.clip.upper), (truth.lower_lab, clip.clip.lower)):
        means = np.array([lab_from_uint8(p[mask == 255]).mean(axis=0) for p in pictures])
        for number in (1, 2):
            old, new = (np.linalg.norm((means[k] - labs[number])[1:]) for k in (0, number))
            assert new < 0.5 * old


def test_the_first_colours_are_the_actor_s_own(renderer, clip):
    spec = renderer._dress("mustard").spec
    np.testing.assert_allclose(clip.truth.upper_lab[0], base_lab(spec.upper_pattern))
    np.testing.assert_allclose(clip.truth.lower_lab[0], base_lab(spec.lower_pattern))


def test_clips_and_seeds_draw_their_own_colours(renderer, clip, with_settings):
    other_seed = with_settings(seed=1)("mustard", "march")
    np.testing.assert_array_equal(other_seed.clip.person.shape, clip.clip.person.shape)
    assert not np.allclose(other_seed.truth.upper_lab[1:], clip.truth.upper_lab[1:])
    assert not np.allclose(
        renderer("mustard", "clap").truth.upper_lab[1:], clip.truth.upper_lab[1:]
    )


def test_without_recolours_the_frames_are_the_same(clip, with_settings):
    plain = with_settings(recolors=0)("mustard", "march")
    np.testing.assert_array_equal(plain.clip.frames, clip.clip.frames)
    assert plain.truth.recolored.shape == (0, 4, 96, 64, 3)


def test_edges_are_found_before_the_noise_and_on_the_person(clip, noisy):
    np.testing.assert_array_equal(noisy.clip.edges, clip.clip.edges)
    np.testing.assert_array_equal(noisy.clip.person, clip.clip.person)
    assert clip.clip.edges.max() > 128
    far = clip.clip.person[0] == 0
    far[:, 20:44] = False
    assert not clip.clip.edges[0][far].any()


def test_noise_is_that_of_one_sensor(clip, noisy):
    grain = noisy.clip.frames.astype(float) - clip.clip.frames
    # Only where neither is clipped.
    open_ = (clip.clip.frames > 30) & (clip.clip.frames < 225)
    assert grain[open_].std() == pytest.approx(4, rel=0.05)
    assert abs(grain[open_].mean()) < 0.1
    for plain, other in zip(clip.truth.recolored, noisy.truth.recolored, strict=True):
        both = open_ & (plain > 30) & (plain < 225)
        np.testing.assert_array_equal((other.astype(float) - plain)[both], grain[both])


@pytest.mark.parametrize("deviation", [1.0, 5.0, 15.0])
def test_noise_has_the_deviation_asked(deviation):
    pictures = np.full((3, 2, 64, 64, 3), 128, np.uint8)
    noisy = with_noise(pictures, deviation, np.random.default_rng(0))
    grain = noisy.astype(float) - 128
    # Rounding to whole levels adds a twelfth.
    assert grain[0].std() == pytest.approx(np.sqrt(deviation**2 + 1 / 12), rel=0.02)
    assert abs(grain.mean()) < 0.15
    np.testing.assert_array_equal(noisy[0], noisy[1])
    np.testing.assert_array_equal(noisy[0], noisy[2])
    assert (noisy[0, 0] != noisy[0, 1]).mean() > 0.7, "each frame has its own"
    channels = grain[0, 0].reshape(-1, 3)
    assert np.abs(np.corrcoef(channels.T) - np.eye(3)).max() < 0.1


def test_without_deviation_there_is_no_noise():
    pictures = np.arange(96, dtype=np.uint8).reshape(1, 2, 4, 4, 3)
    assert with_noise(pictures, 0, np.random.default_rng(0)) is pictures


def test_noise_does_not_wrap_around():
    extremes = np.array([0, 255], np.uint8).repeat(6000).reshape(1, 1, 20, 200, 3)
    noisy = with_noise(extremes, 20.0, np.random.default_rng(0))
    assert (noisy[extremes == 0] < 128).all()
    assert (noisy[extremes == 255] > 128).all()


def test_edges_of_a_step_are_as_strong_as_the_step():
    """Black beside grey of L = 53.585: the gradient is half of it in both columns at the step."""
    frames = np.zeros((1, 20, 30, 3), np.uint8)
    frames[:, :, 15:] = 128
    edges = scene_edges(frames)
    expected = round(255 * (1 - np.exp(-53.585 / 2 / EDGE_SCALE)))
    assert edges.dtype == np.uint8
    np.testing.assert_allclose(edges[0, :, 14:16], expected, atol=1)
    assert not edges[0, :, :14].any()
    assert not edges[0, :, 16:].any()
    np.testing.assert_array_equal(scene_edges(frames.transpose(0, 2, 1, 3))[0], edges[0].T)


def test_colours_of_equal_lightness_have_edges_too():
    frames = np.full((1, 20, 30, 3), (157, 103, 101), np.uint8)
    frames[:, :, 15:] = (84, 126, 103)
    lightness = lab_from_uint8(frames)[0, 0, :, 0]
    assert np.ptp(lightness) < 1.5
    assert scene_edges(frames)[0, 10, 14] > 128


def test_manners_differ_between_actors_and_are_kept_by_each(renderer, with_settings):
    varied = with_settings(variation=0.4)
    for action in ("march", "wave_both"):
        one, other = varied("mustard", action), renderer("mustard", action)
        assert np.abs(one.clip.pose - other.clip.pose).max() > 0.5
    # Movements only get smaller, so what is in the picture stays there.
    reach = [np.ptp(rendered.clip.pose[:, :, 1], axis=0).max() for rendered in (one, other)]
    assert reach[0] < reach[1] + 1
    manners = [varied._manner(np.random.default_rng(seed)) for seed in range(200)]
    speeds = np.array([manner.speed for manner in manners])
    amplitudes = np.array([manner.amplitude for manner in manners])
    assert 0.6 <= speeds.min() < 0.7
    assert 1.3 < speeds.max() <= 1.4
    assert 0.6 <= amplitudes.min() < amplitudes.max() <= 1
    still = renderer._manner(np.random.default_rng(0))
    assert (still.speed, still.amplitude) == (1, 1)


def test_edges_can_be_those_of_prepare(with_settings, clip):
    found = with_settings(edges="hed")("mustard", "march").clip
    expected = person_edges(edge_detector("hed", "fine")(found.frames), found.person)
    assert (found.edges == expected).all()
    assert (found.edges != clip.clip.edges).any()
    assert (found.frames == clip.clip.frames).all()
