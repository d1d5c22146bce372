"""A dataset made clip by clip: in parallel, resumable, whatever the clips are made from."""

import hashlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import cv2
import torch

from hueman.clips.store import FORMAT, ClipEntry, PreparedClip, read_index, write_clip, write_index
from hueman.errors import DiskError, HuemanError
from hueman.files import file_sha256
from hueman.preparation.cluster import Cluster, run_on_cluster
from hueman.preparation.preview import write_preview
from hueman.preparation.settings import available_cpus
from hueman.preparation.workers import Failure, run_in_workers
from hueman.progress import progress_bar
from hueman.storage.mirror import Mirror
from hueman.storage.remote import Place, written_to
from hueman.weights.registry import pull


class NamedClip(Protocol):
    """Whatever a clip is made from; it goes to other processes, so it must be picklable."""

    @property
    def actor(self) -> str:
        """Name of the actor."""
        ...

    @property
    def action(self) -> str:
        """Name of the action."""
        ...


Source = TypeVar("Source", bound=NamedClip)
Result = TypeVar("Result")


@dataclass(frozen=True)
class ClipJob(Generic[Source]):
    """A clip to make."""

    source: Source
    fingerprint: str

    @property
    def actor(self) -> str:
        """Name of the actor."""
        return self.source.actor

    @property
    def action(self) -> str:
        """Name of the action."""
        return self.source.action


@dataclass(frozen=True)
class Recipe(Generic[Source]):
    """How clips are made from sources of one kind."""

    doing: str
    """"Preparing", for the progress bar."""
    done: str
    """"prepared", for the summary."""
    size: tuple[int, int]
    """Height and width of the clips."""
    weights: tuple[str, ...]
    """Fetched once, before any process needs them."""
    fingerprint: Callable[[Source], str]
    """Tells whether a clip need not be made again; raises OSError if the source is unreadable."""
    make_maker: Callable[[], Callable[[ClipJob[Source]], ClipEntry]]
    """Called once in each process, picklable: loads what is needed, and returns what makes a clip,
    writes it and returns its entry for the index."""
    threads: int | None = None
    """Of each process; None shares the CPU cores between them."""
    gpu: bool = False
    """Whether a GPU makes it faster; on a cluster, workers then get a share of one."""


@dataclass(frozen=True)
class RefusedClip:
    """A clip that could not be made, and why."""

    source: NamedClip
    reason: str


@dataclass
class DatasetSummary:
    """What `build_dataset` did. `str` of it is for people to read."""

    dataset: Place
    done: str
    """What was done to the clips: "prepared"."""
    made: list[ClipEntry] = field(default_factory=list)
    reused: list[ClipEntry] = field(default_factory=list)
    """Clips that had been made before, from the same source with the same settings."""
    refused: list[RefusedClip] = field(default_factory=list)

    def __str__(self) -> str:
        """Return a few lines of text."""
        if not self.made and not self.refused:
            return f"All {len(self.reused)} clips were already {self.done} in {self.dataset}."
        parts = [f"{len(self.made)} clips {self.done} in {self.dataset}"]
        if self.reused:
            parts.append(f"{len(self.reused)} already there")
        if self.refused:
            parts.append(f"{len(self.refused)} refused")
        lines = [
            f"  {clip.source.actor}/{clip.source.action}: {clip.reason}" for clip in self.refused
        ]
        return "\n".join([", ".join(parts) + ("." if not lines else ":"), *lines])


def build_dataset(
    out: Place,
    sources: Sequence[Source],
    recipe: Recipe[Source],
    jobs: int | None = None,
    cluster: Cluster | None = None,
) -> DatasetSummary:
    """Make clips and add them to the dataset `out`.

    The index is written after each clip: a run that is stopped, or killed, goes on where it was
    when it is started again. A clip that cannot be made is refused and harms no other.

    Args:
        out: folder of the dataset, or an address; made if need be. Other clips in it stay.
        sources: what to make clips from.
        recipe: how.
        jobs: number of clips at once, each in a process of its own; as many as CPU cores if None.
        cluster: of Ray, that makes the clips; this machine's processes if None.

    Raises:
        HuemanError: the folder cannot be written or reached, or holds clips of another size,
            weights cannot be had, or jobs is less than 1.
    """
    if jobs is not None and jobs < 1:
        raise HuemanError(f"jobs is {jobs}; choose at least 1, or leave it out.")
    entries = {(entry.actor, entry.action): entry for entry in _index_of(out)}
    _check_sizes(out, entries, sources, recipe.size)
    summary = DatasetSummary(out, recipe.done)
    work = _find_work(out, sources, recipe, entries, summary)
    if not work:
        return summary

    pull(recipe.weights)  # once, and not in every process
    title = f"{recipe.doing} clips"
    done = run_clip_jobs(title, recipe.make_maker, work, jobs, recipe.threads, cluster, recipe.gpu)
    for job, outcome in done:
        if isinstance(outcome, Failure):
            summary.refused.append(RefusedClip(job.source, outcome.reason))
        elif cluster and isinstance(out, Path) and not (out / outcome.file).is_file():
            elsewhere = f"another machine wrote it, not into {out} here; use an address."
            summary.refused.append(RefusedClip(job.source, elsewhere))
        else:
            summary.made.append(outcome)
            entries[outcome.actor, outcome.action] = outcome
            with written_to(out) as folder:  # after the clip's files, so it names complete ones
                write_index(folder, list(entries.values()))
    return summary


