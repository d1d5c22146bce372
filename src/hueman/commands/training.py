"""Commands that make models and judge them."""

import sys
from pathlib import Path
from typing import Literal

from tyro.conf import OmitArgPrefixes, Positional

from hueman.commands.options import DEFAULT_PERCEPTION, Out, Repeatable, all_of
from hueman.engines.settings import GraphFormat
from hueman.errors import HuemanError, one_line
from hueman.preparation.settings import PerceptionSettings


def train(
    dataset: Positional[str],
    out: Out,
    preset: str | None = None,
    set: Repeatable = (),
    start_from: Path | None = None,
    teacher: Path | None = None,
    device: str = "auto",
    devices: int | None = None,
    num_nodes: int | None = None,
    lost_after: float = 30.0,
    resume: str = "auto",
    dry_run: bool = False,
) -> None:
    """Train colour encoders and video generator on a prepared dataset; go on if stopped before.

    Several devices train together: each takes batches of its own. On one machine --devices is
    enough; on several, start the command on each by torchrun, with OUT on a disk all of them see.

    Args:
        dataset: folder made by 'hueman prepare', or the address of one; or shards of one, by
            'hueman shard': their folder or address (http, s3, ...), or some, as
            FOLDER/shards-{000000..000003}.tar.
        out: folder of the run; its model.safetensors is the result.
        preset: demo, lite (default), paper, realtime, or a YAML file.
        set: changes to the preset, such as stage_two.schedule.steps=2000.
        start_from: a trained model, whose settings are used instead of a preset: its encoders stay
            as they are, its generator goes on learning (fine-tuning).
        teacher: a trained model whose encoders a new generator takes over, and that it learns from
            (distillation): for a smaller or faster one, as of the preset realtime.
        device: auto, cpu or cuda.
        devices: devices on each machine; 1 by default, or as torchrun has started.
        num_nodes: machines; 1 by default, or as torchrun has started.
        lost_after: of several processes, one that gives no sign of life for so many seconds is
            lost, and all end.
        resume: auto goes on with what OUT holds; never refuses if it holds anything; a checkpoint
            in OUT goes back to it, also with other settings.
        dry_run: make one update of everything, and print parameters, memory, time and disk space;
            OUT is not touched.
    """
    from hueman.training.data import open_dataset
    from hueman.training.fine_tuning import choose_config

    config = choose_config(preset, start_from, all_of(set))
    if dry_run:
        from hueman.training.dry_run import dry_run as run_dry

        run_dry(open_dataset(dataset), config, device, start_from, teacher)
        return
    from lightning_fabric.utilities.rank_zero import rank_zero_only

    from hueman.training.run import train as run

    models = start_from, teacher
    model = run(dataset, out, config, device, devices, num_nodes, resume, *models, lost_after)
    say = rank_zero_only(print)  # of several processes, one says it
    say(f"The model is {model}. Logs, learning curves and sample pictures are beside it.")


def personalize(
    clips: Positional[tuple[Path, ...]],
    out: Out,
    model: Path | None = None,
    minutes: float = 10.0,
    crop: Literal["centre", "person"] = "centre",
    device: str = "auto",
    perception: OmitArgPrefixes[PerceptionSettings] = DEFAULT_PERCEPTION,
) -> None:
    """Make a model of one's own: fine-tune the model in the box to the person in some clips.

    Stopped, the same command goes on.

    Args:
        clips: videos, or folders of them, of one person.
        out: folder for the prepared clips, the training and the model.
        model: to begin with; the model in the box by default.
        minutes: of training, on this machine; preparing the clips comes before.
        crop: what to keep of the frames: their middle, or around the person.
        device: auto, cpu or cuda.
        perception: how people are seen in the clips.
    """
    from hueman.personalize import personalize as run

    print(run(clips, out, model, minutes, crop, device, perception))


