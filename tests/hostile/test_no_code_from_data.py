"""Whatever a file holds, nothing in it is run."""

import hashlib
import json
import os
import pickle
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import hueman
from hueman.clips.split import read_split
from hueman.clips.store import read_clip, read_index
from hueman.color.palette import read_palette
from hueman.config import load_config
from hueman.engines.openvino_graph import OpenVinoGraph
from hueman.engines.record import read_record
from hueman.errors import HuemanError
from hueman.evaluation.result import read_evaluation
from hueman.evaluation.subject import load_subject
from hueman.generation.backdrop import parse_backdrop
from hueman.generation.driving import driving_poses
from hueman.perception.openpose_json import read_openpose_json
from hueman.shards.store import Shards
from hueman.studio.limits import Limits
from hueman.studio.uploads import open_upload
from hueman.training.checkpoints import Checkpoints, read_checkpoint
from hueman.training.distillation import read_teacher
from hueman.training.fine_tuning import choose_config, read_start
from hueman.training.model import load_model
from hueman.training.rewinding import rewind
from hueman.training.settings import read_settings
from hueman.weights.numpy_pickle import read_numpy_pickle
from hueman.weights.published import read_state


class Hostile:
    """Unpickled, it makes a folder."""

    def __init__(self, canary: Path):
        self.canary = str(canary)

    def __reduce__(self):
        return os.mkdir, (self.canary,)


def plain(path: Path, canary: Path) -> None:
    path.write_bytes(pickle.dumps({"step": Hostile(canary)}, 3))


def by_torch(path: Path, canary: Path) -> None:
    torch.save({"step": Hostile(canary)}, path)


def by_numpy(path: Path, canary: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([Hostile(canary)], object), allow_pickle=True)


def by_numpy_archive(path: Path, canary: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=True, pose=np.array([Hostile(canary)], object))


def by_yaml(path: Path, canary: Path) -> None:
    path.write_text(f"seed: !!python/object/apply:os.mkdir ['{canary}']\n", "utf-8")


def shards(path: Path) -> None:
    """Read a file as the archive of a shard that is otherwise sound."""
    folder, sample = path.parent, {"key": "000000000", "actor": "ann", "action": "wave"}
    sample |= {"fps": 25, "start": 0, "length": 1, "own": 1, "height": 1, "width": 1}
    sample |= {"upper_color": [50, 0, 0], "lower_color": [50, 0, 0]}
    with tarfile.open(folder / "a.tar", "w") as tar:
        tar.add(path, "000000000.npz")
    content = (folder / "a.tar").read_bytes()
    shard = {"file": "a.tar", "bytes": len(content), "count": 1, "samples": [sample]}
    shard["sha256"] = hashlib.sha256(content).hexdigest()
    index = {"dataset": "x", "frames": 1, "megabytes": 1, "seed": 0, "split": None}
    (folder / "shards.json").write_text(json.dumps({**index, "shards": [shard]}), "utf-8")
    found = Shards(str(folder))
    list(found.read(found.shards[0], {"000000000"}))


def resumed(path: Path) -> None:
    """Go back to a checkpoint, as --resume does."""
    rewind(path.parents[1], path, load_config("demo"), 1)


