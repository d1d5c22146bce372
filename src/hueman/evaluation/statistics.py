"""How sure a mean over clips is, and whether one method is clearly better than another.

A row is what was measured of one clip: numbers by name of the metric, beside strings that say which
clip it is, such as "actor" and "action". A number that is missing or NaN, because a clip cannot
show it, is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

Row = Mapping[str, float | str]

RESAMPLES = 10_000
LEVEL = 0.95
SEED = 0


@dataclass(frozen=True)
class Estimate:
    """A mean over clips and the interval it is likely to be in."""

    mean: float
    """NaN without any value, as are low and high."""
    low: float
    high: float
    count: int
    """How many values the mean is of. The interval of a single one is that value: nothing is known
    of how much clips differ."""

    def excludes(self, value: float) -> bool:
        """Say whether the mean is clearly another than `value`; never so for fewer than 2 clips."""
        return self.count > 1 and (self.low > value or self.high < value)


def bootstrap_interval(
    values: ArrayLike, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = SEED
) -> Estimate:
    """Return the mean and its percentile bootstrap interval.

    Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13: values are drawn
    anew with repetition, and the interval holds the middle `level` of the means. It takes values
    for independent, which clips of one actor are only in part, and is somewhat narrow for few of
    them: at 95 %, ten values drawn from a normal distribution are covered about nine times in ten.

    Args:
        values: (N,), one for each clip; NaN is left out.
        resamples: how often values are drawn.
        level: how sure the interval is, between 0 and 1.
        seed: of the draws; the same values and seed give the same interval.

    Raises:
        ValueError: values are not one row of numbers, or resamples or level is out of range.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1:
        raise ValueError(f"expected values (N,), got {numbers.shape}")
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, got {resamples}")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    numbers = numbers[~np.isnan(numbers)]
    count = len(numbers)
    if count == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    draws = np.random.default_rng(seed).integers(count, size=(resamples, count))
    means = numbers[draws].mean(axis=1)
    # One of the means rather than a value between two: an infinite PSNR would make that NaN.
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Estimate(float(numbers.mean()), float(low), float(high), count)


def summarize(
    rows: Sequence[Row], resamples: int = RESAMPLES, level: float = LEVEL, seed: int = SEED
) -> dict[str, Estimate]:
    """Return `bootstrap_interval` of every metric, in the order in which rows name them.

    Raises:
        ValueError: resamples or level is out of range.
    """
    return {
        name: bootstrap_interval(_column(rows, name), resamples, level, seed)
        for name in _metrics(rows)
    }


def group_means(rows: Sequence[Row], key: str) -> dict[str, dict[str, float]]:
    """Return the mean of every metric for each group of rows, group -> metric -> mean.

    Args:
        rows: of any number of clips.
        key: name of the string that rows are grouped by: "actor" or "action".

    Returns:
        groups and metrics in the order in which rows name them; NaN for a metric that no row of a
        group has a number of.

    Raises:
        ValueError: a row has no such string.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_text(row, key), []).append(row)
    metrics = _metrics(rows)
    return {
        group: {name: _mean(_column(members, name)) for name in metrics}
        for group, members in groups.items()
    }


def paired_difference(
    first: Sequence[Row],
    second: Sequence[Row],
    metric: str,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = SEED,
) -> Estimate:
    """Return the mean of `metric` of the first less that of the second, clip by clip.

    Methods are clearly different if the interval `excludes(0)`. Clips differ more than methods do,
    so this tells methods apart that their own intervals do not. A clip that either has no number
    of is left out.

    Args:
        first: rows of one method, in any order, each with "actor" and "action".
        second: rows of another method, of the same clips.
        metric: name of a number of the rows.
        resamples: see `bootstrap_interval`, as for the next two.
        level: how sure the interval is, between 0 and 1.
        seed: of the draws.

    Raises:
        ValueError: the rows are not of the same clips, a clip is there twice, no row has the
            metric, or resamples or level is out of range.
    """
    rows, others = _by_clip(first), _by_clip(second)
    if odd := rows.keys() ^ others.keys():
        raise ValueError(f"only one of the methods has the clips {sorted(odd)}")
    if metric not in _metrics([*first, *second]):
        raise ValueError(f"no row has a number {metric!r}")
    difference = _column(list(rows.values()), metric) - _column(
        [others[clip] for clip in rows], metric
    )
    return bootstrap_interval(difference, resamples, level, seed)


def _metrics(rows: Sequence[Row]) -> list[str]:
    """Names of the numbers of rows, in the order of their first mention."""
    return list(
        dict.fromkeys(
            name for row in rows for name, value in row.items() if not isinstance(value, str)
        )
    )


def _column(rows: Sequence[Row], name: str) -> np.ndarray:
    """A number of every row, NaN where a row lacks it: float64 (N,)."""
    return np.array([row.get(name, np.nan) for row in rows], dtype=float)


def _mean(values: np.ndarray) -> float:
    """The mean without NaN; NaN, and no warning, if nothing is left."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _by_clip(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    clips = {(_text(row, "actor"), _text(row, "action")): row for row in rows}
    if len(clips) < len(rows):
        raise ValueError(f"{len(rows)} rows are of only {len(clips)} clips")
    return clips


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise ValueError(f"a row has no string {key!r}, only {sorted(row)}")
    return value
