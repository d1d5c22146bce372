"""From source videos to a dataset: in parallel, resumable clip by clip."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from hueman.clips.pictures import list_pictures
from hueman.clips.remote import RemoteClip, local_copy
from hueman.clips.sources import ClipSource
from hueman.clips.store import ClipEntry
from hueman.errors import HuemanError
from hueman.files import file_sha256
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
from hueman.preparation.cluster import Cluster
from hueman.preparation.settings import PrepareSettings
from hueman.storage.remote import Place, RemoteFolder, place_of, written_to

PREPARATION = 1
"""Raise it when preparation changes its results, so that clips are prepared again."""


def prepare(
    clips: Sequence[ClipSource | RemoteClip],
    out: Path | str,
    settings: PrepareSettings | None = None,
    jobs: int | None = None,
    cluster: Cluster | None = None,
) -> DatasetSummary:
    """Prepare clips and add them to the dataset `out`; see `build_dataset`.

    Args:
        clips: what to prepare, from `find_clips`.
        out: folder of the dataset, or an address such as s3://bucket/dataset; made if
            need be. Other clips in it stay.
        settings: how; the defaults if None.
        jobs: number of clips at once, each in a process of its own; as many as CPU cores if None.
        cluster: of Ray, that prepares them; processes of this machine if None.

    Raises:
        HuemanError: the folder cannot be written or reached, or holds clips of another size, the
            weights of perception cannot be had, or jobs is less than 1.
    """
    settings = settings or PrepareSettings()
    target = place_of(out)
    places = [target, *(clip.files[0].folder for clip in clips if isinstance(clip, RemoteClip))]
    for place in places:
        if isinstance(place, RemoteFolder) and place.in_memory:
            raise HuemanError(
                f"{place} is seen by one process only, and clips are prepared by several; choose "
                "another address."
            )
    if cluster is not None:  # its workers may start in other folders
        target = target.absolute() if isinstance(target, Path) else target
        clips = [
            replace(clip, path=clip.path.absolute()) if isinstance(clip, ClipSource) else clip
            for clip in clips
        ]
    recipe = Recipe(
        doing="Preparing",
        done="prepared",
        size=(settings.height, settings.width),
        weights=tuple(
            name
            for backend in (settings.pose, settings.edges, settings.garments)
            for name in weights_of(backend)
        ),
        fingerprint=lambda clip: _fingerprint(clip, settings),
        make_maker=partial(ClipPreparer, target, settings),
        gpu=settings.pose.startswith("openpose"),
    )
    return build_dataset(target, clips, recipe, jobs, cluster)


class ClipPreparer:
    """Prepares clips in one process: loads the networks once, then takes clip after clip."""

    def __init__(self, out: Place, settings: PrepareSettings):
        self._out = out
        self._settings = settings
        self._estimate_pose = pose_estimator(settings.pose)
        self._detect_edges = edge_detector(settings.edges, settings.edge_detail)
        self._segment_classes = class_segmenter(settings.garments)

    def __call__(self, job: ClipJob[Any]) -> ClipEntry:
        """Prepare a `ClipSource` or `RemoteClip`, write it and its preview; return its entry."""
        if isinstance(job.source, RemoteClip):
            with local_copy(job.source) as path:
                return self._prepare(ClipSource(job.actor, job.action, path), job.fingerprint)
        return self._prepare(job.source, job.fingerprint)

    def _prepare(self, source: ClipSource, fingerprint: str) -> ClipEntry:
        clip = prepare_clip(
            source,
            self._settings,
            self._estimate_pose,
            self._detect_edges,
            self._segment_classes,
        )
        with written_to(self._out) as folder:
            return store_clip(folder, clip, fingerprint)


def fingerprint(source: Path, settings: PrepareSettings) -> str:
    """Return a digest of the source's content, the settings, and the formats of this version."""
    files = list_pictures(source) if source.is_dir() else [source]
    return _fingerprint_of_content([file_sha256(file) for file in files], settings)


def _fingerprint(clip: ClipSource | RemoteClip, settings: PrepareSettings) -> str:
    if isinstance(clip, RemoteClip):  # nothing is fetched only to be compared
        versions = [f"{file.name} {file.version}" for file in clip.files]
        return _fingerprint_of_content(versions, settings)
    return fingerprint(clip.path, settings)


def _fingerprint_of_content(content: list[str], settings: PrepareSettings) -> str:
    return fingerprint_of(
        {
            "preparation": PREPARATION,
            "settings": asdict(settings),
            "source": content,
        }
    )
