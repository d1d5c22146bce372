"""The latent colour space: collecting codes, measuring them, drawing them."""

import csv
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from hueman.color.lab import rgb_to_lab
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.evaluation.latent_figure import draw_latent_space, principal_components
from hueman.evaluation.latent_measures import (
    kl_per_dimension,
    measure_latent_space,
    neighborhoods,
)
from hueman.evaluation.latent_space import (
    CodeSample,
    collect_codes,
    garment_lightness,
    untrained_encoders,
    without_actor_means,
    write_codes,
)
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.stage_one import StageOne

CONFIG = load_config("demo", ["stage_one.encoder.channels=8", "stage_one.generator_channels=4"])
ACTORS = ("plaid", "mustard", "checker")


@pytest.fixture(scope="module")
def split(truth_dataset):
    return load_split(truth_dataset, CONFIG, show_progress=False)


@pytest.fixture(scope="module")
def encoders():
    return untrained_encoders(CONFIG, seed=3)


def synthetic(count: int, seed: int, informative: bool = True, actor_shift: float = 0.0):
    """Codes that are a rotated embedding of (a, b), or noise; by default little noise is added."""
    random = torch.Generator().manual_seed(seed)
    chroma = torch.rand((count, 4), generator=random) * 80 - 40
    rotation = torch.linalg.qr(torch.randn((16, 16), generator=torch.Generator().manual_seed(9)))[0]
    noise = torch.randn((count, 16), generator=random)
    codes = chroma[:, :2] / 20 @ rotation[:2] + 0.01 * noise if informative else noise
    actors = [ACTORS[number % 3] for number in range(count)]
    shifts = torch.tensor([ACTORS.index(actor) for actor in actors]).float()
    codes = codes + actor_shift * shifts[:, None] * rotation[5]
    return CodeSample(
        upper_mean=codes,
        upper_log_variance=torch.full((count, 16), -4.0),
        lower_mean=torch.randn((count, 8), generator=random),
        lower_log_variance=torch.zeros(count, 8),
        chroma=chroma,
        lightness=torch.full((count, 2), 55.0),
        actors=actors,
    )


def test_a_code_that_is_the_chroma_plane_scores_perfectly():
    result = measure_latent_space(synthetic(600, 0), synthetic(400, 1), "upper")
    assert result["r2"] > 0.999
    assert abs(result["leakage"]) < 0.1
    assert result["trustworthiness"] > 0.995
    assert result["continuity"] > 0.995
    assert result["trustworthiness_centered"] > 0.95
    assert result["knn_error"] < 4 < 25 < result["knn_error_mean"]
    assert 2 <= result["active_units"] <= 16
    assert sum(result[f"kl_{number}"] for number in range(16)) == pytest.approx(result["kl"])


def test_a_code_without_colour_scores_as_chance():
    train, test = synthetic(600, 0, informative=False), synthetic(400, 1, informative=False)
    result = measure_latent_space(train, test, "upper")
    assert abs(result["r2"]) < 0.1
    assert abs(result["trustworthiness"] - 0.5) < 0.05
    assert abs(result["continuity"] - 0.5) < 0.05
    # The mean of the training colours is the best answer there is: ten neighbours do worse.
    assert result["knn_error"] > result["knn_error_mean"]
    assert result["active_units"] == 16


def test_a_code_of_the_other_garment_is_leakage():
    swapped = [
        replace(sample, chroma=sample.chroma[:, [2, 3, 0, 1]])
        for sample in (synthetic(600, 0), synthetic(400, 1))
    ]
    result = measure_latent_space(swapped[0], swapped[1], "upper")
    assert result["leakage"] > 0.999
    assert abs(result["r2"]) < 0.1


def test_subtracting_actor_means_uncovers_the_chroma_plane():
    sample = synthetic(600, 0, actor_shift=10.0)
    _, apart = principal_components(sample.upper_mean, sample.chroma[:, :2])
    centered = without_actor_means(sample.upper_mean, sample.actors)
    places, shares = principal_components(centered, sample.chroma[:, :2])
    assert apart[0] > 0.9
    assert shares.sum() > 0.99
    _, torn = neighborhoods(sample.chroma[:, :2], sample.upper_mean)
    _, mended = neighborhoods(sample.chroma[:, :2], centered)
    assert torn < 0.9 < 0.98 < mended
    for actor in ACTORS:
        chosen = [name == actor for name in sample.actors]
        assert torch.allclose(centered[chosen].mean(dim=0), torch.zeros(16), atol=1e-4)
    # Signs are those of the chroma plane.
    assert (places * sample.chroma[:, :2].numpy()).sum(axis=0).min() > 0


