"""`hueman train` as runs that are killed: with so many threads, or in the midst of writing."""

import io
import os
import signal
from typing import BinaryIO

import torch

from faults.commands import run_command


def train(arguments: list[str], threads: int = 1) -> None:
    """Run the command with so many threads."""
    torch.set_num_threads(threads)
    run_command(["train", *arguments])


def train_until_writing(arguments: list[str], fatal: int) -> None:
    """Run the command, which dies halfway through writing checkpoint number `fatal`."""
    whole, calls = torch.save, 0

    def save(content: object, file: BinaryIO) -> None:
        nonlocal calls
        calls += 1
        if calls < fatal:
            return whole(content, file)
        memory = io.BytesIO()
        whole(content, memory)
        file.write(memory.getvalue()[: memory.tell() // 2])
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    torch.save = save
    train(arguments)
