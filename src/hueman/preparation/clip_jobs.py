"""Work on many clips at once: in processes of this machine or of a cluster, behind a bar."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from typing import Protocol, TypeVar

import cv2
import torch

from hueman.errors import DiskError
from hueman.preparation.cluster import Cluster, run_on_cluster
from hueman.preparation.settings import available_cpus
from hueman.preparation.workers import Failure, run_in_workers
from hueman.progress import progress_bar


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


def _start_worker(
    make_worker: Callable[[], Callable[[Source], Result]], threads: int | None, share: int
) -> Callable[[Source], Result]:
    """Run in each process, before its first clip; `share` of the CPU cores are its own."""
    threads = threads or share
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    return make_worker()
