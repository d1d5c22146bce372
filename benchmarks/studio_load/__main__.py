"""A crowd in the studio: who gets what, what is refused, and what is left behind.

python -m benchmarks.studio_load [--users 50] [--seconds 120] [--model MODEL] [--out FILE.json]

Opens `hueman studio` on this machine, with the model in the box unless --model says otherwise. Each
visitor has a page of their own, chooses a person, a movement and a pair of colours that nobody else
has, and wants one video after the other until the time is over. The colours of each video that
arrives are measured: if they are not those of who asked for it, it is somebody else's. When all are
gone, and their sessions have ended, temporary files are counted. Ends with 1 if no video was
finished, a result was crossed, anything failed, memory grew by more than a quarter after a quarter
of the time, or a file was left. Takes some three minutes longer than SECONDS. Reads memory from
/proc, so it needs Linux.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.studio_load.server import Server, studio
from benchmarks.studio_load.visitor import Notes, Visitor
from benchmarks.studio_load.wish import Wish
from hueman.files import atomic_file
from hueman.machine import describe_machine
from hueman.studio.sessions import LINGER

GROWTH = 1.25
"""Memory at the end may be so many times that after a quarter of the time."""
NOTICED = 20.0
"""Seconds until a server notices that a page is gone."""


def main() -> int:
    """Let the crowd in, and print what happened; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    words = [str(options.model)] if options.model else []
    with studio(words) as server:
        before = server.files
        memory, notes = asyncio.run(crowd(server, options.users, options.seconds))
        time.sleep(LINGER + NOTICED)
        left = {name: size for name, size in server.files.items() if name not in before}
        memory["when all are gone"] = server.memory
        tracebacks = server.tracebacks
        status = server.close()
        remaining = len(server.files)
    result = {
        "users": options.users,
        "seconds": options.seconds,
        **told(notes),
        "tracebacks of the server": tracebacks,
        "memory, MiB": {name: round(value) for name, value in memory.items()},
        "files left by visitors": len(left),
        "bytes left by visitors": sum(left.values()),
        "files when it is closed": remaining,
        "exit status": status,
        "machine": describe_machine(),
    }
    Console().print(table(result))
    for line in sorted({error for each in notes for error in each.errors}):
        print("error:", line)
    if options.out:
        with atomic_file(options.out) as temporary:
            temporary.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if kept(result) else 1


async def crowd(server: Server, users: int, seconds: float) -> tuple[dict[str, float], list[Notes]]:
    """Let visitors in, all at once; return the server's memory at some times, and their notes."""
    memory = {"empty": server.memory}
    begun = time.monotonic()
    visitors = [Visitor(server.url, Wish(n), begun + seconds) for n in range(users)]
    staying = [asyncio.create_task(each.stay()) for each in visitors]
    for share in (0.25, 0.5, 0.75, 1.0):
        await asyncio.sleep(max(0.0, begun + share * seconds - time.monotonic()))
        memory[f"after {share * seconds:g} s"] = server.memory
    await asyncio.gather(*staying)
    return memory, [each.notes for each in visitors]


def told(notes: list[Notes]) -> dict[str, Any]:
    """Return what happened to all of them together."""
    previews = [took for each in notes for took in each.previews]
    videos = [took for each in notes for took in each.videos]
    positions = [position for each in notes for position in each.positions]
    refusals = [line for each in notes for line in each.refusals]
    return {
        "previews": len(previews),
        "seconds to a preview, median": _part(previews, 50),
        "seconds to a preview, 95 %": _part(previews, 95),
        "videos finished": len(videos),
        "visitors who got one": sum(bool(each.videos) for each in notes),
        "seconds to a video, median": _part(videos, 50),
        "seconds to a video, 95 %": _part(videos, 95),
        "of them in the queue, median": _part([w for each in notes for w in each.waits], 50),
        "still waiting at the end": sum(each.waits_at_end for each in notes),
        "positions told": len(positions),
        "farthest position": max(positions, default=None),
        "refused with a line": len(refusals),
        "lines": sorted(set(refusals)),
        "crossed results": sum(each.crossed for each in notes) + _shared_folders(notes),
        "errors": sum(len(each.errors) for each in notes),
    }


def _part(values: list[float], percent: float) -> float | None:
    return round(float(np.percentile(values, percent)), 1) if values else None


def _shared_folders(notes: list[Notes]) -> int:
    """Return how many results were in the folder of somebody else."""
    folders = [folder for each in notes for folder in each.folders]
    return len(folders) - len(set(folders))


def kept(result: dict[str, Any]) -> bool:
    """Say whether everything that is promised was kept."""
    memory = list(result["memory, MiB"].values())
    nothing = (
        "crossed results", "errors", "tracebacks of the server", "files left by visitors",
        "files when it is closed", "exit status",
    )  # fmt: skip
    flat = memory[4] <= GROWTH * memory[1]
    return flat and result["videos finished"] > 0 and not any(result[name] for name in nothing)


def table(result: dict[str, Any]) -> Table:
    """Return all but the machine as a table."""
    made = Table("what", "how much", title="A crowd in the studio")
    for name, value in result.items():
        if isinstance(value, dict) and name != "machine":
            value = ", ".join(f"{key}: {each}" for key, each in value.items())
        elif isinstance(value, list):
            value = "\n".join(value)
        if name != "machine":
            made.add_row(name, str(value))
    return made


if __name__ == "__main__":
    raise SystemExit(main())
