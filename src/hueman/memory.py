"""Keep memory that was freed, instead of giving it back and asking for it again.

Training and inference on a CPU free and take large blocks all the time. glibc returns each to the
system, and every page of it costs a fault when it is taken again: up to half of all time.
"""

import ctypes
import os
import sys

# Names and numbers from glibc's malloc.h; the environment names are for child processes.
_SETTINGS = (
    ("MALLOC_MMAP_MAX_", -4, 0),  # no block of its own mapping
    ("MALLOC_TRIM_THRESHOLD_", -1, 2**31 - 1),  # never shrink the heap
    ("MALLOC_TOP_PAD_", -2, 256 * 2**20),  # grow it in large steps
    ("MALLOC_ARENA_MAX", -8, 1),  # one heap for all threads: torch frees across threads
)
ENVIRONMENT = tuple(name for name, _, _ in _SETTINGS)
"""What tells child processes the same."""


def keep_freed_memory() -> None:
    """Set glibc's allocator of this process, and of its children, to keep what it has.

    Does nothing where the C library is not glibc. Results do not change.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    for name, number, value in _SETTINGS:
        os.environ.setdefault(name, str(value))
        if mallopt is not None:
            mallopt(number, value)


def return_freed_memory() -> None:
    """Give memory that is kept but not used back to the system, once.

    Does nothing where the C library is not glibc.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
