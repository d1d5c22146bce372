"""What is done to good files: to bytes, to words of text, and to their place in the file system."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

Bytes = Callable[[bytes, Random], bytes]
"""Of a file's content, another."""
Place = Callable[[Path, Random], None]
"""Puts something else where a file was."""

NUMBERS = (
    *("NaN", "nan", "-inf", "Infinity", "1e999", "-1e308", "1e38", "0", "-1", "4294967296"),
    *("9" * 400, "9" * 5000, "9223372036854775807", "1e-320", "0x10", "1_0", "''", "null"),
)
WORDS = (
    *("null", "true", "[]", "{}", "-", "''", '"', "..", "../../escape", "/etc/passwd", "\0"),
    *(
        "\x1b[2J\x1b]0;x\x07",
        "\u202e",
        "\ud7ff",
        "é" * 300,
        "x" * 100_000,
        "!!python/name:os.system",
    ),
)


def flip_bits(data: bytes, random: Random) -> bytes:
    """Turn over 1 to 32 bits, half of the time near the beginning, where headers are."""
    spoiled = bytearray(data)
    end = min(len(data), 256) if random.random() < 0.5 else len(data)
    for _ in range(random.choice((1, 2, 8, 32)) if data else 0):
        spoiled[random.randrange(end)] ^= 1 << random.randrange(8)
    return bytes(spoiled)


def set_bytes(data: bytes, random: Random) -> bytes:
    """Set a few bytes in a row to the ends of their range: sizes become huge, or negative."""
    spoiled = bytearray(data)
    if data:
        start = random.randrange(min(len(data), random.choice((64, 512, len(data)))))
        length = random.choice((1, 2, 4, 8))
        fill = random.choice((0, 0x7F, 0x80, 0xFF))
        spoiled[start : start + length] = bytes([fill]) * length
    return bytes(spoiled[: len(data)])


def truncate(data: bytes, random: Random) -> bytes:
    """Cut the end off."""
    return data[: random.randrange(len(data))] if data else data


def insert(data: bytes, random: Random) -> bytes:
    """Put random bytes in between."""
    place = random.randrange(len(data) + 1)
    return data[:place] + random.randbytes(random.choice((1, 7, 64, 1000))) + data[place:]


def repeat(data: bytes, random: Random) -> bytes:
    """Repeat a stretch, or move it elsewhere."""
    start = random.randrange(len(data) + 1)
    piece = data[start : start + random.choice((4, 64, 1024))]
    place = random.randrange(len(data) + 1)
    return data[:place] + piece * random.choice((1, 2, 50)) + data[place:]


def noise(data: bytes, random: Random) -> bytes:
    """Keep a few bytes of the beginning, random bytes after."""
    kept = random.choice((0, 4, 16, 128))
    return data[:kept] + random.randbytes(random.choice((16, 1000, 20_000)))


def change_number(data: bytes, random: Random) -> bytes:
    """Replace a number of a text."""
    return _replace_one(rb"-?\d+(?:\.\d+)?", data, random, NUMBERS)


def change_word(data: bytes, random: Random) -> bytes:
    """Replace a word of a text."""
    return _replace_one(rb"[A-Za-z_]\w*", data, random, WORDS)


def encode_otherwise(data: bytes, random: Random) -> bytes:
    """Write a text in another encoding than UTF-8."""
    text = data.decode("utf-8", "replace") + "é"
    return text.encode(random.choice(("utf-16", "latin-1", "utf-32", "cp500")), "replace")


def _replace_one(pattern: bytes, data: bytes, random: Random, values: tuple[str, ...]) -> bytes:
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    match = random.choice(found)
    value = random.choice(values).encode("utf-8", "surrogatepass")
    return data[: match.start()] + value + data[match.end() :]


def empty(path: Path, random: Random) -> None:
    """Nothing in it."""
    path.write_bytes(b"")


def folder_instead(path: Path, random: Random) -> None:
    """A folder has its name."""
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path, random: Random) -> None:
    """A named pipe, that nobody writes to."""
    path.unlink()
    os.mkfifo(path)


def endless_instead(path: Path, random: Random) -> None:
    """A symbolic link to a device that never ends."""
    path.unlink()
    path.symlink_to("/dev/zero")


def loop_instead(path: Path, random: Random) -> None:
    """A symbolic link to itself."""
    path.unlink()
    path.symlink_to(path.name)


def dangling_instead(path: Path, random: Random) -> None:
    """A symbolic link to nothing."""
    path.unlink()
    path.symlink_to("nowhere")


def enormous(path: Path, random: Random) -> None:
    """Two hundred gigabytes of nothing after the beginning: a sparse file."""
    os.truncate(path, 200_000_000_000)


BINARY: dict[str, Bytes] = {
    "bit flips": flip_bits,
    "extreme bytes": set_bytes,
    "truncation": truncate,
    "inserted bytes": insert,
    "repeated stretch": repeat,
    "noise": noise,
}
TEXT: dict[str, Bytes] = {
    "number changed": change_number,
    "word changed": change_word,
    "other encoding": encode_otherwise,
}
PLACES: dict[str, Place] = {
    "empty": empty,
    "folder in its place": folder_instead,
    "named pipe": pipe_instead,
    "link to /dev/zero": endless_instead,
    "link to itself": loop_instead,
    "dangling link": dangling_instead,
    "200 GB sparse": enormous,
}
NAMES: dict[str, bytes] = {
    "name not in UTF-8": b"\xff\xfe\x80",
    "name with control characters": b"a\n\x1b[31mb\tc",
    "name of 240 characters": b"n" * 240,
}
"""Begin the name of a file."""
