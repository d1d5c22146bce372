"""The pictures and videos of a report, drawn from methods and clips, and written beside it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from hueman.clips.encoding import write_video
from hueman.clips.panels import enlargement
from hueman.clips.sheets import write_picture
from hueman.config import TrainingConfig
from hueman.evaluation.color_control import color_outfits, recolored
from hueman.evaluation.figures.action import action_figure
from hueman.evaluation.figures.appearance import appearance_figure
from hueman.evaluation.figures.augmentation import augmentation_figure
from hueman.evaluation.figures.feature import feature_figure
from hueman.evaluation.figures.interpolation import interpolation_figure
from hueman.evaluation.figures.layout import rgb_of
from hueman.evaluation.figures.side_by_side import side_by_side
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.latent_figure import draw_latent_space
from hueman.evaluation.latent_result import LatentResult
from hueman.evaluation.latent_space import write_codes
from hueman.evaluation.method import OWN
from hueman.evaluation.report import Figure
from hueman.evaluation.subject import Subject
from hueman.generation.predictor import Predictor
from hueman.progress import track
from hueman.training.coloring import make_recolor
from hueman.training.frames import Clip
from hueman.training.model import VideoModel

INTERPOLATION_SEED = 4
AUGMENTATION_SEED = 1
SHOWN_CLIPS = 2
"""Clips of which there are videos, each in own and in other colours."""
VIDEO_HEIGHT = 192
"""Pixels; videos of small frames are enlarged to about this height."""
COMPARED_SPACES = 3
"""Latent spaces beside each other in the figure: untrained, end-to-end, the method."""


@dataclass
class Pictures:
    """What a page shows, by the paper's figures."""

    features: list[Figure] = field(default_factory=list)
    augmentation: list[Figure] = field(default_factory=list)
    action: list[Figure] = field(default_factory=list)
    interpolation: list[Figure] = field(default_factory=list)
    latent: list[Figure] = field(default_factory=list)
    videos: list[Figure] = field(default_factory=list)
    curves: list[Figure] = field(default_factory=list)


def draw_pictures(
    out: Path,
    subjects: Sequence[Subject],
    train: Sequence[Clip],
    clips: Sequence[HeldOutClip],
    latent: dict[str, LatentResult],
    config: TrainingConfig,
) -> Pictures:
    """Draw everything that the methods and clips allow; files go to OUT/figures and OUT/videos.

    Args:
        out: folder of the report.
        subjects: the first is what the report is about.
        train: training clips, of which the augmentation is shown.
        clips: held-out clips.
        latent: the latent spaces that were measured.
        config: of the first subject.
    """
    pictures = Pictures()
    pictures.augmentation.append(_augmentation(out, train, config))
    pictures.action.append(_action(out, subjects[0], clips))
    models = [subject.model for subject in subjects if subject.model is not None]
    if models:
        restoring = [model for model in models if model.restoration is not None]
        pictures.features.append(_features(out, [*restoring, *models][0], clips[0]))
        if any(model.tint is not None for model in models):
            pictures.features.append(_appearance(out, clips[0]))
        pictures.interpolation.append(_interpolation(out, models[0], clips))
    pictures.latent += _latent(out, latent)
    pictures.videos += _videos(out, subjects, clips)
    pictures.curves += _curves(out, subjects)
    return pictures


def _augmentation(out: Path, train: Sequence[Clip], config: TrainingConfig) -> Figure:
    people = {clip.actor: clip for clip in train}
    chosen = list(people.values())[:SHOWN_CLIPS]
    file = "figures/augmentation.png"
    recolor = make_recolor(config, torch.device("cpu"))
    write_picture(out / file, augmentation_figure(chosen, AUGMENTATION_SEED, recolor))
    return Figure(file, "Frames of the clips, as they are and in random colours.")


