"""From files to a file: `hueman generate`."""

from dataclasses import asdict, dataclass
from pathlib import Path

from hueman.clips.encoding import write_video
from hueman.clips.sources import ClipSource
from hueman.clips.store import PreparedClip, read_clip
from hueman.color.names import parse_color
from hueman.generation.colors import ColorMeter, MetRequest, measured_for
from hueman.generation.driving import driving_poses
from hueman.generation.predictor import Predictor, watched
from hueman.generation.retarget import retarget
from hueman.perception.base import class_segmenter, edge_detector, pose_estimator
from hueman.preparation.clip import prepare_clip
from hueman.preparation.settings import PerceptionSettings, PrepareSettings
from hueman.progress import track

WORKING_HEIGHT = 384
"""Content videos are perceived at about this height, however small the model's frames are."""


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
    model: Path,
    content: Path,
    drive: Path,
    out: Path,
    upper: str | None = None,
    lower: str | None = None,
    crop: str = "centre",
    content_frames: int | None = None,
    device: str = "auto",
    restoration: str = "auto",
    perception: PerceptionSettings | None = None,
) -> GeneratedVideo:
    """Show the person of one clip doing the action of another, in clothes of any colour.

    Args:
        model: a model's file or the folder of a training run.
        content: a picture, a video, or a prepared clip (.h5), of the person, who begins where the
            first frame shows them.
        drive: a video, a prepared clip (.h5), a NumPy archive (.npz) of poses, or a folder of
            OpenPose's JSON files.
        out: the video to write.
        upper: colour of the upper garment (hex, CSS name or lab(...)); None keeps its own.
        lower: colour of the lower garment.
        crop: "centre" or "person", for a content video.
        content_frames: how many of its frames may show the person, see `Predictor.content`.
        device: "auto", "cpu" or "cuda".
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.
        perception: how people are seen in videos; best as in the clips the model was trained on.

    Raises:
        HuemanError: a file cannot be used, a colour is not understood, or nobody is seen.
    """
    for text in (upper, lower):
        if text is not None:
            parse_color(text)  # what is mistyped is said before anything takes time
    predictor = Predictor.from_file(model, device)
    predictor.model.choose_restoration(restoration)
    perception = perception or PerceptionSettings()
    clip = _read_content(content, predictor, crop, perception)
    driving, fps = driving_poses(drive, perception.pose)
    height, width = clip.frames.shape[1:3]
    pose = predictor.scale_pose(retarget(driving, clip.pose), height, width)
    person = predictor.content(clip, content_frames)
    requests, meter = predictor.requests(person, upper, lower), ColorMeter()
    frames = predictor.generate(person, pose, predictor.dress(person, pose, requests))
    frames = watched(track(frames, "Generating", len(pose)), person, pose, meter)
    write_video(out, frames, fps)
    met = [
        MetRequest(each, measured_for(each, meter.means, predictor.lightness)) for each in requests
    ]
    return GeneratedVideo(out, len(pose), *predictor.size, fps, tuple(met))


def _read_content(
    path: Path, predictor: Predictor, crop: str, perception: PerceptionSettings
) -> PreparedClip:
    if path.suffix == ".h5":
        return read_clip(path)
    height, width = predictor.size
    factor = max(1, WORKING_HEIGHT // height)
    settings = PrepareSettings(
        **asdict(perception),
        height=height * factor,
        width=width * factor,
        crop=crop,  # type: ignore[arg-type]
    )
    source = ClipSource(path.parent.name or "actor", path.stem, path)
    return prepare_clip(
        source,
        settings,
        pose_estimator(settings.pose),
        edge_detector(settings.edges, settings.edge_detail),
        class_segmenter(settings.garments),
        least_frames=1,
    )
