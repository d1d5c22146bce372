"""From source videos to a dataset: in parallel, resumable clip by clip."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import cv2
import torch

from hueman.clips.arrays import file_sha256
from hueman.clips.pictures import list_pictures
from hueman.clips.sources import ClipSource
from hueman.clips.store import FORMAT, ClipEntry, read_index, write_clip, write_index
from hueman.errors import HuemanError
from hueman.perception.base import edge_detector, pose_estimator
from hueman.preparation.clip import prepare_clip
from hueman.preparation.preview import write_preview
from hueman.preparation.settings import PrepareSettings, available_cpus
from hueman.preparation.workers import Failure, run_in_workers
from hueman.progress import progress_bar
from hueman.weights.registry import pull

PREPARATION = 1
"""Raise it when preparation changes its results, so that clips are prepared again."""


@dataclass(frozen=True)
class RefusedClip:
    """A clip that could not be prepared, and why."""

    source: ClipSource
    reason: str


@dataclass
class PrepareSummary:
    """What `prepare` did. `str` of it is for people to read."""

    dataset: Path
    prepared: list[ClipEntry] = field(default_factory=list)
    reused: list[ClipEntry] = field(default_factory=list)
    """Clips that had been prepared before, from the same source with the same settings."""
    refused: list[RefusedClip] = field(default_factory=list)

    def __str__(self) -> str:
        """Return a few lines of text."""
        if not self.prepared and not self.refused:
            return f"All {len(self.reused)} clips were already prepared in {self.dataset}."
        parts = [f"{len(self.prepared)} clips prepared in {self.dataset}"]
        if self.reused:
            parts.append(f"{len(self.reused)} already there")
        if self.refused:
            parts.append(f"{len(self.refused)} refused")
        lines = [
            f"  {clip.source.actor}/{clip.source.action}: {clip.reason}" for clip in self.refused
        ]
        return "\n".join([", ".join(parts) + ("." if not lines else ":"), *lines])


def prepare(
    clips: Sequence[ClipSource],
    out: Path | str,
    settings: PrepareSettings | None = None,
    jobs: int | None = None,
) -> PrepareSummary:
    """Prepare clips and add them to the dataset `out`.

    The index is written after each clip: a run that is stopped, or killed, goes on where it was
    when it is started again. A clip that cannot be prepared is refused and harms no other.

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
    if jobs is not None and jobs < 1:
        raise HuemanError(f"jobs is {jobs}; choose at least 1, or leave it out.")
    out = Path(out)
    entries = {(entry.actor, entry.action): entry for entry in read_index(out)}
    _check_sizes(out, entries, clips, settings)
    summary = PrepareSummary(out)
    work = []
    for clip in clips:
        try:
            job = ClipJob(clip, fingerprint(clip.path, settings))
        except OSError as error:
            summary.refused.append(RefusedClip(clip, f"{clip.path} cannot be read ({error})."))
            continue
        entry = entries.get((clip.actor, clip.action))
        if entry and entry.fingerprint == job.fingerprint and _is_intact(out, entry):
            summary.reused.append(entry)
        else:
            work.append(job)
    if not work:
        return summary

    pull([settings.pose, settings.edges])  # once, and not in every process
    jobs = min(jobs or available_cpus(), len(work))
    make_preparer = partial(ClipPreparer, out, settings, max(1, available_cpus() // jobs))
    with progress_bar("Preparing clips", total=len(work)) as bar:
        for job, outcome in run_in_workers(make_preparer, work, jobs):
            name = f"{job.source.actor}/{job.source.action}"
            if isinstance(outcome, Failure):
                summary.refused.append(RefusedClip(job.source, outcome.reason))
                bar.print(f"{name} refused: {outcome.reason}")
            else:
                summary.prepared.append(outcome)
                entries[outcome.actor, outcome.action] = outcome
                write_index(out, list(entries.values()))
            bar.advance(note=name)
    return summary


@dataclass(frozen=True)
class ClipJob:
    """A clip to prepare."""

    source: ClipSource
    fingerprint: str


class ClipPreparer:
    """Prepares clips in one process: loads the networks once, then takes clip after clip."""

    def __init__(self, root: Path, settings: PrepareSettings, threads: int):
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        self._root = root
        self._settings = settings
        self._estimate_pose = pose_estimator(settings.pose)
        self._detect_edges = edge_detector(settings.edges, settings.edge_detail)

    def __call__(self, job: ClipJob) -> ClipEntry:
        """Prepare one clip, write it and its preview, and return its entry for the index."""
        clip = prepare_clip(job.source, self._settings, self._estimate_pose, self._detect_edges)
        file = Path("clips", clip.actor, f"{clip.action}.h5")
        write_preview((self._root / file).with_suffix(".png"), clip)
        sha256 = write_clip(self._root / file, clip)
        length, height, width = clip.person.shape
        return ClipEntry(
            actor=clip.actor,
            action=clip.action,
            file=file.as_posix(),
            sha256=sha256,
            length=length,
            height=height,
            width=width,
            fps=clip.fps,
            fingerprint=job.fingerprint,
        )


def fingerprint(source: Path, settings: PrepareSettings) -> str:
    """Return a digest of the source's content, the settings, and the formats of this version."""
    files = list_pictures(source) if source.is_dir() else [source]
    facts = {
        "format": FORMAT,
        "preparation": PREPARATION,
        "settings": asdict(settings),
        "source": [file_sha256(file) for file in files],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _is_intact(out: Path, entry: ClipEntry) -> bool:
    path = out / entry.file
    return path.exists() and file_sha256(path) == entry.sha256


def _check_sizes(
    out: Path,
    entries: dict[tuple[str, str], ClipEntry],
    clips: Sequence[ClipSource],
    settings: PrepareSettings,
) -> None:
    """Refuse to mix sizes: a dataset's clips are trained on together."""
    renewed = {(clip.actor, clip.action) for clip in clips}
    for name, entry in entries.items():
        if name not in renewed and (entry.height, entry.width) != (settings.height, settings.width):
            raise HuemanError(
                f"{out} holds clips of {entry.height} x {entry.width} (height x width), and these "
                f"would be {settings.height} x {settings.width}; choose another output folder."
            )
