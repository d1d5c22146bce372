"""From source videos to a dataset: in parallel, resumable clip by clip."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from hueman.clips.arrays import file_sha256
from hueman.clips.pictures import list_pictures
from hueman.clips.sources import ClipSource
from hueman.clips.store import ClipEntry
from hueman.perception.base import class_segmenter, edge_detector, pose_estimator, weights_of
from hueman.preparation.building import (
    ClipJob,
    DatasetSummary,
    Recipe,
    build_dataset,
    fingerprint_of,
    store_clip,
)
from hueman.preparation.clip import prepare_clip
from hueman.preparation.settings import PrepareSettings

PREPARATION = 1
"""Raise it when preparation changes its results, so that clips are prepared again."""


def prepare(
    clips: Sequence[ClipSource],
    out: Path | str,
    settings: PrepareSettings | None = None,
    jobs: int | None = None,
) -> DatasetSummary:
    """Prepare clips and add them to the dataset `out`; see `build_dataset`.

    Args:
        clips: what to prepare, from `find_clips`.
        out: folder of the dataset; made if need be. Other clips in it stay.
        settings: how; the defaults if None.
        jobs: number of clips at once, each in a process of its own; as many as CPU cores if None.

    Raises:
        HuemanError: the folder cannot be written, holds clips of another size, the weights of
            perception cannot be had, or jobs is less than 1.
    """
    settings = settings or PrepareSettings()
    out = Path(out)
    recipe = Recipe(
        doing="Preparing",
        done="prepared",
        size=(settings.height, settings.width),
        weights=tuple(
            name
            for backend in (settings.pose, settings.edges, settings.garments)
            for name in weights_of(backend)
        ),
        fingerprint=lambda clip: fingerprint(clip.path, settings),
        make_maker=partial(ClipPreparer, out, settings),
    )
    return build_dataset(out, clips, recipe, jobs)


class ClipPreparer:
    """Prepares clips in one process: loads the networks once, then takes clip after clip."""

    def __init__(self, root: Path, settings: PrepareSettings):
        self._root = root
        self._settings = settings
        self._estimate_pose = pose_estimator(settings.pose)
        self._detect_edges = edge_detector(settings.edges, settings.edge_detail)
        self._segment_classes = class_segmenter(settings.garments)

    def __call__(self, job: ClipJob[ClipSource]) -> ClipEntry:
        """Prepare one clip, write it and its preview, and return its entry for the index."""
        clip = prepare_clip(
            job.source,
            self._settings,
            self._estimate_pose,
            self._detect_edges,
            self._segment_classes,
        )
        return store_clip(self._root, clip, job.fingerprint)


def fingerprint(source: Path, settings: PrepareSettings) -> str:
    """Return a digest of the source's content, the settings, and the formats of this version."""
    files = list_pictures(source) if source.is_dir() else [source]
    return fingerprint_of(
        {
            "preparation": PREPARATION,
            "settings": asdict(settings),
            "source": [file_sha256(file) for file in files],
        }
    )
