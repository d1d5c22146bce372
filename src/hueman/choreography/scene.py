"""One frame: an actor in a posture, looked at and lit, in its own colours and in others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hueman.choreography.actor import HAIR, LOWER, SKIN, UPPER, Actor
from hueman.choreography.backdrop import Backdrop
from hueman.choreography.camera import Camera
from hueman.choreography.lighting import STANDARD, Illumination, Lights
from hueman.choreography.patterns import srgb_from_linear
from hueman.choreography.rig import Posture
from hueman.choreography.shading import Paint, shade
from hueman.choreography.surface import Samples, sample
from hueman.features.skeleton import PART_JOINTS

SAMPLES_ACROSS = 3
"""Samples of a pixel in each direction."""
LEVELS = 4096
METRES = 0.1
"""Of a decimetre."""
_SRGB = (255 * srgb_from_linear(np.linspace(0, 1, LEVELS + 1))).astype(np.float32)


@dataclass(frozen=True)
class RenderedFrame:
    """What is seen of an actor in one posture, and the truth about it."""

    pictures: list[np.ndarray]
    """uint8 (H, W, 3) RGB, one for each paint."""
    joints: np.ndarray
    """float32 (18, 2), x and y in pixels (pixel middles at integers)."""
    joint_depth: np.ndarray
    """float32 (18,), metres from the camera."""
    masks: dict[str, np.ndarray]
    """uint8 (H, W): person, upper, lower, skin, hair; 255 is all of the pixel."""
    parts: np.ndarray
    """uint8 (H, W), body-part labels."""
    part_order: np.ndarray
    """uint8 (10,), body-part labels from the nearest to the farthest."""


def render_frame(
    actor: Actor,
    posture: Posture,
    paints: Sequence[Paint],
    camera: Camera,
    backdrop: Backdrop,
    illumination: Illumination = STANDARD,
) -> RenderedFrame:
    """Render one frame in one or several colourings; each further one costs only its shading."""
    posed = actor.pose(posture)
    samples = sample(actor, posed, camera, SAMPLES_ACROSS)
    lights = Lights(posed.vertices, actor.triangles, illumination)
    lamp, sky = lights.at(samples.place, samples.normal)
    coverage = samples.coverage()
    behind = backdrop.lit(lights) * (1 - coverage[..., None])
    pictures = [
        _developed(behind, samples, shade(samples, paint, lamp, sky, camera.place, illumination))
        for paint in paints
    ]
    seen = camera.project(posed.joints)
    chosen = {"upper": UPPER, "lower": LOWER, "skin": SKIN, "hair": HAIR}
    masks = {name: samples.coverage(samples.material == kind) for name, kind in chosen.items()}
    return RenderedFrame(
        pictures=pictures,
        joints=seen[:, :2] - 0.5,
        joint_depth=seen[:, 2] * np.float32(METRES),
        masks={
            name: np.rint(255 * mask).astype(np.uint8)
            for name, mask in {"person": coverage, **masks}.items()
        },
        parts=samples.labels(),
        part_order=order_of_parts(seen[:, 2]),
    )


def order_of_parts(joint_depth: np.ndarray) -> np.ndarray:
    """Sort the labels 1..10 by the mean depth of each part's joints, nearest first."""
    depths = [joint_depth[list(joints)].mean() for joints in PART_JOINTS]
    return (np.argsort(depths, kind="stable") + 1).astype(np.uint8)


def _developed(behind: np.ndarray, samples: Samples, light: np.ndarray) -> np.ndarray:
    """Add the samples' light to the background and convert it to sRGB."""
    picture = behind.copy()
    for channel in range(3):
        picture[..., channel] += samples.summed(light[:, channel]) / samples.factor**2
    level = np.clip(picture * LEVELS, 0, LEVELS).astype(np.int32)
    return np.rint(_SRGB[level]).astype(np.uint8)
