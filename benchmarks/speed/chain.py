"""The whole chain: decode, see the pose, warp, make the frame, encode; and each step alone."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import torch

from benchmarks.speed.contest import Contest
from benchmarks.speed.engines import SAMPLES
from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.config import load_config
from hueman.engines.engine import Engine, OpenVinoEngine
from hueman.engines.graph import export_graph, random_inputs
from hueman.engines.int8 import quantized
from hueman.engines.openvino_graph import OpenVinoGraph, openvino_graph
from hueman.generation.generator import HumanVideoGenerator
from hueman.overlap import one_by_one
from hueman.perception.base import pose_estimator
from hueman.training.model import VideoModel

CLIPS = Path("examples/clips")
CONTENT, DRIVE = CLIPS / "plaid" / "march.mp4", CLIPS / "stripes" / "wave_right.mp4"


@contextmanager
def contests(quick: bool) -> Iterator[list[Contest]]:
    """The chain of the preset `realtime` at 384x256, or 192x128; a folder lives as long as this."""
    torch.manual_seed(0)
    model = VideoModel(load_config("realtime", ["height=192", "width=128"] if quick else []))
    generator = HumanVideoGenerator(model, device="cpu").set_content(CONTENT)
    engines: dict[str, Engine] = {
        "torch": generator.predictor.engine,
        "OpenVINO, int8": in_eight_bits(model),
    }
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.mp4"
        title = f"from video to video, {model.config.height}x{model.config.width}, a frame"
        whole = ways(generator, engines, out)
        each = {f"only {name}": step for name, step in steps(generator, engines, out).items()}
        yield [Contest(title, next(iter(whole)), whole | each, frames=Video(DRIVE).info.frames)]


def in_eight_bits(model: VideoModel) -> OpenVinoEngine:
    """Export a model, with ranges from random inputs: this is about speed."""
    graph = openvino_graph(export_graph(model), random_inputs(model, 2))
    eight = quantized(graph, [random_inputs(model, 1)] * SAMPLES)
    return OpenVinoEngine(OpenVinoGraph(eight), model)


def ways(
    generator: HumanVideoGenerator, engines: dict[str, Engine], out: Path
) -> dict[str, Callable[[], object]]:
    """The whole chain by each engine, one step after the other, and all steps side by side."""
    fps, clothes = Video(DRIVE).info.fps, generator.clothes()

    def overlapped(engine: Engine) -> None:
        generator.predictor.engine = engine
        write_video(out, generator.stream(DRIVE, clothes=clothes), fps)

    def serial(engine: Engine) -> None:
        with one_by_one():
            overlapped(engine)

    named = (("one by one", serial), ("overlapped", overlapped))
    return {
        f"{name}, {how}": lambda make=make, engine=engine: make(engine)
        for name, engine in engines.items()
        for how, make in named
    }


def steps(
    generator: HumanVideoGenerator, engines: dict[str, Engine], out: Path
) -> dict[str, Callable[[], object]]:
    """Each step alone; the generator with tinting, composing and steadying."""
    predictor, person, clothes = generator.predictor, generator.person, generator.clothes()
    video, poses = Video(DRIVE), generator.poses(DRIVE)
    frames, find = list(video), pose_estimator(threads=torch.get_num_threads())
    made = list(predictor.generate(person, poses, clothes))
    told = list(chain.from_iterable(predictor.guidance(person, poses)))

    def guidance() -> None:
        for _ in predictor.guidance(person, poses):
            pass

    def generate(engine: Engine) -> None:
        predictor.engine = engine
        for _ in predictor.guided(person, poses, [clothes], told):
            pass

    return {
        "decode": lambda: list(video),
        "pose": lambda: find.poses(frames),
        "features": guidance,
        **{f"generator, {name}": lambda e=engine: generate(e) for name, engine in engines.items()},
        "encode": lambda: write_video(out, made, video.info.fps),
    }
