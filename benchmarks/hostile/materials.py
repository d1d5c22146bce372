"""Good files of every kind that hueman reads, small, to be spoiled."""

import json
import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import torch

from hueman.clips.encoding import write_video
from hueman.clips.store import ClipEntry, Dataset, PreparedClip, write_clip, write_index
from hueman.config import config_to_dict, load_config
from hueman.engines.record import ExportRecord
from hueman.features.body_parts import label_body_parts
from hueman.generation.actions import read_action
from hueman.perception.openpose_json import write_openpose_json
from hueman.shards.writing import shard_dataset
from hueman.training.checkpoints import Checkpoints
from hueman.training.loop import Progress
from hueman.training.model import VideoModel, save_model
from hueman.training.settings import settings_of

HEIGHT, WIDTH, LENGTH = 96, 64, 4
CHANGES = (
    "stage_one.encoder.channels=8",
    "stage_two.generator.channels=4",
    "stage_two.generator.residual_blocks=1",
)
"""What makes the preset demo tiny."""

BVH_JOINTS = {
    "Hips": ("", (0, 95, 0)),
    "Head": ("Hips", (0, 60, 2)),
    "LeftArm": ("Hips", (18, 48, 0)),
    "LeftForeArm": ("LeftArm", (28, 0, 0)),
    "RightArm": ("Hips", (-18, 48, 0)),
    "RightForeArm": ("RightArm", (-28, 0, 0)),
    "LeftUpLeg": ("Hips", (9, -2, 0)),
    "LeftLeg": ("LeftUpLeg", (0, -43, 0)),
    "RightUpLeg": ("Hips", (-9, -2, 0)),
    "RightLeg": ("RightUpLeg", (0, -43, 0)),
}


def make_materials(folder: Path) -> Path:
    """Write everything into a new folder and return it."""
    folder.mkdir(parents=True)
    frames = _frames()
    for suffix in ("mp4", "webm", "gif", "mov"):
        write_video(folder / f"clip.{suffix}", list(frames), 12.0)
    for suffix in ("png", "jpg"):
        cv2.imwrite(str(folder / f"picture.{suffix}"), frames[0])
    pose = read_action("wave_both")[:LENGTH]
    pose = _inside(pose)
    write_openpose_json(folder / "poses", pose)
    np.savez_compressed(folder / "poses.npz", pose=pose)
    (folder / "motion.bvh").write_text(_bvh(), "utf-8")
    _dataset(folder / "dataset", frames, pose)
    shutil.copyfile(folder / "dataset/clips/ann/wave.h5", folder / "clip.h5")
    shard_dataset(Dataset(folder / "dataset"), f"{folder}/shards/shards-%06d.tar")
    _manifest(folder)
    _palettes(folder)
    config = load_config("demo", CHANGES)
    torch.manual_seed(0)
    _model(folder, VideoModel(config), config)
    _pickles(folder)
    _archives(folder)
    return folder


def _frames() -> np.ndarray:
    """A figure of boxes that walks, uint8 (T, H, W, 3)."""
    frames = np.full((LENGTH, HEIGHT, WIDTH, 3), 200, np.uint8)
    for number, frame in enumerate(frames):
        cv2.rectangle(frame, (22 + number, 20), (42 + number, 55), (180, 60, 40), -1)
        cv2.rectangle(frame, (24 + number, 55), (40 + number, 90), (40, 60, 160), -1)
        cv2.circle(frame, (32 + number, 12), 8, (220, 180, 150), -1)
    return frames


def _inside(pose: np.ndarray) -> np.ndarray:
    """Scale poses into the frame."""
    pose = pose.astype(np.float32).copy()
    points = pose[..., :2]
    low, high = points.min((0, 1)), points.max((0, 1))
    pose[..., :2] = (points - low) * min((WIDTH - 10, HEIGHT - 10) / (high - low)) + 5
    return pose


def _dataset(root: Path, frames: np.ndarray, pose: np.ndarray) -> None:
    person = (np.abs(frames.astype(int) - 200).sum(3) > 0).astype(np.uint8) * 255
    rows = np.arange(HEIGHT)[None, :, None]
    clip = PreparedClip(
        actor="ann",
        action="wave",
        fps=12.0,
        frames=frames,
        pose=pose,
        person=person,
        edges=np.stack([cv2.Canny(frame, 50, 150) for frame in frames]),
        parts=np.stack([label_body_parts(*each) for each in zip(pose, person, strict=True)]),
        upper=np.where((rows >= 20) & (rows < 55), person, 0).astype(np.uint8),
        lower=np.where(rows >= 55, person, 0).astype(np.uint8),
    )
    entries = []
    for action in ("wave", "march"):
        file = f"clips/ann/{action}.h5"
        digest = write_clip(root / file, clip)
        entries.append(
            ClipEntry("ann", action, file, digest, LENGTH, HEIGHT, WIDTH, 12.0, "made here")
        )
    write_index(root, entries)
    split = {"train_actors": ["ann"], "unseen_actors": []}
    split |= {"train_actions": ["march"], "test_actions": ["wave"]}
    (root / "split.json").write_text(json.dumps({"format": 1, **split}), "utf-8")


