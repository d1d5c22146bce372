"""Training the methods of a benchmark: what is shared, and what a failure costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hueman.benchmark.methods import config_of, methods_of
from hueman.benchmark.suites import SUITES
from hueman.benchmark.training import CONSOLE, train_methods
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.training.model_file import MODEL_FILE

CHANGES = [*SUITES["choreo-tiny"].overrides, "test_actions=[salute]"]


@dataclass(frozen=True)
class Trained:
    """A run of three methods, of which one cannot be trained."""

    out: Path
    configs: dict[str, TrainingConfig]
    error: str


def configs_of(*names: str, changes: Sequence[str] = ()) -> dict[str, TrainingConfig]:
    methods = methods_of("choreo-small", CHANGES)
    return {name: config_of(methods[name], "choreo-small", [*CHANGES, *changes]) for name in names}


@pytest.fixture(scope="module")
def trained(truth_dataset, tmp_path_factory) -> Trained:
    out = tmp_path_factory.mktemp("runs")
    everything = f"test_actions=[{','.join(truth_dataset.actions)}]"
    configs = {
        **configs_of("proposed"),
        **configs_of("no_augmentation", changes=[everything]),
        **configs_of("unet"),
    }
    with pytest.raises(HuemanError) as raised:
        train_methods(truth_dataset, out, configs, "cpu", jobs=2)
    return Trained(out, configs, str(raised.value))


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_failure_is_told_with_its_console_and_the_others_go_on(trained):
    console = trained.out / "no_augmentation" / CONSOLE
    assert "no_augmentation: " in trained.error
    assert "none is left to train on" in trained.error
    assert trained.error.endswith(f"See {console}.")
    assert "unet: " not in trained.error
    assert console.exists()
    assert not (trained.out / "no_augmentation" / MODEL_FILE).exists()
    assert (trained.out / "proposed" / MODEL_FILE).exists()
    assert (trained.out / "unet" / MODEL_FILE).exists()
    assert "training unet" in (trained.out / "unet" / CONSOLE).read_text(encoding="utf-8")


def test_encoders_of_the_first_method_are_used_and_not_trained_again(trained):
    first, other = (
        {
            name: content
            for name, content in files(trained.out / method / "stage_one").items()
            if "checkpoint" in name
        }
        for method in ("proposed", "unet")
    )
    assert any(name.startswith("upper/") for name in first)
    assert other == first  # to the time of writing


def test_stages_with_other_settings_are_not_shared(trained):
    assert not (trained.out / "no_augmentation" / "stage_one").exists()
    assert (trained.out / "unet" / "restoration").exists()


def test_what_is_finished_is_kept(trained, truth_dataset):
    done = {name: trained.configs[name] for name in ("proposed", "unet")}
    before = files(trained.out)
    train_methods(truth_dataset, trained.out, done, "cpu", jobs=2)
    assert files(trained.out) == before


def test_a_folder_of_another_run_is_refused_before_anything_is_trained(truth_dataset, tmp_path):
    foreign = tmp_path / "unet" / "config.yaml"
    foreign.parent.mkdir()
    foreign.write_text("seed: 99\n", encoding="utf-8")
    with pytest.raises(HuemanError, match="other settings"):
        train_methods(truth_dataset, tmp_path, configs_of("proposed", "unet"), "cpu", jobs=2)
    assert list(tmp_path.iterdir()) == [foreign.parent]
