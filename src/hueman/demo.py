"""`make demo`: the whole way on the bundled clips, in minutes on two CPU cores.

Prepares the clips, takes the model in the box, which has seen none of their people (or trains a
tiny one), measures it, makes people do an action they did not do in outfits they did not wear, and
writes a report.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from hueman.box import boxed_model
from hueman.clips.encoding import write_video
from hueman.clips.sheets import contact_sheet, enlarge, write_picture
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset, PreparedClip
from hueman.color.palette import read_palette
from hueman.color.video import recolor_video
from hueman.config import load_config
from hueman.demo_report import write_demo_report
from hueman.errors import HuemanError
from hueman.evaluation.evaluate import held_out_clips
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.protocol import judge
from hueman.evaluation.report import Figure
from hueman.evaluation.statistics import summarize
from hueman.evaluation.subject import load_subject, plain_subjects
from hueman.files import atomic_file
from hueman.generation.codes import clothes_through
from hueman.generation.colorways import colorways
from hueman.generation.content import working_size
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor
from hueman.generation.retarget import retarget
from hueman.generation.scene import Scene
from hueman.generation.scene_settings import SceneSettings
from hueman.machine import describe_machine
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.model import load_model
from hueman.training.run import train
from hueman.weights.registry import pull

WEIGHTS = ("blazepose", "hed", "vgg16", "alexnet-lpips")
# The re-renderings are ground truth for recolouring, not clips of their own.
EXCLUDE = ("*.recolored.mp4",)
TRAINED_SIZE = 192, 128
"""Height and width of the clips that the tiny model is trained on."""
SHOWN_ACTIONS = ("wave_right", "salute", "jack")
"""What the people do in front of the model in the box; only a training needs more."""
SHOWN_HEIGHT = 384
"""Pixels; frames are enlarged to this height."""
JUDGED_FRAMES = 24
"""Of each clip, from the first on: about a second; judging takes longer than making."""
COLUMNS = 8
PALETTE = "crimson, darkorange, gold, seagreen, royalblue, rebeccapurple, white, black"
RANDOM_SEED = 4


@dataclass(frozen=True)
class Act:
    """Who does whose action in which two outfits (upper, lower)."""

    actor: str
    action: str
    driver: str
    outfits: tuple[tuple[str, str], tuple[str, str]]


ACTS = (
    Act("mustard", "salute", "checker", (("royalblue", "firebrick"), ("orchid", "teal"))),
    Act("plaid", "salute", "stripes", (("forestgreen", "peru"), ("darkorange", "purple"))),
    Act("stripes", "jack", "mustard", (("crimson", "seagreen"), ("gold", "steelblue"))),
    Act("checker", "jack", "plaid", (("dodgerblue", "maroon"), ("hotpink", "olive"))),
)


def demo(clips: Path, out: Path, training: bool = False, overrides: Sequence[str] = ()) -> Path:
    """Run the demonstration; what an earlier run finished is kept.

    Args:
        clips: the bundled clips.
        out: folder for dataset, videos, sheets, metrics.json and report.html.
        training: train a tiny model on the clips, by the preset "demo", and show that, not the
            model in the box.
        overrides: changes to the preset, as for `load_config`.

    Returns:
        The report.

    Raises:
        HuemanError: the clips are not there, or a step failed.
    """
    if not clips.is_dir():
        raise HuemanError(f"There is no folder {clips}; give the bundled clips with --clips.")
    if overrides and not training:
        raise HuemanError("Changes to the preset are for a model that is trained; add --train.")
    seconds: dict[str, float] = {}
    with _timed("fetch weights", seconds):
        pull(WEIGHTS if training else [name for name in WEIGHTS if name != "vgg16"])
    with _timed("prepare clips", seconds):
        _prepare(clips, out / "dataset", training)
    dataset = Dataset(out / "dataset")
    model_file = boxed_model()
    if training:
        with _timed("train", seconds):
            model_file = train(dataset, out / "model", load_config("demo", overrides))
    with _timed("measure", seconds):
        quality = _measure(model_file, dataset)
    with _timed("generate", seconds):
        figures = _generate(model_file, dataset, out)
    with _timed("a palette", seconds):
        figures["colorways"] = _colorways(model_file, dataset, out)
    with _timed("recolour a clip", seconds):
        figures["recolored"] = _recolor(clips, out)
    model, notes = load_model(model_file)
    result = {
        "quality": quality,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "machine": describe_machine(),
        "size": [model.config.height, model.config.width],
        "boxed": not training,
        "training": notes,
    }
    with atomic_file(out / "metrics.json") as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    report = out / "report.html"
    write_demo_report(report, result, figures)
    return report


@contextmanager
def _timed(name: str, seconds: dict[str, float]) -> Iterator[None]:
    print(f"== {name}", flush=True)
    started = time.monotonic()
    yield
    seconds[name] = time.monotonic() - started


def _prepare(clips: Path, out: Path, training: bool) -> None:
    height, width = TRAINED_SIZE
    if not training:
        config = load_model(boxed_model())[0].config
        height, width = working_size((config.height, config.width))
    settings = PrepareSettings(height=height, width=width)
    sources = find_clips([clips], exclude=EXCLUDE)
    if not training:
        sources = [source for source in sources if source.action in SHOWN_ACTIONS]
    summary = prepare(sources, out, settings, jobs=os.cpu_count() or 1)
    print(summary)
    if summary.refused:
        raise HuemanError(f"Some of the clips in {clips} were refused; see the lines above.")


def _measure(model_file: Path, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Judge the model and the methods without a network on what is shown; means over clips."""
    model, config = load_subject(model_file)
    shown = {(act.actor, act.action) for act in ACTS}
    held_out = held_out_clips(dataset, config)
    clips = [
        replace(clip, frames=clip.frames[:JUDGED_FRAMES])
        for clip in held_out
        if (clip.actor, clip.action) in shown
    ]
    lpips = load_lpips()
    result = {}
    for subject in (model, *plain_subjects((config.height, config.width))):
        judgement = judge(subject.method, clips, lpips, shown=f"Judging {subject.title}")
        means = summarize(judgement.rows)
        known = {name: round(each.mean, 4) for name, each in means.items() if each.count}
        result[subject.name] = known | {"clips": len(clips), "frames": JUDGED_FRAMES}
    return result


