"""Runs with a teacher: a trained model whose encoders a new generator takes over and learns from.

The student may be of another kind and of another size. It has the teacher's encoders, restoration
network and colours of codes, so stage I is left out and codes mean the same to both. While it
learns from real frames, it may also learn from what the teacher makes of the same guidance
(`stage_two.distillation_weight`): that is what can be known from one frame and a pose, without
what nobody could guess (Hinton et al. 2015; for generators, Aguinaldo et al. 2019).
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.training.fine_tuning import different_tensors
from hueman.training.model import VideoModel, load_model
from hueman.training.pairs import Batch

TEACHER_FILE = "teacher.safetensors"
"""In the folder of a run: its teacher, so that the run can go on without it."""


def read_teacher(out: Path) -> VideoModel | None:
    """Return the teacher of a run; None if it has none."""
    file = out / TEACHER_FILE
    return load_model(file)[0] if file.exists() else None


def check_teacher(out: Path, config: TrainingConfig) -> None:
    """Check that a run that is to learn from a teacher has one.

    Raises:
        HuemanError: it has none.
    """
    weight = config.stage_two.distillation_weight
    if weight > 0 and not (out / TEACHER_FILE).exists():
        raise HuemanError(
            f"stage_two.distillation_weight is {weight:g}, but there is no teacher: name a model "
            "with --teacher, or set the weight to 0."
        )


def check_encoders(start: VideoModel, teacher: VideoModel) -> None:
    """Check that a model that goes on learning from a teacher has its encoders.

    Raises:
        HuemanError: it has others, so that its codes would mean nothing to the teacher.
    """
    theirs = teacher.encoders.state_dict()
    same = all(torch.equal(own, theirs[name]) for name, own in start.encoders.state_dict().items())
    if not same:
        raise HuemanError(
            "The model to start from does not have its teacher's encoders, so their codes differ; "
            "name the teacher that it was trained with, or leave --start-from out."
        )


def student_of(teacher: VideoModel, config: TrainingConfig) -> VideoModel:
    """Make a model with a teacher's networks but for the generator, which is untrained.

    Raises:
        HuemanError: the settings ask for other encoders, codes, restoration or appearance path.
    """
    student = VideoModel(config)
    different = [
        name for name in different_tensors(teacher, student) if not name.startswith("generator.")
    ]
    if config.method != "decoupled" or different:
        what = f"{len(different)} tensors, {different[0]} first" if different else "the method"
        raise HuemanError(
            f"A student has its teacher's encoders, and the settings ask for others ({what}); "
            "choose settings that differ in the generator alone."
        )
    taken = {k: v for k, v in teacher.state_dict().items() if not k.startswith("generator.")}
    student.load_state_dict(taken, strict=False)
    return student


class Teacher:
    """Makes the frames that a student learns from, at the teacher's own size.

    Args:
        model: the teacher; frozen.
    """

    def __init__(self, model: VideoModel):
        self.model = model.eval().requires_grad_(False)
        self.size = model.config.height, model.config.width

    @torch.no_grad()
    def frames(self, batch: Batch) -> list[Tensor]:
        """Make the frames of a batch from the student's guidance, (N, 3, h, w) in [-1, 1] each."""
        guidance = [each.each(self.resized) for each in batch.guidance]
        previous = self.resized(batch.previous)
        return self.model.generate_sequence(guidance, batch.code, previous, colors=batch.colors)

    def resized(self, pictures: Tensor) -> Tensor:
        """Bring pictures (N, C, H, W) to the teacher's size, averaging over area."""
        if pictures.shape[2:] == self.size:
            return pictures
        return F.interpolate(pictures, self.size, mode="area")
