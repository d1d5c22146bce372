"""Whether files are still what they were when they were written; `hueman check`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hueman.clips.store import INDEX, Dataset
from hueman.errors import HuemanError, one_line
from hueman.progress import track
from hueman.training.checkpoints import read_checkpoint
from hueman.training.model_file import CHECKSUM, read_checked


@dataclass
class Checked:
    """What `check` found. `str` of it is for people to read."""

    path: Path
    sound: int = 0
    """Clips or files that are what they were."""
    damaged: list[str] = field(default_factory=list)
    """A sentence for each that is not."""
    unknown: list[Path] = field(default_factory=list)
    """Models that were written before there were checksums."""
    left_out: bool = False
    """Whether the damaged clips are not in the dataset any more."""

    def __str__(self) -> str:
        """Return a few lines of text."""
        lines = [*self.damaged, *(f"{path} has no checksum." for path in self.unknown)]
        lines = [one_line(line) for line in lines]
        summary = f"{self.path}: {self.sound} sound, {len(self.damaged)} damaged"
        return "\n".join([*lines, summary + (" and left out." if self.left_out else ".")])


def check(path: Path, leave_out: bool = False) -> Checked:
    """Compare all checksums of a dataset, of a training run, of a model, or of a checkpoint.

    Args:
        path: the dataset's or the run's folder, or the file.
        leave_out: take damaged clips out of the dataset's index.

    Raises:
        HuemanError: there is nothing at `path` that has checksums, or the dataset's index is
            damaged.
    """
    if (path / INDEX).is_file():
        return _check_dataset(path, leave_out)
    if leave_out:
        raise HuemanError(f"{path} is no dataset; only its clips can be left out.")
    return _check_files(path)


def _check_dataset(path: Path, leave_out: bool) -> Checked:
    dataset, checked = Dataset(path), Checked(path)
    damaged = []
    for entry in track(dataset.entries, "Checking clips", len(dataset.entries)):
        if problem := dataset.damage(entry):
            damaged.append(entry)
            checked.damaged.append(problem)
        else:
            checked.sound += 1
    if leave_out and damaged:
        dataset.leave_out(damaged)
        checked.left_out = True
    return checked


def _check_files(path: Path) -> Checked:
    files = [path] if path.is_file() else sorted(path.rglob("[!.]*"))
    chosen = [file for file in files if file.suffix in READERS]
    if not chosen:
        raise HuemanError(
            f"There is nothing to check in {path}; name a dataset, the folder of a training run, "
            "a model.safetensors or a checkpoint."
        )
    checked = Checked(path)
    for file in track(chosen, "Checking files", len(chosen)):
        try:
            known = READERS[file.suffix](file)
        except HuemanError as error:
            checked.damaged.append(str(error))
            continue
        if known:
            checked.sound += 1
        else:
            checked.unknown.append(file)
    return checked


def _check_model(file: Path) -> bool:
    return CHECKSUM in read_checked(file)[1]


def _check_checkpoint(file: Path) -> bool:
    read_checkpoint(file)
    return True


READERS: dict[str, Callable[[Path], bool]] = {
    ".safetensors": _check_model,
    ".pt": _check_checkpoint,
}
"""What reads files, by their suffix, and says whether they had a checksum."""
