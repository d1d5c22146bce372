"""How long updates wait for their batches: made between the steps, or while the networks work."""

import time
from typing import TypeVar

from benchmarks.speed.contest import Contest
from hueman.training.loop import make_update
from hueman.training.prefetch import Prefetcher
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo

UPDATES = 6
RATE = 1e-4

AnyStage = TypeVar("AnyStage", bound=StageOne | StageTwo)


class Run:
    """Some updates in a row, as a training makes them; the first one fills the queue of batches."""

    def __init__(self, stage: StageOne | StageTwo):
        self._stage = stage
        self._step = 0
        self._seconds = self._waited = 0.0

    def __call__(self) -> None:
        """Make a first update, and `UPDATES` of which the waiting is measured."""
        self._update()
        started, waited = time.perf_counter(), self._stage.batch.waited
        for _ in range(UPDATES):
            self._update()
        self._seconds += time.perf_counter() - started
        self._waited += self._stage.batch.waited - waited

    def share(self) -> float:
        """Return the share of the time in which updates waited for their batches."""
        return self._waited / self._seconds

    def _update(self) -> None:
        make_update(self._stage, self._step, RATE)
        self._step += 1


def waiting_contest(
    title: str, between: StageOne | StageTwo, ahead: StageOne | StageTwo
) -> Contest:
    """Return two trainings that differ in when batches are made.

    Args:
        title: what is trained.
        between: a stage whose batches are made between the steps (`without_queue`).
        ahead: the same stage as it is.
    """
    runs = {"data between the steps": Run(between), "data ahead": Run(ahead)}
    return Contest(
        title,
        "data between the steps",
        dict(runs),
        frames=ahead.schedule.batch_size * (1 + UPDATES),
        waiting={name: run.share for name, run in runs.items()},
    )


def without_queue(stage: AnyStage) -> AnyStage:
    """Let a stage make each batch when it is asked for."""
    if isinstance(stage, StageTwo):
        stage.batch._warped = Prefetcher(stage.batch.warp, ahead=0)
    else:
        stage.batch = Prefetcher(stage.make_batch, ahead=0)
    return stage