WRITERS = (plain, by_torch, by_numpy, by_numpy_archive, by_yaml)
READERS = {
    "poses.npz": driving_poses,
    "clip.h5": read_clip,
    "motion.bvh": driving_poses,
    "movement.h5": driving_poses,
    "clip.mp4": driving_poses,
    "picture.png": lambda path: parse_backdrop(str(path)),
    "frame_0_keypoints.json": lambda path: read_openpose_json(path.parent),
    "palette.ase": read_palette,
    "palette.gpl": read_palette,
    "palette.csv": read_palette,
    "preset.yaml": lambda path: load_config(str(path)),
    "config.yaml": read_settings,
    "index.json": lambda path: read_index(path.parent),
    "split.json": lambda path: read_split(path.parent),
    "result.json": read_evaluation,
    "export.json": lambda path: read_record(path.parent / "model.safetensors"),
    "model.safetensors": load_model,
    "subject.safetensors": load_subject,
    "begun.safetensors": lambda path: choose_config(None, path, ()),
    "start.safetensors": lambda path: read_start(path.parent, load_config("demo")),
    "teacher.safetensors": lambda path: read_teacher(path.parent),
    "checkpoint-0000001.pt": read_checkpoint,
    "stage_two/checkpoint-0000001.pt": lambda path: Checkpoints(path.parent).read_newest(),
    "stage_two/checkpoint-0000002.pt": resumed,
    "shards.json": lambda path: Shards(str(path.parent)),
    "sample.npz": shards,
    "frame.xml": OpenVinoGraph,
    "upload.png": lambda path: list(open_upload(path, Limits())),
    "upload.mp4": lambda path: list(open_upload(path, Limits())),
    "weights.pth": read_state,
    "arrays.pickle": read_numpy_pickle,
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", READERS)
def test_a_hostile_file_runs_nothing(tmp_path, name, writer):
    canary, path = tmp_path / "canary", tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    writer(path, canary)
    with pytest.raises(HuemanError) as caught:
        READERS[name](path)
    assert not canary.exists()
    assert "Traceback" not in str(caught.value)


def test_the_files_are_hostile(tmp_path):
    """Else the tests above would prove nothing."""
    for number, writer in enumerate(WRITERS):
        canary, path = tmp_path / f"canary{number}", tmp_path / "file"
        writer(path, canary)
        if writer is plain:
            pickle.loads(path.read_bytes())
        elif writer is by_torch:
            torch.load(path, weights_only=False)
        elif writer is by_yaml:
            yaml.unsafe_load(path.read_text("utf-8"))
        else:
            loaded = np.load(path, allow_pickle=True)
            if writer is by_numpy_archive:
                loaded["pose"]
        assert canary.is_dir()


FORBIDDEN = {
    "pickle": r"\bpickle\.loads?\(|\bcPickle\b|\bdill\b|\bjoblib\b|\bmarshal\b|\bshelve\b",
    "numpy with pickles": r"allow_pickle\s*=\s*True",
    "torch with pickles": r"torch\.load\((?![^)]*weights_only=True)|weights_only\s*=\s*False",
    "yaml with objects": r"yaml\.(?:unsafe_load|full_load|load)\w*\((?!text, _PlainLoader\))",
    "code": r"(?<![\w.])(?:eval|exec|compile|__import__)\(",
    "shells": r"shell\s*=\s*True|os\.(?:system|popen)\(",
}

BETWEEN_ITS_OWN_PROCESSES = {"pickle": ["preparation/cluster.py: pickle.loads("] * 2}
"""Rows that workers of a Ray cluster exchange in memory, as Ray itself pickles them; no file."""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_source_has_no_way_to_run_data(what):
    source = Path(hueman.__file__).parent
    found = [
        f"{file.relative_to(source)}: {match[0]}"
        for file in sorted(source.rglob("*.py"))
        for match in re.finditer(FORBIDDEN[what], file.read_text("utf-8"))
    ]
    assert found == BETWEEN_ITS_OWN_PROCESSES.get(what, [])


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("pickle", "pickle.load(file)"),
        ("numpy with pickles", "np.load(path, allow_pickle=True)"),
        ("torch with pickles", "torch.load(path)"),
        ("yaml with objects", "yaml.load(text, yaml.Loader)"),
        ("code", "x = eval(text)"),
        ("shells", "run(words, shell=True)"),
    ],
)
def test_the_search_finds_such_ways(what, text):
    assert re.search(FORBIDDEN[what], text)


def test_a_packed_checkpoint_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50_000_000))
    for read in (read_checkpoint, read_state):
        with pytest.raises(HuemanError, match="ValueError"):
            read(tmp_path / "x.pt")
