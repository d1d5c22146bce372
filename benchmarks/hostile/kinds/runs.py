"""What trainings and evaluations leave: results and logs."""

import json
import shutil
from pathlib import Path

from ..crafting import DEEP, changed_json, text
from ..kind import Kind


def _result(file: Path, out: Path) -> None:
    from hueman.evaluation.result import read_evaluation

    read_evaluation(file)


def _log(file: Path, out: Path) -> None:
    from hueman.training.curves import draw_curves
    from hueman.training.loop import _cut_log as cut_log

    kept = out / "log.jsonl"
    if file.is_file() and file.stat().st_size < 10**8:
        shutil.copyfile(file, kept)
    else:
        kept.symlink_to(file)
    cut_log(kept, 2)
    draw_curves(kept, out / "curves.png")


RESULTS = Kind(
    "results",
    ("result.json",),
    {"read_evaluation": _result},
    text=True,
    crafted={
        "deep": text("[" * DEEP),
        "a list": text("[]"),
        "methods as list": changed_json(lambda content: content.__setitem__("methods", [])),
        "a method as text": changed_json(
            lambda content: content["methods"].__setitem__("model", "x")
        ),
        "clips as text": changed_json(lambda c: c["methods"]["model"].__setitem__("clips", "x")),
        "a clip as number": changed_json(lambda c: c["methods"]["model"].__setitem__("clips", [7])),
        "codes as list": changed_json(lambda c: c["methods"]["model"].__setitem__("codes", [1])),
        "format as list": changed_json(lambda content: content.__setitem__("format", [1])),
    },
)

LOGS = Kind(
    "logs of runs",
    ("run/stage_two/log.jsonl",),
    {"curves": _log},
    text=True,
    renamed=False,
    crafted={
        "deep": text('{"step": ' + "[" * DEEP),
        "a list": text("[]\n"),
        "a number": text("7\n"),
        "no step": text('{"l1": 1}\n'),
        "step as text": text('{"step": "x", "l1": 1}\n'),
        "NaN": text('{"step": 1, "l1": NaN}\n'),
        "a word": text('{"step": 1, "l1": "x"}\n'),
        "1e999": text('{"step": 1, "l1": 1e999}\n{"step": 2, "l1": -1e999}\n'),
        "3000 names": text(json.dumps({"step": 1, **{f"n{n}": 1 for n in range(3000)}})),
        "400 digits": text('{"step": 1, "l1": ' + "9" * 400 + "}\n"),
    },
)
