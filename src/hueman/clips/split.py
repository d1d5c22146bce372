"""A dataset's own split: who and what is for training, and who and what is for testing.

DATASET/split.json; a dataset without one is split by the settings of training.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np

from hueman.clips.store import Dataset
from hueman.errors import HuemanError
from hueman.files import atomic_file, read_json
from hueman.storage.remote import written_to

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

    def role(self, actor: str, action: str) -> Literal["train", "test", "unseen"] | None:
        """Say what a clip is for: training, testing, testing by people whom training never saw.

        Of those people only the test actions count, if there are any. None is for nothing.
        """
        if actor in self.unseen_actors:
            counts = action in (self.test_actions or self.train_actions)
            return "unseen" if counts else None
        if actor not in self.train_actors:
            return None
        if action in self.train_actions:
            return "train"
        return "test" if action in self.test_actions else None


def draw_split(
    actors: Sequence[str],
    actions: Sequence[str],
    unseen_actors: int,
    test_actions: int | Sequence[str],
    seed: int,
) -> DatasetSplit:
    """Draw who and what is kept out of training (paper, section 4.2), by the arguments alone.

    Args:
        actors: everybody, in an order of their own that does not change.
        actions: the same of actions.
        unseen_actors: how many actors training sees nothing of.
        test_actions: how many actions it sees nothing of, or which.
        seed: the same one draws the same.

    Raises:
        HuemanError: nobody, or nothing, would be left to train on, or a test action is unknown.
    """
    random = np.random.default_rng(seed)
    train_actors, unseen = _divide(actors, unseen_actors, random, "actors")
    train_actions, kept_out = _divide(actions, test_actions, random, "actions")
    return DatasetSplit(train_actors, unseen, train_actions, kept_out)


def _divide(
    names: Sequence[str],
    kept_out: int | Sequence[str],
    random: np.random.Generator,
    kind: str,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names for training and those kept out of it, both in their order."""
    if isinstance(kept_out, int):
        drawn = random.permutation(len(names))[:kept_out]
        kept_out = [str(names[place]) for place in drawn]
    train = tuple(name for name in names if name not in kept_out)
    if not train:
        raise HuemanError(
            f"Keeping {len(kept_out)} of the {kind} {', '.join(names)} out of training leaves "
            "none to train on; keep fewer, or take more of them."
        )
    return train, tuple(name for name in names if name in kept_out)


def split_dataset(dataset: Dataset, unseen_actors: int, test_actions: int, seed: int) -> str:
    """Draw a dataset's split, write it, and say who and what was kept out.

    Raises:
        HuemanError: see `draw_split`; or a number is negative, or the dataset has a split.
    """
    for name, count in (("unseen_actors", unseen_actors), ("test_actions", test_actions)):
        if count < 0:
            raise HuemanError(f"{name} is {count}; choose 0 or more.")
    if _path(dataset.root).exists():
        raise HuemanError(f"{dataset}/split.json is there; delete it to draw another.")
    split = draw_split(dataset.actors, dataset.actions, unseen_actors, test_actions, seed)
    with written_to(dataset.place) as folder:
        write_split(folder, split)
    return (
        f"{dataset}/split.json: actors kept out: {', '.join(split.unseen_actors) or 'none'}; "
        f"actions kept out: {', '.join(split.test_actions) or 'none'}."
    )


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
        content = read_json(path)
        if content["format"] != FORMAT:
            raise HuemanError(f"{path} has format {content['format']}, expected {FORMAT}.")
        return DatasetSplit(
            **{field.name: _names(content[field.name]) for field in fields(DatasetSplit)}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
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
