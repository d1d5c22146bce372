"""Which cases there are, and how they are run and counted."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from .kind import Kind
from .kinds import KINDS
from .materials import make_materials
from .mutations import BINARY, NAMES, PLACES, TEXT
from .runner import Outcome, clear, run_case


@dataclass(frozen=True)
class Case:
    """One bad input, and what reads it."""

    number: int
    kind: str
    file: str
    """The good one, in the materials."""
    mutation: str
    entry: str
    seed: int


def choose_cases(count: int, seed: int) -> list[Case]:
    """Draw `count` cases: what was made by hand first, then random changes of good files."""
    random = Random(seed)
    planned = [*_by_hand(), *_by_place()]
    if count < len(planned):
        planned = random.sample(planned, count * 2 // 3)
    shares = [kind for kind in KINDS for _ in range(kind.share)]
    while len(planned) < count:
        kind = random.choice(shares)
        ways = [*BINARY, *(list(TEXT) * 2 if kind.text else ())]
        planned.append((kind, random.choice(kind.files), random.choice(ways)))
    turns: Counter[str] = Counter()
    cases = []
    for number, (kind, file, mutation) in enumerate(planned):
        entries = list(kind.entries)
        # Each fast way in gets three turns for one of the last, which is a whole command.
        weighted = [*entries[:-1] * 3, entries[-1]]
        entry = weighted[turns[kind.name] % len(weighted)]
        turns[kind.name] += 1
        cases.append(Case(number, kind.name, file, mutation, entry, seed * 1_000_003 + number))
    return cases


def _by_hand() -> Iterator[tuple[Kind, str, str]]:
    for kind in KINDS:
        for number, mutation in enumerate(kind.crafted):
            yield kind, kind.files[number % len(kind.files)], mutation


def _by_place() -> Iterator[tuple[Kind, str, str]]:
    for kind in KINDS:
        if kind.name == "changes (--set)":  # words of the command line, and no file
            continue
        ways = [*PLACES, *(NAMES if kind.renamed else ())]
        for number, mutation in enumerate(ways):
            yield kind, kind.files[number % len(kind.files)], mutation


def spoil(case: Case, materials: Path, folder: Path) -> Path:
    """Write a case's file, with what has to lie around it, into `folder`; return its path."""
    kind = next(kind for kind in KINDS if kind.name == case.kind)
    random = Random(case.seed)
    for name in (*kind.around, case.file):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(materials / name, target)
    path = folder / case.file
    if case.mutation in kind.crafted:
        kind.crafted[case.mutation](path)
    elif case.mutation in PLACES:
        PLACES[case.mutation](path, random)
    elif case.mutation in NAMES:
        name = NAMES[case.mutation] + os.fsencode(path.suffix)
        path = path.rename(path.parent / os.fsdecode(name))
    else:
        change = BINARY.get(case.mutation) or TEXT[case.mutation]
        path.write_bytes(change(path.read_bytes(), random))
    return path


def run_cases(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Outcome]]:
    """Run cases one after the other, each in a folder of its own below `folder`."""
    materials = make_materials(folder / "materials")
    os.environ["HUEMAN_HOSTILE_MATERIALS"] = str(materials)
    warm_up()
    kinds = {kind.name: kind for kind in KINDS}
    idle = folder / "idle"
    idle.mkdir()
    own = run_case(idle, lambda: None).megabytes
    for case in cases:
        place = folder / f"case-{case.number:05d}"
        place.mkdir()
        path = spoil(case, materials, place / "in")
        entry = kinds[case.kind].entries[case.entry]
        outcome = run_case(place, lambda: entry(path, place / "out"), own)  # noqa: B023
        if outcome.kept:
            clear(place)
        yield case, outcome


def warm_up() -> None:
    """Import what the cases need, once: forks have it."""
    import importlib

    for name in (
        *("hueman.cli", "hueman.generation.generate", "hueman.training.run", "openvino"),
        *("hueman.evaluation.subject", "hueman.studio.uploads", "hueman.personalize"),
        *("hueman.color.versions", "hueman.training.curves", "hueman.color.video"),
    ):
        importlib.import_module(name)


def run_campaign(count: int, seed: int, show: bool = False) -> dict[str, Any]:
    """Run `count` cases and return the counts, and every case that broke the contract."""
    folder = Path(tempfile.mkdtemp(prefix="hueman-hostile-"))
    counts: dict[str, Counter[str]] = {kind.name: Counter() for kind in KINDS}
    broken, ran = [], []
    entries: Counter[str] = Counter()
    try:
        for case, outcome in run_cases(choose_cases(count, seed), folder):
            counts[case.kind][outcome.verdict] += 1
            entries[case.entry] += 1
            ran.append((outcome.seconds, outcome.megabytes, f"{case.entry}: {case.mutation}"))
            if not outcome.kept:
                broken.append({**asdict(case), **asdict(outcome)})
                if show:
                    print(
                        f"{case.kind} | {case.mutation} | {case.entry} | {case.file} | "
                        f"{outcome.verdict}: {outcome.detail}",
                        flush=True,
                    )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "cases": count,
        "seed": seed,
        "broken": len(broken),
        "counts": {name: dict(each) for name, each in counts.items()},
        "entries": dict(entries),
        "slowest": max(ran, key=lambda each: each[0]),
        "largest": max(ran, key=lambda each: each[1]),
        "failures": broken,
    }
