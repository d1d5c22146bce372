"""A dataset's own split: who and what is for training, and who and what is for testing.

DATASET/split.json; a dataset without one is split by the settings of training.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from hueman.errors import HuemanError
from hueman.files import atomic_file

FORMAT = 1


@dataclass(frozen=True)
class DatasetSplit:
    """Actors and actions by their role.

    Raises:
        ValueError: a name has two roles, or nobody or nothing is for training.
    """

    train_actors: tuple[str, ...]
    """Their clips of `train_actions` are trained on, those of `test_actions` are for testing."""
    unseen_actors: tuple[str, ...]
    """Actors of whom training sees nothing."""
    train_actions: tuple[str, ...]
    test_actions: tuple[str, ...]
    """Actions of which training sees nothing."""

    def __post_init__(self) -> None:
        """Check that the roles exclude each other and that training gets something."""
        for kind, trained, kept_out in (
            ("actors", self.train_actors, self.unseen_actors),
            ("actions", self.train_actions, self.test_actions),
        ):
            names = [*trained, *kept_out]
            if len(set(names)) < len(names):
                raise ValueError(f"a name is twice among the {kind} {names}")
            if not trained:
                raise ValueError(f"no {kind} are for training")

    def role(self, actor: str, action: str) -> Literal["train", "test"] | None:
        """Say what a clip is for; None where it is for neither, as an unseen actor's."""
        if actor not in self.train_actors:
            return None
        if action in self.train_actions:
            return "train"
        return "test" if action in self.test_actions else None


def write_split(root: Path, split: DatasetSplit) -> None:
    """Write the split of the dataset `root`, atomically."""
    with atomic_file(_path(root)) as temporary:
        content = {"format": FORMAT, **asdict(split)}
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_split(root: Path) -> DatasetSplit | None:
    """Read the split of the dataset `root`; None if it has none.

    Raises:
        HuemanError: the file is damaged or of another format.
    """
    path = _path(root)
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise HuemanError(f"{path} has format {content['format']}, expected {FORMAT}.")
        return DatasetSplit(
            **{field.name: _names(content[field.name]) for field in fields(DatasetSplit)}
        )
    except (ValueError, KeyError, TypeError) as error:
        raise HuemanError(
            f"{path} is damaged ({error!r}); mend it, or delete it to split by the training "
            "setting test_actions."
        ) from error


def _path(root: Path) -> Path:
    return Path(root) / "split.json"


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{value!r} is no list of names")
    return tuple(value)
