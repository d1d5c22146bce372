"""Commands that make clips and datasets: prepare, render, recolor, poses, shard, split, check."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import OmitArgPrefixes, Positional, arg

from hueman.choreography.settings import Background, EdgeSource
from hueman.commands.options import Out, Repeatable, all_of
from hueman.errors import HuemanError
from hueman.preparation.settings import PrepareSettings

DEFAULT_SETTINGS = PrepareSettings()


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
    summary = run(find_clips(sources, manifest, all_of(exclude)), out, settings, jobs, cluster)
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
