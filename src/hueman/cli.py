"""The commands. Each calls one function of one room and prints where its result is."""

import signal
import sys
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import tyro
from tyro.conf import OmitArgPrefixes, Positional, UseAppendAction, arg

from hueman.choreography.settings import Background, EdgeSource
from hueman.cli_videos import colorways, export, interpolate, personalize, sample, studio
from hueman.engines.settings import EngineName
from hueman.errors import HuemanError, one_line
from hueman.generation.settings import DrivingSettings
from hueman.memory import keep_freed_memory
from hueman.preparation.settings import PerceptionSettings, PrepareSettings
from hueman.threads import keep_small_work_in_one_thread

# Rooms are imported inside the commands: `hueman --help` need not wait for torch.

Out = Annotated[Path, arg(aliases=["-o"])]
Repeatable = Annotated[tuple[tuple[str, ...], ...], UseAppendAction]
"""Some words after each of several flags: `--set a=1 b=2 --set c=3`; none of them is lost."""
DEFAULT_SETTINGS = PrepareSettings()
DEFAULT_PERCEPTION = PerceptionSettings()
DEFAULT_DRIVING = DrivingSettings()


def weights(
    action: Positional[Literal["list", "pull", "path"]], names: Positional[tuple[str, ...]] = ()
) -> None:
    """List pretrained weights, fetch them into the cache, or say where they are.

    Args:
        action: what to do.
        names: weights to pull (all of them when none is named; what cannot be had is told and the
            others are fetched) or to locate.
    """
    from rich import print as show

    from hueman.weights.registry import locate, pull_each, weights_table

    if action == "list":
        show(weights_table())
    elif action == "pull":
        failed = False
        for outcome in pull_each(names):
            if isinstance(outcome, HuemanError):
                failed = True
                print(f"error: {one_line(outcome)}", file=sys.stderr)
            else:
                print(outcome)
        if failed:
            sys.exit(1)
    else:
        if not names:
            raise HuemanError("Say which weights: 'hueman weights path NAME'.")
        for name in names:
            print(locate(name))


def prepare(
    sources: Positional[tuple[str, ...]],
    out: Annotated[str, arg(aliases=["-o"])],
    manifest: Path | None = None,
    exclude: Repeatable = (),
    jobs: int | None = None,
    engine: Literal["local", "ray"] = "local",
    address: str | None = None,
    settings: OmitArgPrefixes[PrepareSettings] = DEFAULT_SETTINGS,
) -> None:
    """Turn videos into a dataset: frames, poses, masks, edges, body parts, garments, previews.

    Running it again prepares only what is new or changed. Look at the preview sheets, the PNG
    beside each clip, before training.

    Args:
        sources: videos, folders of frames, or folders of ACTOR/ACTION.mp4; here or at an address
            such as s3://bucket/videos.
        out: folder of the dataset, or an address.
        manifest: CSV file with the columns path, actor and action.
        exclude: names to leave out, such as "*.draft.mp4".
        jobs: clips at once; as many as CPU cores by default.
        engine: local uses processes of this machine, ray a Ray cluster (docs/scale.md).
        address: HOST:PORT of the cluster's head, or auto; by default ray works on this machine.
        settings: how to prepare them.
    """
    from hueman.clips.sources import find_clips
    from hueman.preparation.cluster import choose_cluster
    from hueman.preparation.prepare import prepare as run

    cluster = choose_cluster(engine, address)
    summary = run(find_clips(sources, manifest, _all(exclude)), out, settings, jobs, cluster)
    print(summary)
    if summary.refused:
        sys.exit(1)


