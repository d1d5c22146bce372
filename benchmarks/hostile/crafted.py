"""Files made by hand to hurt: huge claims, bombs, ways out of a folder, code, nesting."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np

Crafted = Callable[[Path], None]
"""Writes a file, or changes the good one that is there."""
TERA = 10**12
DEEP = 100_000
CANARY = "canary"


class Code:
    """Pickled, a program that makes a folder where it runs."""

    def __reduce__(self) -> tuple:
        import os

        return os.mkdir, (CANARY,)


def _text(content: str) -> Crafted:
    return lambda path: path.write_bytes(content.encode("utf-8", "surrogatepass")) and None


def _bytes(content: bytes) -> Crafted:
    return lambda path: path.write_bytes(content) and None


def _json(change: Callable[[dict], object]) -> Crafted:
    def write(path: Path) -> None:
        content = json.loads(path.read_text("utf-8"))
        changed = change(content)
        path.write_text(json.dumps(content if changed is None else changed), "utf-8")

    return write


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG file that says it is so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def jpeg_of(width: int, height: int) -> Crafted:
    """A JPEG file that says it is so large."""

    def write(path: Path) -> None:
        import cv2

        data = bytearray(cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
        place = next(data.find(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in data)
        data[place + 5 : place + 9] = struct.pack(">HH", height, width)
        path.write_bytes(data)

    return write


def _npy(shape: str, dtype: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + data


def _npz(content: bytes, name: str = "pose.npy", method: int = zipfile.ZIP_DEFLATED) -> Crafted:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(name, content)

    return write


def _zip_bomb(head: bytes, name: str, megabytes: int) -> Crafted:
    """A little file that unpacks to thousands of megabytes of zeros."""

    def write(path: Path) -> None:
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(name, "w", force_zip64=True) as member,
        ):
            member.write(head)
            block = bytes(1 << 24)
            for _ in range(megabytes // 16):
                member.write(block)

    return write


def _saved(**arrays: np.ndarray) -> Crafted:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=True, **arrays)

    return write


def _poses(change: Callable[[np.ndarray], np.ndarray | None]) -> Crafted:
    def write(path: Path) -> None:
        with np.load(path) as arrays:
            pose = arrays["pose"].copy()
        changed = change(pose)
        with path.open("wb") as file:
            np.savez(file, pose=pose if changed is None else changed)

    return write


def _h5(change: Callable[[h5py.File], None]) -> Crafted:
    def write(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)

    return write


def _h5_array(name: str, **how: object) -> Crafted:
    def change(file: h5py.File) -> None:
        del file[name]
        file.create_dataset(name, **how)

    return _h5(change)


def _h5_all(shape: Callable[[tuple], tuple]) -> Crafted:
    """All arrays consistently of another shape, with nothing stored."""

    def change(file: h5py.File) -> None:
        for name in list(file):
            dataset = file[name]
            new, kind = shape(dataset.shape), dataset.dtype
            del file[name]
            chunks = tuple(min(64, side) for side in new) if all(new) else None
            file.create_dataset(name, new, kind, chunks=chunks)

    return _h5(change)


def _h5_pose(value: float) -> Crafted:
    def change(file: h5py.File) -> None:
        pose = file["pose"][:]
        pose[1, 3, 0] = value
        file["pose"][...] = pose

    return _h5(change)


def _external_array(file: h5py.File) -> None:
    shape, kind = file["frames"].shape, file["frames"].dtype
    del file["frames"]
    file.create_dataset("frames", shape, kind, external=[("/etc/passwd", 0, 10**6)])


def _external_link(file: h5py.File) -> None:
    del file["frames"]
    file["frames"] = h5py.ExternalLink("/etc/passwd", "/frames")


def _soft_loop(file: h5py.File) -> None:
    del file["frames"]
    file["frames"] = h5py.SoftLink("/frames")


def _virtual(file: h5py.File) -> None:
    shape, kind = file["frames"].shape, file["frames"].dtype
    del file["frames"]
    layout = h5py.VirtualLayout(shape, kind)
    layout[...] = h5py.VirtualSource("/etc/passwd", "frames", shape)
    file.create_virtual_dataset("frames", layout)


def _attribute(name: str, value: object) -> Crafted:
    return _h5(lambda file: file.attrs.__setitem__(name, value))


def safetensors(header: bytes, claimed: int | None = None, data: bytes = b"") -> bytes:
    """A safetensors file with this header, and what it claims as the header's size."""
    return struct.pack("<Q", len(header) if claimed is None else claimed) + header + data


def _model(change: Callable[[dict], None]) -> Crafted:
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

    return _model(change)


