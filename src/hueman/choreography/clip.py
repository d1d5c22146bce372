"""One rendered clip: an actor performs an action, in its own colours and in others."""

import cv2
import numpy as np

from hueman.choreography.actions import ACTIONS, Manner, perform
from hueman.choreography.actor import Actor
from hueman.choreography.assets import BodyAssets
from hueman.choreography.backdrop import Backdrop, make_backdrop
from hueman.choreography.camera import Camera
from hueman.choreography.cast import CAST, ActorSpec
from hueman.choreography.patterns import Pattern
from hueman.choreography.random_actor import random_actor
from hueman.choreography.random_names import is_random
from hueman.choreography.recolors import base_lab, other_patterns
from hueman.choreography.scene import RenderedFrame, render_frame
from hueman.choreography.seeds import generator
from hueman.choreography.settings import RenderSettings
from hueman.choreography.shading import Paint
from hueman.choreography.stage import Stage, random_stage
from hueman.choreography.truth import ClipTruth, RenderedClip
from hueman.clips.store import PreparedClip
from hueman.perception.base import edge_detector
from hueman.preparation.clip import person_edges

# Gradient, in Lab units a pixel, at which an edge of the scene is about two thirds as strong as
# can be.
EDGE_SCALE = 12.0


class ClipRenderer:
    """Renders clips in one process; an actor is dressed once and then does action after action.

    Args:
        settings: sizes, length, colours, and what is drawn at random.

    Raises:
        HuemanError: the body's files, or those of the edge detector asked for, cannot be had.
    """

    def __init__(self, settings: RenderSettings):
        self.settings = settings
        self._assets = BodyAssets.load()
        self._detect_edges = (
            edge_detector("hed", "fine") if settings.edges == "hed" else scene_edges
        )
        self._dressed: tuple[str, Actor] | None = None

    def __call__(self, actor: str, action: str) -> RenderedClip:
        """Render a clip; the same for the same settings, whatever was rendered before it.

        Args:
            actor: name in cast.CAST, or of a random actor, see `random_names.py`.
            action: name in actions.ACTIONS.
        """
        dressed = self._dress(actor)
        random = generator(self.settings.seed, actor, action)
        manner = self._manner(generator(self.settings.seed, actor, ""))
        patterns = self._patterns(dressed, random)
        paint = Paint.of(dressed)
        paints = [paint.recolored(upper, lower) for upper, lower in patterns]
        stage = self._stage(actor)
        camera, backdrop = self._scene(stage, dressed)
        count = self.settings.frames
        frames = [
            render_frame(
                dressed,
                perform(ACTIONS[action], number / (count - 1), manner),
                paints,
                camera,
                backdrop,
                stage.illumination,
            )
            for number in range(count)
        ]
        return self._assemble(actor, action, frames, patterns, random)

    def _dress(self, actor: str) -> Actor:
        if self._dressed is None or self._dressed[0] != actor:
            self._dressed = (actor, Actor(self._assets, self._spec(actor)))
        return self._dressed[1]

    def _spec(self, actor: str) -> ActorSpec:
        if is_random(actor):
            return random_actor(generator(self.settings.seed, actor, "looks"))
        return CAST[actor]

    def _stage(self, actor: str) -> Stage:
        """Random actors have places of their own; the cast performs where the settings say."""
        if is_random(actor):
            return random_stage(generator(self.settings.seed, actor, "stage"))
        return Stage(self.settings.background)

    def _scene(self, stage: Stage, actor: Actor) -> tuple[Camera, Backdrop]:
        floor = float(actor.vertices[:, 1].min())
        size = self.settings.height, self.settings.width
        camera = Camera(*size, floor, stage.distance, stage.span, stage.level, stage.side)
        return camera, make_backdrop(
            stage.background, camera, stage.illumination, stage.wall_tint, stage.floor_tint
        )

    def _manner(self, random: np.random.Generator) -> Manner:
        speed = 1 + self.settings.variation * random.uniform(-1, 1)
        # Movements only get smaller: larger ones would leave the picture.
        amplitude = 1 - self.settings.variation * random.uniform()
        return Manner(float(speed), float(amplitude), float(random.uniform()))

    def _patterns(self, actor: Actor, random: np.random.Generator) -> list[tuple[Pattern, Pattern]]:
        upper, lower = actor.spec.upper_pattern, actor.spec.lower_pattern
        count = self.settings.recolors
        others = zip(
            other_patterns(upper, count, random), other_patterns(lower, count, random), strict=True
        )
        return [(upper, lower), *others]

    def _assemble(
        self,
        actor: str,
        action: str,
        frames: list[RenderedFrame],
        patterns: list[tuple[Pattern, Pattern]],
        random: np.random.Generator,
    ) -> RenderedClip:
        pictures = np.stack([np.stack(frame.pictures) for frame in frames], axis=1)
        masks = {
            name: np.stack([frame.masks[name] for frame in frames]) for name in frames[0].masks
        }
        joints = np.stack([frame.joints for frame in frames])
        edges = person_edges(self._detect_edges(pictures[0]), masks["person"])
        pictures = with_noise(pictures, self.settings.noise, random)
        clip = PreparedClip(
            actor=actor,
            action=action,
            fps=self.settings.fps,
            frames=pictures[0],
            pose=np.dstack([joints, np.ones(joints.shape[:2])]).astype(np.float32),
            person=masks["person"],
            edges=edges,
            parts=np.stack([frame.parts for frame in frames]),
            upper=masks["upper"],
            lower=masks["lower"],
        )
        truth = ClipTruth(
            skin=masks["skin"],
            hair=masks["hair"],
            joint_depth=np.stack([frame.joint_depth for frame in frames]),
            part_order=np.stack([frame.part_order for frame in frames]),
            upper_lab=np.stack([base_lab(upper) for upper, _ in patterns]),
            lower_lab=np.stack([base_lab(lower) for _, lower in patterns]),
            recolored=pictures[1:],
        )
        return RenderedClip(clip, truth)


def with_noise(pictures: np.ndarray, deviation: float, random: np.random.Generator) -> np.ndarray:
    """Add a sensor's noise; the colourings of a frame get the same, so only garments differ.

    Args:
        pictures: uint8 (K, T, H, W, 3), K colourings of T frames.
        deviation: standard deviation in levels of 8 bits.
        random: where the noise comes from.
    """
    if deviation == 0:
        return pictures
    noisy = np.empty_like(pictures)
    for number in range(pictures.shape[1]):
        grain = random.normal(0, deviation, pictures.shape[2:]).astype(np.float32)
        noisy[:, number] = np.rint(np.clip(pictures[:, number] + grain, 0, 255))
    return noisy


def scene_edges(frames: np.ndarray) -> np.ndarray:
    """Return how strongly colour or lightness change at each pixel, without any network.

    Args:
        frames: uint8 (T, H, W, 3) RGB, without noise.

    Returns:
        uint8 (T, H, W).
    """
    edges = np.empty(frames.shape[:3], np.uint8)
    for number, frame in enumerate(frames):
        lab = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        across, down = (cv2.Sobel(lab, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
        strength = np.sqrt((across**2 + down**2).sum(axis=2))
        edges[number] = np.rint(255 * (1 - np.exp(-strength / EDGE_SCALE)))
    return edges