def test_kl_is_that_of_torch():
    random = torch.Generator().manual_seed(0)
    mean, log_variance = torch.randn((2, 50, 16), generator=random)
    posterior = Normal(mean, (0.5 * log_variance).exp())
    expected = kl_divergence(posterior, Normal(torch.zeros(16), torch.ones(16))).mean(dim=0)
    torch.testing.assert_close(kl_per_dimension(mean, log_variance), expected)
    test = replace(synthetic(50, 0), upper_mean=mean, upper_log_variance=log_variance)
    result = measure_latent_space(synthetic(50, 1), test, "upper")
    assert result["kl"] == pytest.approx(float(expected.sum()), rel=1e-5)
    assert float(kl_per_dimension(torch.zeros(3, 2), torch.zeros(3, 2)).sum()) == 0


def test_collected_codes_are_those_of_their_frames_in_their_colours(split, encoders):
    seen, regions = [], []

    def recolor(frames, upper, lower):
        seen.append(frames.recolored(upper, lower))
        regions.append(frames.encoder_regions("parts"))
        return seen[-1]

    sample = collect_codes(encoders, split.train, CONFIG, 20, seed=5, recolor=recolor)
    assert len(sample) == 20
    assert sample.upper_mean.shape == sample.upper_log_variance.shape == (20, 16)
    assert sample.lower_mean.shape == sample.lower_log_variance.shape == (20, 8)
    assert set(sample.actors) <= {clip.actor for clip in split.train}
    with torch.no_grad():
        codes = encoders(torch.cat(seen), torch.cat(regions))
        _, log_variance = encoders.upper(torch.cat(seen) * torch.cat(regions)[:, :1])
    joined = torch.cat([sample.upper_mean, sample.lower_mean], dim=1)
    torch.testing.assert_close(joined, codes, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(sample.upper_log_variance, log_variance, atol=1e-5, rtol=1e-4)


def test_collected_chroma_is_the_mean_colour_of_the_garments_shown(split, encoders):
    errors = []

    def recolor(frames, upper, lower):
        shown = frames.recolored(upper, lower)
        lab = rgb_to_lab(shown / 2 + 0.5)
        for mask, wanted in ((frames.upper, upper), (frames.lower, lower)):
            for picture, inside, chroma in zip(lab, mask[:, 0] >= 250, wanted, strict=True):
                errors.append(float((picture[1:, inside].mean(dim=1) - chroma).norm()))
        return shown

    sample = collect_codes(encoders, split.train, CONFIG, 30, seed=5, recolor=recolor)
    # A garment's mean colour is that over its clip, and sRGB clips some pixels of it.
    assert np.median(errors) < 3
    assert np.quantile(errors, 0.9) < 8
    assert sample.chroma.norm(dim=1).mean() > 20
    again = sample.own_chroma("upper"), sample.other_chroma("upper")
    assert torch.equal(torch.cat(again, dim=1), sample.chroma)
    correlation = np.corrcoef(sample.chroma.numpy().T)
    assert abs(correlation[:2, 2:]).max() < 0.6, "garments are coloured independently"


def test_lightness_is_of_the_garment_in_the_uncoloured_frame(split):
    frames = split.train[0].frames[:3]
    lightness = rgb_to_lab(frames.rgb.float() / 255)[:, 0]
    expected = [lightness[n][frames.upper[n, 0] >= 128].mean() for n in range(3)]
    torch.testing.assert_close(garment_lightness(frames)[:, 0], torch.stack(expected))
    bare = replace(frames, lower=torch.zeros_like(frames.lower))
    assert torch.equal(garment_lightness(bare)[:, 1], frames.lower_color[:, 0])


def test_collecting_depends_on_its_seed_alone(split, encoders):
    torch.manual_seed(1)
    first = collect_codes(encoders, split.train, CONFIG, 20, seed=5)
    state = torch.random.get_rng_state()
    np.random.seed(7)  # noqa: NPY002
    second = collect_codes(encoders, split.train, CONFIG, 20, seed=5)
    assert torch.equal(torch.random.get_rng_state(), state)
    for name in ("upper_mean", "lower_log_variance", "chroma", "lightness"):
        assert torch.equal(getattr(first, name), getattr(second, name))
    assert first.actors == second.actors
    other = collect_codes(encoders, split.train, CONFIG, 20, seed=6)
    assert not torch.allclose(first.chroma, other.chroma)


def test_every_frame_is_chosen_before_any_is_chosen_again(split, encoders):
    frames = [replace(split.train[0], frames=split.train[0].frames[:4])]
    sample = collect_codes(encoders, frames, CONFIG, 8, seed=0)
    for half in (sample.lightness[:4], sample.lightness[4:]):
        torch.testing.assert_close(
            half.sort(dim=0).values, garment_lightness(frames[0].frames).sort(dim=0).values
        )


def test_untrained_encoders_are_those_that_training_begins_with(split):
    state = torch.random.get_rng_state()
    made = untrained_encoders(CONFIG, CONFIG.seed)
    assert torch.equal(torch.random.get_rng_state(), state)
    with torch.random.fork_rng():
        stage = StageOne("lower", split, CONFIG, make_fabric(CONFIG, "cpu"))
    expected = stage.networks.shown("encoder").state_dict()
    for name, weights in made.lower.state_dict().items():
        assert torch.equal(weights, expected[name])
    other = untrained_encoders(CONFIG, CONFIG.seed + 1)
    assert not torch.equal(made.lower.first.weight, other.lower.first.weight)


def test_points_of_the_figure_have_the_colours_given(tmp_path):
    sample = synthetic(300, 0)
    red = torch.tensor([60.0, 45.0]).expand(300, 2)
    sample = replace(sample, chroma=torch.cat([red, sample.chroma[:, 2:]], dim=1))
    path = tmp_path / "figures" / "latent.png"
    draw_latent_space({"End-to-end": sample, "Decoupled": sample}, "upper", path)
    picture = cv2.imread(str(path))
    assert picture is not None
    assert picture.shape[1] >= 900
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    blue, green, red = picture[spread > 60].mean(axis=0)
    assert (spread > 60).mean() > 0.005
    assert red > 150
    assert max(blue, green) < 0.6 * red
    assert [entry.name for entry in path.parent.iterdir()] == ["latent.png"]


def test_collapsed_codes_can_be_drawn(tmp_path):
    sample = replace(synthetic(40, 0), upper_mean=torch.zeros(40, 16))
    _, shares = principal_components(sample.upper_mean, sample.own_chroma("upper"))
    assert shares.tolist() == [0, 0]
    draw_latent_space({"Collapsed": sample}, "upper", tmp_path / "latent.png")
    assert cv2.imread(str(tmp_path / "latent.png")) is not None


def test_codes_are_read_back_as_written(tmp_path):
    sample = synthetic(30, 0)
    path = tmp_path / "codes.csv"
    write_codes(path, sample, "lower")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*(f"z{n}" for n in range(8)), "a", "b", "L", "actor"]
    assert [row["actor"] for row in rows] == sample.actors
    codes = np.array([[row[f"z{n}"] for n in range(8)] for row in rows], np.float32)
    assert np.array_equal(codes, sample.lower_mean.numpy())
    lab = np.array([[row[name] for name in "Lab"] for row in rows], np.float32)
    assert np.array_equal(lab, sample.lab("lower").numpy())