def render(
    out: Out,
    preset: str | None = None,
    actors: str | None = None,
    actions: str | None = None,
    random_actors: int = 0,
    actions_each: int | None = None,
    size: str | None = None,
    frames: int | None = None,
    recolors: int | None = None,
    seed: int | None = None,
    background: Background | None = None,
    noise: float | None = None,
    variation: float | None = None,
    edges: EdgeSource | None = None,
    videos: Path | None = None,
    jobs: int | None = None,
    engine: Literal["local", "ray"] = "local",
    address: str | None = None,
) -> None:
    """Render actors doing actions: a dataset as by 'hueman prepare', with the truth beside it.

    Needs pip install 'hueman[render]'. Running it again renders only what is new or changed. A
    preset also says who and what is kept out of training (split.json). Look at cast.png,
    actions.png and the preview sheets beside the clips.

    Args:
        out: folder of the dataset.
        preset: tiny, small, paper or bundled; everybody doing everything by default. Options beside
            it change it.
        actors: "all", a number, or names with commas between them.
        actions: "all", a number, or names with commas between them.
        random_actors: so many people who are drawn at random, each in clothes, light, background
            and camera of its own. The cast stays away then, unless --actors or --preset wants it.
        actions_each: how many of the actions each random actor does, drawn by the seed; all by
            default.
        size: height and width of the frames, 384x256 by default; multiples of 32.
        frames: frames of each clip, 100 by default.
        recolors: other garment colours in which the same frames are rendered too, 0 by default.
        seed: of everything that is drawn at random, 0 by default.
        background: what is behind the actors, studio by default.
        noise: standard deviation of the sensor's noise, 0 to 20, in levels of 8 bits.
        variation: how much actions differ from actor to actor, 0 to 0.5.
        edges: "scene" (default) finds them in the noiseless picture, "hed" as 'hueman prepare'.
        videos: folder to write the clips to as videos too, as a user's own would lie.
        jobs: clips at once; as many as CPU cores by default.
        engine: local uses processes of this machine, ray a Ray cluster (docs/scale.md).
        address: HOST:PORT of the cluster's head, or auto; by default ray works on this machine.
    """
    from hueman.choreography.presets import make_plan
    from hueman.choreography.render import render_plan
    from hueman.preparation.cluster import choose_cluster

    cluster = choose_cluster(engine, address)
    plan = make_plan(
        preset,
        actors,
        actions,
        size,
        random_actors,
        actions_each,
        frames=frames,
        recolors=recolors,
        seed=seed,
        background=background,
        noise=noise,
        variation=variation,
        edges=edges,
    )
    summary = render_plan(out, plan, jobs, videos, cluster)
    print(summary)
    if videos is not None:
        print(f"Videos and their truth are in {videos}.")
    if summary.refused:
        sys.exit(1)


def recolor(
    clip: Positional[Path],
    out: Out,
    upper: str | None = None,
    lower: str | None = None,
    colorizer: Literal["garment", "siggraph17"] = "garment",
    garments: Literal["body", "multiclass"] = "body",
    lightness: bool = False,
    palette: str | None = None,
    region: Literal["upper", "lower", "both"] | None = None,
) -> None:
    """Give the clothes in a video other colours; nothing else changes.

    Args:
        clip: the video.
        out: the video to write, .mp4, .mov, .webm or .gif; with a palette, a folder.
        upper: colour of the upper garment: "#c0392b", a CSS name, or "lab(50, 40, 20)".
        lower: colour of the lower garment.
        colorizer: garment moves a and b of the garment to the colour; siggraph17 lets the paper's
            colourisation network spread it from the joints (fetches 137 MB).
        garments: what finds the garments, as in 'hueman prepare'.
        lightness: move the garment's lightness to that of the colour too (black becomes white).
        palette: write a video for each of these colours, which takes little longer than one:
            "teal,#c0392b", or a file as for 'hueman colorways'.
        region: which garment gets the palette's colours; the upper one by default.
    """
    from hueman.color.palette import read_palette
    from hueman.color.versions import recolor_versions
    from hueman.color.video import recolor_video

    if palette is not None:
        if upper or lower or colorizer != "garment":
            raise HuemanError("A palette goes without --upper, --lower and --colorizer.")
        colors = read_palette(palette)
        print(recolor_versions(clip, out, colors, region or "upper", garments, lightness))
        return
    if region is not None:
        raise HuemanError("--region is for a palette; name colours by --upper and --lower.")
    print(recolor_video(clip, out, upper, lower, colorizer, garments, lightness))


def poses(
    clip: Positional[Path],
    out: Out,
    pose: Literal["blazepose", "openpose", "openpose-mobilenet"] = "blazepose",
) -> None:
    """See the poses in a video and write them as OpenPose's JSON, a file for each frame.

    They can be edited, and drive 'hueman generate'.

    Args:
        clip: the video, or a folder of frames.
        out: folder to write.
        pose: what sees them, as in 'hueman prepare'.
    """
    from hueman.generation.driving import write_poses

    print(f"{out}: {write_poses(clip, out, pose)} poses.")