def export(
    model: Positional[Path | None] = None,
    *,
    out: Out,
    format: GraphFormat = "openvino",
    int8: bool = False,
) -> None:
    """Export a model as a graph, for OpenVINO or in ONNX; docs/export.md says what for.

    The graph is checked to make the frames that the model makes.

    Args:
        model: folder of a training run, or its model.safetensors; the model in the box if left out.
        out: folder for the graph, what its inputs are, and the model; can be named as the MODEL of
            other commands, see their --engine.
        format: of the graph.
        int8: compute convolutions in 8 bits: faster, and not quite the same; how far off is told.
    """
    from hueman.engines.export import export as run

    print(run(model, out, format, int8))


def evaluate(
    model: Positional[Path],
    dataset: Positional[str],
    out: Out,
    json: Path | None = None,
    restoration: Literal["auto", "on", "off"] = "auto",
    codes: int = 2000,
    on: Literal["actions", "actors", "all"] = "actions",
    device: str = "auto",
) -> None:
    """Judge a model on the clips of a dataset that were kept out of its training.

    Args:
        model: folder of a training run, or its model.safetensors.
        dataset: folder made by 'hueman prepare' or 'hueman render', or the address of one.
        out: folder for report.html, result.json, clips.csv, pictures and videos.
        json: file to write all numbers to as well.
        restoration: restore warped feature maps (on) or not (off); auto does as in training.
        codes: frames to encode for the picture of the latent space.
        on: judge on the held-out actions of the people trained on, on actors of whom training saw
            nothing (--unseen-actors of 'hueman split'), or on all clips of a dataset that training
            had no part of.
        device: auto, cpu or cuda.
    """
    from hueman.clips.store import Dataset
    from hueman.evaluation.evaluate import evaluate as run

    evaluation = run(model, Dataset(dataset), out, json, restoration, codes, device, on)
    for name, estimate in evaluation.methods[0].means.items():
        print(f"{name:32} {estimate.mean:8.4f}  [{estimate.low:.4f}, {estimate.high:.4f}]")
    print(f"Open {out / 'report.html'}; all numbers are in {out / 'result.json'}.")


def benchmark(
    name: Positional[Literal["choreo-tiny", "choreo-small", "choreo-paper"]],
    out: Out = Path("benchmark-output"),
    json: Path | None = None,
    only: Repeatable = (),
    set: Repeatable = (),
    jobs: int | None = None,
    device: str = "auto",
) -> None:
    """Render clips, train the method, its ablations and baselines, judge all, print Table 1.

    Needs pip install 'hueman[render]'. Stopped, it goes on where it was.

    Args:
        name: choreo-tiny shows that all works, choreo-small takes hours on two CPU cores,
            choreo-paper days on a GPU.
        out: folder for dataset, trainings, report.html, result.json, pictures and videos.
        json: file to write all numbers to as well.
        only: methods to compare, beside the proposed one and those without a network: some of
            deformable_gan, appearance, end_to_end, no_augmentation, unet, pixel_norm,
            no_previous_frame, bicycle_regression, restored (or unrestored). All by default.
        set: changes to the training of all methods, such as stage_two.schedule.steps=5000.
        jobs: trainings side by side; as many as CPU cores by default, 1 on a GPU.
        device: auto, cpu or cuda.
    """
    from hueman.benchmark.run import benchmark as run

    run(name, out, json, all_of(only), all_of(set), jobs, device)
    print(f"Open {out / 'report.html'}; all numbers are in {out / 'result.json'}.")


def weights(
    action: Positional[Literal["list", "pull", "path"]], names: Positional[tuple[str, ...]] = ()
) -> None:
    """List pretrained weights, fetch them into the cache, or say where they are.

    Args:
        action: what to do.
        names: weights to pull (all of them when none is named; what cannot be had is told and the
            others are fetched) or to locate.
    """
    from rich import print as show

    from hueman.weights.registry import locate, pull_each, weights_table

    if action == "list":
        show(weights_table())
    elif action == "pull":
        failed = False
        for outcome in pull_each(names):
            if isinstance(outcome, HuemanError):
                failed = True
                print(f"error: {one_line(outcome)}", file=sys.stderr)
            else:
                print(outcome)
        if failed:
            sys.exit(1)
    else:
        if not names:
            raise HuemanError("Say which weights: 'hueman weights path NAME'.")
        for name in names:
            print(locate(name))
