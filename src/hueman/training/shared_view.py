"""Whether processes on several machines see the same: the dataset, the folder of the run."""

import hashlib
import secrets
import socket
import time
from pathlib import Path
from typing import Any

import torch.distributed as dist
from lightning_fabric import Fabric

from hueman.errors import HuemanError

APPEARS_WITHIN_SECONDS = 5.0
"""On a network's disk, a new file may be there a little later on other machines."""


def check_same_folder(out: Path, fabric: Fabric) -> None:
    """Check that all processes see the files that the first one writes to `out`.

    Raises:
        HuemanError: some do not; every process names their machines.
    """
    if fabric.world_size == 1:
        return
    sign = out / f".seen-{fabric.broadcast(secrets.token_hex(8))}"
    if fabric.is_global_zero:
        sign.touch()
    fabric.barrier()
    try:
        blind = [host for host, sees in _of_all(_appears(sign), fabric) if not sees]
    finally:
        if fabric.is_global_zero:
            sign.unlink(missing_ok=True)
    if blind:
        raise HuemanError(
            f"{_names(blind)} does not see what the first machine writes to {out}; --out has to be "
            "a folder on a disk that all machines share."
        )


def check_same_data(entries: object, name: str, fabric: Fabric) -> None:
    """Check that all processes have the same clips for training and testing.

    Args:
        entries: what the index says of them; its text is compared.
        name: of the dataset, for the message.
        fabric: the processes.

    Raises:
        HuemanError: some have others than the first process; every process names their machines.
    """
    if fabric.world_size == 1:
        return
    digests = _of_all(hashlib.sha256(repr(entries).encode()).hexdigest(), fabric)
    if others := [host for host, digest in digests if digest != digests[0][1]]:
        raise HuemanError(
            f"{_names(others)} has another dataset as {name} than the first machine; copy the same "
            "dataset to all machines, or name one on a disk that they share."
        )


def check_same_update(update: int, fabric: Fabric) -> None:
    """Check that all processes go on from the same checkpoint of a stage.

    Raises:
        HuemanError: some go on from another update than the first process.
    """
    if fabric.world_size == 1:
        return
    updates = _of_all(update, fabric)
    if others := [host for host, each in updates if each != updates[0][1]]:
        raise HuemanError(
            f"{_names(others)} does not see the checkpoint of update {updates[0][1]}, from which "
            "the first machine goes on; wait a minute, and run the same command again."
        )


def as_first_sees(path: Path | None, fabric: Fabric) -> Path | None:
    """Return the file that the first process names, as soon as this process sees it too.

    Raises:
        HuemanError: it does not appear.
    """
    if fabric.world_size == 1:
        return path
    chosen = fabric.broadcast(path)
    if chosen is not None and not _appears(chosen):
        raise HuemanError(
            f"{socket.gethostname()} does not see {chosen}, which the first machine has written; "
            "--out has to be a folder on a disk that all machines share."
        )
    return chosen


def _of_all(value: Any, fabric: Fabric) -> list[tuple[str, Any]]:
    """Return the machine and the value of each process, the first one's first."""
    values: list[Any] = [None] * fabric.world_size
    dist.all_gather_object(values, (socket.gethostname(), value))
    return values


def _appears(path: Path) -> bool:
    deadline = time.monotonic() + APPEARS_WITHIN_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _names(hosts: list[str]) -> str:
    return "The machine " + ", ".join(dict.fromkeys(hosts))
