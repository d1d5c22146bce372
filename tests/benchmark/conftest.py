import pytest
from tiny_training import little_to_look_at


@pytest.fixture(scope="module", autouse=True)
def brief_looks():
    with little_to_look_at():
        yield
