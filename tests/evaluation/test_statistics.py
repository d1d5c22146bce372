import math

import numpy as np
import pytest
from scipy.stats import bootstrap

from hueman.evaluation.statistics import (
    Estimate,
    bootstrap_interval,
    group_means,
    paired_difference,
    summarize,
)


def rows(offset=0.0, missing=()):
    """Six clips of three actors, whose values differ by much more than any offset here."""
    return [
        {
            "actor": actor,
            "action": action,
            "ssim": math.nan if (actor, action) in missing else 10.0 * number + offset,
            "psnr": 20.0 + number,
        }
        for number, (actor, action) in enumerate(
            (actor, action) for actor in ("ann", "bob", "cid") for action in ("walk", "wave")
        )
    ]


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("count", [5, 40])
def test_the_interval_is_that_of_scipy(count, level):
    values = np.random.default_rng(count).exponential(size=count)
    reference = bootstrap(
        (values,),
        np.mean,
        n_resamples=20_000,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(9),
    ).confidence_interval
    estimate = bootstrap_interval(values, resamples=20_000, level=level)
    spread = values.std() / math.sqrt(count)
    assert estimate.mean == values.mean()
    assert estimate.count == count
    assert estimate.low == pytest.approx(reference.low, abs=0.06 * spread)
    assert estimate.high == pytest.approx(reference.high, abs=0.06 * spread)


@pytest.mark.parametrize(("count", "covered"), [(10, 0.90), (40, 0.94)])
def test_intervals_hold_the_true_mean_as_often_as_is_said(count, covered):
    samples = np.random.default_rng(1).normal(3.0, 2.0, size=(1000, count))
    estimates = [bootstrap_interval(values, resamples=500) for values in samples]
    share = np.mean([not estimate.excludes(3.0) for estimate in estimates])
    assert share == pytest.approx(covered, abs=0.02)


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(0).normal(size=12)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def test_nan_is_left_out():
    assert bootstrap_interval([1.0, math.nan, 2.0, 4.0]) == bootstrap_interval([1.0, 2.0, 4.0])


def test_a_single_value_is_its_own_interval_and_clear_of_nothing():
    estimate = bootstrap_interval([2.5])
    assert estimate == Estimate(2.5, 2.5, 2.5, 1)
    assert not estimate.excludes(0)


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_no_value_is_nan_and_clear_of_nothing(values):
    estimate = bootstrap_interval(values)
    assert estimate.count == 0
    assert np.isnan([estimate.mean, estimate.low, estimate.high]).all()
    assert not estimate.excludes(0)


def test_an_infinite_value_stays_infinite():
    estimate = bootstrap_interval([math.inf, 30.0, 32.0, 31.0])
    assert estimate.mean == estimate.high == math.inf
    assert not math.isnan(estimate.low)
    assert bootstrap_interval([math.inf] * 3) == Estimate(math.inf, math.inf, math.inf, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [[1.0, 2.0]]}, r"\(1, 2\)"),
        ({"values": 1.0}, r"\(\)"),
        ({"values": [1.0], "resamples": 0}, "resamples"),
        ({"values": [1.0], "level": 1.0}, "level"),
        ({"values": [1.0], "level": 0.0}, "level"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(**arguments)


def test_a_summary_has_every_number_and_no_string():
    clips = rows(missing={("ann", "wave")})
    clips[2]["leak"] = 4.0
    summary = summarize(clips, resamples=200, level=0.9, seed=3)
    assert list(summary) == ["ssim", "psnr", "leak"]
    assert summary["ssim"] == bootstrap_interval([0, 20, 30, 40, 50], 200, 0.9, 3)
    assert summary["psnr"].count == 6
    assert summary["leak"] == Estimate(4.0, 4.0, 4.0, 1)
    assert summarize([]) == {}


def test_groups_have_their_own_means():
    clips = rows(missing={("ann", "wave"), ("bob", "walk"), ("bob", "wave")})
    actors = group_means(clips, "actor")
    assert list(actors) == ["ann", "bob", "cid"]
    assert actors["ann"] == {"ssim": 0.0, "psnr": 20.5}
    assert math.isnan(actors["bob"]["ssim"])
    assert actors["bob"]["psnr"] == 22.5
    assert group_means(clips, "action")["wave"] == {"ssim": 50.0, "psnr": 23.0}


def test_groups_need_a_string_to_go_by():
    with pytest.raises(ValueError, match="'fps'"):
        group_means(rows(), "fps")
    with pytest.raises(ValueError, match="'psnr'"):
        group_means(rows(), "psnr")


def test_a_small_difference_is_clear_over_the_same_clips():
    first, second = rows(offset=0.5), rows()
    for number, row in enumerate(second):
        row["ssim"] += 0.1 * (-1) ** number
    alone = summarize(first)["ssim"], summarize(second)["ssim"]
    assert alone[0].low < alone[1].high
    difference = paired_difference(first, second[::-1], "ssim")
    assert difference.mean == pytest.approx(0.5)
    assert difference.count == 6
    assert difference.excludes(0)
    opposite = paired_difference(second, first, "ssim")
    assert opposite.excludes(0)
    assert opposite.high < 0


def test_no_difference_is_not_clear():
    first = rows()
    for number, row in enumerate(first):
        row["ssim"] += (-1) ** number
    assert not paired_difference(first, rows(), "ssim").excludes(0)
    assert not paired_difference(rows(), rows(), "ssim").excludes(0)


def test_a_clip_that_either_cannot_show_is_left_out_of_the_difference():
    first, second = rows(1.0, missing={("ann", "walk")}), rows(missing={("cid", "wave")})
    del second[2]["ssim"]
    assert paired_difference(first, second, "ssim") == Estimate(1.0, 1.0, 1.0, 3)


def test_other_clips_are_not_compared():
    with pytest.raises(ValueError, match="'cid', 'wave'"):
        paired_difference(rows(), rows()[:-1], "ssim")
    with pytest.raises(ValueError, match="7 rows are of only 6 clips"):
        paired_difference([*rows(), rows()[0]], rows(), "ssim")
    with pytest.raises(ValueError, match="'lpips'"):
        paired_difference(rows(), rows(), "lpips")
    with pytest.raises(ValueError, match="'actor'"):
        paired_difference([{"ssim": 1.0}], rows(), "ssim")