def shard(
    dataset: Positional[str],
    out: Annotated[str, arg(aliases=["-o"])],
    frames: int = 128,
    megabytes: float = 64,
    seed: int = 0,
) -> None:
    """Write a dataset as WebDataset tar shards, which 'hueman train' reads from anywhere.

    Needs pip install 'hueman[cluster]'. All shards appear together, when they are complete.

    Args:
        dataset: folder made by 'hueman prepare' or 'hueman render', or the address of one.
        out: pattern of the shards' paths, such as FOLDER/shards-%06d.tar; the folder is new.
        frames: the most frames in a sample; longer clips are cut.
        megabytes: a shard is closed when it is so large.
        seed: of the random order of samples.
    """
    from hueman.clips.store import Dataset
    from hueman.shards.writing import shard_dataset

    print(shard_dataset(Dataset(dataset), out, frames, megabytes, seed))


def train(
    dataset: Positional[str],
    out: Out,
    preset: str | None = None,
    set: Repeatable = (),
    start_from: Path | None = None,
    teacher: Path | None = None,
    device: str = "auto",
    devices: int | None = None,
    num_nodes: int | None = None,
    lost_after: float = 30.0,
    resume: str = "auto",
    dry_run: bool = False,
) -> None:
    """Train colour encoders and video generator on a prepared dataset; go on if stopped before.

    Several devices train together: each takes batches of its own. On one machine --devices is
    enough; on several, start the command on each by torchrun, with OUT on a disk all of them see.

    Args:
        dataset: folder made by 'hueman prepare', or the address of one; or shards of one, by
            'hueman shard': their folder or address (http, s3, ...), or some, as
            FOLDER/shards-{000000..000003}.tar.
        out: folder of the run; its model.safetensors is the result.
        preset: demo, lite (default), paper, realtime, or a YAML file.
        set: changes to the preset, such as stage_two.schedule.steps=2000.
        start_from: a trained model, whose settings are used instead of a preset: its encoders stay
            as they are, its generator goes on learning (fine-tuning).
        teacher: a trained model whose encoders a new generator takes over, and that it learns from
            (distillation): for a smaller or faster one, as of the preset realtime.
        device: auto, cpu or cuda.
        devices: devices on each machine; 1 by default, or as torchrun has started.
        num_nodes: machines; 1 by default, or as torchrun has started.
        lost_after: of several processes, one that gives no sign of life for so many seconds is
            lost, and all end.
        resume: auto goes on with what OUT holds; never refuses if it holds anything; a checkpoint
            in OUT goes back to it, also with other settings.
        dry_run: make one update of everything, and print parameters, memory, time and disk space;
            OUT is not touched.
    """
    from hueman.training.data import open_dataset
    from hueman.training.fine_tuning import choose_config

    config = choose_config(preset, start_from, _all(set))
    if dry_run:
        from hueman.training.dry_run import dry_run as run_dry

        run_dry(open_dataset(dataset), config, device, start_from, teacher)
        return
    from lightning_fabric.utilities.rank_zero import rank_zero_only

    from hueman.training.run import train as run

    models = start_from, teacher
    model = run(dataset, out, config, device, devices, num_nodes, resume, *models, lost_after)
    say = rank_zero_only(print)  # of several processes, one says it
    say(f"The model is {model}. Logs, learning curves and sample pictures are beside it.")


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
    movement: OmitArgPrefixes[DrivingSettings] = DEFAULT_DRIVING,
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


def check(paths: Positional[tuple[Path, ...]], leave_out: bool = False) -> None:
    """Find out whether datasets, training runs, models or checkpoints are damaged; exit with 1.

    Training and measuring compare the checksums of what they read by themselves. A damaged clip is
    repaired by the command that made the dataset, which makes only what is damaged.

    Args:
        paths: folders of datasets or training runs, or files of models or checkpoints.
        leave_out: take damaged clips out of their dataset, to do without them.
    """
    from hueman.checking import check as run

    found = [run(path, leave_out) for path in paths]
    for each in found:
        print(each)
    if any(each.damaged and not each.left_out for each in found):
        sys.exit(1)


