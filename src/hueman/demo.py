"""`make demo`: the whole way on the bundled clips, in minutes on two CPU cores.

Prepares the clips, trains a tiny model, measures it on actions it was not trained on, makes people
do an action they did not do in outfits they did not wear, and writes a report.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hueman.clips.encoding import write_video
from hueman.clips.sheets import contact_sheet, enlarge, write_picture
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset, PreparedClip
from hueman.color.names import parse_color
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
from hueman.generation.codes import codes_between
from hueman.generation.predictor import Predictor
from hueman.generation.retarget import retarget
from hueman.machine import describe_machine
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.model import load_model
from hueman.training.run import train
from hueman.weights.registry import pull

WEIGHTS = ("blazepose", "hed", "vgg16", "alexnet-lpips")
# The re-renderings are ground truth for recolouring, not clips of their own.
EXCLUDE = ("*.recolored.mp4",)
HEIGHT, WIDTH = 192, 128
ENLARGE = 4
COLUMNS = 8
RANDOM_SEED = 4


@dataclass(frozen=True)
class Scene:
    """Who does whose action in which two outfits (upper, lower)."""

    actor: str
    action: str
    driver: str
    outfits: tuple[tuple[str, str], tuple[str, str]]


SCENES = (
    Scene("mustard", "salute", "checker", (("royalblue", "firebrick"), ("orchid", "teal"))),
    Scene("plaid", "salute", "stripes", (("forestgreen", "peru"), ("darkorange", "purple"))),
    Scene("stripes", "jack", "mustard", (("crimson", "seagreen"), ("gold", "steelblue"))),
    Scene("checker", "jack", "plaid", (("dodgerblue", "maroon"), ("hotpink", "olive"))),
)


def demo(clips: Path, out: Path, overrides: Sequence[str] = ()) -> Path:
    """Run the demonstration; what an earlier run finished is kept.

    Args:
        clips: the bundled clips.
        out: folder for dataset, model, videos, sheets, metrics.json and report.html.
        overrides: changes to the preset, as for `load_config`.

    Returns:
        The report.

    Raises:
        HuemanError: the clips are not there, or a step failed.
    """
    if not clips.is_dir():
        raise HuemanError(f"There is no folder {clips}; give the bundled clips with --clips.")
    config = load_config("demo", overrides)
    seconds: dict[str, float] = {}
    with _timed("fetch weights", seconds):
        pull(WEIGHTS)
    with _timed("prepare clips", seconds):
        _prepare(clips, out / "dataset")
    dataset = Dataset(out / "dataset")
    with _timed("train", seconds):
        model_file = train(dataset, out / "model", config)
    with _timed("measure", seconds):
        quality = _measure(model_file, dataset)
    with _timed("generate", seconds):
        figures = _generate(model_file, dataset, out)
    with _timed("recolour a clip", seconds):
        recolored = _recolor(clips, out)
    _, notes = load_model(model_file)
    result = {
        "quality": quality,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "machine": describe_machine(),
        "enlarged": ENLARGE,
        "training": notes,
    }
    with atomic_file(out / "metrics.json") as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    report = out / "report.html"
    write_demo_report(report, result, config, figures, recolored)
    return report


@contextmanager
def _timed(name: str, seconds: dict[str, float]) -> Iterator[None]:
    print(f"== {name}", flush=True)
    started = time.monotonic()
    yield
    seconds[name] = time.monotonic() - started


def _prepare(clips: Path, out: Path) -> None:
    settings = PrepareSettings(height=HEIGHT, width=WIDTH)
    summary = prepare(find_clips([clips], exclude=EXCLUDE), out, settings, jobs=os.cpu_count() or 1)
    print(summary)
    if summary.refused:
        raise HuemanError(f"Some of the clips in {clips} were refused; see the lines above.")


def _measure(model_file: Path, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Judge the model and the methods without a network; by method, means over clips."""
    model, config = load_subject(model_file)
    clips = held_out_clips(dataset, config)
    lpips = load_lpips()
    result = {}
    for subject in (model, *plain_subjects((config.height, config.width))):
        judgement = judge(subject.method, clips, lpips, shown=f"Judging {subject.title}")
        means = summarize(judgement.rows)
        known = {name: round(each.mean, 4) for name, each in means.items() if each.count}
        result[subject.name] = known | {"clips": len(clips)}
    return result


