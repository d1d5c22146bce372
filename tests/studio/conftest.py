"""A studio with a tiny untrained model, at 96x64."""

import socket
from contextlib import contextmanager
from dataclasses import replace

import pytest
from tiny_model import tiny_model_file

from hueman.generation.actions import read_action
from hueman.studio.library import Library
from hueman.studio.limits import Limits
from hueman.studio.session import Session

LIMITS = Limits(max_upload_mb=1, max_seconds=3, max_colors=3)


@pytest.fixture(scope="session", autouse=True)
def short_actions():
    """Ten frames of an action are as good as fifty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hueman.studio.session.read_action", lambda name: read_action(name)[20:30])
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    return tiny_model_file(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def library(tiny_model):
    return Library(tiny_model)


@pytest.fixture
def session(library, tmp_path):
    made = Session(tmp_path / "visitor", library, LIMITS)
    made.choose_action("wave_right")
    made.choose_example("stripes")
    yield made
    made.close()


@pytest.fixture(scope="session")
def studio(library):
    with opened(library, LIMITS) as running:
        yield running


@pytest.fixture
def crowded_studio(library):
    """A studio where three may wait."""
    with opened(library, replace(LIMITS, max_waiting=3)) as running:
        yield running


@contextmanager
def opened(library, limits):
    """Open a studio at a free port; nothing is left of it."""
    pytest.importorskip("gradio", reason="gradio is not installed")
    from hueman.studio.serve import running_studio

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running_studio(library, limits, port=port, linger=0.2) as running:
        yield running
    assert not running.root.exists()
