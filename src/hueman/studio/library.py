"""What all visitors of a studio share, and none can change: the model and the example people."""

import copy
from pathlib import Path
from threading import Lock

import torch

from hueman.box.examples import example_people
from hueman.generation.generator import HumanVideoGenerator


class Library:
    """Loads the model, and looks at example people, once.

    Args:
        model: as for `HumanVideoGenerator.from_pretrained`.
    """

    def __init__(self, model: Path | None = None):
        self.model = model
        self._lock = Lock()
        self._loaded: HumanVideoGenerator | None = None
        self._people: dict[str, HumanVideoGenerator] = {}

    def generator(self) -> HumanVideoGenerator:
        """Return the model, for one visitor: what it is told of a person stays with this copy.

        Raises:
            HuemanError: it cannot be loaded.
        """
        with self._lock:
            return copy.copy(self._generator())

    def example(self, name: str) -> HumanVideoGenerator:
        """Return the model with an example person as its content, for one visitor."""
        with self._lock:
            if name not in self._people:
                made = copy.copy(self._generator()).set_content(example_people()[name])
                with torch.inference_mode():
                    _ = made.person.appearance, made.person.calibration
                self._people[name] = made
            return copy.copy(self._people[name])

    def _generator(self) -> HumanVideoGenerator:
        if self._loaded is None:
            self._loaded = HumanVideoGenerator.from_pretrained(self.model)
        return self._loaded
