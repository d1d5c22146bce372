"""A whole training run: both encoders, the restoration network if wanted, the generator, the model.

OUT/config.yaml            the settings
OUT/stage_one/upper/       checkpoints, log, curves, TensorBoard events, sample pictures
OUT/stage_one/lower/
OUT/restoration/           if the settings have a restoration network
OUT/stage_two/
OUT/deformable_gan/        instead of all these, by the method deformable_gan
OUT/training.json          what was trained for how long, and the measurements
OUT/model.safetensors      the result
OUT/start.safetensors      of a run that began with a trained model: that model
OUT/teacher.safetensors    of a run with a teacher: that model

Several processes may train together; the first one writes. On several machines OUT has to be a
folder that all of them see.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import yaml
from lightning_fabric import Fabric

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, config_to_dict
from hueman.errors import HuemanError
from hueman.files import atomic_file, clear_disk_errors
from hueman.shards.store import Shards
from hueman.training.checkpoints import Checkpoints, read_checkpoint
from hueman.training.coloring import make_recolor
from hueman.training.data import Split, load_split, open_dataset, split_entries
from hueman.training.deformable_gan import (
    DeformableGanModel,
    DeformableGanStage,
    perceptual_network,
    save_deformable_gan,
)
from hueman.training.devices import make_fabric
from hueman.training.distillation import (
    TEACHER_FILE,
    check_encoders,
    check_teacher,
    read_teacher,
    student_of,
)
from hueman.training.encoders import REGIONS, train_encoders
from hueman.training.fine_tuning import START_FILE, keep_beginning, read_start, start_model
from hueman.training.fitting import clear_memory_errors
from hueman.training.frames import Clip
from hueman.training.latent import CodeDistribution
from hueman.training.loop import total_updates, train_stage
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.model_file import MODEL_FILE
from hueman.training.reporting import stage_reporter
from hueman.training.restoration import RestorationStage
from hueman.training.rewinding import rewind
from hueman.training.settings import SETTINGS_FILE, STAGES, check_same_run
from hueman.training.shared_view import as_first_sees, check_same_data, check_same_folder
from hueman.training.stage import Stage
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.training.watch import LOST_AFTER_SECONDS, watched
from hueman.weights.readers import load_vgg
from hueman.weights.registry import pull

CODES_FOR_DISTRIBUTION = 1000
TITLES = {
    "restoration": "Restoration",
    "stage_two": "Stage II",
    "deformable_gan": "Deformable GAN",
}


def train(
    dataset: Dataset | Shards | str,
    out: Path,
    config: TrainingConfig,
    device: str = "auto",
    devices: int | None = None,
    nodes: int | None = None,
    resume: str = "auto",
    start_from: Path | None = None,
    teacher: Path | None = None,
    lost_after: float = LOST_AFTER_SECONDS,
) -> Path:
    """Train all stages, or go on where an earlier run with the same settings stopped.

    Args:
        dataset: prepared clips, or shards of them; or the text that names them.
        out: folder of the run.
        config: all settings.
        device: "auto", "cpu" or "cuda".
        devices: on each machine.
        nodes: machines.
        resume: "auto" goes on with what is in `out`; "never" refuses if anything is; the path of a
            checkpoint in `out` goes back to it, also with other settings.
        start_from: a trained model to begin stage II with (`fine_tuning`).
        teacher: a trained model whose encoders are taken over, and that teaches (`distillation`).
        lost_after: seconds without a word after which another process counts as lost.

    Returns:
        The model's file.

    Raises:
        HuemanError: `out` holds a run with other settings, devices are not there, memory is too
            small, training diverged, or the disk is at fault; or the model to begin with has other
            networks.
    """
    fabric = make_fabric(config, device, devices, nodes)
    how_to_go_on = partial(_how_to_go_on, out, config)
    with clear_disk_errors(out / MODEL_FILE), watched(fabric, lost_after, how_to_go_on):
        if isinstance(dataset, str):
            dataset = open_dataset(dataset)
        if fabric.is_global_zero:
            _begin(out, config, resume, fabric.world_size, start_from, teacher)
        if fabric.local_rank == 0:
            # Now, and not after days of training the stages before.
            pull([perceptual_network(config)])
        fabric.barrier()
        check_same_folder(out, fabric)
        check_same_data(split_entries(dataset, config), str(dataset), fabric)
        return _train_all(dataset, out, config, fabric)


@clear_memory_errors()
def _train_all(
    dataset: Dataset | Shards, out: Path, config: TrainingConfig, fabric: Fabric
) -> Path:
    """Train stage after stage; the first process writes the model."""
    split = load_split(dataset, config, show_progress=fabric.is_global_zero)
    torch.manual_seed(config.seed)
    measured: dict[str, Any] = {"method": config.method}
    if config.method == "deformable_gan":
        gan = _train_deformable_gan(out, split, config, fabric, measured)
        save = partial(save_deformable_gan, gan)
    else:
        model = _train_video_model(dataset, out, split, config, fabric, measured)
        save = partial(save_model, model)
    if fabric.is_global_zero:
        notes = _notes(dataset, split, config, fabric) | measured
        save(out / MODEL_FILE, notes)
        with atomic_file(out / "training.json") as temporary:
            temporary.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    fabric.barrier()
    return out / MODEL_FILE


def _train_video_model(
    dataset: Dataset | Shards,
    out: Path,
    split: Split,
    config: TrainingConfig,
    fabric: Fabric,
    measured: dict[str, Any],
) -> VideoModel:
    """Train the stages of the paper, or all at once (`end_to_end`), or stage II alone (a start)."""
    start, teacher = read_start(out, config), read_teacher(out)
    fresh = start is None
    if start is None and teacher is not None:
        start = student_of(teacher, config)
    model = (start or VideoModel(config)).to(fabric.device)
    if config.method == "decoupled" and start is None:
        measured["stage_one"] = train_encoders(dataset, out / "stage_one", split, config, fabric)
        _install_encoders(model, out / "stage_one", fabric)
    if config.restoration is not None and start is None:
        restoration = RestorationStage(model, split, config, fabric)
        measured["restoration"] = _train(restoration, out, config)
        model.restoration = restoration.release()

    perceptual = load_vgg(perceptual_network(config), config.stage_two.perceptual_layers)
    recolor = make_recolor(config, fabric.device)
    stage = StageTwo(model, perceptual, split, config, fabric, recolor, fresh, teacher)
    measured["stage_two"] = _train(stage, out, config)
    if config.release == "best":
        measured["released_update"] = _restore_best(stage, out / stage.name)
    stage.release()
    if start is None:
        model.set_code_distribution(CodeDistribution.fit(_codes(model, split, config, fabric)))
    return model


def _train_deformable_gan(
    out: Path, split: Split, config: TrainingConfig, fabric: Fabric, measured: dict[str, Any]
) -> DeformableGanModel:
    """Train the baseline of the paper's Table 1."""
    features = load_vgg(perceptual_network(config), last=1, convolution=2)
    recolor = make_recolor(config, fabric.device)
    stage = DeformableGanStage(DeformableGanModel(config), features, split, config, fabric, recolor)
    measured[stage.name] = _train(stage, out, config)
    if config.release == "best":
        measured["released_update"] = _restore_best(stage, out / stage.name)
    return stage.release()


