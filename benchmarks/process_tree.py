"""What a command costs, with all processes that it starts: time, processor time, memory."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

EVERY = 0.25
"""Seconds from one look at the memory to the next."""


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    wall_s: float
    cpu_s: float
    """Of all its processes, the system's work for them included."""
    peak_mb: float
    """The most that all held together; pages that several share count once (on Linux)."""
    answer: dict[str, Any]
    """The last line that it printed, as JSON."""


def cost_of(module: str, arguments: Sequence[str]) -> Cost:
    """Run `python -m MODULE ARGUMENTS` and measure it.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", module, *arguments]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = _MemoryWatch(process.pid)
        output = process.stdout.read() if process.stdout else ""
        # What it used, with those of its processes that it has waited for.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    peak = watch.stop()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    answer = json.loads(output.strip().splitlines()[-1])
    return Cost(wall, used.ru_utime + used.ru_stime, peak / 1e6, answer)


class _MemoryWatch:
    """Looks at the memory of a process and its descendants, until it is told to stop."""

    def __init__(self, pid: int):
        self._process = psutil.Process(pid)
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Return the most bytes seen."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._ended.wait(EVERY):
            with suppress(psutil.Error):
                tree = [self._process, *self._process.children(recursive=True)]
                self._peak = max(self._peak, sum(map(_held, tree)))


def _held(process: psutil.Process) -> int:
    """Return bytes that a process holds, 0 if it has ended."""
    with suppress(psutil.Error):
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.rss)
    return 0
