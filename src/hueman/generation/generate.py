"""From files to a file: `hueman generate`."""

from dataclasses import dataclass
from pathlib import Path

from hueman.api import HumanVideoGenerator
from hueman.clips.encoding import write_video
from hueman.color.names import parse_color
from hueman.generation.colors import MetRequest
from hueman.generation.content import Crop
from hueman.generation.driving import driving_poses
from hueman.generation.motion import arrange
from hueman.generation.settings import DrivingSettings
from hueman.preparation.settings import PerceptionSettings
from hueman.progress import track


@dataclass(frozen=True)
class GeneratedVideo:
    """What `generate` wrote."""

    file: Path
    frames: int
    height: int
    width: int
    fps: float
    colors: tuple[MetRequest, ...] = ()
    """What came of the colours that were asked for."""

    def __str__(self) -> str:
        """Return lines for people to read."""
        line = (
            f"{self.file}: {self.frames} frames of {self.width}x{self.height} "
            f"at {self.fps:g} frames a second."
        )
        return "\n  ".join([line, *map(str, self.colors)])


def generate(
    model: Path | None,
    content: Path,
    drive: Path | str,
    out: Path,
    upper: str | None = None,
    lower: str | None = None,
    crop: Crop = "centre",
    content_frames: int | None = None,
    device: str = "auto",
    restoration: str = "auto",
    perception: PerceptionSettings | None = None,
    movement: DrivingSettings | None = None,
) -> GeneratedVideo:
    """Show the person of one clip doing the action of another, in clothes of any colour.

    Args:
        model: a model's file or the folder of a training run; None is the model in the box.
        content: a picture, a video, or a prepared clip (.h5), of the person, who begins where the
            first frame shows them.
        drive: whatever `driving_poses` takes: a video, poses, motion capture, an action, a camera.
        out: the video to write.
        upper: colour of the upper garment (hex, CSS name or lab(...)); None keeps its own.
        lower: colour of the lower garment.
        crop: "centre" or "person", for a content video.
        content_frames: how many of its frames may show the person, see `Predictor.content`.
        device: "auto", "cpu" or "cuda".
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.
        perception: how people are seen in videos; best as in the clips the model was trained on.
        movement: how the driving movement is taken and timed.

    Raises:
        HuemanError: a file cannot be used, a colour is not understood, or nobody is seen.
    """
    for text in (upper, lower):
        if text is not None:
            parse_color(text)  # what is mistyped is said before anything takes time
    perception = perception or PerceptionSettings()
    generator = HumanVideoGenerator.from_pretrained(model, device=device)
    generator.predictor.model.choose_restoration(restoration)
    generator.set_content(content, crop, content_frames, perception)
    movement = movement or DrivingSettings()
    poses, fps = driving_poses(drive, perception.pose, movement.seconds, movement.smooth)
    poses = arrange(poses, fps, movement.speed, movement.loop)
    frames = generator.stream(poses, upper, lower)
    write_video(out, track(frames, "Generating", len(poses)), fps)
    return GeneratedVideo(out, len(poses), *generator.size, fps, generator.met)
