"""Does training help, all the way? Quality on held-out clips at checkpoint after checkpoint.

    python benchmarks/checkpoint_quality.py --out FOLDER [--preset demo] [--checkpoints 5]

Trains a preset on the bundled clips, keeps checkpoints spread evenly over stage II, and measures
each as `hueman evaluate` measures a model: with the generator as trained, and, if the preset keeps
one, with its exponential moving average, which does not change the training. Prints a table and
says whether LPIPS and the colour error fall from each checkpoint to the next.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

from hueman.config import load_config
from hueman.evaluation.evaluate import held_out_clips
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.model_method import ModelMethod
from hueman.files import atomic_file
from hueman.memory import keep_freed_memory
from hueman.training.checkpoints import Checkpoints, read_checkpoint
from hueman.training.model import VideoModel, load_model
from hueman.training.run import train
from stage_two_variants import means, prepared, share_encoders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--checkpoints", type=int, default=5)
    parser.add_argument("--set", nargs="*", default=[], help="changes to the preset")
    parser.add_argument("--encoders", type=Path, help="run whose finished encoders are used")
    arguments = parser.parse_args()
    keep_freed_memory()
    dataset = prepared(arguments.out / "dataset")
    steps = load_config(arguments.preset, arguments.set).stage_two.schedule.steps or 0
    every = steps // arguments.checkpoints
    settings = [f"save_every={every}", f"sample_every={every}", f"keep_checkpoints={steps}"]
    config = load_config(arguments.preset, [*arguments.set, *settings])
    run = arguments.out / "checkpoints"
    if arguments.encoders:
        share_encoders(arguments.encoders, run)
    train(dataset, run, config)
    model, _ = load_model(run)
    clips, lpips = held_out_clips(dataset, config), load_lpips()
    rows = []
    kinds = ("trained", "averaged") if config.stage_two.ema_decay else ("trained",)
    for path in Checkpoints(run / "stage_two").all():
        for kind in kinds:
            step = load_generator(model, path, kind)
            quality = means(ModelMethod(model), clips, lpips)
            rows.append({"updates": step, "generator": kind} | quality)
            print(row_of(rows[-1]), flush=True)
    with atomic_file(arguments.out / "checkpoint_quality.json") as temporary:
        temporary.write_text(json.dumps(rows, indent=1) + "\n")
    for kind in kinds:
        report([row for row in rows if row["generator"] == kind], kind)


def load_generator(model: VideoModel, checkpoint: Path, kind: str) -> int:
    """Give the model a checkpoint's generator, as trained or averaged; return its update."""
    state = read_checkpoint(checkpoint)
    weights = state["stage"]["networks"]["generator"]
    if kind == "averaged":
        averaged = state["stage"]["averages"]["generator"]
        weights = {name: averaged[f"module.{name}"] for name in weights}
    model.generator.load_state_dict(weights)
    return state["step"]


def row_of(row: dict) -> str:
    return (
        f"| {row['updates']} | {row['generator']} | {row['ms_ssim']:.4f} | {row['lpips']:.4f} | "
        f"{row['color_error_upper']:.1f} / {row['color_error_lower']:.1f} | "
        f"{row['leak_upper_to_lower']:.1f} / {row['leak_skin']:.1f} |"
    )


def report(rows: list[dict], kind: str) -> None:
    """Print the table of one kind and whether each measure falls all the way."""
    print(f"\n{kind} generator\n")
    print("| updates | generator | MS-SSIM | LPIPS | colour upper / lower | leak lower / skin |")
    print("|---|---|---|---|---|---|")
    print("\n".join(row_of(row) for row in rows))
    for name in ("lpips", "color_error_upper", "color_error_lower"):
        values = [row[name] for row in rows]
        falls = all(after < before for before, after in pairwise(values))
        print(f"{name} falls at every checkpoint: {'yes' if falls else 'no'}")


if __name__ == "__main__":
    main()