def _generate(model_file: Path, dataset: Dataset, out: Path) -> dict[str, list[Figure]]:
    predictor = Predictor.from_file(model_file)
    videos, sheets = [], []
    for act in ACTS:
        content = dataset.read(dataset.entry(act.actor, "wave_right"))
        driver = dataset.read(dataset.entry(act.driver, act.action))
        rows = _rows(predictor, act, content, driver)
        name = f"{act.actor}_{act.action}"
        worn = " and in ".join(f"{upper} and {lower}" for upper, lower in act.outfits)
        caption = f"{act.actor} does {act.driver}'s {act.action}, in {worn}."
        side_by_side = np.concatenate([frames for _, frames in rows], axis=2)
        write_video(out / "videos" / f"{name}.mp4", side_by_side, driver.fps)
        write_picture(out / "sheets" / f"{name}.png", contact_sheet(rows, COLUMNS))
        videos.append(Figure(f"videos/{name}.mp4", caption))
        sheets.append(Figure(f"sheets/{name}.png", caption))
    interpolation = _interpolate(predictor, dataset, out)
    return {"videos": videos, "sheets": sheets, "interpolation": interpolation}


def _rows(
    predictor: Predictor, act: Act, content: PreparedClip, driver: PreparedClip
) -> list[tuple[str, np.ndarray]]:
    person = predictor.content(content, 1)
    pose = _driving_pose(predictor, content, driver)
    still = np.repeat(_enlarged(content.frames[:1]), len(pose), axis=0)
    rows = [
        (f"{act.actor}, the only frame shown", still),
        (f"{act.driver} drives", _enlarged(driver.frames)),
    ]
    for upper, lower in act.outfits:
        clothes = predictor.dress(person, pose, predictor.requests(person, upper, lower))
        frames = np.stack(list(predictor.generate(person, pose, clothes)))
        rows.append((f"{upper} and {lower}", _enlarged(frames)))
    return rows


def _interpolate(predictor: Predictor, dataset: Dataset, out: Path) -> list[Figure]:
    """Go from outfit to outfit, and between two random codes (paper, section 4.4, Fig. 4)."""
    act = ACTS[0]
    content = dataset.read(dataset.entry(act.actor, "wave_right"))
    driver = dataset.read(dataset.entry(act.driver, act.action))
    person = predictor.content(content, 1)
    pose = _driving_pose(predictor, content, driver)
    outfits = [
        predictor.dress(person, pose, predictor.requests(person, *outfit)) for outfit in act.outfits
    ]
    random = torch.Generator().manual_seed(RANDOM_SEED)
    drawn = [Clothes(code) for code in predictor.model.code_distribution.sample(2, random)]
    ends = (outfits, drawn)
    captions = ("from one outfit to the other", "between two random codes")
    rows = []
    for caption, keys in zip(captions, ends, strict=True):
        clothes = clothes_through(keys, len(pose))
        frames = np.stack(list(predictor.generate(person, pose, clothes)))
        rows.append((f"{act.actor}: {caption}", _enlarged(frames)))
    side_by_side = np.concatenate([frames for _, frames in rows], axis=2)
    write_video(out / "videos" / "interpolation.mp4", side_by_side, driver.fps)
    write_picture(out / "sheets" / "interpolation.png", contact_sheet(rows, 10))
    return [Figure("sheets/interpolation.png", "; ".join(label for label, _ in rows))]


def _driving_pose(predictor: Predictor, content: PreparedClip, driver: PreparedClip) -> np.ndarray:
    height, width = content.frames.shape[1:3]
    return predictor.scale_pose(retarget(driver.pose, content.pose), height, width)


def _enlarged(frames: np.ndarray) -> np.ndarray:
    return enlarge(frames, max(1, SHOWN_HEIGHT // frames.shape[1]))


def _colorways(model_file: Path, dataset: Dataset, out: Path) -> list[Figure]:
    """Show a shirt in every colour of a palette."""
    content = dataset.root / dataset.entry("mustard", "wave_right").file
    scene = Scene.of(model_file, SceneSettings(content, content_frames=1))
    print(colorways(scene, read_palette(PALETTE), "upper", out / "colorways"))
    return [Figure("colorways/sheet.png", "mustard's shirt in eight colours.")]


def _recolor(clips: Path, out: Path) -> list[Figure]:
    file = out / "videos" / "recolored_plaid.mp4"
    report = recolor_video(clips / "plaid" / "wave_both.mp4", file, "seagreen", "slateblue")
    print(report)
    return [Figure("videos/recolored_plaid.mp4", "plaid's own clip in seagreen and slateblue.")]
