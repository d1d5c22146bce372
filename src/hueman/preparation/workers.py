"""Work spread over processes, where the death of one costs only what it was working on."""

import multiprocessing
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from hueman.errors import DiskError, HuemanError

Item = TypeVar("Item")
Result = TypeVar("Result")

SECONDS_TO_TIDY_UP = 5.0


@dataclass(frozen=True)
class Failure:
    """Why an item has no result."""

    reason: str
    of_disk: bool = False
    """Whether the disk is at fault, so that all other items would fail too."""


@dataclass(frozen=True)
class _Worker:
    process: BaseProcess
    connection: Connection


def run_in_workers(
    make_function: Callable[[], Callable[[Item], Result]], items: Sequence[Item], jobs: int
) -> Generator[tuple[Item, Result | Failure]]:
    """Apply a function to every item in `jobs` fresh processes; yield as they finish.

    Unlike with a `ProcessPoolExecutor` it is known which item a killed process was working on, so
    the others go on in a new process. When the caller stops early (an exception, Ctrl-C), the
    processes are ended at once; their half-written atomic outputs vanish.

    Args:
        make_function: called once in each process; picklable, as are items and results.
        items: to work on.
        jobs: number of processes.

    Yields:
        (item, result), or (item, Failure) where the function raised or its process died.
    """
    context = multiprocessing.get_context("spawn")
    waiting = deque(items)
    idle: list[_Worker] = []
    busy: dict[Connection, tuple[_Worker, Item]] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                worker = idle.pop() if idle else _start(context, make_function)
                item = waiting.popleft()
                busy[worker.connection] = (worker, item)
                worker.connection.send(item)
            for connection in wait(list(busy)):
                worker, item = busy.pop(connection)  # type: ignore[arg-type]
                try:
                    outcome = worker.connection.recv()
                    idle.append(worker)
                except (EOFError, ConnectionError):
                    outcome = _death(worker.process)
                yield item, outcome
    finally:
        _end([*idle, *(worker for worker, _ in busy.values())])


def _start(context, make_function: Callable) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, make_function), daemon=True)
    process.start()
    theirs.close()  # else our end would not see theirs close when the process dies
    return _Worker(process, ours)


def _serve(connection: Connection, make_function: Callable) -> None:
    """Run in the worker: answer items until the parent closes the connection or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets Ctrl-C too, and ends us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # runs the clean-up of atomic outputs
    attempt = Attempts(make_function)
    with suppress(EOFError, ConnectionError):
        while True:
            connection.send(attempt(connection.recv()))


class Attempts:
    """A function that is made when it is first needed, and answers errors by a `Failure`."""

    def __init__(self, make_function: Callable[[], Callable]):
        self._make_function = make_function
        self._function: Callable | None = None

    def __call__(self, item: Any) -> Any:
        """Return the function's result, or why there is none."""
        try:
            self._function = self._function or self._make_function()
            return self._function(item)
        except HuemanError as error:
            return Failure(str(error), isinstance(error, DiskError))
        except Exception as error:
            traceback.print_exc()
            return Failure(f"failed with {type(error).__name__}: {error} (report this bug).")


def _death(process: BaseProcess) -> Failure:
    process.join()
    code = process.exitcode or 0
    cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return Failure(
        f"its process died ({cause}); if memory ran out, use fewer jobs or shorter clips."
    )


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(SECONDS_TO_TIDY_UP)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.connection.close()
