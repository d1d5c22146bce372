"""The numbers of an evaluation: in memory, as JSON, as CSV."""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hueman.errors import HuemanError
from hueman.evaluation.protocol import Judgement, Row
from hueman.evaluation.statistics import Estimate, group_means, summarize
from hueman.files import atomic_file, read_json

FORMAT = 1


@dataclass(frozen=True)
class MethodResult:
    """What was found out about one method."""

    name: str
    title: str
    judgement: Judgement
    latent: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of "upper" and "lower", see `measure_latent_space`; empty for a method without codes."""
    sha256: str = ""
    parameters: int = 0
    training: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def means(self) -> dict[str, Estimate]:
        """Mean over clips of every number."""
        return summarize(self.judgement.rows)

    def mean(self, name: str) -> float:
        """Return the mean over clips of one number, NaN if it was not measured."""
        return self.means[name].mean if name in self.means else math.nan

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        rows = self.judgement.rows
        return {
            "title": self.title,
            "mean": {name: asdict(estimate) for name, estimate in self.means.items()},
            "by_actor": group_means(rows, "actor"),
            "by_action": group_means(rows, "action"),
            "codes": self.judgement.codes,
            "latent_space": self.latent,
            "fvd": self.judgement.fvd,
            "parameters": self.parameters,
            "model_sha256": self.sha256,
            "training": self.training,
            "clips": rows,
        }


@dataclass(frozen=True)
class Evaluation:
    """All methods on one dataset, with the record of how."""

    record: dict[str, Any]
    """Protocol, dataset, split, machine, versions, seeds."""
    methods: list[MethodResult]

    def method(self, name: str) -> MethodResult | None:
        """Return the result of a method, or None if it was not evaluated."""
        return next((each for each in self.methods if each.name == name), None)

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "format": FORMAT,
            **self.record,
            "methods": {each.name: each.plain() for each in self.methods},
        }


def read_evaluation(path: Path) -> Evaluation:
    """Read what `Evaluation.plain` gave, from its JSON file.

    Raises:
        HuemanError: the file is missing, damaged, or no result of an evaluation.
    """
    try:
        content = read_json(path)
        if content.pop("format") != FORMAT:
            raise ValueError("another format")
        methods = [
            MethodResult(
                name,
                each["title"],
                Judgement(
                    [with_nan(row) for row in each["clips"]], with_nan(each["codes"]), each["fvd"]
                ),
                {region: with_nan(row) for region, row in each["latent_space"].items()},
                each["model_sha256"],
                each["parameters"],
                each["training"],
            )
            for name, each in content.pop("methods").items()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HuemanError(
            f"{path} is no result.json of 'hueman evaluate' or 'hueman benchmark' ({error!r})."
        ) from error
    return Evaluation(content, methods)


def with_nan(row: dict[str, Any]) -> dict[str, Any]:
    """Undo what JSON does to numbers that are not known."""
    return {name: math.nan if value is None else value for name, value in row.items()}


def write_json(path: Path, content: Any) -> None:
    """Write plain values as JSON, atomically; what is not a number becomes null."""
    with atomic_file(path) as temporary:
        text = json.dumps(_known(content), indent=1, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def write_clips(path: Path, methods: Sequence[MethodResult]) -> None:
    """Write the numbers of every clip and method as CSV, atomically."""
    rows: list[Row] = [{"method": m.name, **row} for m in methods for row in m.judgement.rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with atomic_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