def _metadata(name: str, value: str) -> Crafted:
    return _model(lambda header: header["__metadata__"].__setitem__(name, value))


def _torch(make: Callable[[], object]) -> Crafted:
    def write(path: Path) -> None:
        import torch

        torch.save(make(), path)

    return write


def _state(change: Callable[[dict], None]) -> Crafted:
    def write(path: Path) -> None:
        import torch

        state = torch.load(path, weights_only=True)
        change(state)
        torch.save(state, path)

    return write


def _expanded() -> dict:
    """A tensor of terabytes whose numbers are all one and the same."""
    import torch

    return {"weight": torch.zeros(1).expand(TERA)}


def _pickled(value: object) -> Crafted:
    return _bytes(pickle.dumps(value, protocol=3))


def _person(numbers: object) -> Crafted:
    return _json(lambda content: {"people": [{"pose_keypoints_2d": numbers}]})


def _with_raw_number(word: str) -> Crafted:
    numbers = ", ".join([word] * 54)
    return _text(f'{{"people": [{{"pose_keypoints_2d": [{numbers}]}}]}}')


def _yaml(line: str) -> Crafted:
    def write(path: Path) -> None:
        path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")

    return write


def _replaced(old: str, new: str) -> Crafted:
    def write(path: Path) -> None:
        text = path.read_text("utf-8")
        assert old in text, (path, old)
        path.write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogatepass"))

    return write


def _billion_laughs(last: str = "method") -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join([*lines, f"{last}: *a11"])


def _set_row(change: Callable[[dict], None]) -> Crafted:
    return _json(lambda content: change(content["clips"][0]))


def _rows(row: str) -> Crafted:
    return _text(f"path,actor,action\n{row}\n")


def _many_joints() -> str:
    joints = "".join(
        f"JOINT j{n} {{ OFFSET 1 1 1 CHANNELS 1 Xrotation End Site {{ OFFSET 0 1 0 }} }}\n"
        for n in range(240)
    )
    arms = "".join(
        f"JOINT {name} {{ OFFSET {x} {y} 0 CHANNELS 1 Xrotation End Site {{ OFFSET 0 1 0 }} }}\n"
        for name, x, y in (
            *(("LeftArm", 9, 40), ("RightArm", -9, 40)),
            *(("LeftUpLeg", 9, -2), ("RightUpLeg", -9, -2)),
        )
    )
    frames, channels = 20_000, 245
    head = "HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 1 Xrotation\n"
    motion = f"MOTION\nFrames: {frames}\nFrame Time: 0.04\n"
    return f"{head}{joints}{arms}}}\n{motion}" + "0 " * (frames * channels)


def _gif(width: int, height: int) -> Crafted:
    def write(path: Path) -> None:
        data = bytearray(path.read_bytes())
        if data[:3] == b"GIF":
            data[6:10] = struct.pack("<HH", width, height)
        path.write_bytes(data)

    return write


def _boxes(name: bytes, value: bytes, offset: int = 0) -> Crafted:
    """Overwrite what comes after the name of a box of an mp4 or mov file, or append it."""

    def write(path: Path) -> None:
        data = bytearray(path.read_bytes())
        place = data.find(name)
        if place < 0:
            data += name + value
        else:
            start = place + len(name) + offset
            data[start : start + len(value)] = value
        path.write_bytes(data)

    return write


