"""From files to a file: `hueman generate`."""

from dataclasses import dataclass
from pathlib import Path

from hueman.clips.encoding import check_output, write_video
from hueman.color.names import parse_color
from hueman.engines.settings import EngineName
from hueman.errors import HuemanError
from hueman.generation.backdrop import change_backdrop, parse_backdrop
from hueman.generation.borrowed import borrowed_color
from hueman.generation.colors import MetRequest
from hueman.generation.content import Crop
from hueman.generation.scene import Scene
from hueman.generation.scene_settings import SceneSettings
from hueman.generation.settings import DrivingSettings, Precision
from hueman.perception.base import pose_estimator
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
    background: str = "keep",
    movement: DrivingSettings | None = None,
    upper_from: Path | None = None,
    lower_from: Path | None = None,
    precision: Precision = "auto",
    steady: bool = True,
    engine: EngineName = "auto",
) -> GeneratedVideo:
    """Show the person of one clip doing the action of another, in clothes of any colour.

    Args:
        model: a model's file or the folder of a training run; None is the model in the box.
        content: a picture, a video, or a prepared clip (.h5), of the person, who begins where the
            first frame shows them.
        drive: whatever `driving_poses` takes: a video, poses, motion capture, an action, a camera.
        out: the video to write, see `write_video`.
        upper: colour of the upper garment (hex, CSS name or lab(...)); None keeps its own.
        lower: colour of the lower garment.
        crop: "centre" or "person", for a content video.
        content_frames: how many of its frames may show the person, see `Predictor.content_count`.
        device: "auto", "cpu" or "cuda".
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.
        perception: how people are seen in videos; best as in the clips the model was trained on.
        background: what is behind the person, see `parse_backdrop`.
        movement: how the driving movement is taken and timed.
        upper_from: a picture of somebody who wears an upper garment of the colour wanted.
        lower_from: the same for the lower garment.
        precision: of the generator, see `choose_precision`.
        steady: whether the video is steadied, see `hueman.generation.steadying`.
        engine: what makes the frames, see `choose_engine`.

    Raises:
        HuemanError: a file cannot be used, a colour is not understood, or nobody is seen.
    """
    # What is mistyped is said before anything takes time.
    backdrop = parse_backdrop(background)
    check_output(out, transparent=backdrop is not None and backdrop.transparent)
    upper = _color("upper", upper, upper_from, perception)
    lower = _color("lower", lower, lower_from, perception)
    settings = SceneSettings(
        content, str(drive), crop, content_frames, device, precision, steady, engine
    )
    scene = Scene.of(model, settings, movement, perception)
    generator, length = scene.generator, len(scene.poses)
    generator.predictor.model.choose_restoration(restoration)
    frames = track(generator.stream_poses(scene.poses, upper, lower), "Generating", length)
    if backdrop is not None:
        frames = change_backdrop(frames, backdrop, pose_estimator())
    write_video(out, frames, scene.fps)
    return GeneratedVideo(out, length, *generator.size, scene.fps, generator.met)


def _color(
    garment: str, text: str | None, picture: Path | None, perception: PerceptionSettings | None
) -> str | None:
    """Return the colour that a garment shall have, as a text that can be read."""
    if text is not None and picture is not None:
        raise HuemanError(
            f"--{garment} and --{garment}-from were given; give the one or the other."
        )
    if picture is not None:
        return borrowed_color(picture, garment, perception=perception)
    if text is not None:
        parse_color(text)
    return text
