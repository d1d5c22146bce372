"""Going back to a checkpoint of a run, with the same or with other settings."""

import shutil
from pathlib import Path

from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.training.checkpoints import Checkpoints, read_checkpoint, write_checkpoint
from hueman.training.settings import STAGES, settings_of

SET_ASIDE = "superseded"


def rewind(out: Path, checkpoint: Path, config: TrainingConfig, processes: int) -> str:
    """Make `checkpoint` the newest of its stage, of these settings, and set later results aside.

    Later checkpoints of its stage and all of stage II, which was built on it, are moved to
    OUT/superseded, so that nothing is lost.

    Args:
        out: folder of the run.
        checkpoint: a file in the folder of one of its stages.
        config: the settings to go on with.
        processes: that will train.

    Returns:
        A sentence for people to read.

    Raises:
        HuemanError: the file is no checkpoint of this run, or of no stage of its method.
    """
    try:
        out, checkpoint = out.resolve(), checkpoint.resolve()
    except (OSError, RuntimeError) as error:  # links that lead to themselves
        raise HuemanError(f"--resume is '{checkpoint}', which leads nowhere.") from error
    inside = checkpoint.is_file() and out in checkpoint.parents
    stage = checkpoint.relative_to(out).parts[0] if inside else ""
    stages = STAGES[config.method]
    if stage not in stages:
        raise HuemanError(
            f"--resume is '{checkpoint}'; give auto, never, or a checkpoint in {out} of a stage of "
            f"the method {config.method}, such as {out / stages[-1] / 'checkpoint-0001000.pt'}."
        )
    state = read_checkpoint(checkpoint)
    checkpoints = Checkpoints(checkpoint.parent, config.keep_checkpoints)
    later = [path for path in checkpoints.all() if path > checkpoint]
    if stage in ("stage_one", "restoration") and (out / "stage_two").exists():
        later.append(out / "stage_two")
    for path in later:
        _set_aside(out, path)
    state["settings"] = settings_of(config, stage)
    state["processes"] = processes
    if state["best_step"] is not None and state["best_step"] > state["step"]:
        state["best_step"] = state["best_value"] = None
    write_checkpoint(checkpoint, state)
    moved = f"; {len(later)} later results are in {out / SET_ASIDE}" if later else ""
    return f"Going on from {checkpoint}, update {state['step']}{moved}."


def _set_aside(out: Path, path: Path) -> None:
    target = out / SET_ASIDE / path.relative_to(out)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    shutil.move(path, target)
