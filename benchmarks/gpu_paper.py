"""The paper's preset on one device in a few minutes: how fast, in how much memory, to what effect.

    python benchmarks/gpu_paper.py DATASET --out FOLDER
    python benchmarks/gpu_paper.py --render --out FOLDER

All stages are trained one after the other by the real loop, each for as many updates as fit into
its share of the time: a short warm-up of that very stage says how many, and its learning rate falls
to zero at their end if the preset's does. A stage that takes longer all the same is stopped, and
the whole stays under the time in any case.

FOLDER gets report.md and report.json; for each stage curves.png, log.jsonl and sample pictures; and
sheet.png (two clips that were kept out of training) and model.safetensors. Checkpoints are removed.

On a GPU
--------

    python benchmarks/gpu_paper.py --render --out FOLDER

takes 8.5 minutes and begins by rendering a small `choreo`, 4 actors and 8 actions, on all cores;
its time is told apart. Numbers are bf16-mixed there unless `--set precision=...` says otherwise;
`--compile` compiles the networks. Where the machine reaches no package index, bring the folder of
weights along and name it by HUEMAN_WEIGHTS: `hueman weights pull` fetches them. Without
VGG-19 the perceptual loss is VGG-16's, and without the colourisation network garments are coloured
in their masks; the report says so.

On a CPU it works too, with little to do: `--preset demo --minutes 2`.
"""

import argparse
import copy
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric

from hueman.choreography.presets import make_plan
from hueman.choreography.render import render_plan
from hueman.clips.sheets import contact_sheet, write_picture
from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, load_config
from hueman.errors import HuemanError
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.method import OWN, Outfit
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.protocol import judge_clip
from hueman.evaluation.statistics import summarize
from hueman.memory import keep_freed_memory
from hueman.networks.vgg import VGG
from hueman.training.architecture import Region
from hueman.training.checkpoints import Checkpoints
from hueman.training.coloring import make_recolor
from hueman.training.data import Split, load_split
from hueman.training.devices import make_fabric
from hueman.training.dry_run import device_name, forget_peak, peak_memory
from hueman.training.encoders import REGIONS
from hueman.training.frames import Clip, Recolor
from hueman.training.latent import CodeDistribution
from hueman.training.loop import Reporter, make_update, total_updates, train_stage
from hueman.training.model import VideoModel, save_model
from hueman.training.pictures import to_uint8
from hueman.training.reporting import stage_reporter
from hueman.training.restoration import RestorationStage
from hueman.training.stage import Stage
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg
from hueman.weights.registry import locate

# Shares of the time after data are loaded; what is left is for sheet, measurements and report.
SHARES = {"upper": 0.13, "lower": 0.13, "restoration": 0.09, "stage_two": 0.5}
WARM_UP = 0.1
"""Share of a stage's time in which its updates are timed, at most."""
SPARE = 0.9
"""Share of a stage's remaining time that is planned for."""
LOOKS = 3
"""Measurements and sample pictures of a stage, if there is time."""
LOOKING = 0.3
"""Share of a stage's remaining time that they may take."""
FRAMES = {"upper": 1, "lower": 1, "restoration": 1, "stage_two": 2}
"""Of a sample."""
NOT_MEASURED = ("seconds", "waiting", "updates")
"""What the loop tells beside a stage's measurements."""
REPORTING = 5.0
"""Seconds that are kept for writing the report."""
EVALUATED_CLIPS, EVALUATED_FRAMES = 4, 24
SHOWN_CLIPS, COLUMNS = 2, 8
RED_AND_BLUE = Outfit(torch.tensor([50.0, 30.0]), torch.tensor([10.0, -45.0]))


@dataclass(frozen=True)
class StageReport:
    """What a stage took and reached; see NOTES."""

    parameters: int
    planned: int
    updates: int
    images: int
    images_per_second: float
    seconds_per_update: float
    seconds: float
    whole_schedule_hours: float
    waiting: float
    peak_memory: int
    losses: dict[str, float]
    measured: dict[str, float]


