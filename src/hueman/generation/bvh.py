"""Reading of BVH, Biovision's motion-capture files: a skeleton, and the numbers that move it.

Every joint has an OFFSET from its parent and CHANNELS, each a translation along or a turn about one
axis. The MOTION part has a number for each channel in each frame. The turns of a joint follow each
other in the order of its channels, each about the axis that those before have turned.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import numpy as np

from hueman.clips.video import MAX_FRAMES
from hueman.errors import HuemanError
from hueman.files import read_text, require_file

HIGHEST_FPS = 30.0
"""Faster recordings are thinned to at most so many frames a second."""
MAX_BYTES = 32_000_000
MAX_JOINTS = 500
MAX_PLACES = 3_000_000
"""Joints times frames: each is turned and moved, and all of them are in memory."""
LARGEST_NUMBER = 1e6
LONGEST_FRAME = 1.0
"""Seconds."""
SHORTEST_FRAME = 1e-4

AXES = "XYZ"
CHANNELS = {
    f"{name}{kind}".upper(): (kind, axis)
    for axis, name in enumerate(AXES)
    for kind in ("position", "rotation")
}


@dataclass
class Joint:
    """One joint of a skeleton, or the end of a bone."""

    name: str
    """As in the file; empty for the end of a bone (End Site)."""
    parent: int
    """Number of the joint it hangs on, -1 for a root."""
    offset: np.ndarray
    """float64 (3,), its place seen from its parent at rest."""
    channels: tuple[tuple[str, int], ...] = ()
    """Of each channel, whether it is a position or a rotation, and its axis 0..2."""


@dataclass(frozen=True)
class MotionCapture:
    """A skeleton and its movement. Lengths are in units of the file's own."""

    path: Path
    joints: list[Joint]
    """Parents before their children."""
    values: np.ndarray
    """float64 (T, C), one for each channel of each joint in their order; angles in degrees."""
    fps: float

    def at_rest(self) -> np.ndarray:
        """Return the places of the joints before anything moves them, float64 (J, 3)."""
        places = np.zeros((len(self.joints), 3))
        for number, joint in enumerate(self.joints):
            above = places[joint.parent] if joint.parent >= 0 else 0
            places[number] = above + joint.offset
        return places

    def moved(self) -> tuple[np.ndarray, np.ndarray]:
        """Return where the joints are and how they are turned (forward kinematics).

        Returns:
            Places, float64 (T, J, 3), and rotations from the rest pose, float64 (T, J, 3, 3).
        """
        places = np.zeros((len(self.values), len(self.joints), 3))
        rotations = np.zeros((*places.shape, 3))
        column = 0
        for number, joint in enumerate(self.joints):
            values = self.values[:, column : column + len(joint.channels)]
            column += len(joint.channels)
            way, turn = _translation(joint, values), _rotation(joint, values)
            if joint.parent >= 0:
                above = rotations[:, joint.parent]
                way = places[:, joint.parent] + np.einsum("tij,tj->ti", above, way)
                turn = above @ turn
            places[:, number], rotations[:, number] = way, turn
        return places, rotations


def _translation(joint: Joint, values: np.ndarray) -> np.ndarray:
    """Return the way to a joint from its parent, (T, 3), in the parent's frame.

    Some programs write positions in place of the offset, others beside it. Bones keep their
    length, which tells the ones from the others. A root's offset only says where the origin is.
    """
    instead = np.tile(joint.offset, (len(values), 1))
    beside = instead.copy()
    for (kind, axis), value in zip(joint.channels, values.T, strict=True):
        if kind == "position":
            instead[:, axis] = value
            beside[:, axis] += value
    if joint.parent < 0:
        return instead
    length = np.linalg.norm(joint.offset)
    changes = [np.abs(np.linalg.norm(way, axis=1) - length).mean() for way in (instead, beside)]
    return instead if changes[0] <= changes[1] else beside


def _rotation(joint: Joint, values: np.ndarray) -> np.ndarray:
    """Return how a joint is turned in its parent's frame, (T, 3, 3)."""
    rotation = np.tile(np.eye(3), (len(values), 1, 1))
    for (kind, axis), value in zip(joint.channels, values.T, strict=True):
        if kind == "rotation":
            rotation = rotation @ _about(axis, np.deg2rad(value))
    return rotation


def _about(axis: int, angles: np.ndarray) -> np.ndarray:
    """Return rotations, (T, 3, 3), about axis 0..2 by angles (T,) in radians."""
    turned = np.tile(np.eye(3), (len(angles), 1, 1))
    second, third = (axis + 1) % 3, (axis + 2) % 3
    turned[:, second, second] = turned[:, third, third] = np.cos(angles)
    turned[:, third, second] = np.sin(angles)
    turned[:, second, third] = -np.sin(angles)
    return turned


