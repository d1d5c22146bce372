"""What to render: datasets that are known by name, and the choice of actors and actions."""

from dataclasses import dataclass, field, replace
from typing import Any

from hueman.choreography.names import choose, known_actions, known_actors
from hueman.choreography.performance import Performance, performances
from hueman.choreography.random_names import random_names
from hueman.choreography.settings import RenderSettings
from hueman.clips.split import DatasetSplit, draw_split
from hueman.errors import HuemanError


@dataclass(frozen=True)
class Preset:
    """A dataset known by name: who does what, and who and what is kept out of training."""

    actors: str = "all"
    """As for `choose`."""
    actions: str = "all"
    """As for `choose`."""
    settings: RenderSettings = field(default_factory=RenderSettings)
    unseen_actors: int = 0
    """How many actors are kept out of training; the seed draws which."""
    test_actions: int | tuple[str, ...] = 0
    """Which actions are kept out of training, or how many, of which the seed draws which."""


PRESETS: dict[str, Preset] = {
    "tiny": Preset(
        actors="2",
        actions="3",
        settings=RenderSettings(height=96, width=64, frames=4),
        unseen_actors=1,
        test_actions=1,
    ),
    "small": Preset(
        actors="4",
        actions="8",
        settings=RenderSettings(frames=48, recolors=1),
        unseen_actors=1,
        test_actions=2,
    ),
    "paper": Preset(settings=RenderSettings(recolors=1), unseen_actors=3, test_actions=6),
    "bundled": Preset(
        actors="plaid,mustard,stripes,checker",
        actions="wave_right,wave_both,sidestep,march,jack,salute",
        settings=RenderSettings(frames=48, recolors=1),
        test_actions=("salute", "jack"),
    ),
}
"""For tests; for a laptop; as the paper (10 actors and 10 actions are trained on, 3 and 6 are
not); the clips that come with hueman."""


@dataclass(frozen=True)
class RenderPlan:
    """What to render, and how."""

    settings: RenderSettings
    performances: tuple[Performance, ...]
    split: DatasetSplit | None
    """Written beside the clips; None leaves the split to training."""

    @property
    def actors(self) -> tuple[str, ...]:
        """Who takes part, in their order."""
        return tuple(dict.fromkeys(each.actor for each in self.performances))

    @property
    def actions(self) -> tuple[str, ...]:
        """What is done, in the order in which it is first done."""
        return tuple(dict.fromkeys(each.action for each in self.performances))


def make_plan(
    preset: str | None = None,
    actors: str | None = None,
    actions: str | None = None,
    size: str | None = None,
    random_actors: int = 0,
    actions_each: int | None = None,
    **changes: Any,
) -> RenderPlan:
    """Take a preset and change it.

    Args:
        preset: its name; None is everybody doing everything, with no split.
        actors: as for `choose`; the preset's if None.
        actions: as for `choose`; the preset's if None.
        size: "384x256", height and width; the preset's if None.
        random_actors: how many random actors to render; the cast stays away then, unless `actors`
            or a preset asks for it.
        actions_each: how many of the actions each random actor does, drawn by the seed; all if
            None.
        changes: other fields of `RenderSettings`; those that are None stay the preset's.

    Raises:
        HuemanError: numba is missing, the preset, an actor or an action is unknown, a setting
            cannot be, or the split would leave nothing to train on.
    """
    if preset is not None and preset not in PRESETS:
        raise HuemanError(f"There is no preset {preset!r}; presets are {', '.join(PRESETS)}.")
    chosen = PRESETS[preset] if preset else Preset()
    given = {name: value for name, value in changes.items() if value is not None}
    if size:
        given["height"], given["width"] = parse_size(size)
    settings = replace(chosen.settings, **given)
    if random_actors < 0:
        raise HuemanError(f"random-actors is {random_actors}; choose 0 or more.")
    strangers, cast = random_names(random_actors), ()
    if actors or preset or not random_actors:
        cast = choose(actors or chosen.actors, known_actors(), "actors")
    what = choose(actions or chosen.actions, known_actions(), "actions")
    split = None
    if preset:
        split = draw_split(cast, what, chosen.unseen_actors, chosen.test_actions, settings.seed)
        # All random actors are trained on, and do not change who of the cast is not.
        split = replace(split, train_actors=(*split.train_actors, *strangers))
    drawn = performances(strangers, what, actions_each, settings.seed)
    return RenderPlan(settings, (*performances(cast, what), *drawn), split)


def parse_size(text: str) -> tuple[int, int]:
    """Read "384x256" as height and width.

    Raises:
        HuemanError: it is not of this form.
    """
    height, separator, width = text.partition("x")
    if not (separator and height.isdecimal() and width.isdecimal()):
        raise HuemanError(f"size is {text!r}; give height and width, such as 384x256.")
    return int(height), int(width)