def _action(out: Path, subject: Subject, clips: Sequence[HeldOutClip]) -> Figure:
    action = clips[0].action
    file = "figures/action.png"
    same = [clip for clip in clips if clip.action == action]
    write_picture(out / file, action_figure(same, subject.method))
    return Figure(
        file,
        f"'{action}', which training has not seen, by everybody: real frames, and below them what "
        f"{subject.title} makes of the first frame and the poses.",
    )


def _features(out: Path, model: VideoModel, clip: HeldOutClip) -> Figure:
    file = "figures/features.png"
    write_picture(out / file, feature_figure(model, clip, len(clip.frames) // 2))
    return Figure(file, "From the one frame that is shown to the features of another pose.")


def _appearance(out: Path, clip: HeldOutClip) -> Figure:
    file = "figures/appearance.png"
    write_picture(out / file, appearance_figure(clip, len(clip.frames) // 2))
    return Figure(file, "What the appearance path shows the generator, before any network.")


def _interpolation(out: Path, model: VideoModel, clips: Sequence[HeldOutClip]) -> Figure:
    people = {clip.actor: clip for clip in clips}
    chosen = list(people.values())[:SHOWN_CLIPS]
    random = torch.Generator().manual_seed(INTERPOLATION_SEED)
    file = "figures/interpolation.png"
    predictor = Predictor(model, model.code_mean.device.type)
    figure = interpolation_figure(predictor, chosen, random)
    write_picture(out / file, figure)
    return Figure(file, "Ten key frames; the code goes straight from one random code to another.")


def _latent(out: Path, latent: dict[str, LatentResult]) -> list[Figure]:
    figures = []
    order = [name for name in ("untrained", "end_to_end") if name in latent]
    order += [name for name in latent if name not in order]
    samples = {latent[name].title: latent[name].train for name in order[:COMPARED_SPACES]}
    for region in ("upper", "lower") if samples else ():
        file = f"figures/latent_{region}.png"
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        draw_latent_space(samples, region, out / file)
        caption = f"Codes of the {region} garment, each in the colour that it is the code of."
        figures.append(Figure(file, caption))
        for name, result in latent.items():
            (out / "codes").mkdir(parents=True, exist_ok=True)
            write_codes(out / "codes" / f"{name}_{region}.csv", result.train, region)
    return figures


def _videos(out: Path, subjects: Sequence[Subject], clips: Sequence[HeldOutClip]) -> list[Figure]:
    people = {clip.actor: (number, clip) for number, clip in enumerate(clips)}
    chosen = list(people.values())[:SHOWN_CLIPS]
    figures = []
    for number, clip in track(chosen, "Making videos", len(chosen)):
        other = color_outfits(clip, number)[1]
        truth = recolored(clip.frames, other)
        if clip.truth is not None and clip.truth.recolored:
            truth = clip.truth.recolored[0].pictures()
        own = {"truth": clip.frames.pictures()}
        asked = {"truth": truth}
        for subject in subjects:
            videos = subject.method.generate(clip.frames[:1], clip.frames.pose, [OWN, other])
            own[subject.title], asked[subject.title] = videos
        factor = enlargement(rgb_of(clip.frames[:1])[0], VIDEO_HEIGHT)
        for kind, shown, what in (
            ("own", own, "in their own clothes"),
            ("asked", asked, "in the colours asked for"),
        ):
            file = f"videos/{clip.actor}_{clip.action}_{kind}.mp4"
            write_video(out / file, side_by_side(shown, factor), clip.fps)
            figures.append(Figure(file, f"{clip.actor}, {clip.action}, {what}."))
    return figures


def _curves(out: Path, subjects: Sequence[Subject]) -> list[Figure]:
    figures = []
    for subject in subjects:
        for curves in sorted(subject.folder.rglob("curves.png")) if subject.folder else []:
            stage = "_".join(curves.relative_to(subject.folder or out).parts[:-1])
            file = f"figures/curves_{subject.name}_{stage}.png"
            shutil.copyfile(curves, out / file)
            figures.append(Figure(file, f"{subject.title}: {stage.replace('_', ' ')}."))
    return figures
