"""Palettes of colours."""

from pathlib import Path

from ..crafting import raw, text
from ..entries import command, materials
from ..kind import Kind


def _palette(file: Path, out: Path) -> None:
    from hueman.color.palette import read_palette

    read_palette(file)


def _recolor(file: Path, out: Path) -> None:
    clip = materials() / "no-such-clip.mp4"
    command("recolor", str(clip), "--palette", str(file), "--out", str(out / "x"))


PALETTES = Kind(
    "palettes",
    ("palette.csv", "palette.gpl", "palette.ase"),
    {"read_palette": _palette, "hueman recolor --palette": _recolor},
    text=True,
    share=3,
    crafted={
        "NaN": text("lab(nan, nan, nan)"),
        "infinite": text('name,color\nx,"lab(inf, 1e999, -inf)"\n'),
        "many digits": text('name,color\nx,"lab(' + "9" * 70 + ', 0, 0)"\n'),
        "100,000 colours": text("name,color\n" + "x,teal\n" * 100_000),
        "parentheses": text("(" * 100_000 + ","),
        "a way out": text("name,color\n../../escape,teal\n"),
        "escapes": text("name,color\n\x1b[2J,\x1b[31m\n"),
        "long": text("name,color\n" + "x" * 100_000 + "," + "y" * 100_000 + "\n"),
        "zeros": text("name,color\n\0,\0\n"),
        "4 billion blocks": raw(b"ASEF\0\1\0\0\xff\xff\xff\xff" + bytes(1000)),
        "a block of 4 GB": raw(b"ASEF\0\1\0\0\0\0\0\1\0\1\xff\xff\xff\xff"),
        "NaN colours": lambda path: path.write_bytes(
            b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x16\0\1\0\0RGB " + b"\x7f\xc0\0\0" * 3 + b"\0\0"
        ),
        "half a letter": raw(
            b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x18\0\2\xd8\0\0\0RGB " + b"\0\0\0\0" * 3 + b"\0\0"
        ),
        "of GIMP with 999": text("GIMP Palette\n999 999 999 x\n"),
        "of GIMP with a long line": text("GIMP Palette\n" + " " * 500_000 + "x\n"),
        "2 MB": text("#" * 2_000_000),
    },
)
