"""Commands that make videos with a model, and the studio."""

from pathlib import Path
from typing import Literal

from tyro.conf import OmitArgPrefixes, Positional

from hueman.commands.options import (
    DEFAULT_MOVEMENT,
    DEFAULT_PERCEPTION,
    Model,
    Out,
    Repeatable,
    all_of,
)
from hueman.engines.settings import EngineName
from hueman.generation.scene_settings import SceneSettings
from hueman.generation.settings import DrivingSettings
from hueman.preparation.settings import PerceptionSettings


def generate(
    model: Positional[Path | None] = None,
    *,
    content: Path,
    drive: str,
    out: Out,
    upper: str | None = None,
    lower: str | None = None,
    upper_from: Path | None = None,
    lower_from: Path | None = None,
    background: str = "keep",
    crop: Literal["centre", "person"] = "centre",
    content_frames: int | None = None,
    restoration: Literal["auto", "on", "off"] = "auto",
    device: str = "auto",
    precision: Literal["auto", "fp32", "bf16"] = "auto",
    steady: bool = True,
    engine: EngineName = "auto",
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
    movement: OmitArgPrefixes[DrivingSettings] = DEFAULT_MOVEMENT,
) -> None:
    """Show the person of one clip doing the action of another, in clothes of any colour.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        content: picture, video or prepared clip (.h5) of the person.
        drive: what shows the movement: a video, a folder of pictures, a prepared clip (.h5), motion
            capture (.bvh), poses (.npz, or a folder of OpenPose JSON files), one of hueman's own
            actions by name (wave_both, jack, ...; an unknown name lists them), or a camera:
            camera:0, camera:/dev/video2, camera:rtsp://...
        out: the video to write, .mp4, .mov, .webm or .gif; without a suffix, a folder of PNG
            pictures.
        upper: colour of the upper garment: "#c0392b", a CSS name, or "lab(50, 40, 20)".
        lower: colour of the lower garment.
        upper_from: picture of somebody whose upper garment has the colour wanted.
        lower_from: the same for the lower garment.
        background: keep it, or show another one: a colour, a picture (png or jpg, which fills the
            frame), or transparent (OUT is .webm, .mov or a folder then).
        crop: what to keep of a content video's frames: their middle, or around the person.
        content_frames: how many frames of the content may show the person, each body part from the
            one that shows it best; by default 8 if the model has the appearance path, else the
            first alone, as in the paper.
        restoration: restore warped feature maps (on) or not (off); auto does as in training.
        device: auto, cpu or cuda.
        precision: of the generator; bf16 is faster where the processor or the GPU is made for it
            (auto).
        steady: hold what hardly changes from frame to frame, so that nothing trembles; the paper
            does not.
        engine: what makes the frames: torch, or openvino, by a graph from 'hueman export'; auto is
            that graph where MODEL has one and the processor has no bfloat16.
        perception: how people are seen in videos; best as in the clips of the training.
        movement: how the driving movement is taken and timed.
    """
    from hueman.generation.generate import generate as run

    print(
        run(
            model,
            content,
            drive,
            out,
            upper,
            lower,
            crop,
            content_frames,
            device,
            restoration,
            perception,
            background,
            movement,
            upper_from,
            lower_from,
            precision,
            steady,
            engine,
        )
    )


def colorways(
    model: Model = None,
    *,
    scene: OmitArgPrefixes[SceneSettings],
    palette: str,
    out: Out,
    region: Literal["upper", "lower", "both"] = "upper",
    movement: OmitArgPrefixes[DrivingSettings] = DEFAULT_MOVEMENT,
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
) -> None:
    """Show a person's garment in every colour of a palette.

    Writes a folder: a video for each colour, all of them side by side, a contact sheet, and a
    table of the colours asked for and met.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        scene: who is shown, and what they do.
        palette: colours with commas between them ("teal,#c0392b"), or a file: .csv (name,color),
            .gpl (GIMP) or .ase (Adobe).
        out: the folder to write.
        region: which garment gets the colours; the other keeps its own.
        movement: how the movement is taken and timed.
        perception: how people are seen in videos.
    """
    from hueman.color.palette import read_palette
    from hueman.generation.colorways import colorways as run
    from hueman.generation.scene import Scene

    colors = read_palette(palette)
    print(run(Scene.of(model, scene, movement, perception), colors, region, out))


