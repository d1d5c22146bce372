"""Exported graphs."""

from pathlib import Path

from ..crafting import DEEP, changed_json, text
from ..entries import command, materials
from ..kind import Kind


def _record(file: Path, out: Path) -> None:
    from hueman.engines.record import read_record

    read_record(file.parent / "model.safetensors")


def _by_graph(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    words += ("--out", str(out / "x.mp4"), "--engine", "openvino", "--device", "cpu")
    command("generate", str(file.parent), *words)


EXPORTS = Kind(
    "exported graphs",
    ("export/export.json", "export/frame.xml"),
    {"read_record": _record, "hueman generate --engine openvino": _by_graph},
    text=True,
    around=(
        "export/model.safetensors",
        "export/export.json",
        "export/frame.xml",
        "export/frame.bin",
    ),
    renamed=False,
    crafted={
        "deep": text("[" * DEEP),
        "a list": text("[]"),
        "laughs": text(
            '<!DOCTYPE x [<!ENTITY a "'
            + "ha" * 100
            + '">'
            + "".join(
                f'<!ENTITY {n} "{"&" + p + ";" * 10}">' for p, n in zip("abcd", "bcde", strict=True)
            )
            + "]><net>&e;</net>"
        ),
        "a file from elsewhere": text(
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><net>&a;</net>'
        ),
        "deep elements": text("<net>" * DEEP),
        "weights of terabytes": text(
            '<?xml version="1.0"?><net name="f" version="11"><layers><layer id="0" name="c" '
            'type="Const" version="opset1"><data element_type="f32" shape="1000000000000" '
            'offset="0" size="4000000000000"/><output><port id="0" precision="FP32"><dim>'
            "1000000000000</dim></port></output></layer></layers><edges/></net>"
        ),
        "inputs as number": lambda path: (
            changed_json(lambda c: c.__setitem__("inputs", 7))(path)
            if path.suffix == ".json"
            else None
        ),
        "another model": lambda path: (
            changed_json(lambda c: c.__setitem__("model_sha256", 7))(path)
            if path.suffix == ".json"
            else None
        ),
        "no 8 bits": lambda path: (
            changed_json(lambda c: c.__setitem__("eight_bits", []))(path)
            if path.suffix == ".json"
            else None
        ),
    },
)
