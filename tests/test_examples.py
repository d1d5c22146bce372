"""The examples of docs/api.md and docs/export.md, with the model in the box."""

import re
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import pytest

from hueman.box import boxed_model
from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.engines.export import export
from hueman.training.model import load_model

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def folder(tmp_path, clips_folder, monkeypatch):
    frame = next(iter(Video(clips_folder / "mustard" / "salute.mp4")))
    cv2.imwrite(str(tmp_path / "anna.jpg"), frame[..., ::-1])
    dance = Video(clips_folder / "plaid" / "wave_both.mp4")
    write_video(tmp_path / "dance.mp4", islice(dance, 0, 40, 8), 3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_examples(guide: Path, count: int) -> dict[str, Any]:
    """Run a page's examples one after the other; return what they have named."""
    examples = re.findall(r"```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) == count
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, str(guide), "exec"), names)
    return names


def test_the_example_of_a_graph_runs(tmp_path, monkeypatch):
    export(None, tmp_path / "onnx", "onnx")
    monkeypatch.chdir(tmp_path)
    names = run_examples(DOCS / "export.md", 1)
    config = load_model(boxed_model())[0].config
    assert names["frame"].shape == (1, 3, config.height, config.width)


def test_the_examples_run(folder):
    names = run_examples(DOCS / "api.md", 4)
    assert names["frames"].shape[1:] == (384, 256, 3)
    assert Video(folder / "long.mp4").info.frames == 50
    assert (folder / "my-model" / "model.safetensors").stat().st_size < 20e6
