"""Runs in processes of their own, each of which can be killed with all its children.

The processes are forked from one that has imported the program, and their children from them, so
that no moment is spent on imports, in which nothing is written. Moments are counted in seconds of
the processor: a busy machine does not move them.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

DEADLINE_SECONDS = 900


class Runs:
    """Starts runs.

    Args:
        words: file for what a run prints.
        imported: modules that runs need.
    """

    def __init__(self, words: Path, imported: Sequence[str]):
        self._words = words
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(imported))

    def start(self, run: Callable[..., object], *arguments: object) -> BaseProcess:
        """Call a function in a new process, the leader of a process group."""
        process = self._context.Process(target=_lead, args=(self._words, run, *arguments))
        process.start()
        while process.is_alive() and os.getpgid(_id(process)) != process.pid:
            time.sleep(0.001)
        return process

    def finish(self, process: BaseProcess) -> None:
        """Wait for the end of a run that is to succeed."""
        process.join(DEADLINE_SECONDS)
        if process.exitcode != 0:
            raise RuntimeError(f"A run failed that was not killed:\n{self._words.read_text()}")

    def watch(self, process: BaseProcess, folder: Path) -> tuple[float, float]:
        """Return after how many seconds a run began to write in a folder, and when it ended."""
        began = seconds = 0.0
        while process.is_alive():
            seconds = max(seconds, processor_seconds(_id(process)))
            if not began and any(folder.iterdir()):
                began = seconds
            time.sleep(0.005)
        self.finish(process)
        return began, seconds

    def kill_after(self, process: BaseProcess, moment: float) -> bool:
        """Kill a run after so many seconds; False if it had ended."""
        return self.kill_when(process, lambda: processor_seconds(_id(process)) >= moment)

    def kill_when(self, process: BaseProcess, sign: Callable[[], bool]) -> bool:
        """Kill a run, with all its processes, when it gives a sign; False if it had ended."""
        while process.is_alive():
            if sign():
                os.killpg(_id(process), signal.SIGKILL)
                process.join()
                return process.exitcode == -signal.SIGKILL
            time.sleep(0.002)
        self.finish(process)
        return False


def processor_seconds(process: int) -> float:
    """Return how long a process and all its children have computed; 0 if it has ended."""
    folder = Path("/proc", str(process))
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        children = (folder / "task" / str(process) / "children").read_text().split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


def _id(process: BaseProcess) -> int:
    assert process.pid is not None
    return process.pid


def _lead(words: Path, run: Callable[..., object], *arguments: object) -> None:
    os.setsid()
    with words.open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    # What its children import is imported already.
    forked = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _method=None: forked  # type: ignore[assignment]
    run(*arguments)
