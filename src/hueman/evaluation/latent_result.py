"""The latent spaces of several methods, measured on the same coloured frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from hueman.config import TrainingConfig
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.latent_measures import measure_latent_space
from hueman.evaluation.latent_space import CodeSample, collect_codes, untrained_encoders
from hueman.evaluation.subject import Subject
from hueman.networks.color_encoders import ColorEncoders
from hueman.progress import track
from hueman.training.coloring import make_recolor
from hueman.training.frames import Clip, ClipFrames

TEST_SHARE = 4
"""So many times fewer frames of held-out clips than of training clips are encoded."""
LEAST = 50
"""Frames of held-out clips that are encoded at least."""
SEED = 0


@dataclass(frozen=True)
class LatentResult:
    """A method's latent space."""

    title: str
    train: CodeSample
    """Of the training clips, what the paper's Fig. 5 shows."""
    measures: dict[str, dict[str, float]]
    """Of "upper" and "lower", on held-out clips."""


def measure_latent_spaces(
    subjects: Sequence[Subject],
    train: Sequence[Clip],
    clips: Sequence[HeldOutClip],
    config: TrainingConfig,
    count: int,
) -> dict[str, LatentResult]:
    """Measure the latent space of every method that has one, and of untrained encoders.

    Methods that share their encoders are measured once and named by the first of them.

    Args:
        subjects: methods; those without a model are left out.
        train: clips that were trained on.
        clips: held-out clips.
        config: of the untrained encoders, and of how garments are coloured for all.
        count: frames of training clips to encode, each in random colours.

    Returns:
        By the names of methods, and "untrained"; empty if no method has codes.
    """
    with_codes = {each.name: each for each in subjects if each.model is not None}
    if not with_codes:
        return {}
    test = [ClipFrames(clip.actor, clip.action, clip.fps, clip.frames) for clip in clips]
    spaces: list[tuple[str, str, ColorEncoders, TrainingConfig]] = [
        ("untrained", "random initialisation", untrained_encoders(config, config.seed), config)
    ]
    for name, each in with_codes.items():
        model = each.model
        if model is not None and not any(_same(model.encoders, other[2]) for other in spaces):
            spaces.append((name, each.title, model.encoders, model.config))
    results = {}
    recolor = make_recolor(config, next(spaces[-1][2].parameters()).device)
    for name, title, encoders, settings in track(spaces, "Measuring latent spaces", len(spaces)):
        sample = collect_codes(encoders, train, settings, count, SEED, recolor)
        fewer = max(LEAST, count // TEST_SHARE)
        held_out = collect_codes(encoders, test, settings, fewer, SEED + 1, recolor)
        measures = {
            "upper": measure_latent_space(sample, held_out, "upper"),
            "lower": measure_latent_space(sample, held_out, "lower"),
        }
        results[name] = LatentResult(title, sample, measures)
    return results


def _same(first: ColorEncoders, second: ColorEncoders) -> bool:
    states = first.state_dict(), second.state_dict()
    return all(torch.equal(states[0][name].cpu(), states[1][name].cpu()) for name in states[0])