def _generate(model_file: Path, dataset: Dataset, out: Path) -> dict[str, list[Figure]]:
    predictor = Predictor.from_file(model_file)
    videos, sheets = [], []
    for scene in SCENES:
        content = dataset.read(dataset.entry(scene.actor, "wave_right"))
        driver = dataset.read(dataset.entry(scene.driver, scene.action))
        rows = _scene_rows(predictor, scene, content, driver)
        name = f"{scene.actor}_{scene.action}"
        worn = " and in ".join(f"{upper} and {lower}" for upper, lower in scene.outfits)
        caption = f"{scene.actor} does {scene.driver}'s {scene.action}, in {worn}."
        side_by_side = np.concatenate([frames for _, frames in rows], axis=2)
        write_video(out / "videos" / f"{name}.mp4", side_by_side, driver.fps)
        write_picture(out / "sheets" / f"{name}.png", contact_sheet(rows, COLUMNS))
        videos.append(Figure(f"videos/{name}.mp4", caption))
        sheets.append(Figure(f"sheets/{name}.png", caption))
    interpolation = _interpolate(predictor, dataset, out)
    return {"videos": videos, "sheets": sheets, "interpolation": interpolation}


def _scene_rows(
    predictor: Predictor, scene: Scene, content: PreparedClip, driver: PreparedClip
) -> list[tuple[str, np.ndarray]]:
    person = predictor.content(content, 1)
    pose = _driving_pose(predictor, content, driver)
    still = _fit(content.frames[:1], ENLARGE * predictor.size[1])
    rows = [
        (f"{scene.actor}, the only frame shown", np.repeat(still, len(pose), axis=0)),
        (f"{scene.driver} drives", _fit(driver.frames, ENLARGE * predictor.size[1])),
    ]
    for upper, lower in scene.outfits:
        code = predictor.code(person, parse_color(upper), parse_color(lower))
        frames = np.stack(list(predictor.generate(person, pose, code)))
        rows.append((f"{upper} and {lower}", enlarge(frames, ENLARGE)))
    return rows


def _interpolate(predictor: Predictor, dataset: Dataset, out: Path) -> list[Figure]:
    """Go from outfit to outfit, and between two random codes (paper, section 4.4, Fig. 4)."""
    scene = SCENES[0]
    content = dataset.read(dataset.entry(scene.actor, "wave_right"))
    driver = dataset.read(dataset.entry(scene.driver, scene.action))
    person = predictor.content(content, 1)
    pose = _driving_pose(predictor, content, driver)
    outfits = [predictor.code(person, parse_color(u), parse_color(w)) for u, w in scene.outfits]
    random = torch.Generator().manual_seed(RANDOM_SEED)
    ends = (outfits, predictor.model.code_distribution.sample(2, random))
    captions = ("from one outfit to the other", "between two random codes")
    rows = []
    for caption, (first, last) in zip(captions, ends, strict=True):
        codes = codes_between(first, last, len(pose))
        frames = np.stack(list(predictor.generate(person, pose, codes)))
        rows.append((f"{scene.actor}: {caption}", enlarge(frames, ENLARGE)))
    side_by_side = np.concatenate([frames for _, frames in rows], axis=2)
    write_video(out / "videos" / "interpolation.mp4", side_by_side, driver.fps)
    write_picture(out / "sheets" / "interpolation.png", contact_sheet(rows, 10))
    return [Figure("sheets/interpolation.png", "; ".join(label for label, _ in rows))]


def _driving_pose(predictor: Predictor, content: PreparedClip, driver: PreparedClip) -> np.ndarray:
    height, width = content.frames.shape[1:3]
    return predictor.scale_pose(retarget(driver.pose, content.pose), height, width)


def _fit(frames: np.ndarray, width: int) -> np.ndarray:
    return enlarge(frames, max(1, width // frames.shape[2]))


def _recolor(clips: Path, out: Path) -> list[Figure]:
    file = out / "videos" / "recolored_plaid.mp4"
    report = recolor_video(clips / "plaid" / "wave_both.mp4", file, "seagreen", "slateblue")
    print(report)
    return [Figure("videos/recolored_plaid.mp4", "plaid's own clip in seagreen and slateblue.")]