def _bvh() -> str:
    children: dict[str, list[str]] = {name: [] for name in BVH_JOINTS}
    for name, (parent, _) in BVH_JOINTS.items():
        if parent:
            children[parent].append(name)
    order: list[str] = []

    def write(name: str) -> str:
        order.append(name)
        parent, offset = BVH_JOINTS[name]
        moves = "Xposition Yposition Zposition " if not parent else ""
        head = "JOINT" if parent else "ROOT"
        inner = "\n".join(write(child) for child in children[name])
        inner = inner or "End Site\n{\nOFFSET 0 -20 0\n}"
        count = 3 + len(moves.split())
        channels = f"CHANNELS {count} {moves}Zrotation Xrotation Yrotation"
        return f"{head} {name}\n{{\nOFFSET {' '.join(map(str, offset))}\n{channels}\n{inner}\n}}"

    skeleton = write("Hips")
    values = np.random.default_rng(0).uniform(-20, 20, (LENGTH, 3 + 3 * len(order)))
    rows = "\n".join(" ".join(f"{value:.3f}" for value in row) for row in values)
    return f"HIERARCHY\n{skeleton}\nMOTION\nFrames: {LENGTH}\nFrame Time: 0.033333\n{rows}\n"


def _manifest(folder: Path) -> None:
    rows = "path,actor,action\nclip.mp4,ann,wave\nclip.gif,bob,wave\n"
    (folder / "manifest.csv").write_text(rows, "utf-8")


def _palettes(folder: Path) -> None:
    (folder / "palette.csv").write_text(
        'name,color\nteal,#008080\nbrick,"lab(40, 40, 20)"\nnight,navy\n', "utf-8"
    )
    (folder / "palette.gpl").write_text(
        "GIMP Palette\nName: x\nColumns: 2\n#\n  0 128 128\tteal\n192 57 43 red\n", "utf-8"
    )
    blocks = b""
    for name, values in (("teal", (0, 0.5, 0.5)), ("red", (0.8, 0.2, 0.2))):
        text = (name + "\0").encode("utf-16-be")
        numbers = np.array(values, ">f4").tobytes()
        content = np.array(len(name) + 1, ">u2").tobytes() + text + b"RGB " + numbers + b"\0\0"
        blocks += b"\0\1" + np.array(len(content), ">u4").tobytes() + content
    (folder / "palette.ase").write_bytes(b"ASEF\0\1\0\0\0\0\0\2" + blocks)


def _model(folder: Path, model: VideoModel, config) -> None:
    """A model, the run it comes from, and an export of it."""
    import yaml

    run, export = folder / "run", folder / "export"
    save_model(model, run / "model.safetensors", {"seed": 0})
    text = yaml.safe_dump(config_to_dict(config), sort_keys=False)
    (run / "config.yaml").write_text(text, "utf-8")
    (folder / "preset.yaml").write_text(text, "utf-8")
    state = {
        **vars(Progress(step=2, measured={"l1": 0.5})),
        "settings": settings_of(config, "stage_two"),
        "processes": 1,
        "stage": {"networks": model.generator.state_dict(), "update": 2},
    }
    Checkpoints(run / "stage_two").save(2, state, None)
    rows = [{"step": step, "l1": 0.5, "measured/l1": 0.4} for step in (1, 2)]
    log = run / "stage_two" / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    export.mkdir()
    shutil.copyfile(run / "model.safetensors", export / "model.safetensors")
    from hueman.clips.arrays import file_sha256

    digest = file_sha256(export / "model.safetensors")
    ExportRecord("frame.xml", digest, {"features": [4, 96, 64]}, True, 0.1, 0.2).write(export)
    (export / "frame.xml").write_text(
        '<?xml version="1.0"?><net name="frame" version="11"><layers></layers></net>', "utf-8"
    )
    (export / "frame.bin").write_bytes(bytes(64))
    (folder / "result.json").write_text(json.dumps(_result()), "utf-8")


def _result() -> dict:
    method = {"title": "the model", "clips": [{"actor": "ann", "action": "wave", "ssim": 0.9}]}
    method |= {"codes": {}, "fvd": {}, "latent_space": {"upper": {"spread": 1.0}}}
    method |= {"model_sha256": "", "parameters": 7, "training": {}}
    return {"format": 1, "dataset": "dataset", "methods": {"model": method}}


def _pickles(folder: Path) -> None:
    import pickle

    tree = {"Conv_0": {"kernel": np.ones((3, 3, 2, 2), np.float32), "bias": np.ones(2)}}
    (folder / "arrays.pickle").write_bytes(pickle.dumps(tree, protocol=3))
    torch.save({"weight": torch.ones(3, 3), "bias": torch.ones(3)}, folder / "weights.pth")


def _archives(folder: Path) -> None:
    with zipfile.ZipFile(folder / "wheel.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package/weights.bin", bytes(1000))
