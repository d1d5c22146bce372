"""Who is shown, and what they do: what all commands that make videos begin with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hueman.errors import HuemanError
from hueman.generation.driving import driving_poses
from hueman.generation.generator import HumanVideoGenerator
from hueman.generation.motion import arrange
from hueman.generation.scene_settings import SceneSettings
from hueman.generation.settings import DrivingSettings
from hueman.preparation.settings import PerceptionSettings


@dataclass(frozen=True)
class Scene:
    """A model with a person, and a movement brought to that person."""

    generator: HumanVideoGenerator
    poses: np.ndarray
    """float32 (T, 18, 3), in pixels of the model's frames."""
    fps: float

    @classmethod
    def of(
        cls,
        model: Path | None,
        settings: SceneSettings,
        movement: DrivingSettings | None = None,
        perception: PerceptionSettings | None = None,
    ) -> "Scene":
        """Load and perceive all that is needed.

        Args:
            model: a model's file or the folder of a training run; None is the model in the box.
            settings: who is shown, and what they do.
            movement: how the movement is taken and timed.
            perception: how people are seen in videos.

        Raises:
            HuemanError: something cannot be used, or nobody is seen.
        """
        perception = perception or PerceptionSettings()
        movement = movement or DrivingSettings()
        generator = HumanVideoGenerator.from_pretrained(
            model,
            device=settings.device,
            precision=settings.precision,
            steady=settings.steady,
            engine=settings.engine,
        )
        generator.set_content(settings.content, settings.crop, settings.content_frames, perception)
        if settings.drive is not None:
            poses, fps = driving_poses(
                settings.drive, perception.pose, movement.seconds, movement.smooth
            )
        else:
            poses, fps = generator.own_movement()
        if len(poses) < 2:
            raise HuemanError(
                f"{settings.drive or settings.content} is a single picture and does not move; say "
                "with --drive what the person shall do."
            )
        poses = arrange(poses, fps, movement.speed, movement.loop)
        return cls(generator, generator.poses(poses), fps)
