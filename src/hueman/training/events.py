"""What TensorBoard shows of a run: an event file of scalars.

torch's own writer writes in a thread of its own. When the disk is full, that thread ends in a
traceback, and the run hears of it later; here, it is an error where it happens.
"""

import os
import socket
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog  # type: ignore  # made at run time
from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore
from tensorboard.summary.writer.record_writer import RecordWriter


class EventLog:
    """Appends scalars to an event file of its own.

    Args:
        folder: where TensorBoard looks for event files.
        step: updates done; TensorBoard forgets what earlier files say of later ones.
    """

    def __init__(self, folder: Path, step: int):
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
        self._file = (folder / name).open("ab")
        self._records = RecordWriter(self._file)
        self._append(Event(file_version="brain.Event:2"))
        self._append(Event(step=step, session_log=SessionLog(status=SessionLog.START)))
        self._file.flush()

    def write(self, step: int, scalars: dict[str, float]) -> None:
        """Append the scalars of an update, by name."""
        values = [Summary.Value(tag=name, simple_value=value) for name, value in scalars.items()]
        self._append(Event(step=step, summary=Summary(value=values)))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, event: Event) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())
