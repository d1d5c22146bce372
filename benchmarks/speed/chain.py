"""From one video to another: everything that happens to a frame, alone and together."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from benchmarks.speed.contest import Contest
from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.config import load_config
from hueman.generation.generator import HumanVideoGenerator
from hueman.perception.base import pose_estimator
from hueman.training.model import VideoModel

CLIPS = Path("examples/clips")
CONTENT, DRIVE = CLIPS / "plaid" / "march.mp4", CLIPS / "stripes" / "wave_right.mp4"


@contextmanager
def contests(quick: bool) -> Iterator[list[Contest]]:
    """The chain of the preset `realtime` at 384x256, or 192x128; a folder lives as long as this."""
    size = ["height=192", "width=128"] if quick else []
    torch.manual_seed(0)
    model = VideoModel(load_config("realtime", size))
    generator = HumanVideoGenerator(model, device="cpu").set_content(CONTENT)
    video = Video(DRIVE)
    frames = video.read()
    poses = generator.poses(DRIVE)
    person, clothes = generator.person, generator.predictor.clothes(generator.person)
    made = np.stack(list(generator.predictor.generate(person, poses, clothes)))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.mp4"
        find = pose_estimator("blazepose")

        def guidance() -> int:
            chosen = person.chosen(torch.from_numpy(poses))
            each = generator.predictor._guidance(person, torch.from_numpy(poses), chosen)
            return sum(1 for _ in each)

        def whole() -> None:
            moved = generator.poses(DRIVE)
            write_video(out, generator.predictor.generate(person, moved, clothes), video.info.fps)

        yield [
            Contest(
                f"from video to video, {model.config.height}x{model.config.width}, a frame",
                "everything",
                {
                    "everything": whole,
                    "decode": lambda: Video(DRIVE).read(),
                    "pose": lambda: find(frames),
                    "features": guidance,
                    "features and generator": lambda: list(
                        generator.predictor.generate(person, poses, clothes)
                    ),
                    "encode": lambda: write_video(out, made, video.info.fps),
                },
                frames=len(frames),
            )
        ]
