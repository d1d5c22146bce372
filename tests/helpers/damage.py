"""Files as a bad disk gives them back."""

from pathlib import Path


def one_bit_changed(path: Path) -> bytes:
    """Return a file's content with one bit in its middle changed."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)
