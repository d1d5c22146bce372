"""Runs of a command, each in a process of its own that can be killed with all its children.

The processes are forked from one that has imported the program, so that no moment is spent on
imports, in which nothing is written. Moments are counted in the processor's seconds: a busy machine
does not move them.
"""

import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

IMPORTED = (
    *("hueman.cli", "hueman.choreography.videos", "hueman.engines.export"),
    *("hueman.engines.onnx_graph", "hueman.generation.generate", "hueman.personalize"),
    *("hueman.preparation.prepare", "hueman.training.curves"),
    *("hueman.training.run", "matplotlib.pyplot", "onnx", "onnxruntime"),
)
DEADLINE_SECONDS = 900


class Runs:
    """Starts commands.

    Args:
        words: file for what they print.
    """

    def __init__(self, words: Path):
        os.environ["OMP_NUM_THREADS"] = "1"
        self._words = words
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(IMPORTED))

    def start(self, arguments: list[str]) -> BaseProcess:
        """Start `hueman ARGUMENTS` as the leader of a process group."""
        process = self._context.Process(target=_run, args=(arguments, self._words))
        process.start()
        while process.is_alive() and os.getpgid(process.pid) != process.pid:  # type: ignore[arg-type]
            time.sleep(0.001)
        return process

    def finish(self, process: BaseProcess) -> None:
        """Wait for the end of a run that is to succeed."""
        process.join(DEADLINE_SECONDS)
        if process.exitcode != 0:
            raise SystemExit(f"A run failed that was not killed:\n{self._words.read_text()}")

    def watch(self, process: BaseProcess, folder: Path) -> tuple[float, float]:
        """Return after how many seconds a run began to write in a folder, and when it ended."""
        began = seconds = 0.0
        while process.is_alive():
            seconds = max(seconds, processor_seconds(process))
            if not began and any(folder.iterdir()):
                began = seconds
            time.sleep(0.005)
        self.finish(process)
        return began, seconds

    def kill(self, process: BaseProcess, moment: float) -> bool:
        """Kill a run, with all its processes, after so many seconds; False if it had ended."""
        while process.is_alive():
            if processor_seconds(process) >= moment:
                os.killpg(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
                process.join()
                return process.exitcode == -signal.SIGKILL
            time.sleep(0.002)
        self.finish(process)
        return False


def processor_seconds(process: BaseProcess) -> float:
    """Return how long a process has computed; 0 if it has ended."""
    assert process.pid is not None
    try:
        return time.clock_gettime((~process.pid << 3) | 2)  # Linux: the clock of a process
    except OSError:
        return 0.0


def _run(arguments: list[str], words: Path) -> None:
    from hueman.cli import main

    os.setsid()
    with words.open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = ["hueman", *arguments]
    main()