def _frames_of(
    width: int, height: int, aspect: tuple[int, int] | None = None, count: int = 3
) -> Crafted:
    """A real video of an uncommon form."""

    def write(path: Path) -> None:
        from fractions import Fraction

        import av

        with av.open(str(path), "w", format="matroska") as container:
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            if aspect:
                stream.codec_context.sample_aspect_ratio = Fraction(*aspect)
            for _ in range(count):
                picture = np.zeros((height, width, 3), np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            container.mux(stream.encode())

    return write


def _far_timestamps(path: Path) -> None:
    """Two frames with centuries between them."""
    import av

    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 96, "yuvj420p"
        for number in range(2):
            frame = av.VideoFrame.from_ndarray(np.zeros((96, 64, 3), np.uint8), "rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                packet.pts = packet.dts = number * 10**11
                container.mux(packet)


def _bad_words(path: Path) -> None:
    """A video whose title is not UTF-8."""
    import av

    with av.open(str(path), "w", format="matroska") as container:
        container.metadata["title"] = "TITLETITLE"
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 96, "yuv420p"
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((96, 64, 3), np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    path.write_bytes(path.read_bytes().replace(b"TITLETITLE", b"\xff\xfe\xfd\x80TITLE\xff"))


def _tar(name: str, link: str = "") -> Crafted:
    def write(path: Path) -> None:
        import tarfile

        with tarfile.open(path, "w:gz") as archive:
            entry = tarfile.TarInfo(name)
            if link:
                entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry, io.BytesIO())

    return write


PLAYLIST = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"

CRAFTED: dict[str, dict[str, Crafted]] = {
    "videos": {
        "a playlist": _text(PLAYLIST),
        "a playlist of addresses": _text(PLAYLIST.replace("file:///etc/passwd", "http://[::1]:9")),
        "a list of files": _text("ffconcat version 1.0\nfile /etc/passwd\n"),
        "a picture of terapixels": _bytes(png(2**31 - 1, 2**31 - 1)),
        "frames of 65535 x 65535": _gif(65535, 65535),
        "boxes of exabytes": _boxes(b"moov", b"\xff" * 16, -8),
        "4 billion samples": _boxes(b"stsz", b"\xff" * 8, 8),
        "4 billion times": _boxes(b"stts", b"\0\0\0\0\x7f\xff\xff\xff\x7f\xff\xff\xff"),
        "a size of 65535": _boxes(b"avc1", b"\xff\xff\xff\xff", 24),
        "pixels a million wide": _frames_of(64, 96, (30000, 1)),
        "pixels a million high": _frames_of(64, 96, (1, 30000)),
        "frames of 10 megapixels": _frames_of(4416, 2304, count=1),
        "a frame after centuries": _far_timestamps,
        "a title not in UTF-8": _bad_words,
        "a document": _text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
    },
    "pictures": {
        "terapixels": _bytes(png(2**31 - 1, 2**31 - 1)),
        "no pixels": _bytes(png(0, 0)),
        "100,000 x 100,000": _bytes(png(100_000, 100_000)),
        "a decompression bomb": _bytes(png(30_000, 30_000, bytes(90_030_000))),
        "JPEG of 65500 x 65500": jpeg_of(65500, 65500),
        "a huge chunk": _bytes(png(9, 9)[:8] + struct.pack(">I", 2**31 - 1) + b"IHDR"),
        "a document": _text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
        "a picture of text": _text("P3 100000 100000 255 " + "0 " * 100),
        "a playlist": _text(PLAYLIST),
        "floating numbers": _bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 90000 +X 90000\n"),
    },
    "OpenPose JSON": {
        "deep lists": _text("[" * DEEP),
        "deep people": _text('{"people": ' * DEEP + "1" + "}" * DEEP),
        "NaN joints": _with_raw_number("NaN"),
        "infinite joints": _with_raw_number("Infinity"),
        "joints of 1e999": _with_raw_number("1e999"),
        "joints of 1e38": _with_raw_number("1e38"),
        "joints of 400 digits": _with_raw_number("9" * 400),
        "joints of 5000 digits": _with_raw_number("9" * 5000),
        "everything at one place": _person([5.0, 5.0, 1.0] * 18),
        "nobody": _json(lambda content: {"people": []}),
        "no confidence": _person([5.0, 5.0, 0.0] * 18),
        "negative confidence": _person([5.0, 5.0, -1.0] * 18),
        "words for joints": _person(["x"] * 54),
        "true joints": _person([True] * 54),
        "nested joints": _person([[1.0]] * 54),
        "uneven joints": _person([[1.0], 2.0] * 27),
        "a text of joints": _person("1" * 54),
        "no joints": _person(None),
        "a number for joints": _person(7),
        "people by name": _json(lambda content: {"people": {"a": 1}}),
        "a person as text": _json(lambda content: {"people": ["a"]}),
        "a person as number": _json(lambda content: {"people": [7]}),
        "a person as list": _json(lambda content: {"people": [[1, 2]]}),
        "people as number": _json(lambda content: {"people": 7}),
        "a list": _text("[]"),
        "null": _text("null"),
        "a million people": _text(
            '{"people": [' + ",".join(['{"pose_keypoints_2d": []}'] * 10**6) + "]}"
        ),
        "80 MB of spaces": _text(" " * 80_000_000),
    },
    "poses (.npz)": {
        "a terabyte claimed": _npz(_npy(f"({TERA}, 18, 3)")),
        "a terabyte claimed, stored": _npz(_npy(f"({TERA}, 18, 3)"), method=zipfile.ZIP_STORED),
        "2**63 claimed": _npz(_npy(f"({2**63}, 18, 3)")),
        "a negative size": _npz(_npy("(-1, 18, 3)")),
        "size as text": _npz(_npy("('a', 18, 3)")),
        "size as code": _npz(_npy("__import__('os').mkdir('canary')")),
        "deep size": _npz(_npy("(" * 90 + ")" * 90)),
        "a zip bomb": _zip_bomb(_npy("(12000000, 18, 3)"), "pose.npy", 2592),
        "objects": _saved(pose=np.array([Code()], object)),
        "objects by header": _npz(_npy("(1,)", "|O", pickle.dumps(Code()))),
        "structured": _saved(pose=np.zeros((2, 18), "f4,f4,f4")),
        "text": _saved(pose=np.full((2, 18, 3), "x")),
        "complex": _saved(pose=np.ones((2, 18, 3), complex)),
        "dates": _saved(pose=np.zeros((2, 18, 3), "M8[s]")),
        "no frames": _saved(pose=np.zeros((0, 18, 3))),
        "a number": _saved(pose=np.array(3.0)),
        "another name": _saved(poses=np.zeros((2, 18, 3))),
        "no archive but an array": _bytes(_npy("(2, 18, 3)", data=bytes(432))),
        "no archive but objects": _bytes(_npy("(1,)", "|O", pickle.dumps(Code()))),
        "a pickle": _bytes(pickle.dumps(Code())),
        "a way out": _npz(_npy("(2, 18, 3)", data=bytes(432)), "../../escape.npy"),
        "encrypted": lambda path: _encrypt(path),
        "NaN joints": _poses(lambda pose: pose.__setitem__((1, 3), np.nan)),
        "infinite joints": _poses(lambda pose: pose.__setitem__((1, 3), np.inf)),
        "joints of 1e38": _poses(lambda pose: np.where(pose > 1, 1e38, pose)),
        "joints of 1e300": _poses(lambda pose: pose.astype(float) * 1e300),
        "everything at one place": _poses(lambda pose: pose * 0 + 1),
        "the neck far away": _poses(lambda pose: pose.__setitem__((2, 1, 0), 1e7)),
        "confidence of 1e30": _poses(lambda pose: pose.__setitem__((1, 3, 2), 1e30)),
        "NaN confidence": _poses(lambda pose: pose.__setitem__((..., 2), np.nan)),
        "one frame": _poses(lambda pose: pose[:1]),
        "a million frames": _poses(lambda pose: np.tile(pose[:1], (10**6, 1, 1))),
    },
    "motion capture (.bvh)": {
        "a billion frames": _replaced("Frames: 4", "Frames: 999999999"),
        "no frames": _replaced("Frames: 4", "Frames: 0"),
        "no time": _replaced("0.033333", "0"),
        "NaN time": _replaced("0.033333", "nan"),
        "NaN offset": _replaced("OFFSET 18", "OFFSET nan"),
        "infinite offset": _replaced("OFFSET 18", "OFFSET inf"),
        "offsets of 1e308": _replaced("OFFSET 18", "OFFSET 1e308"),
        "deep joints": _text("HIERARCHY\n" + "ROOT a {\n" + "JOINT a {\n" * DEEP),
        "all bones without length": lambda path: (
            path.write_text(
                "\n".join(
                    "OFFSET 0 0 0" if line.startswith("OFFSET") else line
                    for line in path.read_text().splitlines()
                )
            )
            and None
        ),
        "5 million numbers": lambda path: path.write_text(_many_joints()) and None,
        "no braces": _text("HIERARCHY ROOT " + "x " * 10**6),
        "a long name": _replaced("LeftForeArm", ":" * 10**6),
        "channels of a million": _replaced("CHANNELS 6", "CHANNELS 1000000"),
        "a name with escapes": _replaced("LeftArm", "\x1b[2JLeftHand"),
        "40 MB of spaces": _text("HIERARCHY" + " " * 40_000_000),
        "lines of spaces": _text("HIERARCHY" + (" " * 2000 + "\n") * 5000),
    },
    "prepared clips (.h5)": {
        "a terabyte of frames": _h5_all(lambda shape: (10**7, *shape[1:])),
        "huge frames": _h5_all(
            lambda s: s if len(s) == 3 and s[1:] == (18, 3) else (s[0], 200_000, 200_000, *s[3:])
        ),
        "one huge array": _h5_array("frames", shape=(TERA,), dtype="u1", chunks=(1024,)),
        "text": _h5_array("pose", data=[b"x"] * 4),
        "texts of any length": _h5_array("pose", data=["x"] * 4, dtype=h5py.string_dtype()),
        "references": _h5_array("pose", shape=(4,), dtype=h5py.ref_dtype),
        "no numbers": _h5_array("pose", data=h5py.Empty("f4")),
        "a group": _h5(lambda file: (file.__delitem__("pose"), file.create_group("pose"))),
        "missing": _h5(lambda file: file.__delitem__("pose")),
        "stored in /etc/passwd": _h5(_external_array),
        "a link to /etc/passwd": _h5(_external_link),
        "a link to itself": _h5(_soft_loop),
        "a view of /etc/passwd": _h5(_virtual),
        "NaN joints": _h5_pose(np.nan),
        "infinite joints": _h5_pose(np.inf),
        "joints of 1e38": _h5_pose(1e38),
        "joints of 1e7": _h5_pose(1e7),
        "all joints at one place": _h5(lambda f: f["pose"].write_direct(np.ones((4, 18, 3), "f4"))),
        "nobody": _h5(lambda file: file["person"].write_direct(np.zeros((4, 96, 64), "u1"))),
        "no parts": _h5(lambda file: file["parts"].write_direct(np.zeros((4, 96, 64), "u1"))),
        "parts of 255": _h5(lambda f: f["parts"].write_direct(np.full((4, 96, 64), 255, "u1"))),
        "no frames": _h5_all(lambda shape: (0, *shape[1:])),
        "frames without pixels": _h5_all(lambda s: s if s[1:] == (18, 3) else (s[0], 0, 0, *s[3:])),
        "NaN fps": _attribute("fps", np.nan),
        "no fps": _attribute("fps", 0.0),
        "negative fps": _attribute("fps", -1.0),
        "infinite fps": _attribute("fps", np.inf),
        "many fps": _attribute("fps", [1.0, 2.0]),
        "fps as text": _attribute("fps", "x"),
        "a billion fps": _attribute("fps", 1e9),
        "actor as a way out": _attribute("actor", "../../../escape"),
        "format as text": _attribute("format", "x"),
        "format as list": _attribute("format", [1, 1]),
    },
    "manifests": {
        "a way out as actor": _rows("clip.mp4,../../escape,wave"),
        "a way out as action": _rows("clip.mp4,ann,../../../escape"),
        "an absolute actor": _rows("clip.mp4,/etc,passwd"),
        "dots": _rows("clip.mp4,..,."),
        "a zero in a path": _rows("clip\0.mp4,ann,wave"),
        "a zero in a name": _rows("clip.mp4,a\0nn,wave"),
        "a long path": _rows(f"{'x' * 5000}.mp4,ann,wave"),
        "a long name": _rows(f"clip.mp4,{'x' * 5000},wave"),
        "a long cell": _rows(f"clip.mp4,{'x' * 200_000},wave"),
        "a device": _rows("/dev/zero,ann,wave"),
        "no file of pictures": _rows("/etc,ann,wave"),
        "escapes": _rows("clip.mp4,\x1b[2J,wave"),
        "lines in a cell": _rows('clip.mp4,"a\nb",wave'),
        "a quote": _rows('"' + "x" * 1000),
        "columns twice": _text("path,path,actor,action\na,b,c,d\n"),
        "a thousand columns": _text(",".join(f"c{n}" for n in range(5000)) + "\n"),
        "twice the same": _rows("clip.mp4,ann,wave\nclip.gif,ANN,WAVE"),
        "a name of Windows": _rows("clip.mp4,CON,NUL"),
        "a million rows": _text("path,actor,action\n" + "clip.mp4,ann,wave\n" * 10**6),
    },
    "palettes": {
        "NaN": _text("lab(nan, nan, nan)"),
        "infinite": _text('name,color\nx,"lab(inf, 1e999, -inf)"\n'),
        "many digits": _text('name,color\nx,"lab(' + "9" * 70 + ', 0, 0)"\n'),
        "100,000 colours": _text("name,color\n" + "x,teal\n" * 100_000),
        "parentheses": _text("(" * 100_000 + ","),
        "a way out": _text("name,color\n../../escape,teal\n"),
        "escapes": _text("name,color\n\x1b[2J,\x1b[31m\n"),
        "long": _text("name,color\n" + "x" * 100_000 + "," + "y" * 100_000 + "\n"),
        "zeros": _text("name,color\n\0,\0\n"),
        "4 billion blocks": _bytes(b"ASEF\0\1\0\0\xff\xff\xff\xff" + bytes(1000)),
        "a block of 4 GB": _bytes(b"ASEF\0\1\0\0\0\0\0\1\0\1\xff\xff\xff\xff"),
        "NaN colours": lambda path: (
            path.write_bytes(
                b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x16\0\1\0\0RGB " + b"\x7f\xc0\0\0" * 3 + b"\0\0"
            )
            and None
        ),
        "half a letter": _bytes(
            b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x18\0\2\xd8\0\0\0RGB " + b"\0\0\0\0" * 3 + b"\0\0"
        ),
        "of GIMP with 999": _text("GIMP Palette\n999 999 999 x\n"),
        "of GIMP with a long line": _text("GIMP Palette\n" + " " * 500_000 + "x\n"),
        "2 MB": _text("#" * 2_000_000),
    },
    "presets (.yaml)": {},
    "changes (--set)": {
        "brackets": _text("seed=" + "[" * 5000),
        "a brace": _text("seed={"),
        "a tag": _text("seed=!!python/object/apply:os.mkdir [canary]"),
        "no value": _text("seed="),
        "no name": _text("=1"),
        "dots": _text("....=1"),
        "deep names": _text(".".join(["a"] * 5000) + "=1"),
        "a date": _text("seed=2024-99-99"),
        "5000 digits": _text("seed=" + "9" * 5000),
        "NaN": _text("max_chroma=.nan"),
        "infinite": _text("max_chroma=.inf"),
        "an alias": _text("seed=*a"),
        "laughs": _text("seed={a: &a [1, 1], b: &b [*a, *a]}"),
        "a tab": _text("seed=\t@"),
        "an escape": _text("seed=\x1b[2J"),
        "a name with an escape": _text("\x1b[2J=1"),
        "not UTF-8": _bytes(b"seed=\xff"),
        "huge networks": _text("stage_two.generator.residual_blocks=1000000000"),
        "huge frames": _text("height=3200000000"),
    },
    "models": {
        "a header of exabytes": _bytes(safetensors(b"{}", 2**63)),
        "a header of 2**64 - 1": _bytes(safetensors(b"{}", 2**64 - 1)),
        "a header of 200 MB": _bytes(safetensors(b"{}", 200_000_000)),
        "no header": _bytes(safetensors(b"")),
        "a deep header": _bytes(safetensors(b'{"a":' * DEEP)),
        "no object": _bytes(safetensors(b"[]")),
        "a tensor of terabytes": _model(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [TERA], "data_offsets": [0, 4 * TERA]}
            )
        ),
        "shapes that overflow": _model(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 0]}
            )
        ),
        "tensors that overlap": _model(
            lambda header: header.__setitem__(
                "x", {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
            )
        ),
        "no settings": _metadata("config", ""),
        "deep settings": _metadata("config", "[" * DEEP),
        "settings as list": _metadata("config", "[]"),
        "settings as NaN": _metadata("config", "NaN"),
        "no notes": _model(lambda header: header["__metadata__"].pop("notes")),
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
        "a checkpoint of torch": _torch(lambda: {"a": 1}),
        "a pickle": _bytes(pickle.dumps(Code())),
    },
    "checkpoints": {
        "a pickle": _bytes(pickle.dumps({"step": Code()})),
        "code": _torch(lambda: {"step": Code()}),
        "a list": _torch(lambda: [1]),
        "no step": _torch(lambda: {}),
        "step alone": _torch(lambda: {"step": 1}),
        "step as text": _state(lambda state: state.__setitem__("step", "x")),
        "step as list": _state(lambda state: state.__setitem__("step", [])),
        "best as text": _state(lambda state: state.__setitem__("best_step", "x")),
        "NaN step": _state(lambda state: state.__setitem__("step", float("nan"))),
        "expanded": _torch(lambda: {"step": 1, **_expanded()}),
        "a zip bomb": _zip_bomb(b"\x80\x02}q\0.", "archive/data.pkl", 1792),
        "an archive of nothing": _npz(b"", "x"),
        "ways out": _npz(pickle.dumps({"step": 1}), "../../data.pkl"),
        "a terabyte of bytes": _bytes(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "deep": _bytes(b"\x80\x02" + b"]" * DEEP + b"a" * (DEEP - 1) + b"."),
    },
    "indexes of datasets": {
        "a way out": _set_row(lambda row: row.__setitem__("file", "../../../../etc/passwd")),
        "an absolute way out": _set_row(lambda row: row.__setitem__("file", "/etc/passwd")),
        "a device": _set_row(lambda row: row.__setitem__("file", "/dev/zero")),
        "truth out of the way": _set_row(lambda row: row.__setitem__("truth", "/etc/passwd")),
        "a way out as actor": _set_row(lambda row: row.__setitem__("actor", "../../escape")),
        "a zero in a path": _set_row(lambda row: row.__setitem__("file", "a\0b")),
        "a path as number": _set_row(lambda row: row.__setitem__("file", 7)),
        "a path as list": _set_row(lambda row: row.__setitem__("file", [])),
        "an actor as number": _set_row(lambda row: row.__setitem__("actor", 7)),
        "an actor as list": _set_row(lambda row: row.__setitem__("actor", [])),
        "length as text": _set_row(lambda row: row.__setitem__("length", "x")),
        "negative length": _set_row(lambda row: row.__setitem__("length", -1)),
        "height of 400 digits": _set_row(lambda row: row.__setitem__("height", 10**400)),
        "NaN fps": _set_row(lambda row: row.__setitem__("fps", float("nan"))),
        "a row as text": _json(lambda content: {"format": 1, "clips": ["x"]}),
        "a row as number": _json(lambda content: {"format": 1, "clips": [7]}),
        "a row as list": _json(lambda content: {"format": 1, "clips": [[1]]}),
        "rows by name": _json(lambda content: {"format": 1, "clips": {"a": 1}}),
        "rows as number": _json(lambda content: {"format": 1, "clips": 7}),
        "no rows": _json(lambda content: {"format": 1, "clips": []}),
        "a list": _text("[]"),
        "null": _text("null"),
        "deep": _text('{"format": ' + "[" * DEEP),
        "twice": _json(lambda content: content["clips"].append(content["clips"][0])),
        "an escape": _set_row(lambda row: row.__setitem__("actor", "\x1b[2J\n")),
        "5000 digits": _text('{"format": ' + "9" * 5000 + ', "clips": []}'),
    },
    "splits of datasets": {
        "deep": _text("[" * DEEP),
        "a list": _text("[]"),
        "names as numbers": _json(lambda content: content.__setitem__("train_actors", [1])),
        "names as text": _json(lambda content: content.__setitem__("train_actors", "ann")),
        "nobody": _json(lambda content: content.__setitem__("train_actors", [])),
        "a million names": _json(
            lambda content: content.__setitem__("train_actors", [str(n) for n in range(10**6)])
        ),
        "twice": _json(lambda content: content.__setitem__("train_actors", ["ann", "ann"])),
        "escapes": _json(lambda content: content.__setitem__("train_actors", ["\x1b[2J", 1])),
    },
    "exported graphs": {
        "deep": _text("[" * DEEP),
        "a list": _text("[]"),
        "laughs": _text(
            '<!DOCTYPE x [<!ENTITY a "'
            + "ha" * 100
            + '">'
            + "".join(
                f'<!ENTITY {n} "{"&" + p + ";" * 10}">' for p, n in zip("abcd", "bcde", strict=True)
            )
            + "]><net>&e;</net>"
        ),
        "a file from elsewhere": _text(
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><net>&a;</net>'
        ),
        "deep elements": _text("<net>" * DEEP),
        "weights of terabytes": _text(
            '<?xml version="1.0"?><net name="f" version="11"><layers><layer id="0" name="c" '
            'type="Const" version="opset1"><data element_type="f32" shape="1000000000000" '
            'offset="0" size="4000000000000"/><output><port id="0" precision="FP32"><dim>'
            "1000000000000</dim></port></output></layer></layers><edges/></net>"
        ),
        "inputs as number": lambda path: (
            _json(lambda c: c.__setitem__("inputs", 7))(path) if path.suffix == ".json" else None
        ),
        "another model": lambda path: (
            _json(lambda c: c.__setitem__("model_sha256", 7))(path)
            if path.suffix == ".json"
            else None
        ),
        "no 8 bits": lambda path: (
            _json(lambda c: c.__setitem__("eight_bits", []))(path)
            if path.suffix == ".json"
            else None
        ),
    },
    "results": {
        "deep": _text("[" * DEEP),
        "a list": _text("[]"),
        "methods as list": _json(lambda content: content.__setitem__("methods", [])),
        "a method as text": _json(lambda content: content["methods"].__setitem__("model", "x")),
        "clips as text": _json(lambda c: c["methods"]["model"].__setitem__("clips", "x")),
        "a clip as number": _json(lambda c: c["methods"]["model"].__setitem__("clips", [7])),
        "codes as list": _json(lambda c: c["methods"]["model"].__setitem__("codes", [1])),
        "format as list": _json(lambda content: content.__setitem__("format", [1])),
    },
    "settings of runs": {},
    "logs of runs": {
        "deep": _text('{"step": ' + "[" * DEEP),
        "a list": _text("[]\n"),
        "a number": _text("7\n"),
        "no step": _text('{"l1": 1}\n'),
        "step as text": _text('{"step": "x", "l1": 1}\n'),
        "NaN": _text('{"step": 1, "l1": NaN}\n'),
        "a word": _text('{"step": 1, "l1": "x"}\n'),
        "1e999": _text('{"step": 1, "l1": 1e999}\n{"step": 2, "l1": -1e999}\n'),
        "a million names": _text(json.dumps({"step": 1, **{f"n{n}": 1 for n in range(3000)}})),
        "400 digits": _text('{"step": 1, "l1": ' + "9" * 400 + "}\n"),
    },
    "published arrays": {
        "code": _pickled({"a": Code()}),
        "code by global": _bytes(b"cos\nmkdir\n(S'canary'\ntR."),
        "an array of terabytes": _bytes(b"cnumpy\nndarray\n((I1000000000000\ntS'f8'\ntR."),
        "bytes of terabytes": _bytes(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "a frame of exabytes": _bytes(b"\x80\x04\x95" + b"\xff" * 8),
        "a tree that holds itself": _bytes(b"\x80\x02}q\0U\1ah\0s."),
        "deep": _bytes(b"\x80\x02" + b"}U\1a" * DEEP + b"}" + b"s" * DEEP + b"."),
        "objects": _pickled({"a": np.array([None])}),
        "a list": _pickled([1]),
        "4 billion on the stack": _bytes(b"\x80\x02r\xff\xff\xff\x7f."),
        "memo far away": _bytes(b"\x80\x02Nr\xff\xff\xff\x7f."),
    },
    "published weights": {
        "code": _torch(lambda: {"a": Code()}),
        "a pickle": _bytes(pickle.dumps({"a": Code()})),
        "a list": _torch(lambda: [1]),
        "expanded": _torch(_expanded),
        "a zip bomb": _zip_bomb(b"\x80\x02}q\0.", "archive/data.pkl", 1792),
        "a web page": _text("<html>" * 100),
        "a terabyte of bytes": _bytes(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "an old archive": _tar("tensors"),
    },
    "packages": {
        "another member": _npz(b"x", "package/other.bin"),
        "ways out": _npz(b"x", "../../package/weights.bin"),
        "a zip bomb": _zip_bomb(b"", "package/weights.bin", 1792),
        "a link out": _tar("package/weights.bin", "/etc/passwd"),
        "a link to itself": _tar("package/weights.bin", "weights.bin"),
        "a folder": _tar("package/weights.bin/"),
        "encrypted": lambda path: _encrypt(path),
        "no archive": _text("x" * 1000),
    },
}
_SETTINGS: dict[str, Crafted] = {
    "laughs": _text(_billion_laughs()),
    "laughs in merges": _text(
        "a0: &a0 {x: 1, y: 2}\n"
        + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 40)}]}}\n" for n in range(1, 8))
    ),
    "a loop": _text("stage_one: &a [*a]\nstage_two: *a\n"),
    "code": _yaml("seed2: !!python/object/apply:os.mkdir [canary]"),
    "a tag": _yaml("x: !unknown 7"),
    "deep": _text("[" * DEEP),
    "deep by lines": _text("".join(" " * n + "a:\n" for n in range(1500))),
    "a date": _yaml("seed: 2024-99-99"),
    "5000 digits": _yaml("seed: " + "9" * 5000),
    "NaN": _yaml("max_chroma: .nan"),
    "infinite": _yaml("save_every: .inf"),
    "unhashable": _yaml("? [a, b]\n: 1"),
    "a list": _text("- 1\n- 2\n"),
    "null": _text(""),
    "a number": _text("7"),
    "two documents": _text("a: 1\n---\nb: 2\n"),
    "not printable": _text("a: \x1b[2J\n"),
    "an unknown name": _yaml("'\\e[2J\\n': 1"),
    "a long name": _yaml("x" * 1000 + ": " + "y" * 100_000),
    "80 MB": _text("#" * 80_000_000),
    "a million numbers": _text("test_actions: [" + "1, " * 500_000 + "]"),
    "binary": _yaml("seed: !!binary '='"),
    "a set": _yaml("seed: !!set {1, 2}"),
    "huge networks": _replaced("residual_blocks: 1", "residual_blocks: 1000000000"),
}
CRAFTED["presets (.yaml)"] = _SETTINGS
CRAFTED["settings of runs"] = _SETTINGS


def _encrypt(path: Path) -> None:
    """Say that the members of a good archive are encrypted."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 4)
    path.write_bytes(data)


def crafted_cases() -> Iterator[tuple[str, str]]:
    """Yield kind and name of all of them."""
    for kind, made in CRAFTED.items():
        yield from ((kind, name) for name in made)
