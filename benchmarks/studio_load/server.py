"""A real studio, in a process of its own: `hueman studio`."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 300.0
"""Seconds that a studio has to open, and to close."""


class Server:
    """What can be seen of it from outside.

    Args:
        url: of the studio.
        process: it is.
        folder: the only one in which it makes temporary files.
        log: all that it prints.
    """

    def __init__(self, url: str, process: subprocess.Popen, folder: Path, log: Path):
        self.url = url
        self._process = process
        self._folder = folder
        self._log = log

    @property
    def memory(self) -> float:
        """Return how much memory it has, in MiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    @property
    def files(self) -> dict[str, int]:
        """Return the size of each temporary file, in bytes."""
        found = (path for path in self._folder.rglob("*") if path.is_file())
        return {str(path): path.stat().st_size for path in found}

    @property
    def tracebacks(self) -> int:
        """Return how many it has printed."""
        return self._log.read_text("utf-8", errors="replace").count("Traceback (most recent")

    def close(self) -> int:
        """Ask it to end; return its exit status, that of a killed process if it did not."""
        self._process.terminate()
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


@contextmanager
def studio(words: list[str]) -> Iterator[Server]:
    """Open a studio on this machine, with more words for its command, inside this block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="studio-load-") as folder:
        temporary, log = Path(folder, "tmp"), Path(folder, "log.txt")
        temporary.mkdir()
        command = [sys.executable, "-m", "hueman", "studio", *words, "--port", str(port)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(temporary)},
            )
        server = Server(url, process, temporary, log)
        try:
            _wait(server, process, log)
            yield server
        finally:
            server.close()


def _wait(server: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(server.url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"The studio did not open; it says:\n{log.read_text('utf-8')}")