def test_errors_name_what_was_given(split, encoders, tmp_path):
    sample = synthetic(30, 0)
    with pytest.raises(ValueError, match=r"count must be at least 1, got 0"):
        collect_codes(encoders, split.train, CONFIG, 0, seed=0)
    with pytest.raises(HuemanError):
        collect_codes(encoders, [], CONFIG, 1, seed=0)
    with pytest.raises(ValueError, match=r"chroma .* got \(30, 2\)"):
        replace(sample, chroma=sample.chroma[:, :2])
    with pytest.raises(ValueError, match=r"upper_log_variance .* got \(30, 8\)"):
        replace(sample, upper_log_variance=torch.zeros(30, 8))
    with pytest.raises(ValueError, match="got 30 and 20"):
        measure_latent_space(sample, synthetic(20, 0), "upper")
    with pytest.raises(ValueError, match=r"got \(30, 16\) and \(30, 8\)"):
        measure_latent_space(sample, replace(sample, **_shorter()), "upper")
    with pytest.raises(ValueError, match=r"got \(30, 2\) and \(29, 16\)"):
        neighborhoods(sample.chroma[:, :2], sample.upper_mean[1:])
    with pytest.raises(ValueError, match=r"got \(2, 3\) and \(2, 4\)"):
        kl_per_dimension(torch.zeros(2, 3), torch.zeros(2, 4))
    with pytest.raises(ValueError, match="got 2"):
        without_actor_means(sample.upper_mean, ["plaid", "mustard"])
    with pytest.raises(ValueError, match="at least 3 codes each"):
        draw_latent_space({}, "upper", tmp_path / "latent.png")


def test_one_code_of_an_actor_becomes_zero():
    codes = torch.tensor([[1.0, 2.0], [math.pi, 4.0]])
    assert torch.equal(without_actor_means(codes, ["plaid", "mustard"]), torch.zeros(2, 2))


def _shorter() -> dict[str, torch.Tensor]:
    return {"upper_mean": torch.zeros(30, 8), "upper_log_variance": torch.zeros(30, 8)}
