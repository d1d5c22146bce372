"""Runs with a teacher."""

import pytest
import torch
from tiny_training import TINY, update
from torch.nn import functional as F

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.distillation import TEACHER_FILE, Teacher, student_of
from hueman.training.dry_run import dry_run
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.run import train
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

SETTINGS = [*TINY, "stage_two.appearance=true"]
STUDENT = [
    *SETTINGS,
    "height=128",
    "width=64",
    "stage_one.encoder.shrink=2",
    "stage_two.generator.network=pixel_shuffle",
    "stage_two.generator.channels=8",
    "stage_two.schedule.steps=2",
    "stage_two.distillation_weight=1",
]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    torch.manual_seed(5)
    model = VideoModel(load_config("demo", [*SETTINGS, "height=64", "width=32"]))
    model.code_mean += 2
    file = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    save_model(model, file, {})
    return file


def test_a_student_has_everything_but_the_generator_of_its_teacher(
    truth_dataset, teacher, tmp_path
):
    config = load_config("demo", STUDENT)
    out = tmp_path / "run"
    file = train(Dataset(truth_dataset.root), out, config, "cpu", teacher=teacher)
    assert not (out / "stage_one").exists()
    student, taught = load_model(file)[0].state_dict(), load_model(teacher)[0].state_dict()
    for name, tensor in taught.items():
        if not name.startswith(("generator.", "tint.")):
            assert torch.equal(student[name], tensor), name
    assert (out / TEACHER_FILE).read_bytes() == teacher.read_bytes()
    assert '"distillation"' in (out / "stage_two" / "log.jsonl").read_text("utf-8")
    # The run goes on without the teacher's own file, and another may begin with the student.
    assert train(Dataset(truth_dataset.root), out, config, "cpu") == file
    models = {"start_from": file, "teacher": teacher}
    train(Dataset(truth_dataset.root), tmp_path / "longer", config, "cpu", **models)


def stage(teacher, truth_dataset, settings):
    config = load_config("demo", settings)
    fabric = make_fabric(config, "cpu")
    taught_by = load_model(teacher)[0]
    split = load_split(Dataset(truth_dataset.root), config)
    perceptual = load_vgg("vgg16", 1)
    model = student_of(taught_by, config)
    return StageTwo(model, perceptual, split, config, fabric, teacher=taught_by)


def test_the_teacher_sees_the_same_at_its_own_size(truth_dataset, teacher):
    student = stage(teacher, truth_dataset, STUDENT)
    batch = student.batch(3)
    assert student.teacher is not None
    frames = student.teacher.frames(batch)
    assert [frame.shape for frame in frames] == [(2, 3, 64, 32)] * 2
    model = student.teacher.model
    small = batch.guidance[0].each(lambda picture: F.interpolate(picture, (64, 32), mode="area"))
    with torch.no_grad():
        first = model.next_frame(
            small, batch.code, F.interpolate(batch.previous, (64, 32), mode="area"), batch.colors
        )
    torch.testing.assert_close(frames[0], first)


def test_distance_from_the_teacher_is_zero_for_its_own_frames_and_leads_there(
    truth_dataset, teacher
):
    """A student of the teacher's kind and size that has its weights has nothing to learn."""
    same = [*SETTINGS, "height=64", "width=32", "stage_two.distillation_weight=1"]
    student = stage(teacher, truth_dataset, same)
    assert student.teacher is not None
    student.model.generator.load_state_dict(student.teacher.model.generator.state_dict())
    batch = student.batch(0)
    with torch.no_grad():
        fake = student._generate(batch, batch.code)
        frames = Teacher.frames(student.teacher, batch)
        plain = student.model.generate_sequence(
            batch.guidance, batch.code, batch.previous, colors=batch.colors
        )
        assert student._distance_from_teacher(student.teacher, batch, plain) < 1e-6
        assert student._distance_from_teacher(student.teacher, batch, frames) < 1e-6
        black = [torch.full_like(frame, -1) for frame in fake]
        assert student._distance_from_teacher(student.teacher, batch, black) > 0.1


def test_the_student_comes_nearer_to_its_teacher(truth_dataset, teacher):
    student = stage(teacher, truth_dataset, [*STUDENT, "stage_two.distillation_weight=1000"])
    losses = [update(student, 0)["distillation"] for _ in range(20)]
    assert losses[-1] < 0.9 * losses[0]


def test_what_cannot_be_taught_is_refused_before_anything_is_written(
    truth_dataset, teacher, tmp_path
):
    out = tmp_path / "run"
    config = load_config("demo", [*STUDENT, "stage_one.upper_code=12"])
    with pytest.raises(HuemanError, match=r"teacher's encoders.*differ in the generator alone"):
        train(truth_dataset, out, config, "cpu", teacher=teacher)
    torch.manual_seed(6)
    stranger = tmp_path / "stranger.safetensors"
    save_model(VideoModel(config := load_config("demo", STUDENT)), stranger, {})
    with pytest.raises(HuemanError, match="does not have its teacher's encoders"):
        train(truth_dataset, out, config, "cpu", start_from=stranger, teacher=teacher)
    with pytest.raises(HuemanError, match="distillation_weight is 1, but there is no teacher"):
        train(truth_dataset, out, load_config("demo", STUDENT), "cpu")
    assert not (out / "config.yaml").exists()


def test_its_dry_run_is_of_stage_two_alone(truth_dataset, teacher):
    cost = dry_run(truth_dataset, load_config("demo", STUDENT), "cpu", None, teacher)
    assert [stage.name for stage in cost.stages] == ["stage II"]
