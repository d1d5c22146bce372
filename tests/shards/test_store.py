"""Reading shards from folders, URLs and web servers; damage, and files that mean harm."""

import hashlib
import io
import json
import shutil
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from shard_tools import read_all

from hueman.errors import HuemanError
from hueman.shards.index import parse_index
from hueman.shards.location import names_shards
from hueman.shards.store import Shards


class Handler(SimpleHTTPRequestHandler):
    """A web server that knows no ranges and fails once for each file."""

    failed: set[str]

    def do_GET(self):
        if self.path not in self.failed:
            self.failed.add(self.path)
            self.send_error(503)
            return
        super().do_GET()

    def log_message(self, format, *args):
        pass


@pytest.fixture
def server(shards_folder):
    handler = type("Once", (Handler,), {"failed": set()})
    made = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(shards_folder)))
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def copied(shards_folder, tmp_path):
    return shutil.copytree(shards_folder, tmp_path / "copied")


def keys(shards):
    return [sample.key for sample in shards.entries]


def test_a_folder_a_url_and_a_web_server_hold_the_same(shards_folder, server, monkeypatch):
    monkeypatch.setattr("hueman.storage.remote.PAUSES_SECONDS", (0.01, 0.02))
    here = read_all(Shards(str(shards_folder)))
    for place in (f"file://{shards_folder}", f"{server}/"):
        there = Shards(place)
        found = read_all(there)
        assert list(found) == list(here) == keys(there)
        for key, clip in found.items():
            np.testing.assert_array_equal(clip.frames, here[key].frames)


def test_some_shards_can_be_chosen(shards_folder):
    some = Shards(f"{shards_folder}/shards-{{000000..000001}}.tar")
    assert [shard.file for shard in some.shards] == ["shards-000000.tar", "shards-000001.tar"]
    assert str(some) == str(shards_folder)
    assert keys(some) == keys(Shards(str(shards_folder)))[: len(some.entries)]
    with pytest.raises(HuemanError, match=r"names no shard 'shards-000099\.tar'; it has"):
        Shards(f"{shards_folder}/shards-{{000000..000099}}.tar".replace("000000..", "000099.."))
    with pytest.raises(HuemanError, match="several folders"):
        Shards(f"{shards_folder}/{{a,b}}/shards-000000.tar")


def test_what_names_shards(shards_folder, truth_dataset, server):
    assert names_shards(str(shards_folder))
    assert names_shards(server)
    assert not names_shards(f"{server}/none")
    assert names_shards("shards-{0..3}.tar")
    assert not names_shards(str(truth_dataset.root))
    assert not names_shards("x" * 300)  # longer than names of files can be


def test_shards_are_named_by_where_they_are(shards_folder):
    assert str(Shards(f"file://{shards_folder}")) == str(shards_folder)


def test_what_is_not_there_is_told(tmp_path, server, monkeypatch):
    monkeypatch.setattr("hueman.storage.remote.PAUSES_SECONDS", (0.01, 0.02))
    with pytest.raises(HuemanError, match=r"There is no .*/none/shards\.json; name the folder"):
        Shards(f"file://{tmp_path}/none")
    with pytest.raises(HuemanError, match="no such place"):
        Shards(f"{server}/none/")  # 503, then 404
    with pytest.raises(HuemanError, match=r"127\.0\.0\.1:9.* cannot be read \(ClientConn"):
        Shards("http://127.0.0.1:9/shards")  # nobody listens
    with pytest.raises(HuemanError, match=r"cannot be read \(ValueError: Protocol not known"):
        Shards("nosuchprotocol://bucket/shards")


def damaged(folder, change):
    path = folder / "shards-000001.tar"
    path.write_bytes(change(path.read_bytes()))
    shards = Shards(str(folder))
    with pytest.raises(HuemanError, match=r"shards-000001\.tar is damaged \(it is not the one"):
        read_all(shards)
    assert len(list(shards.read(shards.shards[0], keys(shards)))) == shards.shards[0].count


