import pytest
from tiny_training import TINY

from hueman.config import TrainingConfig, load_config
from hueman.training.data import Split, load_split


@pytest.fixture(scope="session")
def config() -> TrainingConfig:
    return load_config("demo", TINY)


@pytest.fixture(scope="session")
def split(truth_dataset, config) -> Split:
    return load_split(truth_dataset, config, show_progress=False)
