"""Settings in YAML: presets, changes on the command line, those of a begun run."""

from pathlib import Path

from ..crafting import DEEP, Crafted, raw, replaced, text
from ..entries import command, materials
from ..kind import Kind


def _yaml(line: str) -> Crafted:
    def write(path: Path) -> None:
        path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")

    return write


def _billion_laughs(last: str = "method") -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join([*lines, f"{last}: *a11"])


SPOILED: dict[str, Crafted] = {
    "laughs": text(_billion_laughs()),
    "laughs in merges": text(
        "a0: &a0 {x: 1, y: 2}\n"
        + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 40)}]}}\n" for n in range(1, 8))
    ),
    "a loop": text("stage_one: &a [*a]\nstage_two: *a\n"),
    "code": _yaml("seed2: !!python/object/apply:os.mkdir [canary]"),
    "a tag": _yaml("x: !unknown 7"),
    "deep": text("[" * DEEP),
    "deep by lines": text("".join(" " * n + "a:\n" for n in range(1500))),
    "a date": _yaml("seed: 2024-99-99"),
    "5000 digits": _yaml("seed: " + "9" * 5000),
    "NaN": _yaml("max_chroma: .nan"),
    "infinite": _yaml("save_every: .inf"),
    "unhashable": _yaml("? [a, b]\n: 1"),
    "a list": text("- 1\n- 2\n"),
    "null": text(""),
    "a number": text("7"),
    "two documents": text("a: 1\n---\nb: 2\n"),
    "not printable": text("a: \x1b[2J\n"),
    "an unknown name": _yaml("'\\e[2J\\n': 1"),
    "a long name": _yaml("x" * 1000 + ": " + "y" * 100_000),
    "80 MB": text("#" * 80_000_000),
    "a million numbers": text("test_actions: [" + "1, " * 500_000 + "]"),
    "binary": _yaml("seed: !!binary '='"),
    "a set": _yaml("seed: !!set {1, 2}"),
    "huge networks": replaced("residual_blocks: 1", "residual_blocks: 1000000000"),
}


def _preset(file: Path, out: Path) -> None:
    command("train", str(materials() / "none"), "--preset", str(file), "--out", str(out / "run"))


def _changes(file: Path, out: Path) -> None:
    words = file.read_text("utf-8", "surrogateescape").replace("\0", "").split("\n")
    words = [word for word in words if word and not word.startswith("-")]
    where = str(materials() / "none"), "--out", str(out / "run")
    command("train", *where, *(part for word in words for part in ("--set", word)))


def _begun(file: Path, out: Path) -> None:
    from hueman.config import load_config
    from hueman.training.settings import check_same_run

    check_same_run(file.parent, load_config("demo"))


def _begun_own(file: Path, out: Path) -> None:
    from hueman.personalize import _begun as begun

    begun(file.parent)


PRESETS = Kind(
    "presets (.yaml)",
    ("preset.yaml",),
    {"hueman train --preset": _preset},
    True,
    2,
    crafted=SPOILED,
)

CHANGES = Kind(
    "changes (--set)",
    ("preset.yaml",),
    {"hueman train --set": _changes},
    True,
    1,
    renamed=False,
    crafted={
        "brackets": text("seed=" + "[" * 5000),
        "a brace": text("seed={"),
        "a tag": text("seed=!!python/object/apply:os.mkdir [canary]"),
        "no value": text("seed="),
        "no name": text("=1"),
        "dots": text("....=1"),
        "deep names": text(".".join(["a"] * 5000) + "=1"),
        "a date": text("seed=2024-99-99"),
        "5000 digits": text("seed=" + "9" * 5000),
        "NaN": text("max_chroma=.nan"),
        "infinite": text("max_chroma=.inf"),
        "an alias": text("seed=*a"),
        "laughs": text("seed={a: &a [1, 1], b: &b [*a, *a]}"),
        "a tab": text("seed=\t@"),
        "an escape": text("seed=\x1b[2J"),
        "a name with an escape": text("\x1b[2J=1"),
        "not UTF-8": raw(b"seed=\xff"),
        "huge networks": text("stage_two.generator.residual_blocks=1000000000"),
        "huge frames": text("height=3200000000"),
    },
)

OF_RUNS = Kind(
    "settings of runs",
    ("run/config.yaml",),
    {"check_same_run": _begun, "personalize": _begun_own},
    text=True,
    renamed=False,
    crafted=SPOILED,
)
