"""A model of one's own, in a process of its own."""

import json
import os
import shutil
import time

import pytest
import yaml

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.own_model import OwnModel
from hueman.studio.session_files import SessionFiles
from hueman.studio.sessions import Sessions
from hueman.studio.training import OwnModelTraining, newest_sample, updates


@pytest.fixture
def own(tiny_model, tmp_path):
    made = OwnModel(SessionFiles(tmp_path / "visitor", Limits()), Limits(max_clips=2), tiny_model)
    yield made
    made.end_training()


@pytest.fixture
def clip(clips_folder, tmp_path):
    return shutil.copy(clips_folder / "plaid" / "salute.mp4", tmp_path / "me.mp4")


def exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_clips_are_checked_before_anything_begins(own, clip, tmp_path):
    with pytest.raises(HuemanError, match="Choose a clip of yourself first"):
        own.train(5)
    with pytest.raises(HuemanError, match="3 clips; choose at most 2"):
        own.take_clips([tmp_path / f"{number}.mp4" for number in range(3)])
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    with pytest.raises(HuemanError, match=r"bad\.mp4"):
        own.take_clips([tmp_path / "bad.mp4"])
    assert own.take_clips([clip]) == ["me.mp4"]
    with pytest.raises(HuemanError, match="minutes are 0; choose 1 to 60"):
        own.train(0)
    assert own.training is None


def test_a_training_is_killed_when_it_is_cancelled(own, clip):
    own.take_clips([clip])
    own.train(5)
    process = own.training._process.pid
    assert exists(process)
    assert "Looking at your clips" in own.training.news().text
    own.end_training()
    assert not exists(process)
    assert own.finished() is None


def test_what_is_wrong_with_the_clips_is_told(tiny_model, tmp_path):
    training = OwnModelTraining([tmp_path / "gone.mp4"], tmp_path / "training", tiny_model, 1)
    deadline = time.monotonic() + 300
    while training.running and time.monotonic() < deadline:
        time.sleep(0.2)
    assert training.model is None
    assert training.news().text.startswith("It stopped: ")
    assert "gone.mp4 does not exist" in training.news().text


def test_progress_is_read_from_the_run(tmp_path):
    assert updates(tmp_path) == (0, 0)
    assert newest_sample(tmp_path) is None
    settings = {"stage_two": {"schedule": {"steps": 40}}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    samples = tmp_path / "stage_two" / "samples"
    samples.mkdir(parents=True)
    lines = [json.dumps({"step": step, "l1": 0.1}) for step in (1, 2, 30)]
    (tmp_path / "stage_two" / "log.jsonl").write_text("\n".join(lines) + "\n")
    assert updates(tmp_path) == (30, 40)
    for step in (5, 10):
        (samples / f"{step:07d}.png").touch()
    assert newest_sample(tmp_path) == samples / "0000010.png"


def test_one_trains_at_a_time_and_the_end_of_a_session_ends_it(library, clip, tmp_path):
    sessions = Sessions(tmp_path / "root", library, Limits())
    first = sessions.begin("a")
    second = sessions.begin("b")
    for session, name in ((first, "one"), (second, "two")):
        session.own.take_clips([shutil.copy(clip, tmp_path / f"{name}.mp4")])
    sessions.train("a", 5)
    assert first.own.training is not None
    process = first.own.training._process.pid
    with pytest.raises(HuemanError, match="Somebody else's model"):
        sessions.train("b", 5)
    sessions.end("a")
    assert not exists(process)
    sessions.close()
    assert not list((tmp_path / "root").iterdir())