def test_a_truncated_shard_is_named(copied):
    damaged(copied, lambda content: content[: len(content) // 2])


def test_a_lengthened_shard_is_named(copied):
    damaged(copied, lambda content: content + b"\0")


def test_a_changed_byte_is_found(copied):
    damaged(copied, lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])


def replaced(folder, members):
    """Put other members into the first shard, and say so in the index."""
    path = folder / "shards-000000.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    index = json.loads((folder / "shards.json").read_text())
    content = path.read_bytes()
    index["shards"][0] |= {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    (folder / "shards.json").write_text(json.dumps(index))
    return Shards(str(folder))


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def packed_otherwise(**arrays):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(f"{name}.npy", content.getvalue())
    return buffer.getvalue()


def test_arrays_that_are_not_as_the_index_says_are_refused(copied, tmp_path):
    sample = Shards(str(copied)).shards[0].samples[0]
    pictures = np.zeros((sample.length, 96, 64), np.uint8)
    names = ("person", "edges", "parts", "upper", "lower")
    good = dict.fromkeys(names, pictures) | {
        "frames": np.zeros((sample.length, 96, 64, 3), np.uint8),
        "pose": np.zeros((sample.length, 18, 3), np.float32),
    }
    huge = np.zeros((4000, 96, 64), np.uint8)  # 25 MB in 25 kB
    objects = np.array([{}], object)
    for content, message in (
        (npz(**(good | {"edges": huge})), r"edges must be uint8 \(\d, 96, 64\), got uint8 \(4000"),
        (npz(**(good | {"pose": objects})), r"pose must be float32 .* got object"),
        (npz(frames=good["frames"]), "pose"),
        (npz(**(good | {"pose": good["pose"] + np.nan})), "joints that are not finite"),
        (npz(**(good | {"parts": pictures + 255})), "parts have numbers above 10"),
        (packed_otherwise(**good), "frames is packed in another way"),
        (b"no archive", "not a zip file"),
        (npz(**good)[:-40], "zip"),
    ):
        shards = replaced(copied, [(f"{sample.key}.npz", content)])
        with pytest.raises(HuemanError, match=rf"shards-000000\.tar is damaged \(.*{message}"):
            list(shards.read(shards.shards[0], {sample.key}))
    shards = replaced(copied, [(f"{sample.key}.npz", npz(**good))])
    assert len(list(shards.read(shards.shards[0], {sample.key}))) == 1


def test_names_cannot_lead_out_and_nothing_is_written(copied, tmp_path, monkeypatch):
    sample = Shards(str(copied)).shards[0].samples[0]
    (tmp_path / "two" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "two" / "deep")  # from where both ways out lead to where we look
    before = sorted(tmp_path.rglob("*"))
    ways_out = "../../escaped.npz", str(tmp_path / "escaped.npz")
    shards = replaced(copied, [(name, b"x") for name in ways_out])
    with pytest.raises(HuemanError, match=f"damaged .it has no {sample.key}.npz"):
        list(shards.read(shards.shards[0], {sample.key}))
    assert sorted(tmp_path.rglob("*")) == before


def changed(folder, change):
    index = json.loads((folder / "shards.json").read_text())
    change(index)
    return json.dumps(index).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index["shards"][0].update(file="../other.tar"), "shards.0.file"),
        (lambda index: index["shards"][0].update(bytes=2**40), "shards.0.bytes"),
        (lambda index: index["shards"][0].update(count=1), "1 samples are"),
        (lambda index: index["shards"].append(index["shards"][0]), "named twice"),
        (lambda index: index.update(format=2), "format"),
        (lambda index: index.update(shards=[]), "shards"),
        (
            lambda index: index["shards"][0]["samples"][0].update(height=16384, width=16384),
            "larger than",
        ),
        (lambda index: index["shards"][0]["samples"][0].update(own=1), "cannot be"),
        (lambda index: index["shards"][0]["samples"][0].update(key="../1"), "key"),
        (lambda index: index["shards"][0]["samples"][0].update(actor="../ann"), "name a file"),
        (lambda index: index["shards"][0]["samples"][0].update(action="a\x1b[2J"), "name a file"),
        (lambda index: index["shards"][0]["samples"][0].update(fps=1e9), "fps"),
        (lambda index: index["shards"][0]["samples"][0].update(upper_color=[1e308, 0, 0]), "color"),
        (
            lambda index: index["shards"][1]["samples"][0].update(
                key=index["shards"][0]["samples"][0]["key"]
            ),
            "a sample is named twice",
        ),
    ],
)
def test_a_damaged_index_is_refused(shards_folder, change, message):
    content = changed(shards_folder, change)
    with pytest.raises(HuemanError, match=rf"shards\.json cannot be read \(.*{message}"):
        parse_index(content, "shards.json")
    parse_index(changed(shards_folder, lambda index: None), "shards.json")
    with pytest.raises(HuemanError, match="the file: Invalid JSON"):
        parse_index(content[:100], "shards.json")
