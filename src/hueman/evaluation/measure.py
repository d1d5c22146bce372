"""How good a trained model is on clips it was not trained on, with ground truth beside it.

As in the paper (4.3), the first frame of a test clip is the content, all later frames are made
from its warped features alone, and the background is masked out before comparing. Colour is
measured as the paper only shows it: does the garment get the colour asked for, and does anything
else change.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hueman.clips.store import Dataset
from hueman.color.lab import limit_chroma, rgb_to_lab
from hueman.errors import HuemanError
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.evaluation.metrics import ciede2000, ms_ssim, psnr, ssim
from hueman.features.warping import warp_parts
from hueman.files import atomic_file
from hueman.training.data import held_out_by, load_split
from hueman.training.frames import ClipFrames, Frames
from hueman.training.model import VideoModel, load_model

# Directions in the a, b plane that are asked for: red, green, blue, teal, yellow, violet.
REQUESTED_CHROMA = ((50, 10), (-35, 40), (10, -50), (-30, -5), (5, 55), (40, -40))
# Every how many frames colours are compared; they change little from frame to frame.
COLOR_STRIDE = 5
CERTAIN, ABSENT = 200, 20


@torch.inference_mode()
def roll_out(model: VideoModel, frames: Frames, codes: Tensor) -> Tensor:
    """Generate a clip from its first frame's warped features, once for each code.

    Args:
        model: on the CPU or a GPU.
        frames: T frames; the first is the content, the poses of all drive.
        codes: (V, up + down).

    Returns:
        (V, T, 3, H, W) in [-1, 1], on the CPU.
    """
    device = model.code_mean.device
    content = frames[[0] * len(frames)]
    features, regions = model.estimate(content, frames.pose)
    count = len(codes)
    previous = torch.full((count, 3, *frames.rgb.shape[2:]), -1.0, device=device)
    video = []
    for feature, region in zip(features, regions, strict=True):
        previous = model.next_frame(
            feature.expand(count, -1, -1, -1), codes, region.expand(count, -1, -1, -1), previous
        )
        video.append(previous.float().cpu())
    return torch.stack(video, dim=1)


@torch.inference_mode()
def measure_clip(
    model: VideoModel, clip: ClipFrames, lpips: LPIPS, number: int
) -> dict[str, float]:
    """Measure a model on one test clip; `number` varies the colours asked for.

    Returns:
        ms_ssim, ssim, psnr, lpips: generated against real, person only, mean over all frames but
            the first. The same with _copy: for the first frame, copied; with _warp: for the first
            frame's RGB, warped part by part.
        color_error_upper, color_error_lower: CIEDE2000 of the garment's mean colour against the
            recoloured real frames; color_error_unchanged is what no change at all would give.
        leak_lower, leak_upper, leak_skin, leak_background: mean CIEDE2000 of pixels that should
            not have changed when only the upper (for leak_upper: the lower) garment's code moved.
    """
    frames = clip.frames
    upper, lower = _requests(frames, number)
    codes = [_encode(model, frames[:1], None, None)]
    codes += [_encode(model, frames[:1], upper, None), _encode(model, frames[:1], None, lower)]
    videos = roll_out(model, frames, torch.stack(codes))
    result = _similarity(frames, videos[0], lpips)

    chosen = torch.arange(2, len(frames), COLOR_STRIDE)
    sample = frames[chosen]
    own, with_upper, with_lower = (rgb_to_lab(video[chosen] / 2 + 0.5) for video in videos)
    true_upper = rgb_to_lab(sample.recolored(upper.expand(len(sample), -1), None) / 2 + 0.5)
    true_lower = rgb_to_lab(sample.recolored(None, lower.expand(len(sample), -1)) / 2 + 0.5)
    masks = _masks(sample)
    return result | {
        "color_error_upper": _mean_color_error(with_upper, true_upper, masks["upper"]),
        "color_error_lower": _mean_color_error(with_lower, true_lower, masks["lower"]),
        "color_error_unchanged": _mean_color_error(own, true_upper, masks["upper"]),
        "leak_lower": _pixel_error(with_upper, own, masks["lower"]),
        "leak_upper": _pixel_error(with_lower, own, masks["upper"]),
        "leak_skin": _pixel_error(with_upper, own, masks["skin"]),
        "leak_background": _pixel_error(with_upper, own, masks["background"]),
    }


def measure(model: VideoModel, clips: list[ClipFrames], lpips: LPIPS) -> dict[str, float]:
    """Average `measure_clip` over clips."""
    rows = [measure_clip(model, clip, lpips, number) for number, clip in enumerate(clips)]
    return {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]} | {
        "clips": len(rows)
    }


def measure_to_file(
    model_file: Path, dataset: Dataset, out: Path, restoration: str = "auto"
) -> dict[str, float]:
    """Measure a model on the dataset's clips that are kept out of training; write it as JSON.

    Args:
        model_file: a model's file or the folder of a training run.
        dataset: prepared clips.
        out: file to write.
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.

    Raises:
        HuemanError: there is no such model, or the dataset has no clip that was held out.
    """
    model, _ = load_model(model_file)
    model.choose_restoration(restoration)
    clips = load_split(dataset, model.config).test
    if not clips:
        raise HuemanError(
            f"{dataset.root} has no clip that {held_out_by(dataset, model.config)} keeps out of "
            "training; a model cannot be judged on what it was trained on."
        )
    result = {name: round(value, 4) for name, value in measure(model, clips, load_lpips()).items()}
    with atomic_file(out) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result


def mask_background(pictures: Tensor, person: Tensor) -> Tensor:
    """Paint black (-1) what is not person: pictures (N, 3, H, W), person uint8 (N, 1, H, W)."""
    return torch.where(person > 127, pictures, -1.0)


def warp_baseline(frames: Frames) -> Tensor:
    """Warp the first frame's RGB part by part to every later pose: (T, 3, H, W) in [-1, 1].

    What no part covers shows the first frame itself.
    """
    content = frames[[0] * len(frames)]
    first = content.pictures()
    warped = warp_parts(first / 2 + 0.5, content.parts, content.pose, frames.pose)
    covered = warped.parts.amax(dim=1, keepdim=True) > 0.5
    return torch.where(covered, warped.features * 2 - 1, first)


def _similarity(frames: Frames, generated: Tensor, lpips: LPIPS) -> dict[str, float]:
    truth, person = frames.pictures()[1:], frames.person[1:]
    candidates = {
        "": generated[1:],
        "_copy": frames[[0] * (len(frames) - 1)].pictures(),
        "_warp": warp_baseline(frames)[1:],
    }
    masked_truth = mask_background(truth, person)
    result = {}
    for suffix, candidate in candidates.items():
        masked = mask_background(candidate, person)
        result[f"ms_ssim{suffix}"] = float(ms_ssim(masked, masked_truth).mean())
        result[f"ssim{suffix}"] = float(ssim(masked, masked_truth).mean())
        result[f"psnr{suffix}"] = float(psnr(masked, masked_truth).mean())
        result[f"lpips{suffix}"] = float(lpips(masked, masked_truth).mean())
    return result


def _requests(frames: Frames, number: int) -> tuple[Tensor, Tensor]:
    """Colours to ask for, (1, 2) each: two directions that differ from clip to clip."""
    wanted = []
    for mean, offset in ((frames.upper_color, 2 * number), (frames.lower_color, 2 * number + 3)):
        chroma = REQUESTED_CHROMA[offset % len(REQUESTED_CHROMA)]
        color = torch.tensor([[float(mean[0, 0]), *chroma]])
        wanted.append(limit_chroma(color)[:, 1:])
    return wanted[0], wanted[1]


def _encode(
    model: VideoModel, content: Frames, upper: Tensor | None, lower: Tensor | None
) -> Tensor:
    device = model.code_mean.device
    regions = content.encoder_regions(model.config.stage_one.encoder.input_region)
    colored = content.recolored(upper, lower, model.recolor)
    return model.encoders(colored.to(device), regions.to(device))[0]


def _masks(frames: Frames) -> dict[str, Tensor]:
    """Pixels that certainly belong to something, bool (N, 1, H, W) each."""
    garment = torch.maximum(frames.upper, frames.lower)
    return {
        "upper": frames.upper > CERTAIN,
        "lower": frames.lower > CERTAIN,
        "skin": (frames.person > CERTAIN) & (garment < ABSENT),
        "background": frames.person < 3,
    }


def _mean_color_error(lab: Tensor, target: Tensor, mask: Tensor) -> float:
    """CIEDE2000 between mean colours inside a mask, averaged over frames that show it."""
    seen = mask.flatten(1).any(dim=1)
    if not seen.any():
        return float("nan")
    weight = mask[seen].float()
    area = weight.sum(dim=(2, 3))
    means = [(values[seen] * weight).sum(dim=(2, 3)) / area for values in (lab, target)]
    return float(ciede2000(means[0], means[1]).mean())


def _pixel_error(lab: Tensor, target: Tensor, mask: Tensor) -> float:
    """Mean CIEDE2000 of the pixels inside a mask."""
    if not mask.any():
        return float("nan")
    difference = ciede2000(lab.movedim(1, -1), target.movedim(1, -1))
    return float(difference[mask[:, 0]].mean())
