"""Pose and person mask by BlazePose (Bazarevsky et al. 2020), run by LiteRT.

The network sees a square around one person. Published systems find that square with a second
network; here the whole frame (or, for a small person, a part of it) is tried as the square, and
two auxiliary landmarks then say where the person is. From frame to frame the square follows them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from scipy.special import expit

from hueman.perception.base import Perceived, check_frames
from hueman.perception.mask_refinement import refine_mask
from hueman.perception.regions import Region, search_regions
from hueman.weights.registry import locate

_SIZE = 256
"""Side of the network's square input, pixels."""

# BlazePose's landmark for each of our joints; the neck is made of the shoulders.
_LEFT_SHOULDER, _RIGHT_SHOULDER = 11, 12
_JOINT_LANDMARKS = (0, -1, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
_NECK = 1
_POSE = len(_JOINT_LANDMARKS), 3

# Auxiliary landmarks: the middle of the hips, and a point of the circle around the whole body.
_MIDDLE, _ON_CIRCLE = 33, 34
# The side of the next region in radii of that circle, as published.
_REGION_RADII = 2.5

_PRESENT = 0.5
"""Presence of a person from which on a sighting counts."""
_VISIBLE = 0.3
"""Visibility from which on a joint counts."""
_THOROUGH_SEARCH_EVERY = 10
"""Frames without a person between searches for a small one, which take up to a second."""
_REFINING_PASSES = 3
"""After a person was found in a region that was not made for them."""
_REFINING_RADIUS = 1 / 64
"""How far the mask's border may be off, as a share of the region's side."""


@dataclass(frozen=True)
class _Sighting:
    """What the network says of one region, in frame coordinates."""

    region: Region
    landmarks: np.ndarray
    """(39, 2): x, y."""
    visibility: np.ndarray
    """(39,): 0..1."""
    mask_logits: np.ndarray
    """float32 (_SIZE, _SIZE): of the probability of person, over the region."""
    presence: float
    """Probability that there is a person."""

    @property
    def next_region(self) -> Region:
        """The square around the person."""
        middle, on_circle = self.landmarks[_MIDDLE], self.landmarks[_ON_CIRCLE]
        up = on_circle - middle
        return Region(
            centre=(float(middle[0]), float(middle[1])),
            side=max(1.0, _REGION_RADII * float(np.hypot(*up))),
            angle=float(np.arctan2(up[0], -up[1])),
        )


class BlazePose:
    """Pose estimator by BlazePose ("full"), for clips of one person.

    Of several people it follows the one it found first. It takes one pass of the network for a
    frame while it follows somebody, more where it has to search.

    Args:
        threads: threads of the network.

    Raises:
        HuemanError: the weights cannot be had.
    """

    def __init__(self, threads: int = 1):
        self._interpreter = Interpreter(model_path=str(locate("blazepose")), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {
            output["name"]: output["index"] for output in self._interpreter.get_output_details()
        }

    def __call__(self, frames: np.ndarray) -> Perceived:
        """Perceive the frames of one clip, uint8 (T, H, W, 3) RGB, in their order."""
        check_frames(frames)
        pose = np.zeros((len(frames), *_POSE), np.float32)
        person = np.zeros(frames.shape[:3], np.uint8)
        for index, (frame, sighting) in enumerate(self._sightings(frames)):
            if sighting:
                pose[index] = _joints(sighting, *frame.shape[:2])
                person[index] = _person_mask(sighting, frame)
        return Perceived(pose, person)

    def poses(self, frames: Iterable[np.ndarray]) -> np.ndarray:
        """Find the poses alone, float32 (T, 18, 3), of frames uint8 (H, W, 3) RGB as they come."""
        poses = [
            _joints(sighting, *frame.shape[:2]) if sighting else np.zeros(_POSE, np.float32)
            for frame, sighting in self._sightings(frames)
        ]
        return np.stack(poses) if poses else np.zeros((0, *_POSE), np.float32)

    def _sightings(
        self, frames: Iterable[np.ndarray]
    ) -> Iterator[tuple[np.ndarray, _Sighting | None]]:
        """Follow the person through a clip; yield each frame with what is seen of them."""
        sighting, lost_for = None, 0
        for frame in frames:
            check_frames(frame[None])
            thorough = lost_for % _THOROUGH_SEARCH_EVERY == 0
            sighting = self._follow(frame, sighting) or self._search(frame, thorough)
            lost_for = 0 if sighting else lost_for + 1
            yield frame, sighting

    def _follow(self, frame: np.ndarray, previous: _Sighting | None) -> _Sighting | None:
        """Look where the person was in the frame before."""
        if previous is None:
            return None
        sighting = self._look(frame, previous.next_region)
        return sighting if sighting.presence >= _PRESENT else None

    def _search(self, frame: np.ndarray, thorough: bool) -> _Sighting | None:
        """Look at the whole frame, if `thorough` also at its parts; then closer where it's best."""
        levels = list(search_regions(*frame.shape[:2]))
        for regions in levels if thorough else levels[:1]:
            sighting: _Sighting | None = max(
                (self._look(frame, region) for region in regions), key=lambda seen: seen.presence
            )
            for _ in range(_REFINING_PASSES):
                sighting = self._follow(frame, sighting)
            if sighting:
                return sighting
        return None

    def _look(self, frame: np.ndarray, region: Region) -> _Sighting:
        crop = region.cut(frame, _SIZE).astype(np.float32) / 255
        self._interpreter.set_tensor(self._input, crop[None])
        self._interpreter.invoke()
        landmarks = self._output("Identity").reshape(39, 5)
        to_frame = region.to_frame(_SIZE)
        # Landmarks count from the crop's corner, pixel centres from half a pixel further in.
        points = (landmarks[:, :2] - 0.5) @ to_frame[:, :2].T + to_frame[:, 2]
        return _Sighting(
            region=region,
            landmarks=points,
            visibility=expit(landmarks[:, 3]),
            mask_logits=self._output("Identity_2").reshape(_SIZE, _SIZE),
            presence=float(self._output("Identity_1").item()),
        )

    def _output(self, name: str) -> np.ndarray:
        return self._interpreter.get_tensor(self._outputs[name])


def _person_mask(sighting: _Sighting, frame: np.ndarray) -> np.ndarray:
    """Return the soft mask uint8 (H, W) in the frame."""
    mask = sighting.region.paste(expit(sighting.mask_logits), *frame.shape[:2])
    radius = max(1, round(_REFINING_RADIUS * sighting.region.side))
    return np.rint(refine_mask(mask, frame, radius) * 255).astype(np.uint8)


def _joints(sighting: _Sighting, height: int, width: int) -> np.ndarray:
    """Return the 18 joints (18, 3); joints that are hidden or outside the frame are missing."""
    points, visibility = sighting.landmarks, sighting.visibility
    order = list(_JOINT_LANDMARKS)
    joints = np.column_stack([points[order], visibility[order]]).astype(np.float32)
    shoulders = [_LEFT_SHOULDER, _RIGHT_SHOULDER]
    joints[_NECK] = (*points[shoulders].mean(axis=0), visibility[shoulders].min())
    x, y, confidence = joints.T
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    joints[~inside | (confidence < _VISIBLE)] = 0
    return joints
