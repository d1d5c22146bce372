"""Who does what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hueman.choreography.seeds import generator
from hueman.errors import HuemanError


@dataclass(frozen=True)
class Performance:
    """One actor does one action."""

    actor: str
    action: str


def performances(
    actors: Sequence[str], actions: Sequence[str], each: int | None = None, seed: int = 0
) -> list[Performance]:
    """Return who does what.

    Args:
        actors: names.
        actions: names.
        each: how many of the actions an actor does; the seed and the actor's name draw which. All
            if None.
        seed: of the draw.

    Raises:
        HuemanError: `each` is less than 1 or more than there are actions.
    """
    if each is None:
        return [Performance(actor, action) for actor in actors for action in actions]
    if not 1 <= each <= len(actions):
        raise HuemanError(f"actions-each is {each}; choose 1 to {len(actions)}.")
    return [
        Performance(actor, actions[int(number)])
        for actor in actors
        for number in np.sort(
            generator(seed, actor, "actions").choice(len(actions), each, replace=False)
        )
    ]