class Clock:
    """The time that is left."""

    def __init__(self, minutes: float):
        self._end = time.monotonic() + 60 * minutes

    def left(self) -> float:
        """Return seconds."""
        return self._end - time.monotonic()


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Stop what runs inside when the time is over, as Ctrl-C does: the loop saves and ends."""
    end = time.monotonic() + seconds
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    except KeyboardInterrupt:
        if time.monotonic() < end:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Run:
    """All stages of one short training, and what is written about them."""

    def __init__(
        self,
        config: TrainingConfig,
        fabric: Fabric,
        split: Split,
        out: Path,
        clock: Clock,
        probe_frames: int,
    ):
        self.config, self.fabric, self.split, self.out = config, fabric, split, out
        self.probe_frames = probe_frames
        self.clock = clock
        self.reports: dict[str, StageReport] = {}
        self.model = VideoModel(config).to(fabric.device)

    def train(self, perceptual: VGG) -> None:
        """Train stage after stage, each with the results of those before."""
        recolor = make_recolor(self.config, self.fabric.device)
        common = self.split, self.config, self.fabric
        codes = []
        for region in REGIONS:
            make = partial(self._stage_one, region, recolor)
            stage = self._train(region, make, Path("stage_one") / region)
            getattr(self.model.encoders, region).load_state_dict(stage.encoder.module.state_dict())
            codes.append(stage.encode(self.split.train, self.probe_frames, both=True)[0])
        self.model.set_code_distribution(CodeDistribution.fit(torch.cat(codes, dim=1)))
        if self.config.restoration is not None:
            make = partial(RestorationStage, self.model, *common)
            stage = self._train("restoration", make, Path("restoration"))
            self.model.restoration = stage.release()
        make = partial(StageTwo, self.model, perceptual, *common, recolor)
        self._train("stage_two", make, Path("stage_two")).release()
        self.model.eval()

    def _stage_one(self, region: Region, recolor: Recolor | None) -> StageOne:
        stage = StageOne(region, self.split, self.config, self.fabric, recolor)
        stage.probe_frames = self.probe_frames
        return stage

    def share(self, name: str) -> float:
        """Return the seconds for a stage: what stages before it took too long, all others lack."""
        return self.clock.left() * SHARES[name] / (1 - sum(SHARES[done] for done in self.reports))

    def _train(self, name: str, make: Callable[[], Any], folder: Path) -> Any:
        """Train one stage within its share of the time."""
        started = time.monotonic()
        share = self.share(name)
        stage = make()
        seconds = look = math.inf
        with stopped_after(share):
            seconds, look = warm_up(stage, WARM_UP * share)
        left = share - (time.monotonic() - started)
        if seconds + look > left:
            raise HuemanError(
                f"{name} cannot be trained in {share:.0f} s: an update takes {seconds:.1f} s and "
                f"measuring {look:.1f} s (inf: longer than that). Give more --minutes."
            )
        whole = total_updates(stage)
        looks = min(LOOKS, max(1, int(LOOKING * left / look)))
        steps = max(1, min(whole, int((SPARE * left - looks * look) / seconds)))
        stage.schedule = replace(stage.schedule, steps=steps, epochs=None)
        watched = replace(self.config, sample_every=-(-steps // looks), save_every=steps)
        forget_peak(self.fabric.device)
        measured = {}
        with (
            stage_reporter(name, steps, self.fabric) as bar,
            stopped_after(max(left, 1.0)),
        ):
            stopwatch = Stopwatch(bar)
            measured = train_stage(stage, self.out / folder, watched, stopwatch)
        for checkpoint in Checkpoints(self.out / folder).all():
            checkpoint.unlink()
        seconds = stopwatch.seconds_per_update() or seconds
        with (self.out / folder / "log.jsonl").open() as log:
            rows = [json.loads(line) for line in log]
        images = stage.schedule.batch_size * stage.schedule.accumulate * FRAMES[name]
        self.reports[name] = StageReport(
            parameters=stage.networks.count(),
            planned=steps,
            updates=len(rows),
            images=len(rows) * images,
            images_per_second=images / seconds,
            seconds_per_update=seconds,
            seconds=time.monotonic() - started,
            whole_schedule_hours=whole * seconds / 3600,
            waiting=measured.get("waiting", math.nan),
            peak_memory=peak_memory(self.fabric.device),
            losses=mean_losses(rows[-max(1, len(rows) // 10) :]),
            measured={key: measured[key] for key in measured if key not in NOT_MEASURED},
        )
        return stage

    def finish(self) -> dict[str, float]:
        """Write the model and the sheet, and measure as many held-out clips as there is time for.

        Returns:
            The mean measurements, with the number of `clips`; empty if time was up.
        """
        notes = {name: report.updates for name, report in self.reports.items()}
        save_model(self.model, self.out / "model.safetensors", {"updates": notes})
        clips = [shortened(clip) for clip in (self.split.test or self.split.train)]
        with stopped_after(self.clock.left() - REPORTING):
            write_picture(self.out / "sheet.png", self.sheet(clips[:: max(1, len(clips) - 1)]))
        rows = []
        with suppress(HuemanError), stopped_after(self.clock.left() - REPORTING):
            lpips, method = load_lpips(), ModelMethod(self.model)
            for number, clip in enumerate(clips[:EVALUATED_CLIPS]):
                rows.append(judge_clip(method, clip, number, lpips)[0])
        known = {name: each.mean for name, each in summarize(rows).items() if each.count}
        return known | {"clips": len(rows)}

    def sheet(self, clips: list[HeldOutClip]) -> np.ndarray:
        """Show clips as they are, generated, and generated in other colours."""
        rows, method = [], ModelMethod(self.model)
        for clip in clips[:SHOWN_CLIPS]:
            videos = method.generate(clip.frames[:1], clip.frames.pose, [OWN, RED_AND_BLUE])
            title = f"{clip.actor}, {clip.action}"
            rows.append((f"{title}: true", to_uint8(clip.frames.pictures())))
            rows.append((f"{title}: generated", to_uint8(videos[0])))
            rows.append((f"{title}: generated, red above, blue below", to_uint8(videos[1])))
        return contact_sheet(rows, COLUMNS)


class Stopwatch:
    """A reporter that times updates and shows them on a bar."""

    def __init__(self, bar: Reporter):
        self._bar = bar
        self._times: list[float] = []

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Note the time of an update."""
        self._times.append(time.monotonic())
        self._bar.advance(steps, note)

    def seconds_per_update(self) -> float | None:
        """Return the mean; measurements fell into a few updates, so the longest are left out."""
        durations = sorted(np.diff(self._times))[: -LOOKS - 1]
        return float(np.mean(durations)) if durations else None


