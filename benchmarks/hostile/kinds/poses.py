"""Poses that drive a figure: OpenPose JSON and NumPy archives."""

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..crafting import (
    DEEP,
    TERA,
    Code,
    Crafted,
    changed_json,
    encrypt,
    npy,
    npz,
    raw,
    saved,
    text,
    zip_bomb,
)
from ..entries import drive, driving
from ..kind import Kind


def _person(numbers: object) -> Crafted:
    return changed_json(lambda content: {"people": [{"pose_keypoints_2d": numbers}]})


def _with_raw_number(word: str) -> Crafted:
    numbers = ", ".join([word] * 54)
    return text(f'{{"people": [{{"pose_keypoints_2d": [{numbers}]}}]}}')


def _changed(change: Callable[[np.ndarray], np.ndarray | None]) -> Crafted:
    def write(path: Path) -> None:
        with np.load(path) as arrays:
            pose = arrays["pose"].copy()
        changed = change(pose)
        with path.open("wb") as file:
            np.savez(file, pose=pose if changed is None else changed)

    return write


OPENPOSE = Kind(
    "OpenPose JSON",
    ("poses/frame_000000000000_keypoints.json",),
    {
        "driving_poses": lambda file, out: driving(file.parent, out),
        "hueman generate --drive": lambda file, out: drive(file.parent, out),
    },
    text=True,
    share=3,
    around=("poses/frame_000000000001_keypoints.json",),
    renamed=False,
    crafted={
        "deep lists": text("[" * DEEP),
        "deep people": text('{"people": ' * DEEP + "1" + "}" * DEEP),
        "NaN joints": _with_raw_number("NaN"),
        "infinite joints": _with_raw_number("Infinity"),
        "joints of 1e999": _with_raw_number("1e999"),
        "joints of 1e38": _with_raw_number("1e38"),
        "joints of 400 digits": _with_raw_number("9" * 400),
        "joints of 5000 digits": _with_raw_number("9" * 5000),
        "everything at one place": _person([5.0, 5.0, 1.0] * 18),
        "nobody": changed_json(lambda content: {"people": []}),
        "no confidence": _person([5.0, 5.0, 0.0] * 18),
        "negative confidence": _person([5.0, 5.0, -1.0] * 18),
        "words for joints": _person(["x"] * 54),
        "true joints": _person([True] * 54),
        "nested joints": _person([[1.0]] * 54),
        "uneven joints": _person([[1.0], 2.0] * 27),
        "a text of joints": _person("1" * 54),
        "no joints": _person(None),
        "a number for joints": _person(7),
        "people by name": changed_json(lambda content: {"people": {"a": 1}}),
        "a person as text": changed_json(lambda content: {"people": ["a"]}),
        "a person as number": changed_json(lambda content: {"people": [7]}),
        "a person as list": changed_json(lambda content: {"people": [[1, 2]]}),
        "people as number": changed_json(lambda content: {"people": 7}),
        "a list": text("[]"),
        "null": text("null"),
        "a million people": text(
            '{"people": [' + ",".join(['{"pose_keypoints_2d": []}'] * 10**6) + "]}"
        ),
        "80 MB of spaces": text(" " * 80_000_000),
    },
)

ARCHIVES = Kind(
    "poses (.npz)",
    ("poses.npz",),
    {"driving_poses": driving, "hueman generate --drive": drive},
    share=2,
    crafted={
        "a terabyte claimed": npz(npy(f"({TERA}, 18, 3)")),
        "a terabyte claimed, stored": npz(npy(f"({TERA}, 18, 3)"), method=zipfile.ZIP_STORED),
        "2**63 claimed": npz(npy(f"({2**63}, 18, 3)")),
        "a negative size": npz(npy("(-1, 18, 3)")),
        "size as text": npz(npy("('a', 18, 3)")),
        "size as code": npz(npy("__import__('os').mkdir('canary')")),
        "deep size": npz(npy("(" * 90 + ")" * 90)),
        "a zip bomb": zip_bomb(npy("(12000000, 18, 3)"), "pose.npy", 2592),
        "objects": saved(pose=np.array([Code()], object)),
        "objects by header": npz(npy("(1,)", "|O", pickle.dumps(Code()))),
        "structured": saved(pose=np.zeros((2, 18), "f4,f4,f4")),
        "text": saved(pose=np.full((2, 18, 3), "x")),
        "complex": saved(pose=np.ones((2, 18, 3), complex)),
        "dates": saved(pose=np.zeros((2, 18, 3), "M8[s]")),
        "no frames": saved(pose=np.zeros((0, 18, 3))),
        "a number": saved(pose=np.array(3.0)),
        "another name": saved(poses=np.zeros((2, 18, 3))),
        "no archive but an array": raw(npy("(2, 18, 3)", data=bytes(432))),
        "no archive but objects": raw(npy("(1,)", "|O", pickle.dumps(Code()))),
        "a pickle": raw(pickle.dumps(Code())),
        "a way out": npz(npy("(2, 18, 3)", data=bytes(432)), "../../escape.npy"),
        "encrypted": lambda path: encrypt(path),
        "NaN joints": _changed(lambda pose: pose.__setitem__((1, 3), np.nan)),
        "infinite joints": _changed(lambda pose: pose.__setitem__((1, 3), np.inf)),
        "joints of 1e38": _changed(lambda pose: np.where(pose > 1, 1e38, pose)),
        "joints of 1e300": _changed(lambda pose: pose.astype(float) * 1e300),
        "everything at one place": _changed(lambda pose: pose * 0 + 1),
        "the neck far away": _changed(lambda pose: pose.__setitem__((2, 1, 0), 1e7)),
        "confidence of 1e30": _changed(lambda pose: pose.__setitem__((1, 3, 2), 1e30)),
        "NaN confidence": _changed(lambda pose: pose.__setitem__((..., 2), np.nan)),
        "one frame": _changed(lambda pose: pose[:1]),
        "a million frames": _changed(lambda pose: np.tile(pose[:1], (10**6, 1, 1))),
    },
)
