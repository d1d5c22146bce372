"""One case in a process of its own: with a time limit, a memory limit, and a watch on the disk."""

import contextlib
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hueman.errors import HuemanError, one_line

SECONDS = 20
"""Of processor time that a case may take."""
SLEEPING = 20
"""Seconds in a row that it may wait for something; waiting for a processor does not count."""
MEGABYTES = 1536
"""Of memory that it may take beyond what the imported program has."""
LONGEST_LINE = 2000
"""Characters of an error."""
KEPT_OPEN = ("/dev/null", "/dev/urandom", "/dev/shm/", "/proc/self/")
"""What may be opened for writing, beside the output folder."""
CHANGES: dict[str, tuple[int, int | None]] = {
    "os.mkdir": (0, 2),
    "os.remove": (0, 1),
    "os.rmdir": (0, 1),
    "os.truncate": (0, None),
    "os.chmod": (0, 2),
    "os.symlink": (1, 2),
    "os.rename": (1, 3),
    "os.link": (1, 3),
}
"""Audited events, and which of their values are the path and the open folder it is relative to."""

SUCCEEDED, REFUSED = "succeeded", "refused"
"""The outcomes that keep the contract; all others break it."""


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    verdict: str
    detail: str
    seconds: float
    """Of processor time."""
    megabytes: float

    @property
    def kept(self) -> bool:
        """Whether the contract was kept."""
        return self.verdict in (SUCCEEDED, REFUSED)


def run_case(folder: Path, task: Callable[[], None], own: float = 0.0) -> Outcome:
    """Run `task` in a fork, which may write below `folder`/out and `folder`/tmp alone.

    Its output goes to files; whatever else is in the folder must be afterwards as it was. `own` are
    the megabytes of a case that does nothing.
    """
    for name in ("out", "tmp", "log"):
        (folder / name).mkdir()
    before = _snapshot(folder)
    child = os.fork()
    if child == 0:
        _serve(folder, task)
    status, usage = _wait(child)
    seconds = usage.ru_utime + usage.ru_stime
    megabytes = max(0.0, usage.ru_maxrss / 1024 - own)
    errors = (folder / "log" / "stderr").read_text("utf-8", "replace")
    verdict, detail = _judge(status, errors, megabytes)
    if _snapshot(folder) != before:
        verdict, detail = "wrote outside of its output", "the tree around it changed"
    audit = (folder / "log" / "audit").read_text("utf-8", "replace")
    if audit:
        verdict, detail = "wrote outside of its output", audit.splitlines()[0]
    return Outcome(verdict, detail, round(seconds, 2), round(megabytes))


def _serve(folder: Path, task: Callable[[], None]) -> None:
    """Run in the child; never returns."""
    code = 70
    try:
        os.setsid()
        os.chdir(folder)
        os.environ["TMPDIR"] = str(folder / "tmp")
        audit = os.open(folder / "log" / "audit", os.O_WRONLY | os.O_CREAT)
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(folder / "log" / name, os.O_WRONLY | os.O_CREAT), number)
        sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(
            2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
        )
        limit = _virtual() + 2 * MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))
        sys.addaudithook(_Watch(folder, audit))
        code = _as_the_command_does(task)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _as_the_command_does(task: Callable[[], None]) -> int:
    """Call what a command calls; HuemanError ends as in `hueman.cli.main`, nothing else does."""
    try:
        task()
    except HuemanError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


