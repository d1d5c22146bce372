import pytest
from tiny_training import TINY, little_to_look_at

from hueman.config import TrainingConfig, load_config
from hueman.training.data import Split, load_split


@pytest.fixture(scope="module", autouse=True)
def brief_looks():
    with little_to_look_at():
        yield


@pytest.fixture(scope="session")
def config() -> TrainingConfig:
    return load_config("demo", TINY)


@pytest.fixture(scope="session")
def split(truth_dataset, config) -> Split:
    return load_split(truth_dataset, config, show_progress=False)
