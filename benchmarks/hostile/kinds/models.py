"""Trained models and checkpoints."""

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from ..crafting import DEEP, TERA, Code, Crafted, expanded, npz, raw, torch_file, zip_bomb
from ..entries import check, command, materials
from ..kind import Kind


def safetensors(header: bytes, claimed: int | None = None, data: bytes = b"") -> bytes:
    """A safetensors file with this header, and what it claims as the header's size."""
    return struct.pack("<Q", len(header) if claimed is None else claimed) + header + data


def _header(change: Callable[[dict], None]) -> Crafted:
    """Change the header of the good model; tensors stay where they are."""

    def write(path: Path) -> None:
        data = path.read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + size])
        change(header)
        path.write_bytes(safetensors(json.dumps(header).encode(), data=data[8 + size :]))

    return write


def _model_config(name: str, value: object) -> Crafted:
    def change(header: dict) -> None:
        config = json.loads(header["__metadata__"]["config"])
        *groups, last = name.split(".")
        inner = config
        for group in groups:
            inner = inner[group]
        inner[last] = value
        header["__metadata__"]["config"] = json.dumps(config)

    return _header(change)


def _metadata(name: str, value: str) -> Crafted:
    return _header(lambda header: header["__metadata__"].__setitem__(name, value))


def _state(change: Callable[[dict], None]) -> Crafted:
    def write(path: Path) -> None:
        import torch

        state = torch.load(path, weights_only=True)
        change(state)
        torch.save(state, path)

    return write


def _model(file: Path, out: Path) -> None:
    from hueman.training.model import load_model

    load_model(file)


def _subject(file: Path, out: Path) -> None:
    from hueman.evaluation.subject import load_subject

    load_subject(file)


def _generate_by(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    command("generate", str(file), *words, "--out", str(out / "x.mp4"), "--device", "cpu")


def _checkpoint(file: Path, out: Path) -> None:
    from hueman.training.checkpoints import read_checkpoint

    read_checkpoint(file)


def _rewind(file: Path, out: Path) -> None:
    from hueman.config import load_config
    from hueman.training.rewinding import rewind

    from ..materials import CHANGES

    run = out / "run"
    shutil.copytree(materials() / "run", run)
    target = run / "stage_two" / file.name
    target.unlink(missing_ok=True)
    target.symlink_to(file)
    rewind(run, target, load_config("demo", CHANGES), 1)


MODELS = Kind(
    "models",
    ("run/model.safetensors",),
    {
        "load_model": _model,
        "load_subject": _subject,
        "check": check,
        "hueman generate": _generate_by,
    },
    share=3,
    crafted={
        "a header of exabytes": raw(safetensors(b"{}", 2**63)),
        "a header of 2**64 - 1": raw(safetensors(b"{}", 2**64 - 1)),
        "a header of 200 MB": raw(safetensors(b"{}", 200_000_000)),
        "no header": raw(safetensors(b"")),
        "a deep header": raw(safetensors(b'{"a":' * DEEP)),
        "no object": raw(safetensors(b"[]")),
        "a tensor of terabytes": _header(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [TERA], "data_offsets": [0, 4 * TERA]}
            )
        ),
        "shapes that overflow": _header(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 0]}
            )
        ),
        "tensors that overlap": _header(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
            )
        ),
        "no settings": _metadata("config", ""),
        "deep settings": _metadata("config", "[" * DEEP),
        "settings as list": _metadata("config", "[]"),
        "settings as NaN": _metadata("config", "NaN"),
        "no notes": _header(lambda header: header["__metadata__"].pop("notes")),
        "deep notes": _metadata("notes", "[" * DEEP),
        "notes of text": _metadata("notes", '"x"'),
        "another format": _metadata("format", "\x1b[2J"),
        "a billion blocks": _model_config("stage_two.generator.residual_blocks", 10**9),
        "a million blocks": _model_config("stage_two.generator.residual_blocks", 10**6),
        "a billion channels": _model_config("stage_two.generator.channels", 10**9),
        "2000 channels": _model_config("stage_two.generator.channels", 2000),
        "4000 channels of encoders": _model_config("stage_one.encoder.channels", 4000),
        "codes of a billion": _model_config("stage_one.upper_code", 10**9),
        "codes of a million": _model_config("stage_one.upper_code", 10**6),
        "frames of terapixels": _model_config("height", 32 * 10**9),
        "frames of 32000": _model_config("height", 32000),
        "NaN settings": _model_config("max_chroma", float("nan")),
        "an unknown setting": _model_config("\x1b[2J", "x" * 100_000),
        "a checkpoint of torch": torch_file(lambda: {"a": 1}),
        "a pickle": raw(pickle.dumps(Code())),
    },
)

CHECKPOINTS = Kind(
    "checkpoints",
    ("run/stage_two/checkpoint-0000002.pt",),
    {"read_checkpoint": _checkpoint, "check": check, "rewind": _rewind},
    share=2,
    renamed=False,
    crafted={
        "a pickle": raw(pickle.dumps({"step": Code()})),
        "code": torch_file(lambda: {"step": Code()}),
        "a list": torch_file(lambda: [1]),
        "no step": torch_file(lambda: {}),
        "step alone": torch_file(lambda: {"step": 1}),
        "step as text": _state(lambda state: state.__setitem__("step", "x")),
        "step as list": _state(lambda state: state.__setitem__("step", [])),
        "best as text": _state(lambda state: state.__setitem__("best_step", "x")),
        "NaN step": _state(lambda state: state.__setitem__("step", float("nan"))),
        "expanded": torch_file(lambda: {"step": 1, **expanded()}),
        "a zip bomb": zip_bomb(b"\x80\x02}q\0.", "archive/data.pkl", 1792),
        "an archive of nothing": npz(b"", "x"),
        "ways out": npz(pickle.dumps({"step": 1}), "../../data.pkl"),
        "a terabyte of bytes": raw(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "deep": raw(b"\x80\x02" + b"]" * DEEP + b"a" * (DEEP - 1) + b"."),
    },
)
