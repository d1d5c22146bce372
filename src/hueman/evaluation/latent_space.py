"""Codes of randomly coloured frames: what the latent colour space is judged and drawn by.

As in the paper (section 4.5): frames are chosen at random, their garments are given the random
colours of the augmentation, and what the encoders make of them is kept beside the colours given.
`latent_measures` puts numbers on such samples, `latent_figure` draws them.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hueman.color.augmentation import random_chroma
from hueman.color.lab import rgb_to_lab
from hueman.config import TrainingConfig
from hueman.files import atomic_file
from hueman.networks.color_encoders import ColorEncoders
from hueman.training.architecture import Region, build_encoder
from hueman.training.data import FrameSampler, step_generator
from hueman.training.frames import Clip, Frames, Recolor, gather

ENCODED_AT_ONCE = 16
GARMENT = 128
"""Mask values from here on count as garment, as for a garment's mean colour (`color.recolor`)."""


@dataclass(frozen=True)
class CodeSample:
    """What both encoders make of N coloured frames, on the CPU."""

    upper_mean: Tensor
    """(N, up), means of the distributions of z_up; `ColorEncoders` takes them for the codes."""
    upper_log_variance: Tensor
    """(N, up)."""
    lower_mean: Tensor
    """(N, down)."""
    lower_log_variance: Tensor
    """(N, down)."""
    chroma: Tensor
    """(N, 4), the (a, b) given to the upper and to the lower garment."""
    lightness: Tensor
    """(N, 2), mean L of the upper and of the lower garment in the frame before it was coloured."""
    actors: list[str]
    """N names, of who is shown."""

    def __post_init__(self):
        """Check that all fields speak of the same frames.

        Raises:
            ValueError: they do not, or a shape is not as described.
        """
        count = len(self.actors)
        shapes = {
            "upper_mean": (self.upper_mean, (count, *self.upper_mean.shape[1:2])),
            "upper_log_variance": (self.upper_log_variance, tuple(self.upper_mean.shape)),
            "lower_mean": (self.lower_mean, (count, *self.lower_mean.shape[1:2])),
            "lower_log_variance": (self.lower_log_variance, tuple(self.lower_mean.shape)),
            "chroma": (self.chroma, (count, 4)),
            "lightness": (self.lightness, (count, 2)),
        }
        for name, (tensor, expected) in shapes.items():
            if tensor.ndim != 2 or tuple(tensor.shape) != expected:
                raise ValueError(
                    f"{name} of {count} actors' frames must be {expected}, "
                    f"got {tuple(tensor.shape)}"
                )

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.actors)

    def mean(self, region: Region) -> Tensor:
        """Return the means of a region's codes, (N, code)."""
        return self.upper_mean if region == "upper" else self.lower_mean

    def log_variance(self, region: Region) -> Tensor:
        """Return the log-variances of a region's codes, (N, code)."""
        return self.upper_log_variance if region == "upper" else self.lower_log_variance

    def own_chroma(self, region: Region) -> Tensor:
        """Return the (a, b) given to a region's garment, (N, 2)."""
        return self.chroma[:, :2] if region == "upper" else self.chroma[:, 2:]

    def other_chroma(self, region: Region) -> Tensor:
        """Return the (a, b) given to the garment that is not the region's, (N, 2)."""
        return self.own_chroma("lower" if region == "upper" else "upper")

    def lab(self, region: Region) -> Tensor:
        """Return the colours of a region's garments, (N, 3): L as it was, (a, b) as given."""
        number = ("upper", "lower").index(region)
        return torch.cat([self.lightness[:, number, None], self.own_chroma(region)], dim=1)


