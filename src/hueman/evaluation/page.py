"""The page of an evaluation: what was measured, in plain words, tables and pictures."""

from collections.abc import Sequence
from pathlib import Path

from hueman.evaluation.pictures import Pictures
from hueman.evaluation.report import Section, Table, write_report
from hueman.evaluation.result import Evaluation
from hueman.evaluation.tables import (
    codes_table,
    color_table,
    difference_table,
    group_table,
    latent_table,
    likeness_table,
    stability_table,
    training_table,
)


def write_page(
    path: Path,
    title: str,
    summary: str,
    evaluation: Evaluation,
    pictures: Pictures,
    first: Sequence[Section] = (),
) -> None:
    """Write the report of an evaluation as one self-contained HTML page.

    Args:
        path: of the page; pictures and videos lie beside it.
        title: of the page.
        summary: below the title.
        evaluation: all numbers.
        pictures: what was drawn.
        first: sections that come before all others.
    """
    about = evaluation.methods[0]
    sections = [
        *first,
        Section(
            "How close to the real frames",
            [
                "The first frame of each held-out clip and the poses of all its frames are all "
                "that a method is told (paper, section 4.3)."
            ],
            _known(likeness_table(evaluation), difference_table(evaluation)),
        ),
        Section("All methods beside each other", videos=pictures.videos),
        Section(
            "Does the colour follow, and does anything else change", [], [color_table(evaluation)]
        ),
        Section("How steady the videos are", [], [stability_table(evaluation)]),
        Section(
            "Fig. 1: features",
            ["Stick figure, edges, body parts, and their warp to another pose (section 2)."],
            pictures=pictures.features,
        ),
        Section("Fig. 2: colour augmentation", pictures=pictures.augmentation),
        Section("Fig. 3: one action, everybody", pictures=pictures.action),
        Section(
            "Fig. 4: from one colour to another",
            _interpolation_leak(evaluation),
            _known(codes_table(evaluation)),
            pictures=pictures.interpolation,
        ),
        Section(
            "Fig. 5: the latent colour space",
            [
                "Principal components of the codes of randomly coloured training frames; each "
                "point has the colour that its garment was given (section 4.5)."
            ],
            _known(latent_table(evaluation, "upper"), latent_table(evaluation, "lower")),
            pictures=pictures.latent,
        ),
        Section(
            "By actor and by action",
            [],
            [group_table(about, "actor"), group_table(about, "action")],
        ),
        Section("Training", [], _known(training_table(evaluation)), pictures=pictures.curves),
        Section("How these numbers came about", _record(evaluation), [_hashes(evaluation)]),
    ]
    write_report(path, title, summary, [each for each in sections if _has_content(each)])


def _interpolation_leak(evaluation: Evaluation) -> list[str]:
    codes = evaluation.methods[0].judgement.codes
    if not codes:
        return []
    return [
        f"Along the way skin changes by {codes['interpolation_leak']:.1f} CIEDE2000, and with "
        f"other codes lightness by {codes['shape_change_over_codes']:.1f} "
        f"({codes['shape_change_over_codes_true']:.1f} if the real frames are recoloured)."
    ]


def _record(evaluation: Evaluation) -> list[str]:
    record = evaluation.record
    dataset, machine = record["dataset"], record["machine"]
    gpu = machine["gpu"] or "no GPU"
    versions = ", ".join(
        f"{name} {value}"
        for name, value in machine.items()
        if name not in ("processor", "cores", "gpu", "threads")
    )
    truth = "the renderer's re-renderings" if dataset["rendered_truth"] else "recoloured frames"
    return [
        f"Protocol {record['protocol']['version']}; dataset {dataset['name']} "
        f"({dataset['sha256'][:16]}), {len(dataset['clips'])} held-out clips of "
        f"{dataset['height']}x{dataset['width']}: {', '.join(dataset['clips'])}. "
        f"The truth of colours: {truth}.",
        f"Measured on {machine['processor']}, {machine['cores']} cores, {gpu}; {versions}.",
    ]


def _hashes(evaluation: Evaluation) -> Table:
    rows = [
        [each.title, each.sha256[:16] or "-", str(each.training.get("seed", "-"))]
        for each in evaluation.methods
    ]
    return Table(["method", "sha256 of the model", "seed"], rows)


def _known(*tables: Table | None) -> list[Table]:
    return [table for table in tables if table is not None]


def _has_content(section: Section) -> bool:
    return bool(section.paragraphs or section.tables or section.videos or section.pictures)
