"""The commands that make series of videos of one person, their own model, and the studio."""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from hueman.engines.settings import GraphFormat
from hueman.generation.scene_settings import SceneSettings
from hueman.generation.settings import DrivingSettings
from hueman.preparation.settings import PerceptionSettings

Out = Annotated[Path, arg(aliases=["-o"])]
Model = Positional[Path | None]
DEFAULT_MOVEMENT = DrivingSettings()
DEFAULT_PERCEPTION = PerceptionSettings()


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


def personalize(
    clips: Positional[tuple[Path, ...]],
    out: Out,
    model: Path | None = None,
    minutes: float = 10.0,
    crop: Literal["centre", "person"] = "centre",
    device: str = "auto",
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
) -> None:
    """Make a model of one's own: fine-tune the model in the box to the person in some clips.

    Stopped, the same command goes on.

    Args:
        clips: videos, or folders of them, of one person.
        out: folder for the prepared clips, the training and the model.
        model: to begin with; the model in the box by default.
        minutes: of training, on this machine; preparing the clips comes before.
        crop: what to keep of the frames: their middle, or around the person.
        device: auto, cpu or cuda.
        perception: how people are seen in the clips.
    """
    from hueman.personalize import personalize as run

    print(run(clips, out, model, minutes, crop, device, perception))


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


def export(
    model: Positional[Path | None] = None,
    *,
    out: Out,
    format: GraphFormat = "openvino",
    int8: bool = False,
) -> None:
    """Export a model as a graph, for OpenVINO or in ONNX; docs/export.md says what for.

    The graph is checked to make the frames that the model makes.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        out: folder for the graph, what its inputs are, and the model; can be named as the MODEL of
            other commands, see their --engine.
        format: of the graph.
        int8: compute convolutions in 8 bits: faster, and not quite the same; how far off is told.
    """
    from hueman.engines.export import export as run

    print(run(model, out, format, int8))