def _begin(
    out: Path,
    config: TrainingConfig,
    resume: str,
    processes: int,
    start_from: Path | None,
    teacher: Path | None,
) -> None:
    """Check that `out` can hold this run, and write its settings and what it begins with."""
    path = out / SETTINGS_FILE
    if resume == "never" and path.exists():
        raise HuemanError(f"{out} holds a run already; choose another --out, or --resume auto.")
    if resume not in ("auto", "never"):
        print(rewind(out, Path(resume), config, processes))
    else:
        check_same_run(out, config)
    if start_from is not None:
        start_model(start_from, config)
        keep_beginning(out, start_from, START_FILE)
    if teacher is not None:
        taught_by = load_model(teacher)[0]
        student_of(taught_by, config)
        if start_from is not None:
            check_encoders(load_model(start_from)[0], taught_by)
        keep_beginning(out, teacher, TEACHER_FILE)
    check_teacher(out, config)
    with atomic_file(path) as temporary:
        temporary.write_text(
            yaml.safe_dump(config_to_dict(config), sort_keys=False), encoding="utf-8"
        )


def _train(stage: Stage, out: Path, config: TrainingConfig) -> dict[str, float]:
    title = TITLES[stage.name]
    with stage_reporter(title, total_updates(stage), stage.networks.fabric) as reporter:
        return train_stage(stage, out / stage.name, config, reporter)


def _install_encoders(model: VideoModel, folder: Path, fabric: Fabric) -> None:
    """Put the encoders that stage I has trained into the model."""
    for region in REGIONS:
        newest = as_first_sees(Checkpoints(folder / region).newest(), fabric)
        assert newest is not None  # stage I has just been saved
        trained = read_checkpoint(newest)["stage"]["networks"]["encoder"]
        getattr(model.encoders, region).load_state_dict(trained)


def _codes(model: VideoModel, split: Split, config: TrainingConfig, fabric: Fabric) -> torch.Tensor:
    """Return codes of randomly coloured training frames, (CODES_FOR_DISTRIBUTION, up + down)."""
    codes = []
    for region in REGIONS:
        stage = StageOne(region, split, config, fabric, make_recolor(config, fabric.device))
        stage.encoder.module.load_state_dict(getattr(model.encoders, region).state_dict())
        codes.append(stage.encode(split.probe, CODES_FOR_DISTRIBUTION, both=True)[0])
    return torch.cat(codes, dim=1)


def _restore_best(stage: Stage, folder: Path) -> int:
    """Load the best checkpoint of a finished stage, if one fell on a measurement; say which."""
    checkpoints = Checkpoints(folder)
    newest = checkpoints.newest()
    assert newest is not None  # the stage has just been saved
    state = read_checkpoint(newest)
    best = state["best_step"]
    if best is not None and checkpoints.path(best).exists():
        state = read_checkpoint(checkpoints.path(best))
        stage.networks.load_state_dict(state["stage"])
    return state["step"]


def _notes(
    dataset: Dataset | Shards, split: Split, config: TrainingConfig, fabric: Fabric
) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "train_clips": _names(split.train),
        "test_clips": _names(split.test),
        "seed": config.seed,
        "device": str(fabric.device),
        "processes": fabric.world_size,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def _names(clips: Sequence[Clip]) -> list[str]:
    """Name clips, each once; a long one may lie in several samples."""
    return list(dict.fromkeys(f"{clip.actor}/{clip.action}" for clip in clips))


def _how_to_go_on(out: Path, config: TrainingConfig) -> str:
    """Say, when a process was lost, from which checkpoint and how the training goes on."""
    stages = [out / stage for stage in STAGES[config.method]]
    folders = [folder for stage in stages for folder in (stage / "upper", stage / "lower", stage)]
    found = [newest for folder in folders if (newest := Checkpoints(folder).newest())]
    if not found:
        return "There is no checkpoint yet; run the same command again to start over."
    return (
        f"The newest checkpoint is {found[-1]}: run the same command again on all machines to go "
        f"on from it, or with --resume {found[-1]} by another number of processes."
    )
