"""Noticing within seconds that one of several processes has ended, or answers no more.

Waiting for the gradients of others, a process learns at once of a connection that was closed. Of a
process that stands still, or of a machine without power, it learns only by a timeout; and that must
be long, since the first process measures and saves alone while the others wait. So a thread of each
process tells the first one every second that it is there, in groups of their own, whatever the
main thread is doing. The first one answers: go on, all are done, or who is lost.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, NoReturn

import torch
import torch.distributed as dist
from lightning_fabric import Fabric

from hueman.errors import HuemanError

LOST_AFTER_SECONDS = 30.0
"""Without a word from a process, by default, it counts as lost."""
BEAT_SECONDS = 1.0
MARGIN_SECONDS = 5.0
"""The others wait so much longer for the first process than it does for them: it knows best."""
GRACE_SECONDS = 5.0
"""For the main thread to end by itself, when one is lost; then it is ended."""

GO_ON, ALL_DONE = -1, -2
"""Answers of the first process; any other is the number of the process that is lost."""


@contextmanager
def watched(fabric: Fabric, lost_after: float, go_on_from: Callable[[], str]) -> Iterator[None]:
    """Let processes train together, and end all of them with one sentence when one is lost.

    It says which process is lost, and how to go on; one process of each machine prints it.

    Args:
        fabric: launched.
        lost_after: seconds without a word after which a process counts as lost.
        go_on_from: says how the training can go on.

    Raises:
        HuemanError: another process has ended, or answers no more; processes cannot reach each
            other; or `lost_after` is too short.
        SystemExit: the same, and another process of this machine says so.
    """
    if lost_after < 3 * BEAT_SECONDS:
        raise HuemanError(
            f"--lost-after is {lost_after:g} seconds; it must be {3 * BEAT_SECONDS:g} or more."
        )
    if fabric.world_size == 1:
        yield
        return
    try:
        watch = _Watch(fabric, lost_after, go_on_from)
    except RuntimeError as error:
        raise HuemanError(
            f"The {fabric.world_size} processes cannot reach each other by gloo "
            f"({str(error).splitlines()[0]}); GLOO_SOCKET_IFNAME names the network to use."
        ) from error
    try:
        yield
        watch.leave()
    except KeyboardInterrupt:
        watch.leave()
        # torchrun stops the processes of a machine, politely, when one of them is lost.
        if watch.lost is None:
            raise
        watch.explain()
    except RuntimeError as error:
        if not _is_broken_connection(error):
            raise
        watch.explain(error)
    finally:
        watch.end()


class _Watch:
    """The thread of one process, and what it knows."""

    def __init__(self, fabric: Fabric, lost_after: float, go_on_from: Callable[[], str]):
        self.lost: int | None = None
        """The process that is lost, once this is known."""
        self._rank, self._size = fabric.global_rank, fabric.world_size
        self._local_rank = fabric.local_rank
        self._parent = os.getppid()
        self._go_on_from = go_on_from
        self._done = threading.Event()
        self._ended = threading.Event()
        self._known = threading.Event()
        # Two groups, since gloo closes all connections of a group in which one was waited for in
        # vain, and then the others have to be told.
        self._words, self._answers = (
            dist.new_group(backend="gloo", timeout=timedelta(seconds=seconds))
            for seconds in (lost_after, lost_after + MARGIN_SECONDS)
        )
        self._hosts: list[str] = [""] * self._size
        dist.all_gather_object(self._hosts, socket.gethostname(), group=self._words)
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """End in peace, when all others do too."""
        self._done.set()
        self._thread.join(BEAT_SECONDS + GRACE_SECONDS)

    def end(self) -> None:
        """End now; the others will notice."""
        self._ended.set()
        self._thread.join(2 * BEAT_SECONDS)

    def explain(self, error: BaseException | None = None) -> NoReturn:
        """End this process, with the sentence if it is this one's to say."""
        if threading.current_thread() is threading.main_thread():
            # This one is ending: nobody needs to stop it.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._known.wait(3 * BEAT_SECONDS)
        self._ended.set()
        if not self._speaks():
            raise SystemExit(1) from error
        raise HuemanError(self._sentence()) from error

    def _run(self) -> None:
        answer = GO_ON
        while answer == GO_ON and not self._ended.is_set():
            self._done.wait(BEAT_SECONDS)
            self._stop_without_parent()
            answer = self._hear_all() if self._rank == 0 else self._tell_first()
        if answer < 0:
            return
        self.lost = answer
        self._known.set()
        if not self._ended.wait(GRACE_SECONDS):
            # The main thread hangs where nothing but its end can reach it. Files are whole:
            # what is not finished was never there.
            if self._speaks():
                print(f"error: {self._sentence()}", file=sys.stderr, flush=True)
            os._exit(1)

    def _stop_without_parent(self) -> None:
        """Stop politely, and so all others too, when torchrun was killed here: no orphan trains on.

        A parent that is not torchrun may leave, as a terminal does.
        """
        if os.getppid() != self._parent and "TORCHELASTIC_RUN_ID" in os.environ:
            self._parent = os.getppid()
            os.kill(os.getpid(), signal.SIGTERM)

    def _hear_all(self) -> int:
        """Wait for a word of all others, and answer them."""
        others = range(1, self._size)
        done = [self._done.is_set()]
        answer = GO_ON
        for rank in others:
            try:
                done.append(_receive(rank, self._words) == ALL_DONE)
            except RuntimeError:
                answer = rank
                break
        if all(done) and answer == GO_ON:
            answer = ALL_DONE
        for rank in others:
            if rank != answer:
                with suppress(RuntimeError):
                    _send(answer, rank, self._answers)
        return answer

    def _tell_first(self) -> int:
        """Give a word to the first process, and return its answer."""
        try:
            _send(ALL_DONE if self._done.is_set() else GO_ON, 0, self._words)
            return _receive(0, self._answers)
        except RuntimeError:
            return 0

    def _speaks(self) -> bool:
        """One process of each machine says what has happened: its first, or else its second."""
        first = self._rank - self._local_rank
        return self._local_rank == (1 if self.lost == first else 0)

    def _sentence(self) -> str:
        who = f"Another of the {self._size} processes"
        if self.lost is not None:
            who = f"Process {self.lost} (of 0 to {self._size - 1}, on {self._hosts[self.lost]})"
        return (
            f"{who} has ended or answers no more; if it was not killed, it says why itself. "
            f"{self._go_on_from()}"
        )


def _send(number: int, rank: int, group: Any) -> None:
    dist.send(torch.tensor([number]), rank, group=group)


def _receive(rank: int, group: Any) -> int:
    number = torch.zeros(1, dtype=torch.int64)
    dist.recv(number, rank, group=group)
    return int(number)


def _is_broken_connection(error: RuntimeError) -> bool:
    """Tell what torch says when another process is not there any more from all else."""
    return isinstance(error, dist.DistError) or "gloo/transport" in str(error)