class _Watch:
    """Notes what writes, starts or connects where nothing should; C libraries are not seen."""

    def __init__(self, folder: Path, audit: int):
        self._allowed = (f"{folder.resolve()}/out", f"{folder.resolve()}/tmp", *KEPT_OPEN)
        self._audit = audit

    def __call__(self, event: str, args: tuple) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, int) or not (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            self._check(event, path)
        elif event in CHANGES:
            path, folder = CHANGES[event]
            self._check(event, args[path], -1 if folder is None else args[folder])
        elif event in ("os.system", "subprocess.Popen", "os.exec", "socket.connect", "os.spawn"):
            os.write(self._audit, f"{event} {args[0]!r}\n".encode("utf-8", "replace"))

    def _check(self, event: str, path: object, folder: int = -1) -> None:
        """Note a path that is not allowed; `folder` is the open one that it is relative to."""
        if isinstance(path, int):
            return
        place = os.fsdecode(path)  # type: ignore[arg-type]
        if folder >= 0:
            place = str(Path(f"/proc/self/fd/{folder}").readlink() / place)
        if event in ("open", "os.truncate", "os.chmod"):
            place = os.path.realpath(place)
        else:  # what a link leads to is left alone
            above, name = os.path.split(place)
            place = f"{os.path.realpath(above)}/{name}"
        if not place.startswith(self._allowed):
            os.write(self._audit, f"{event} {place!r}\n".encode("utf-8", "replace"))


def _wait(child: int) -> tuple[int, resource.struct_rusage]:
    """Wait for the end of a case, or end one that sleeps and sleeps."""
    pause, slept, worked = 0.002, 0.0, -1
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return status, usage
        state, ticks = _activity(child)
        # A machine with much to do lets a process wait, or somebody has stopped it: no fault of it.
        slept = slept + pause if state in "SD" and ticks == worked else 0.0
        worked = ticks
        if slept > SLEEPING:
            os.killpg(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            return status, usage
        time.sleep(pause)
        pause = min(0.05, pause * 1.5)


def _activity(process: int) -> tuple[str, int]:
    """Return whether a process runs ("R"), sleeps ("S", "D"), ..., and how long it has worked."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(") ")[2].split()
    return fields[0], int(fields[11]) + int(fields[12])


def _judge(status: int, errors: str, megabytes: float) -> tuple[str, str]:
    """Say whether a case kept the contract, by its exit status and what it wrote to stderr."""
    lines = [line for line in errors.splitlines() if line.strip()]
    last = lines[-1][:300] if lines else ""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in (signal.SIGKILL, signal.SIGXCPU):
            return "hung or took too long", signal.Signals(number).name
        return "crashed", signal.Signals(number).name
    if "Traceback (most recent call last)" in errors:
        return "traceback", _place(lines)
    if megabytes > MEGABYTES:
        return "took too much memory", f"{megabytes:.0f} MB"
    code = os.WEXITSTATUS(status)
    if code == 0:
        return SUCCEEDED, ""
    said = [number for number, line in enumerate(lines) if line.startswith("error: ")]
    if len(said) != 1 or said[0] != len(lines) - 1:
        return "not one line of error", last
    if len(lines[-1]) > LONGEST_LINE or not lines[-1].isprintable():
        return "not one line of error", f"{len(lines[-1])} characters: {last}"
    return REFUSED, last


def _place(lines: list[str]) -> str:
    """Return the error of a traceback, and the last place of hueman's own that it names."""
    places = [line.strip() for line in lines if "src/hueman/" in line]
    place = places[-1].partition("src/hueman/")[2] if places else ""
    return f"{lines[-1][:200]} ({place})"


def _snapshot(folder: Path) -> list[tuple]:
    """Return everything in a folder but what a case may write, with size and time of change."""
    found = []
    for place, folders, files in os.walk(os.fsencode(folder)):
        if place == os.fsencode(folder):
            folders[:] = [name for name in folders if name not in (b"out", b"tmp", b"log")]
        for name in (*folders, *files):
            path = place + b"/" + name
            entry = os.lstat(path)
            changed = 0 if name in folders else entry.st_mtime_ns
            found.append((path, entry.st_mode, entry.st_size, changed))
    return sorted(found)


def _virtual() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def clear(folder: Path) -> None:
    """Remove a case's folder."""
    shutil.rmtree(folder, ignore_errors=True)
