"""The examples of docs/api.md, one after the other, with the model in the box."""

import re
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.video import Video

GUIDE = Path(__file__).parents[1] / "docs" / "api.md"


@pytest.fixture
def folder(tmp_path, clips_folder, monkeypatch):
    frame = next(iter(Video(clips_folder / "mustard" / "salute.mp4")))
    cv2.imwrite(str(tmp_path / "anna.jpg"), frame[..., ::-1])
    dance = Video(clips_folder / "plaid" / "wave_both.mp4")
    write_video(tmp_path / "dance.mp4", islice(dance, 0, 40, 8), 3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_run(folder):
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) == 4
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, str(GUIDE), "exec"), names)
    assert names["frames"].shape[1:] == (192, 128, 3)
    assert Video(folder / "long.mp4").info.frames == 50
    assert (folder / "my-model" / "model.safetensors").stat().st_size < 20e6