def warm_up(stage: Stage, seconds: float) -> tuple[float, float]:
    """Return how long an update and how long a look take; the networks end as they began."""
    fresh = copy.deepcopy(stage.networks.state_dict())
    make_update(stage, 0, 0.0)  # libraries choose their algorithms; batches begin to queue
    durations = []
    started = time.monotonic()
    while not durations or time.monotonic() - started < seconds:
        before = time.monotonic()
        make_update(stage, 1 + len(durations), 0.0)
        durations.append(time.monotonic() - before)
    before = time.monotonic()
    stage.measure()
    stage.sample()
    look = time.monotonic() - before
    stage.networks.load_state_dict(fresh)
    # The batches of the first updates had been made before they were asked for.
    return float(np.mean(durations[len(durations) // 2 :])), look


def mean_losses(rows: list[dict[str, float]]) -> dict[str, float]:
    names = [name for name in rows[0] if name != "step" and "/" not in name]
    return {name: float(np.mean([row[name] for row in rows])) for name in names}


def shortened(clip: Clip) -> HeldOutClip:
    return HeldOutClip(clip.actor, clip.action, clip.fps, clip.frames[:EVALUATED_FRAMES], None)


def with_stand_ins(config: TrainingConfig) -> tuple[TrainingConfig, list[str]]:
    """Replace what needs weights that cannot be had; say what was replaced, and why."""
    stage, deviations = config.stage_two, []
    if stage.perceptual_network == "vgg19" and (reason := why_missing("vgg19")):
        config = replace(config, stage_two=replace(stage, perceptual_network="vgg16"))
        deviations.append(f"the perceptual loss is VGG-16's: {reason}")
    if config.colorizer == "siggraph17" and (reason := why_missing("siggraph17")):
        config = replace(config, colorizer="garment")
        deviations.append(f"garments are coloured in their masks: {reason}")
    if reason := why_missing("alexnet-lpips"):
        deviations.append(f"clips that were kept out are not measured: {reason}")
    for deviation in deviations:
        print(f"Deviation: {deviation}", flush=True)
    return config, deviations


def why_missing(weights: str) -> str:
    try:
        locate(weights)
    except HuemanError as error:
        return str(error)
    return ""


def rendered(folder: Path, frames: int, clock: Clock) -> float:
    """Render a small choreo into a folder; return how long it took."""
    started = time.monotonic()
    summary = None
    with stopped_after(clock.left() / 2):
        summary = render_plan(folder, make_plan("small", frames=frames, recolors=0))
    if summary is None:
        raise HuemanError(
            f"Half of the time has gone into rendering. What there is is kept in {folder}: run it "
            "again with that folder as DATASET and --render, or with fewer --frames."
        )
    print(summary, flush=True)
    return time.monotonic() - started


def write_report(out: Path, about: dict[str, Any], run: Run, evaluation: dict[str, float]) -> None:
    stages = {name: asdict(report) for name, report in run.reports.items()}
    content = {**about, "stages": stages, "evaluation": evaluation}
    (out / "report.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    lines = ["# The paper's preset in a few minutes", ""]
    lines += [f"- {name.replace('_', ' ')}: {shown(value)}" for name, value in about.items()]
    lines += ["", *table(COLUMNS_OF_REPORT, [(name, vars(r)) for name, r in run.reports.items()])]
    lines += ["", NOTES, ""]
    for name, report in run.reports.items():
        folder = f"stage_one/{name}" if name in ("upper", "lower") else name
        values = {**report.losses, **{f"held out: {k}": v for k, v in report.measured.items()}}
        lines += [f"## {name}", "", ", ".join(f"{k} {shown(v)}" for k, v in values.items()), ""]
        lines += [f"![learning curves]({folder}/curves.png)", ""]
        samples = sorted((out / folder / "samples").glob("*.png"))
        lines += [f"![samples]({path.relative_to(out)})" for path in samples[-1:]] + [""]
    lines += ["## Clips that were kept out of training", ""]
    lines += [f"- {name}: {shown(value)}" for name, value in evaluation.items()]
    lines += ["", "![sheet](sheet.png)", ""]
    (out / "report.md").write_text("\n".join(lines), encoding="utf-8")


def table(columns: dict[str, Callable[[dict[str, Any]], str]], rows: list[Any]) -> list[str]:
    body = [
        f"| {name} | {' | '.join(show(row) for show in columns.values())} |" for name, row in rows
    ]
    return [f"| stage | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|", *body]


def shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


COLUMNS_OF_REPORT: dict[str, Callable[[dict[str, Any]], str]] = {
    "parameters": lambda row: f"{row['parameters'] / 1e6:.2f} M",
    "updates": lambda row: f"{row['updates']} of {row['planned']}",
    "images seen": lambda row: str(row["images"]),
    "images/s": lambda row: f"{row['images_per_second']:.2f}",
    "s/update": lambda row: f"{row['seconds_per_update']:.4f}",
    "waited for data": lambda row: f"{row['waiting']:.1%}",
    "peak memory": lambda row: f"{row['peak_memory'] / 1e9:.2f} GB",
    "seconds": lambda row: f"{row['seconds']:.0f}",
    "whole schedule": lambda row: f"{row['whole_schedule_hours']:.1f} h",
}
NOTES = """Images are frames that the networks are trained on: both frames of a pair of stage II
count. Images a second and seconds an update are those of training alone; `seconds` holds warm-up,
measurements, samples and the checkpoint too. `waited for data` is the share of the training's time
in which an update waited for its batch (unknown of a stage that was stopped). Peak memory is what
torch has allocated on a GPU, or that of the whole process on a CPU, while the stage trained. `whole
schedule` is what the preset's own number of updates would take on this dataset at this speed.
Losses are means over the last tenth."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path, nargs="?", help="OUT/choreo with --render")
    parser.add_argument("--render", action="store_true", help="render the dataset first")
    parser.add_argument("--frames", type=int, default=24, help="of each rendered clip")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.5, help="for everything")
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--set", nargs="*", default=[], help="changes to the preset")
    parser.add_argument(
        "--probe-frames", type=int, default=100, help="frames that measure and describe the codes"
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    if arguments.dataset is None and not arguments.render:
        parser.error("give DATASET or --render")
    try:
        benchmark(arguments)
    except HuemanError as error:
        parser.exit(1, f"error: {error}\n")


def benchmark(arguments: argparse.Namespace) -> None:
    keep_freed_memory()
    clock = Clock(arguments.minutes)
    started = clock.left()
    out: Path = arguments.out
    if (out / "stage_one").exists():
        raise HuemanError(f"{out} holds results already; choose another --out.")
    config, fabric = settings(arguments)
    config, deviations = with_stand_ins(config)
    stage = config.stage_two
    perceptual = load_vgg(stage.perceptual_network, stage.perceptual_layers)
    folder = arguments.dataset or out / "choreo"
    about: dict[str, Any] = {"preset": arguments.preset, "set": " ".join(arguments.set) or "-"}
    if arguments.render:
        about["seconds_rendering"] = rendered(folder, arguments.frames, clock)
    before = clock.left()
    split = load_split(Dataset(folder), config)
    about |= {
        "device": device_name(fabric.device),
        "torch": torch.__version__,
        "precision": config.precision,
        "compiled": config.compile,
        "size": f"{config.height}x{config.width}",
        "deviations": " ".join(deviations) or "none",
        "training_clips": len(split.train),
        "training_frames": sum(len(clip.frames) for clip in split.train),
        "held_out_clips": len(split.test),
        "seconds_loading": before - clock.left(),
    }
    run = Run(config, fabric, split, out, clock, arguments.probe_frames)
    run.train(perceptual)
    evaluation = run.finish()
    about["minutes_in_all"] = (started - clock.left()) / 60
    write_report(out, about, run, evaluation)
    print(f"{out / 'report.md'} after {about['minutes_in_all']:.2f} of {arguments.minutes} minutes")


def settings(arguments: argparse.Namespace) -> tuple[TrainingConfig, Fabric]:
    """Return the preset with its changes, in 16 bits on a GPU unless told otherwise."""
    chosen = [f"compile={str(arguments.compile).lower()}", *arguments.set]
    fabric = make_fabric(load_config(arguments.preset, chosen), arguments.device, 1)
    if fabric.device.type == "cuda":
        chosen = ["precision=bf16-mixed", *chosen]
        fabric = make_fabric(load_config(arguments.preset, chosen), arguments.device, 1)
    return load_config(arguments.preset, chosen), fabric


if __name__ == "__main__":
    main()
