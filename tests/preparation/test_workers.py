import math
import multiprocessing
import os
import signal
import time
from functools import partial
from operator import attrgetter

import pytest

from hueman.preparation.workers import Failure, run_in_workers

# The children import what they run by name, so these tests use functions of the standard library.


def worker_making(function):
    """Return a picklable factory of `function`."""
    return partial(partial, function)


def test_every_item_gets_its_result():
    outcomes = dict(run_in_workers(worker_making(math.sqrt), [1, 4, 9, 16, 25], jobs=2))
    assert outcomes == {1: 1, 4: 2, 9: 3, 16: 4, 25: 5}


def test_no_items():
    assert list(run_in_workers(worker_making(math.sqrt), [], jobs=2)) == []


def test_an_exception_costs_one_item():
    outcomes = dict(run_in_workers(worker_making(math.sqrt), [4, -1, 9], jobs=1))
    assert (outcomes[4], outcomes[9]) == (2, 3)
    assert isinstance(outcomes[-1], Failure)
    assert "ValueError" in outcomes[-1].reason


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_process_costs_one_item():
    harmless, deadly = [signal.SIGCONT, signal.SIGURG, signal.SIGCHLD], signal.SIGKILL
    items = [harmless[0], deadly, *harmless[1:]]
    outcomes = dict(run_in_workers(worker_making(signal.raise_signal), items, jobs=1))
    assert [outcomes[item] for item in harmless] == [None] * 3
    assert isinstance(outcomes[deadly], Failure)
    assert "SIGKILL" in outcomes[deadly].reason


def test_a_worker_that_cannot_start_fails_its_items():
    make_badly = partial(attrgetter, 7)  # type: ignore[arg-type]
    outcomes = dict(run_in_workers(make_badly, [1, 2], jobs=1))
    assert all("must be a string" in failure.reason for failure in outcomes.values())


def test_stopping_early_ends_the_processes():
    before = set(multiprocessing.active_children())
    running = run_in_workers(worker_making(time.sleep), [0.01, 60, 60], jobs=2)
    assert next(running) == (0.01, None)
    assert len(set(multiprocessing.active_children()) - before) == 2
    start = time.monotonic()
    running.close()
    assert time.monotonic() - start < 4
    assert set(multiprocessing.active_children()) <= before