def run_clip_jobs(
    title: str,
    make_worker: Callable[[], Callable[[Source], Result]],
    work: Sequence[Source],
    jobs: int | None,
    threads: int | None,
    cluster: Cluster | None = None,
    gpu: bool = False,
) -> Generator[tuple[Source, Result | Failure]]:
    """Do work on clips in several processes behind a progress bar; yield each as it finishes.

    Args:
        title: of the progress bar.
        make_worker: called once in each process; picklable.
        work: what to do, at least one.
        jobs: number of processes; as many as CPU cores if None, and never more than work.
        threads: of each process; None shares the CPU cores between them.
        cluster: of Ray, whose workers do it instead.
        gpu: whether these get a share of a GPU.

    Yields:
        As `run_in_workers`.

    Raises:
        DiskError: the disk is full or cannot be written to: no other item would fare better.
    """
    start = partial(_start_worker, make_worker, threads)
    if cluster is not None:
        outcomes = run_on_cluster(start, work, jobs, cluster, gpu)
    else:
        jobs = min(jobs or available_cpus(), len(work))
        share = max(1, available_cpus() // jobs)
        outcomes = run_in_workers(partial(start, share), work, jobs)
    with closing(outcomes), progress_bar(title, total=len(work)) as bar:
        for item, outcome in outcomes:
            name = f"{item.actor}/{item.action}"
            if isinstance(outcome, Failure):
                if outcome.of_disk:
                    raise DiskError(outcome.reason)
                bar.print(f"{name} refused: {outcome.reason}")
            yield item, outcome
            bar.advance(note=name)


def store_clip(out: Path, clip: PreparedClip, fingerprint: str) -> ClipEntry:
    """Write a clip and its preview into the dataset `out`; return its entry for the index."""
    file = Path("clips", clip.actor, f"{clip.action}.h5")
    write_preview((out / file).with_suffix(".png"), clip)
    sha256 = write_clip(out / file, clip)
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
        fingerprint=fingerprint,
    )


def fingerprint_of(facts: Mapping[str, Any]) -> str:
    """Return a digest of facts, plain values all, and of the format of this version's datasets."""
    text = json.dumps({"format": FORMAT, **facts}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _start_worker(
    make_worker: Callable[[], Callable[[Source], Result]], threads: int | None, share: int
) -> Callable[[Source], Result]:
    """Run in each process, before its first clip; `share` of the CPU cores are its own."""
    threads = threads or share
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    return make_worker()


def _find_work(
    out: Place,
    sources: Sequence[Source],
    recipe: Recipe[Source],
    entries: Mapping[tuple[str, str], ClipEntry],
    summary: DatasetSummary,
) -> list[ClipJob[Source]]:
    """Return what has to be made; note in the summary what has not, or cannot."""
    work = []
    is_intact = _intact_in(out)
    for source in sources:
        try:
            job = ClipJob(source, recipe.fingerprint(source))
        except OSError as error:
            unread = error.filename or "its source"
            summary.refused.append(RefusedClip(source, f"{unread} cannot be read ({error})."))
            continue
        entry = entries.get((source.actor, source.action))
        if entry and entry.fingerprint == job.fingerprint and is_intact(entry):
            summary.reused.append(entry)
        else:
            work.append(job)
    return work


def _index_of(out: Place) -> list[ClipEntry]:
    return read_index(out if isinstance(out, Path) else Mirror(out).root)


def _intact_in(out: Place) -> Callable[[ClipEntry], bool]:
    """Return what says whether a clip's files are there; somewhere else they are not read."""
    if not isinstance(out, Path):
        names = {file.name for file in out.files()}
        return lambda entry: entry.file in names and (not entry.truth or entry.truth in names)
    return partial(_is_intact, out)


def _is_intact(out: Path, entry: ClipEntry) -> bool:
    return all(
        (out / file).is_file() and file_sha256(out / file) == sha256 for file, sha256 in entry.files
    )


def _check_sizes(
    out: Place,
    entries: Mapping[tuple[str, str], ClipEntry],
    sources: Sequence[NamedClip],
    size: tuple[int, int],
) -> None:
    """Refuse to mix sizes: a dataset's clips are trained on together."""
    renewed = {(source.actor, source.action) for source in sources}
    for name, entry in entries.items():
        if name not in renewed and (entry.height, entry.width) != size:
            raise HuemanError(
                f"{out} holds clips of {entry.height} x {entry.width} (height x width), and these "
                f"would be {size[0]} x {size[1]}; choose another output folder."
            )
