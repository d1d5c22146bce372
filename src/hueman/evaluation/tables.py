"""The tables of a report: what is compared, in which order, with how many digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hueman.evaluation.report import Best, Table
from hueman.evaluation.result import Evaluation, MethodResult
from hueman.evaluation.statistics import Estimate, group_means, paired_difference


@dataclass(frozen=True)
class Column:
    """A number in a table."""

    name: str
    title: str
    decimals: int
    best: Best = "lowest"


LIKENESS = (
    Column("ms_ssim", "MS-SSIM", 4, "highest"),
    Column("lpips", "LPIPS", 4),
    Column("ssim", "SSIM", 4, "highest"),
    Column("psnr", "PSNR (dB)", 2, "highest"),
    Column("ms_ssim_unmasked", "MS-SSIM, whole", 4, "highest"),
    Column("lpips_unmasked", "LPIPS, whole", 4),
)
STABILITY = (
    Column("warping_error", "warping error", 5),
    Column("warping_error_true", "of the real video", 5, ""),
    Column("flicker", "flicker (levels)", 2),
    Column("flicker_true", "of the real video", 2, ""),
)
COLOR = (
    Column("color_error_upper", "upper", 1),
    Column("color_error_unchanged_upper", "upper, unchanged", 1, ""),
    Column("color_error_lower", "lower", 1),
    Column("color_error_unchanged_lower", "lower, unchanged", 1, ""),
    Column("color_error_pixels_upper", "upper, pixels", 1),
    Column("color_error_pixels_lower", "lower, pixels", 1),
    Column("leak_other", "leak: other garment", 2),
    Column("leak_skin", "skin", 2),
    Column("leak_hair", "hair", 2),
    Column("leak_background", "background", 2),
)
CODES = (
    Column("monotonicity", "monotonicity", 2, "highest"),
    Column("straightness", "straightness", 2, "highest"),
    Column("unevenness", "unevenness", 2),
    Column("interpolation_span", "span (CIEDE2000)", 1, ""),
    Column("color_spread_over_poses", "spread over poses", 2),
    Column("color_spread_over_poses_true", "of the real video", 2, ""),
    Column("reuse_error", "error, another's code", 1),
    Column("own_error", "error, own code", 1),
    Column("reuse_difference", "between both", 1),
)
LATENT = (
    Column("r2", "linear probe R2", 3, "highest"),
    Column("knn_error", "k-NN error", 1),
    Column("knn_error_mean", "of the mean", 1, ""),
    Column("trustworthiness", "trustworthiness", 3, "highest"),
    Column("continuity", "continuity", 3, "highest"),
    Column("active_units", "active units", 0, ""),
    Column("kl", "KL (nats)", 1, ""),
    Column("leakage", "R2 of the other garment", 3),
)
GROUPED = ("ms_ssim", "lpips", "color_error_upper", "color_error_lower", "leak_other", "leak_skin")
COMPARED = ("ms_ssim", "lpips")


def likeness_table(evaluation: Evaluation) -> Table:
    """How close to the real frames: the metrics of the paper's Table 1, and more."""
    caption = (
        "Background masked out in the first four, as in the paper; the last two are of whole "
        "frames. ± is half the 95 % bootstrap interval over clips."
    )
    return _of_methods(evaluation.methods, LIKENESS, caption, interval=True)


def stability_table(evaluation: Evaluation) -> Table:
    """How steady videos are, and how like real ones they move."""
    caption = (
        "Warping error and flicker on the person. FVD of so few windows of 16 frames compares "
        "these methods alone; never hold it against other publications' values."
    )
    table = _of_methods(evaluation.methods, STABILITY, caption)
    distances = [each.judgement.fvd for each in evaluation.methods]
    cells = ["-" if value is None else number(value, 0) for value in distances]
    return replace(
        table,
        head=[*table.head, "FVD"],
        rows=[[*row, cell] for row, cell in zip(table.rows, cells, strict=True)],
        best=[*table.best, "lowest"],
    )


def color_table(evaluation: Evaluation) -> Table:
    """Does the colour follow, and does anything else change."""
    caption = (
        "CIEDE2000. Errors against the true re-rendering, in the garment asked for; 'unchanged' is "
        "the same of the video in its own colours. Leaks: the change where only another garment's "
        "colour was asked for."
    )
    return _of_methods(evaluation.methods, COLOR, caption)


def codes_table(evaluation: Evaluation) -> Table | None:
    """What codes mean, of methods that have them."""
    methods = [each for each in evaluation.methods if each.judgement.codes]
    if not methods:
        return None
    rows = [
        [
            f"{method.title}, {garment}",
            *(
                number(method.judgement.codes[f"{column.name}_{garment}"], column.decimals)
                for column in CODES
            ),
        ]
        for method in methods
        for garment in ("upper", "lower")
    ]
    caption = (
        "Colours on the line between two codes: the share of steps that lead on, how straight and "
        "how even; the spread of a code's colour over all poses; one actor's code used on another. "
        "docs/evaluation.md says more."
    )
    return Table(["garment", *(column.title for column in CODES)], rows, caption, _best(CODES))


