"""`hueman` that kills itself, as kill -9 would, in the middle of writing a checkpoint.

python killed_training.py NUMBER ARGUMENTS...: NUMBER of the checkpoint that is left half-written.
"""

import io
import os
import signal
import sys
from typing import BinaryIO

import torch

from hueman.cli import main


def save_until_killed(fatal: int) -> None:
    """Replace torch.save by one that dies halfway through the given call."""
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


if __name__ == "__main__":
    save_until_killed(int(sys.argv[1]))
    sys.argv = ["hueman", *sys.argv[2:]]
    main()
