"""Rendered clips as a dataset: in parallel, resumable clip by clip, the same bytes every time."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from hueman.choreography.names import check_actors, check_known, known_actions
from hueman.choreography.performance import Performance
from hueman.choreography.presets import RenderPlan
from hueman.choreography.settings import RenderSettings
from hueman.choreography.sheets import SHEETS, write_sheets
from hueman.choreography.truth import FORMAT as TRUTH_FORMAT
from hueman.choreography.truth import write_truth
from hueman.choreography.videos import write_videos
from hueman.clips.split import write_split
from hueman.clips.store import ClipEntry, Dataset
from hueman.preparation.building import (
    ClipJob,
    DatasetSummary,
    Recipe,
    build_dataset,
    fingerprint_of,
    store_clip,
)
from hueman.preparation.cluster import Cluster

RENDERING = 1
"""Raise it when rendering changes its results, so that clips are rendered again."""


def render_plan(
    out: Path,
    plan: RenderPlan,
    jobs: int | None = None,
    videos: Path | None = None,
    cluster: Cluster | None = None,
) -> DatasetSummary:
    """Render what a plan says, and write its split, if it has one, to `out`/split.json.

    See `render` for the arguments and errors.
    """
    summary = render(out, plan.settings, plan.performances, jobs, videos, cluster)
    if plan.split:
        write_split(out, plan.split)
    return summary


def render(
    out: Path,
    settings: RenderSettings,
    performances: Sequence[Performance],
    jobs: int | None = None,
    videos: Path | None = None,
    cluster: Cluster | None = None,
) -> DatasetSummary:
    """Render performances and add the clips to the dataset `out`.

    What is there already is kept; see `build_dataset`. The files are the same, byte for byte,
    whenever and with however many jobs they are made.

    Args:
        out: folder of the dataset; made if need be. Other clips in it stay.
        settings: how.
        performances: who does what; actors are named in `cast.CAST`, or random ones (see
            `random_names.py`), actions in `actions.ACTIONS`.
        jobs: clips at once, each in a process and on a thread of its own; as many as CPU cores if
            None.
        videos: folder in which to write the clips as videos too, see `videos.write_videos`.
        cluster: of Ray, that renders them; processes of this machine if None.

    Raises:
        HuemanError: numba is missing, a name is unknown, the folder cannot be written or holds
            clips of another size, weights cannot be had, or jobs is less than 1.
    """
    check_actors([each.actor for each in performances])
    check_known([each.action for each in performances], known_actions(), "actions")
    recipe = Recipe(
        doing="Rendering",
        done="rendered",
        size=(settings.height, settings.width),
        weights=("makehuman-body", *(["hed"] if settings.edges == "hed" else [])),
        fingerprint=partial(_fingerprint, settings),
        make_maker=partial(PerformanceRenderer, out.absolute(), settings),
        threads=1,
    )
    summary = build_dataset(out, performances, recipe, jobs, cluster)
    if summary.made or summary.reused:
        dataset = Dataset(out)
        done = {(entry.actor, entry.action): entry for entry in [*summary.made, *summary.reused]}
        # In the order asked for, which is not the order in which clips were finished.
        names = [(each.actor, each.action) for each in performances]
        entries = [done[name] for name in names if name in done]
        if summary.made or not all((out / sheet).exists() for sheet in SHEETS):
            write_sheets(dataset, entries)
        if videos is not None:
            summary.refused += write_videos(dataset, entries, videos, jobs)
    return summary


class PerformanceRenderer:
    """Renders clips in one process: loads body and garments once, then takes clip after clip."""

    def __init__(self, root: Path, settings: RenderSettings):
        import numba

        from hueman.choreography.clip import ClipRenderer

        numba.set_num_threads(1)
        self._root = root
        self._renderer = ClipRenderer(settings)

    def __call__(self, job: ClipJob[Performance]) -> ClipEntry:
        """Render one clip, write it, its truth and its preview, and return its entry."""
        rendered = self._renderer(job.actor, job.action)
        file = Path("clips", job.actor, f"{job.action}.truth.h5")
        sha256 = write_truth(self._root / file, rendered.truth)
        entry = store_clip(self._root, rendered.clip, job.fingerprint)
        return replace(entry, truth=file.as_posix(), truth_sha256=sha256)


def _fingerprint(settings: RenderSettings, performance: Performance) -> str:
    return fingerprint_of(
        {
            "rendering": RENDERING,
            "truth": TRUTH_FORMAT,
            "settings": asdict(settings),
            "performance": asdict(performance),
        }
    )