@torch.no_grad()
def collect_codes(
    encoders: ColorEncoders,
    frames: Sequence[Clip],
    config: TrainingConfig,
    count: int,
    seed: int,
    recolor: Recolor | None = None,
) -> CodeSample:
    """Encode randomly chosen frames in random colours.

    Both garments of a frame are coloured, independently of each other, so that one can see whether
    a code tells of the other garment.

    Args:
        encoders: on any device.
        frames: of the clips to choose from. Every frame is chosen once before any is chosen
            again, in other colours.
        config: of the encoders' training: what they may see, how far colours go from grey.
        count: frames to choose; the paper has 7,000.
        seed: of choice and colours, alone: the same seed gives the same coloured frames to other
            encoders, and the global random numbers are neither used nor moved.
        recolor: another way to colour than moving a and b, as in `Frames.recolored`.

    Returns:
        The codes of `count` frames.

    Raises:
        ValueError: `count` is below 1.
        HuemanError: there are no frames.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    places = FrameSampler(frames, batch_size=count, seed=seed).batch(0)
    random = step_generator(seed)
    parts = []
    for start in range(0, count, ENCODED_AT_ONCE):
        batch = gather(frames, places[start : start + ENCODED_AT_ONCE])
        upper = random_chroma(random, batch.upper_color[:, 0], config.max_chroma)
        lower = random_chroma(random, batch.lower_color[:, 0], config.max_chroma)
        seen = batch.recolored(upper, lower, recolor)
        regions = batch.encoder_regions(config.stage_one.encoder.input_region)
        parts.append(
            (
                *_encode(encoders.upper, seen * regions[:, :1]),
                *_encode(encoders.lower, seen * regions[:, 1:]),
                torch.cat([upper, lower], dim=1),
                garment_lightness(batch),
            )
        )
    names = [frames[number].actor for number, _ in places]
    return CodeSample(*(torch.cat(field) for field in zip(*parts, strict=True)), actors=names)


def garment_lightness(frames: Frames) -> Tensor:
    """Return the mean L of the upper and of the lower garment in each of N frames, (N, 2).

    Where a frame shows nothing of a garment, its mean L over the clip.
    """
    lightness = rgb_to_lab(frames.rgb.float() / 255)[:, :1]
    means = []
    for mask, clip in ((frames.upper, frames.upper_color), (frames.lower, frames.lower_color)):
        inside = mask >= GARMENT
        area = inside.sum(dim=(1, 2, 3))
        total = (lightness * inside).sum(dim=(1, 2, 3))
        means.append(torch.where(area > 0, total / area.clamp(min=1), clip[:, 0]))
    return torch.stack(means, dim=1)


def untrained_encoders(config: TrainingConfig, seed: int) -> ColorEncoders:
    """Make encoders as they are before training: what codes tell without having learnt anything.

    Random convolutions keep much of a picture's colour, so this is the baseline of every measure
    of a latent space. With the seed of a training run they are the encoders it began with. The
    global random numbers stay as they are.
    """
    regions: tuple[Region, Region] = ("upper", "lower")
    with torch.random.fork_rng(devices=[]):
        encoders = []
        for number, region in enumerate(regions):
            torch.default_generator.manual_seed(seed + number)  # as `StageOne` does
            encoders.append(build_encoder(config, region))
    return ColorEncoders(*encoders).eval()


def without_actor_means(codes: Tensor, actors: Sequence[str]) -> Tensor:
    """Subtract from each code (N, code) the mean of all codes of its actor, one of N names.

    Codes also tell who wears a garment (its cut, its pattern, its lightness), often more loudly
    than its colour. What is left varies within actors only.

    Raises:
        ValueError: there is not one actor for each code.
    """
    if len(codes) != len(actors):
        raise ValueError(f"expected an actor for each of {tuple(codes.shape)}, got {len(actors)}")
    centered = codes.clone()
    for actor in set(actors):
        chosen = torch.tensor([name == actor for name in actors])
        centered[chosen] -= codes[chosen].mean(dim=0)
    return centered


def write_codes(path: Path, sample: CodeSample, region: Region) -> None:
    """Write a region's codes as CSV, to be drawn again elsewhere.

    A row for each frame: the code (`z0`, `z1`, ...), the `a` and `b` its garment was given, its
    mean `L` before, and the `actor`. Numbers are written so that they read back exactly.

    Raises:
        HuemanError: the file cannot be written.
    """
    with atomic_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        length = sample.mean(region).shape[1]
        writer.writerow([*(f"z{number}" for number in range(length)), "a", "b", "L", "actor"])
        writer.writerows(_rows(sample, region))


def _rows(sample: CodeSample, region: Region) -> Iterator[list[object]]:
    lab = sample.lab(region)
    values = torch.cat([sample.mean(region), lab[:, 1:], lab[:, :1]], dim=1).numpy()
    for row, actor in zip(values, sample.actors, strict=True):
        yield [*row, actor]


def _encode(encoder: torch.nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor]:
    device = next(encoder.parameters()).device
    mean, log_variance = encoder(pictures.to(device))
    return mean.float().cpu(), log_variance.float().cpu()
