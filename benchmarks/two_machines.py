"""Two machines on this one: two agents of torchrun, and the processes that they start."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

DEADLINE_SECONDS = 300


class Machines:
    """The agents that stand for two machines. Leaving the context ends whatever still runs.

    Args:
        out: new folder, for what each machine prints.
        processes: on each machine.
        command: Python's arguments, the same for all processes.
        imports: folders whose modules the processes can import.
    """

    def __init__(
        self, out: Path, processes: int, command: Sequence[object], imports: Sequence[Path] = ()
    ):
        out.mkdir(parents=True)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if imports:
            environment["PYTHONPATH"] = os.pathsep.join(map(str, imports))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._outputs = [out / f"output-{node}.txt" for node in (0, 1)]
        self.agents: list[subprocess.Popen] = []
        for node, output in enumerate(self._outputs):
            torchrun = ["torch.distributed.run", "--nnodes", 2, "--nproc-per-node", processes]
            where = ["--node-rank", node, "--master-addr", "127.0.0.1", "--master-port", port]
            with output.open("w") as file:
                self.agents.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *map(str, [*torchrun, *where, *command])],
                        env=environment,
                        stdout=file,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )

    def __enter__(self) -> "Machines":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        for process in [*self.processes(), *(agent.pid for agent in self.agents)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for agent in self.agents:
            agent.wait()

    def processes(self) -> list[int]:
        """Return those that the agents have started and that live."""
        paths = [Path(f"/proc/{each.pid}/task/{each.pid}/children") for each in self.agents]
        return [int(each) for path in paths if path.exists() for each in path.read_text().split()]

    def process(self, rank: int) -> int:
        """Return the process of a rank; LookupError if it has gone."""
        wanted = f"RANK={rank}".encode()
        for process in self.processes():
            if wanted in Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                return process
        raise LookupError(rank)

    def outputs(self) -> list[str]:
        """Return what was said on each machine, all processes together."""
        return [path.read_text() for path in self._outputs]

    def await_file(self, pattern: str, folder: Path) -> None:
        """Wait until there is such a file; RuntimeError if a machine has ended before."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not any(folder.glob(pattern)):
            if time.monotonic() > deadline or any(each.poll() is not None for each in self.agents):
                raise RuntimeError("\n".join(self.outputs()))
            time.sleep(0.02)

    def finish(self) -> list[int]:
        """Wait for the end, and return the agents' statuses."""
        return [agent.wait(DEADLINE_SECONDS) for agent in self.agents]
