"""The choreography: sixteen actions as key postures, the same for every actor.

They avoid heavy occlusion of limbs, begin and end at rest, keep hands and head in the picture, and
are in step across actors (paper, section 4.1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hueman.choreography.rig import Arm, Foot, Posture, blend

Direction = tuple[float, float, float]
Key = tuple[float, Posture]

REST = Posture()
SWAY_DEGREES, SWAY_DECIMETRES = 0.6, 0.06


@dataclass(frozen=True)
class Action:
    """Key postures at times 0..1; between them movements start and stop smoothly."""

    keys: tuple[Key, ...]

    def at(self, time: float) -> Posture:
        """Return the posture at a time 0..1 of the action.

        Raises:
            ValueError: the time is outside 0..1.
        """
        if not 0 <= time <= 1:
            raise ValueError(f"time must be 0..1, got {time}")
        for (start, first), (end, second) in pairwise(self.keys):
            if time <= end:
                share = (time - start) / (end - start)
                return blend(first, second, share * share * (3 - 2 * share))
        return self.keys[-1][1]


@dataclass(frozen=True)
class Manner:
    """How one actor performs an action."""

    speed: float = 1.0
    """More than 1 is done earlier and followed by a rest, less is not quite finished."""
    amplitude: float = 1.0
    """Size of the movement; 1 is as choreographed."""
    phase: float = 0.0
    """Of the sway, 0..1."""


def perform(action: Action, time: float, manner: Manner) -> Posture:
    """Return the posture at a time 0..1 of a clip, with the small sway of a living body."""
    posture = action.at(min(1.0, time * manner.speed))
    if manner.amplitude != 1:
        posture = blend(REST, posture, manner.amplitude)
    swing = math.sin(2 * math.pi * (time + manner.phase))
    breath = math.sin(2 * math.pi * (1.3 * time + manner.phase))
    x, y, z = posture.pelvis
    return replace(
        posture,
        lean=posture.lean + SWAY_DEGREES * breath,
        pelvis=(x + SWAY_DECIMETRES * swing, y, z),
    )


def _arm(upper: Direction, lower: Direction, curl: float = 12.0, twist: float = 0.0) -> Arm:
    return Arm(upper, lower, twist, curl)


def _both(arm: Arm, **others) -> Posture:
    return Posture(left_arm=arm, right_arm=arm, **others)


def _held(posture: Posture, start: float, end: float) -> Action:
    """Go to a posture, hold it, come back."""
    return Action(((0, REST), (start, posture), (end, posture), (1, REST)))


def _repeated(
    ready: Posture, first: Posture, second: Posture, times: int, start: float, end: float
) -> Action:
    """Get ready, go to and fro between two postures, come back."""
    step = (end - start) / (2 * times)
    keys: list[Key] = [(0, REST), (start, ready)]
    for number in range(times):
        keys += [
            (start + step * (2 * number + 1), first),
            (start + step * (2 * number + 2), second),
        ]
    return Action((*keys, (1, REST)))


# On the way up the forearms come to the front: straight arms would leave the picture.
RAISED = _arm((0.6, -0.5, 0.5), (0.35, 0.2, 0.9), curl=8)
WAVE_UP = _arm((0.75, 0.0, 0.4), (0.25, 1, 0.15), curl=4)
WAVE_OUT = _arm((0.75, 0.0, 0.4), (0.48, 0.9, 0.2), curl=4)
WAVE_IN = _arm((0.75, 0.0, 0.4), (-0.25, 1, 0.15), curl=4)
HIGH_UP = _arm((0.62, 0.65, 0.2), (0.15, 1, 0.2), curl=4)
HIGH_OUT = _arm((0.65, 0.65, 0.2), (0.5, 0.85, 0.2), curl=4)
HIGH_IN = _arm((0.6, 0.65, 0.2), (-0.25, 1, 0.2), curl=4)
SALUTE = _arm((0.62, -0.1, 0.32), (-0.69, 0.72, -0.08), curl=2)
STRAIGHT_AHEAD = _arm((0.25, -0.1, 1), (0, -0.05, 1))
AKIMBO = _arm((0.62, -0.78, -0.1), (-0.75, -0.5, 0.4), curl=30)
CLAP_OPEN = _arm((0.55, -0.6, 0.55), (0.25, 0.25, 0.9), curl=4)
CLAP_SHUT = _arm((0.35, -0.6, 0.65), (-0.62, 0.3, 0.75), curl=4)
GUARD = _arm((0.3, -0.85, 0.3), (-0.25, 0.9, 0.5), curl=70)
PUNCH = _arm((0.05, 0.0, 1), (-0.1, 0.05, 1), curl=70)
OVERHEAD = _arm((0.65, 0.68, 0.1), (0.05, 1, 0.1), curl=4)
TWISTING = _arm((0.7, -0.2, 0.5), (-0.85, 0.1, 0.6))
AHEAD = _arm((0.15, 0.1, 1), (0.1, 0.1, 1), curl=4)
UPWARDS = _arm((0.4, 0.75, 0.45), (0.1, 0.95, 0.3), curl=4)


def _waving() -> dict[str, Action]:
    low, high = (RAISED, WAVE_UP, WAVE_OUT, WAVE_IN), (RAISED, HIGH_UP, HIGH_OUT, HIGH_IN)
    return {
        "wave_right": _waved("r", low, 3),
        "wave_left": _waved("l", low, 3),
        "wave_both": _waved("lr", high, 2),
    }


def _waved(sides: str, arms: tuple[Arm, Arm, Arm, Arm], times: int) -> Action:
    """Raise the arms of some sides, hold them up, lead them out and in."""
    hanging = Arm()
    raised, up, out, inwards = (
        Posture(arm if "l" in sides else hanging, arm if "r" in sides else hanging) for arm in arms
    )
    action = _repeated(up, out, inwards, times, 0.2, 0.82)
    return Action((action.keys[0], (0.1, raised), *action.keys[1:]))


def _side_stepping() -> Action:
    """A step to the left, the other foot after it, and back again."""
    left, right = Foot((1.7, 0, 0)), Foot((-1.7, 0, 0))
    return Action(
        (
            (0, REST),
            (0.12, Posture(pelvis=(0.7, -0.3, 0), left_foot=_lifted(1.5))),
            (0.24, Posture(pelvis=(1.2, -0.25, 0), left_foot=left)),
            (0.36, Posture(pelvis=(1.6, -0.2, 0), left_foot=left, right_foot=_lifted(-0.9))),
            (0.48, Posture(pelvis=(1.7, -0.12, 0), left_foot=left, right_foot=right)),
            (0.6, Posture(pelvis=(1.1, -0.3, 0), left_foot=left, right_foot=_lifted(-0.4))),
            (0.72, Posture(pelvis=(0.6, -0.25, 0), left_foot=left)),
            (0.86, Posture(pelvis=(0.15, -0.2, 0), left_foot=_lifted(0.7))),
            (1, REST),
        )
    )


def _lifted(outwards: float) -> Foot:
    return Foot((outwards, 0.5, 0), 12)


def _marching() -> Action:
    swung_ahead = _arm((0.2, -0.8, 0.6), (0, 0.1, 1), curl=40)
    swung_back = _arm((0.22, -1, -0.35), (0.12, -1, -0.1), curl=40)
    knee = Foot((-0.1, 3.4, 1.2), 15)
    left = Posture(
        left_foot=knee, pelvis=(-0.35, -0.12, 0), right_arm=swung_ahead, left_arm=swung_back
    )
    right = Posture(
        right_foot=knee, pelvis=(0.35, -0.12, 0), left_arm=swung_ahead, right_arm=swung_back
    )
    steps = (left, REST, right, REST, left, REST, right)
    keys = [(0.125 * (number + 1), posture) for number, posture in enumerate(steps)]
    return Action(((0, REST), *keys, (1, REST)))


def _squatting() -> Action:
    low = _both(STRAIGHT_AHEAD, pelvis=(0, -3.6, -1.3), lean=30, head=(0, -16, 0), stance=1.5)
    ready = _both(STRAIGHT_AHEAD, stance=1.5)
    standing = replace(REST, stance=1.5)
    keys = ((0, standing), (0.12, ready), (0.38, low), (0.52, low), (0.84, ready), (1, standing))
    return Action(keys)


def _clapping() -> Action:
    return _repeated(
        _both(CLAP_OPEN), _both(CLAP_SHUT), _both(CLAP_OPEN), 4, 0.16, 0.88
    )  # fmt: skip


def _boxing() -> Action:
    guard = _both(GUARD, lean=4)
    left = Posture(left_arm=PUNCH, right_arm=GUARD, turn=-16, lean=6)
    right = Posture(left_arm=GUARD, right_arm=PUNCH, turn=16, lean=6)
    blows = (guard, left, guard, right, guard, left, guard, right, guard)
    keys = [(0.1 + 0.1 * number, posture) for number, posture in enumerate(blows)]
    return Action(((0, REST), *keys, (1, REST)))


def _jumping_jacks() -> Action:
    narrow = replace(REST, stance=0.8)
    apart = Foot((1.1, 0, 0))
    wide = _both(OVERHEAD, left_foot=apart, right_foot=apart, pelvis=(0, -0.5, 0), stance=0.8)
    hop = _both(
        _arm((0.85, -0.1, 0.45), (0.3, 0.9, 0.35)),
        left_foot=Foot((0.6, 0.6, 0), 25), right_foot=Foot((0.6, 0.6, 0), 25),
        pelvis=(0, 0.35, 0), stance=0.8,
    )  # fmt: skip
    cycle = (hop, wide, hop, narrow)
    keys = [(0.125 * (n + 1), cycle[n % 4]) for n in range(7)]
    return Action(((0, narrow), *keys, (1, narrow)))


def _lunging() -> Action:
    def to(side: float) -> Posture:
        foot = Foot((1.9, 0, 0.3))
        feet = {"left_foot": foot} if side > 0 else {"right_foot": foot}
        return _both(AKIMBO, pelvis=(1.5 * side, -1.7, 0), **feet)

    hands = _both(AKIMBO)
    keys = ((0, REST), (0.12, hands), (0.32, to(1)), (0.42, to(1)), (0.55, hands))
    return Action((*keys, (0.72, to(-1)), (0.8, to(-1)), (0.92, hands), (1, REST)))


def _pointing() -> Action:
    left = _arm((0.75, 0.0, 0.65), (0.5, 0.25, 0.83), curl=30)
    up = _arm((0.55, 0.55, 0.6), (0.2, 0.8, 0.55), curl=30)
    first = Posture(left_arm=left, head=(24, 0, 0), turn=6)
    second = Posture(right_arm=up, head=(-14, -14, 0), turn=-6)
    keys = ((0, REST), (0.18, first), (0.4, first), (0.52, REST), (0.7, second), (0.86, second))
    return Action((*keys, (1, REST)))


def _twisting() -> Action:
    hands = _both(TWISTING)
    left, right = _both(TWISTING, turn=38), _both(TWISTING, turn=-38)
    return Action(
        ((0, REST), (0.14, hands), (0.3, left), (0.5, right), (0.7, left), (0.86, hands), (1, REST))
    )


def _kicking() -> Action:
    guard = _arm((0.4, -0.7, 0.4), (-0.1, 0.5, 0.9), curl=60)
    knee = _both(guard, right_foot=Foot((0, 2.2, -0.4), 30), pelvis=(0.5, -0.2, 0))
    kick = _both(guard, right_foot=Foot((0.2, 3.6, 4.4), -20), pelvis=(0.55, -0.2, -0.3), lean=-8)
    other_knee = _both(guard, left_foot=Foot((0, 2.2, -0.4), 30), pelvis=(-0.5, -0.2, 0))
    other = _both(guard, left_foot=Foot((0.2, 3.6, 4.4), -20), pelvis=(-0.55, -0.2, -0.3), lean=-8)
    ready = _both(guard)
    keys: Sequence[Key] = (
        (0, REST), (0.1, ready), (0.2, knee), (0.3, kick), (0.4, knee), (0.5, ready),
        (0.6, other_knee), (0.7, other), (0.8, other_knee), (0.9, ready), (1, REST),
    )  # fmt: skip
    return Action(tuple(keys))


def _arms_front() -> Action:
    keys = ((0, REST), (0.25, _both(AHEAD)), (0.36, _both(AHEAD)), (0.55, _both(UPWARDS)))
    return Action((*keys, (0.66, _both(UPWARDS)), (0.82, _both(AHEAD)), (1, REST)))


ACTIONS: dict[str, Action] = {
    **_waving(),
    "salute": _held(Posture(right_arm=SALUTE), 0.3, 0.7),
    "sidestep": _side_stepping(),
    "march": _marching(),
    "squat": _squatting(),
    "bow": _held(
        _both(
            _arm((0.2, -0.9, 0.35), (0.1, -0.95, 0.3)),
            lean=48, pelvis=(0, -0.15, -0.9), head=(0, 18, 0),
        ),
        0.4, 0.6,
    ),
    "clap": _clapping(),
    "boxing": _boxing(),
    "jack": _jumping_jacks(),
    "lunge": _lunging(),
    "point": _pointing(),
    "twist": _twisting(),
    "kick": _kicking(),
    "arms_front": _arms_front(),
}  # fmt: skip