def sample(
    model: Model = None,
    *,
    scene: OmitArgPrefixes[SceneSettings],
    out: Out,
    count: int = 6,
    seed: int = 0,
    movement: OmitArgPrefixes[DrivingSettings] = DEFAULT_MOVEMENT,
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
) -> None:
    """Show a person in random clothes, drawn from the latent space.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        scene: who is shown, and what they do.
        out: the folder to write.
        count: videos.
        seed: the same one draws the same.
        movement: how the movement is taken and timed.
        perception: how people are seen in videos.
    """
    from hueman.generation.exploring import sample as run
    from hueman.generation.scene import Scene

    sheet = run(Scene.of(model, scene, movement, perception), count, seed, out)
    print(f"{out}: {count} videos; look at {sheet}.")


def interpolate(
    model: Model = None,
    *,
    scene: OmitArgPrefixes[SceneSettings],
    out: Out,
    upper: tuple[str, ...] = (),
    lower: tuple[str, ...] = (),
    random: int = 0,
    seed: int = 0,
    times: tuple[float, ...] = (),
    spherical: bool = False,
    movement: OmitArgPrefixes[DrivingSettings] = DEFAULT_MOVEMENT,
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
) -> None:
    """Let a person's clothes change from colour to colour while they move.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        scene: who is shown, and what they do.
        out: the video to write; a sheet of some of its frames lies beside it.
        upper: colours that the upper garment goes through, such as: --upper teal crimson gold.
        lower: colours of the lower garment, as many.
        random: instead of colours, so many codes drawn from the latent space.
        seed: of the draw.
        times: when each is reached, 0 to 1; evenly by default.
        spherical: turn from code to code instead of going straight.
        movement: how the movement is taken and timed.
        perception: how people are seen in videos.
    """
    from hueman.generation.exploring import Keys
    from hueman.generation.exploring import interpolate as run
    from hueman.generation.scene import Scene

    keys = Keys(upper, lower, random, seed)
    sheet = run(Scene.of(model, scene, movement, perception), keys, out, times, spherical)
    print(f"{out}; some of its frames are in {sheet}.")


def studio(
    model: Model = None,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    max_upload_mb: int = 64,
    max_seconds: float = 30.0,
    max_visitors: int = 64,
    max_waiting: int = 32,
) -> None:
    """Open a web page on which videos are made with the mouse, a finger or the keyboard.

    Needs pip install 'hueman[studio]'. Nobody but this machine can reach it, unless --host says
    otherwise; there is no password.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        host: address to listen at; 0.0.0.0 can be reached by other machines.
        port: to listen at.
        max_upload_mb: of each file that is uploaded.
        max_seconds: of each clip that is uploaded.
        max_visitors: open pages at once.
        max_waiting: of them, those who wait for a video or a sheet; others are told to come later.
    """
    from hueman.studio.requirements import require_gradio

    require_gradio()
    from hueman.studio.limits import Limits
    from hueman.studio.serve import serve

    limits = Limits(max_upload_mb, max_seconds, max_visitors=max_visitors, max_waiting=max_waiting)
    serve(model, host, port, limits)


def demo(
    out: Out = Path("demo-output"),
    clips: Path = Path("examples/clips"),
    train: bool = False,
    set: Repeatable = (),
) -> None:
    """Show what the model in the box does with the bundled clips, and write a report.

    Args:
        out: folder for dataset, videos, pictures, metrics.json and report.html.
        clips: the bundled clips.
        train: train a tiny model on the clips first, and show that one.
        set: changes to its preset "demo", such as stage_two.schedule.steps=5000.
    """
    from hueman.demo import demo as run

    report = run(clips, out, train, all_of(set))
    print(f"Open {report} in a browser; videos, sheets and metrics.json are beside it.")
