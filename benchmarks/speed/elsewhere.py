"""A way that runs in a process of its own, for what would change the process of the others.

A baseline must not gain from what hueman does for its process (`hueman.memory.keep_freed_memory`).
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection

import torch


def elsewhere(make: Callable[..., Callable[[], object]], *arguments: object) -> Callable[[], None]:
    """Start a process in which a way is made; return a call that runs the way there once.

    Args:
        make: makes the way; a function of a module.
        arguments: of `make`; they are pickled.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    threads = torch.get_num_threads()
    child = spawn.Process(target=_serve, args=(theirs, threads, make, arguments), daemon=True)
    child.start()
    theirs.close()  # so that the end of the child is seen here

    def call() -> None:
        try:
            ours.send(None)
            ours.recv()
        except (EOFError, OSError) as error:
            raise RuntimeError(f"the process of {make.__name__} has ended") from error

    return call


def _serve(
    connection: Connection,
    threads: int,
    make: Callable[..., Callable[[], object]],
    arguments: tuple,
) -> None:
    torch.set_num_threads(threads)
    way = make(*arguments)
    while True:
        try:
            connection.recv()
        except EOFError:  # nobody asks any more
            return
        way()
        connection.send(None)
