"""What single choices of stage II change: one table, every row a training of its own.

    python benchmarks/stage_two_variants.py code|restoration --out FOLDER [--set SETTING...]

Prepares the bundled clips, trains the colour encoders once, trains stage II for each variant from
the same seed with these encoders, and measures on the clips that the preset keeps out of training.
What is finished is kept, so it can be stopped and run again.
"""

import argparse
import json
import shutil
from pathlib import Path

from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.evaluation.evaluate import held_out_clips
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.evaluation.method import VideoMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.protocol import judge
from hueman.evaluation.statistics import summarize
from hueman.files import atomic_file
from hueman.memory import keep_freed_memory
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.model import load_model
from hueman.training.run import train

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
CURE, REGION = "stage_two.generator.code_cure", "stage_two.generator.code_region"
RESTORATION = (
    "restoration={schedule: {steps: 800, batch_size: 4, learning_rate: 0.0005}, channels: 16,"
    " residual_blocks: 4, discriminator_channels: 16}"
)

# Name: settings of the training, and how it is tested.
VARIANTS: dict[str, dict[str, tuple[list[str], str]]] = {
    "code": {
        f"{cure}, {region}": ([f"{CURE}={cure}", f"{REGION}={region}"], "auto")
        for region in ("frame", "garments")
        for cure in ("none", "no_first_norm", "film")
    },
    "restoration": {
        "warped": ([RESTORATION], "off"),
        "warped, tested restored": ([RESTORATION], "on"),
        "restored": ([RESTORATION, "stage_two.restore=true"], "on"),
        "restored, tested warped": ([RESTORATION, "stage_two.restore=true"], "off"),
    },
}
# Column: decimals.
COLUMNS = {
    "ms_ssim": 4,
    "lpips": 4,
    "color_error_upper": 1,
    "color_error_lower": 1,
    "color_error_unchanged_upper": 1,
    "leak_upper_to_lower": 1,
    "leak_skin": 1,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=VARIANTS)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--only", nargs="*", help="names of variants; all of the group's if none")
    parser.add_argument("--set", nargs="*", default=[], help="settings of all variants")
    arguments = parser.parse_args()
    keep_freed_memory()
    dataset = prepared(arguments.out / "dataset")
    rows = {}
    for name, (settings, restoration) in VARIANTS[arguments.group].items():
        if arguments.only and name not in arguments.only:
            continue
        config = load_config(arguments.preset, [*settings, *arguments.set])
        run = arguments.out / arguments.group / "_".join(settings).translate(_PLAIN)
        share_encoders(arguments.out / "encoders", run)
        print(f"== {name}", flush=True)
        train(dataset, run, config)
        share_encoders(run, arguments.out / "encoders")
        result = run / f"quality-{restoration}.json"
        if not result.exists():
            model, _ = load_model(run)
            model.choose_restoration(restoration)
            quality = means(ModelMethod(model), held_out_clips(dataset, config), load_lpips())
            with atomic_file(result) as temporary:
                temporary.write_text(json.dumps(quality, indent=1) + "\n")
        rows[name] = json.loads(result.read_text())
    print_table(rows)


_PLAIN = str.maketrans(dict.fromkeys("{}[]:=, ./", "-"))


def prepared(folder: Path) -> Dataset:
    """Prepare the bundled clips as the demo does."""
    settings = PrepareSettings(height=192, width=128)
    print(prepare(find_clips([CLIPS], exclude=("*.recolored.mp4",)), folder, settings, jobs=2))
    return Dataset(folder)


def means(method: VideoMethod, clips: list[HeldOutClip], lpips: LPIPS) -> dict[str, float]:
    """Judge a method as `hueman evaluate` does; return the mean of each known number over clips."""
    estimates = summarize(judge(method, clips, lpips).rows)
    return {name: estimate.mean for name, estimate in estimates.items() if estimate.count}


def share_encoders(source: Path, target: Path) -> None:
    """Copy a finished stage I from one run's folder to another's, unless it has one."""
    if (source / "stage_one").exists() and not (target / "stage_one").exists():
        shutil.copytree(source / "stage_one", target / "stage_one")


def print_table(rows: dict[str, dict[str, float]]) -> None:
    print(f"| variant | {' | '.join(name.replace('_', ' ') for name in COLUMNS)} |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name, row in rows.items():
        values = (f"{row[column]:.{decimals}f}" for column, decimals in COLUMNS.items())
        print(f"| {name} | {' | '.join(values)} |")


if __name__ == "__main__":
    main()