def latent_table(evaluation: Evaluation, region: str) -> Table | None:
    """The latent space of a garment, of methods that have one."""
    measured = {m.title: m.latent[region] for m in evaluation.methods if m.latent}
    untrained = evaluation.record.get("untrained_latent_space", {}).get(region)
    if not measured:
        return None
    if untrained:
        measured = {"random initialisation": untrained} | measured
    rows = [
        [title, *(number(values[column.name], column.decimals) for column in LATENT)]
        for title, values in measured.items()
    ]
    head = [f"{region} garment", *(column.title for column in LATENT)]
    return Table(head, rows, "On held-out clips, both garments in random colours.", _best(LATENT))


def difference_table(evaluation: Evaluation) -> Table | None:
    """The first method against all others, clip by clip."""
    first, *others = evaluation.methods
    if not others:
        return None
    rows = []
    for other in others:
        cells = []
        for metric in COMPARED:
            estimate = paired_difference(first.judgement.rows, other.judgement.rows, metric)
            cells += [_difference(estimate), _verdict(estimate, higher=metric == "ms_ssim")]
        rows.append([other.title, *cells])
    head = [f"{first.title} against", "MS-SSIM, difference", "it is", "LPIPS, difference", "it is"]
    return Table(head, rows, "Mean difference over the same clips and its 95 % interval.")


def group_table(method: MethodResult, key: str) -> Table:
    """One method's means for each actor or action."""
    columns = [column for column in (*LIKENESS, *COLOR) if column.name in GROUPED]
    rows = [
        [group, *(number(means.get(column.name, math.nan), column.decimals) for column in columns)]
        for group, means in group_means(method.judgement.rows, key).items()
    ]
    return Table([f"{method.title}, by {key}", *(column.title for column in columns)], rows)


def training_table(evaluation: Evaluation) -> Table | None:
    """How long methods were trained, and how large they are."""
    trained = [each for each in evaluation.methods if each.training]
    if not trained:
        return None
    rows = []
    for each in trained:
        stages = stage_notes(each.training)
        rows.append(
            [
                each.title,
                f"{each.parameters / 1e6:.2f} M",
                " + ".join(str(notes["updates"]) for notes in stages),
                number(sum(notes["seconds"] for notes in stages) / 60, 1),
            ]
        )
    caption = "Updates of the stages one after the other; minutes of all stages, as they ran."
    return Table(["trained", "parameters", "updates", "minutes"], rows, caption)


def stage_notes(training: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the notes of every stage that a training had, in their order."""
    stages = list(training.get("stage_one", {}).values())
    names = ("restoration", "stage_two", "deformable_gan")
    return stages + [training[name] for name in names if name in training]


def number(value: float, decimals: int) -> str:
    """Write a number for a table; what is not known is a dash."""
    return "-" if value is None or math.isnan(value) else f"{value:.{decimals}f}"


def with_interval(estimate: Estimate, decimals: int) -> str:
    """Write a mean with half its interval."""
    if math.isnan(estimate.mean):
        return number(estimate.mean, decimals)
    half = (estimate.high - estimate.low) / 2
    return f"{number(estimate.mean, decimals)} ± {number(half, decimals)}"


def _difference(estimate: Estimate) -> str:
    if math.isnan(estimate.mean):
        return "-"
    return f"{estimate.mean:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]"


def _verdict(estimate: Estimate, higher: bool) -> str:
    """Say in words what a difference from another method means; `higher` numbers are better."""
    if math.isnan(estimate.mean):
        return "-"
    if estimate.mean == 0:
        return "equal"
    verdict = "better" if (estimate.mean > 0) == higher else "worse"
    return verdict if estimate.excludes(0) else f"{verdict}, not clearly"


def _of_methods(
    methods: Sequence[MethodResult],
    columns: Sequence[Column],
    caption: str,
    interval: bool = False,
) -> Table:
    rows = []
    for method in methods:
        cells = []
        for column in columns:
            estimate = method.means.get(column.name)
            if estimate is None:
                cells.append("-")
            elif interval:
                cells.append(with_interval(estimate, column.decimals))
            else:
                cells.append(number(estimate.mean, column.decimals))
        rows.append([method.title, *cells])
    head = ["method", *(column.title for column in columns)]
    return Table(head, rows, caption, _best(columns))


def _best(columns: Sequence[Column]) -> list[Best]:
    return ["", *(column.best for column in columns)]