def read_bvh(path: Path | str) -> MotionCapture:
    """Read a BVH file, thinned by a whole number to at most HIGHEST_FPS frames a second.

    Raises:
        HuemanError: the file is missing, no BVH, broken or cut off, or beyond the limits.
    """
    path = Path(path)
    text = _read_text(path)
    try:
        skeleton, *motion = re.split(r"(?im)^[ \t]*MOTION\s*$", text, maxsplit=1)
        joints = _read_skeleton(skeleton)
        frames, seconds, numbers = _read_motion_head("".join(motion))
        values = _read_numbers(numbers, frames, sum(len(joint.channels) for joint in joints))
    except ValueError as error:
        raise HuemanError(
            f"{path} cannot be read as BVH motion capture ({error}); export it once more."
        ) from error
    # A little less, so that a frame time rounded to 0.0083333 is 120 frames a second.
    stride = max(1, math.ceil(1 / seconds / HIGHEST_FPS - 0.01))
    values = values[::stride]
    if len(values) > MAX_FRAMES:
        raise HuemanError(
            f"{path} has {len(values)} frames at {1 / seconds / stride:.3g} a second, more than "
            f"{MAX_FRAMES}; cut it into shorter clips."
        )
    if len(values) * len(joints) > MAX_PLACES:
        raise HuemanError(
            f"{path} has {len(joints)} joints in {len(values)} frames, more than {MAX_PLACES:,} "
            "places; cut it into shorter clips, or export fewer joints."
        )
    return MotionCapture(path, joints, values, min(HIGHEST_FPS, 1 / seconds / stride))


def _read_text(path: Path) -> str:
    try:
        require_file(path)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise HuemanError(
                f"{path} has {size / 1e6:.0f} MB, more than the limit of {MAX_BYTES / 1e6:.0f}; "
                "cut it into shorter clips, or export fewer frames a second."
            )
        return read_text(path, MAX_BYTES)
    except OSError as error:
        raise HuemanError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except UnicodeDecodeError as error:
        raise HuemanError(
            f"{path} is no BVH file, or not in UTF-8 ({error.reason} at byte {error.start}); "
            "export it once more, or save it as UTF-8."
        ) from error


def _read_skeleton(text: str) -> list[Joint]:
    """Read the HIERARCHY; braces say which joint hangs on which."""
    words = (match[0] for match in re.finditer(r"[{}]|[^\s{}]+", text))
    if next(words, "").upper() != "HIERARCHY":
        raise ValueError("it does not begin with HIERARCHY")
    joints: list[Joint] = []
    above: list[int] = []
    for word in words:
        keyword = word.upper()
        if keyword in ("ROOT", "JOINT", "END"):
            if (keyword == "ROOT") == bool(above):
                raise ValueError(f"a {word} is at a wrong place")
            name = " ".join(takewhile("{".__ne__, words))
            parent = above[-1] if above else -1
            above.append(len(joints))
            joints.append(Joint("" if keyword == "END" else name, parent, np.zeros(3)))
            if len(joints) > MAX_JOINTS:
                raise ValueError(f"it has more than {MAX_JOINTS} joints")
        elif not above or keyword not in ("OFFSET", "CHANNELS", "}"):
            raise ValueError(f"its skeleton has {word[:40]!r} at a wrong place")
        elif keyword == "}":
            above.pop()
        elif keyword == "OFFSET":
            joints[above[-1]].offset = np.array([_number(next(words, "")) for _ in AXES])
        else:
            joints[above[-1]].channels = _read_channels(words)
    if above or not joints:
        raise ValueError("its skeleton is cut off")
    return joints


def _read_channels(words: Iterator[str]) -> tuple[tuple[str, int], ...]:
    count = next(words, "")
    if not re.fullmatch(r"\d", count):
        raise ValueError(f"a joint has {count[:40]!r} CHANNELS, not 0 to 9")
    names = list(islice(words, int(count)))
    for name in names:
        if name.upper() not in CHANNELS:
            raise ValueError(f"there are no CHANNELS called {name[:40]!r}")
    return tuple(CHANNELS[name.upper()] for name in names)


def _read_motion_head(text: str) -> tuple[int, float, str]:
    """Return the number of frames, the seconds of each, and what follows."""
    found = re.match(r"(?i)\s*Frames\s*:\s*(\d{1,9})\s+Frame\s+Time\s*:\s*(\S+)", text)
    if not found:
        raise ValueError("it has no line MOTION with 'Frames:' and 'Frame Time:' after it")
    frames, seconds = int(found[1]), _number(found[2])
    if not frames:
        raise ValueError("it has 0 frames")
    if not SHORTEST_FRAME <= seconds <= LONGEST_FRAME:
        raise ValueError(
            f"its Frame Time is {seconds:g} seconds, not {SHORTEST_FRAME:g} to {LONGEST_FRAME:g}"
        )
    return frames, seconds, text[found.end() :]


def _read_numbers(text: str, frames: int, channels: int) -> np.ndarray:
    """Return the numbers of the MOTION, (frames, channels)."""
    # One by one, since a list of all words would take many times the file's size.
    numbers = (_number(match[0]) for match in re.finditer(r"\S+", text))
    values = np.fromiter(numbers, np.float64)
    if len(values) != frames * channels:
        raise ValueError(
            f"it has {len(values)} numbers, not {frames} frames of {channels} channels"
        )
    return values.reshape(frames, channels)


def _number(word: str) -> float:
    """Read a number that is finite and not absurd; ValueError otherwise."""
    number = float(word)
    if not abs(number) <= LARGEST_NUMBER:
        raise ValueError(f"it has {word[:40]!r} for a number")
    return number