def split(
    dataset: Positional[str],
    test_actions: int = 2,
    unseen_actors: int = 0,
    seed: int = 0,
) -> None:
    """Draw who and what of a dataset is kept out of training, to judge models by; split.json.

    'hueman train' and 'hueman evaluate' honour it.

    Args:
        dataset: folder made by 'hueman prepare', or the address of one.
        test_actions: how many actions nobody is trained on.
        unseen_actors: how many actors are not trained on at all.
        seed: the same one draws the same.
    """
    from hueman.clips.split import split_dataset
    from hueman.clips.store import Dataset

    print(split_dataset(Dataset(dataset), unseen_actors, test_actions, seed))


def evaluate(
    model: Positional[Path],
    dataset: Positional[str],
    out: Out,
    json: Path | None = None,
    restoration: Literal["auto", "on", "off"] = "auto",
    codes: int = 2000,
    on: Literal["actions", "actors", "all"] = "actions",
    device: str = "auto",
) -> None:
    """Judge a model on the clips of a dataset that were kept out of its training.

    Args:
        model: folder of a training run, or its model.safetensors.
        dataset: folder made by 'hueman prepare' or 'hueman render', or the address of one.
        out: folder for report.html, result.json, clips.csv, pictures and videos.
        json: file to write all numbers to as well.
        restoration: restore warped feature maps (on) or not (off); auto does as in training.
        codes: frames to encode for the picture of the latent space.
        on: judge on the held-out actions of the people trained on, on actors of whom training saw
            nothing (--unseen-actors of 'hueman split'), or on all clips of a dataset that training
            had no part of.
        device: auto, cpu or cuda.
    """
    from hueman.clips.store import Dataset
    from hueman.evaluation.evaluate import evaluate as run

    evaluation = run(model, Dataset(dataset), out, json, restoration, codes, device, on)
    for name, estimate in evaluation.methods[0].means.items():
        print(f"{name:32} {estimate.mean:8.4f}  [{estimate.low:.4f}, {estimate.high:.4f}]")
    print(f"Open {out / 'report.html'}; all numbers are in {out / 'result.json'}.")


def benchmark(
    name: Positional[Literal["choreo-tiny", "choreo-small", "choreo-paper"]],
    out: Out = Path("benchmark-output"),
    json: Path | None = None,
    only: Repeatable = (),
    set: Repeatable = (),
    jobs: int | None = None,
    device: str = "auto",
) -> None:
    """Render clips, train the method, its ablations and baselines, judge all, print Table 1.

    Needs pip install 'hueman[render]'. Stopped, it goes on where it was.

    Args:
        name: choreo-tiny shows that all works, choreo-small takes hours on two CPU cores,
            choreo-paper days on a GPU.
        out: folder for dataset, trainings, report.html, result.json, pictures and videos.
        json: file to write all numbers to as well.
        only: methods to compare, beside the proposed one and those without a network: some of
            deformable_gan, appearance, end_to_end, no_augmentation, unet, pixel_norm,
            no_previous_frame, bicycle_regression, restored (or unrestored). All by default.
        set: changes to the training of all methods, such as stage_two.schedule.steps=5000.
        jobs: trainings side by side; as many as CPU cores by default, 1 on a GPU.
        device: auto, cpu or cuda.
    """
    from hueman.benchmark.run import benchmark as run

    run(name, out, json, _all(only), _all(set), jobs, device)
    print(f"Open {out / 'report.html'}; all numbers are in {out / 'result.json'}.")


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

    report = run(clips, out, train, _all(set))
    print(f"Open {report} in a browser; videos, sheets and metrics.json are beside it.")


def _all(repeated: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(repeated))


COMMANDS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "render": render,
    "recolor": recolor,
    "poses": poses,
    "shard": shard,
    "train": train,
    "generate": generate,
    "personalize": personalize,
    "colorways": colorways,
    "sample": sample,
    "interpolate": interpolate,
    "studio": studio,
    "export": export,
    "check": check,
    "split": split,
    "evaluate": evaluate,
    "benchmark": benchmark,
    "weights": weights,
    "demo": demo,
}


def main() -> NoReturn:
    """Run the command line."""
    keep_freed_memory()
    keep_small_work_in_one_thread()
    # A polite kill is treated like Ctrl-C, so that long work saves what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="hueman", description=__doc__)
    except HuemanError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
