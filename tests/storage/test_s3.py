"""An S3-compatible server of its own, on loopback."""

import shutil

import pytest
from moto.server import ThreadedMotoServer
from short_clips import write_short_clip

from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.errors import HuemanError
from hueman.preparation.building import ClipJob
from hueman.preparation.prepare import ClipPreparer, prepare
from hueman.preparation.settings import PrepareSettings
from hueman.storage.remote import RemoteFolder, written_to

SETTINGS = PrepareSettings(height=96, width=64)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("HUEMAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
        s3fs.S3FileSystem.clear_instance_cache()
    running.stop()


def test_clips_are_prepared_from_a_bucket_into_it_and_only_once(bucket, clips_folder, tmp_path):
    local = tmp_path / "videos"
    write_short_clip(clips_folder, "march", local)
    (local / "plaid" / "broken.mp4").write_bytes(b"no video")
    with written_to(RemoteFolder(f"{bucket}/videos")) as folder:
        shutil.copytree(local, folder, dirs_exist_ok=True)
    clips, out = find_clips([f"{bucket}/videos"]), f"{bucket}/dataset"
    summary = prepare(clips, out, SETTINGS, jobs=1)
    assert [clip.source.action for clip in summary.refused] == ["broken"]
    assert "bucket/videos/plaid/broken.mp4" in str(summary)
    [entry], [source] = Dataset(out).entries, find_clips([local / "plaid" / "march.mp4"])
    expected = ClipPreparer(tmp_path / "here", SETTINGS)(ClipJob(source, ""))
    assert entry.sha256 == expected.sha256
    assert len(Dataset(out).read(entry)) == 2
    names = [file.name for file in RemoteFolder(out).files()]
    assert names == ["clips/plaid/march.h5", "clips/plaid/march.png", "index.json"]
    march = [clip for clip in clips if clip.action == "march"]
    assert prepare(march, out, SETTINGS, jobs=1).reused == [entry]


def test_files_are_read_whole_or_in_part(bucket, tmp_path):
    folder = RemoteFolder(f"{bucket}/files")
    (tmp_path / "a").write_bytes(b"abc")
    folder.put(tmp_path / "a", "a")
    assert [folder.read("a", most) for most in (2, 3, 2**28)] == [b"ab", b"abc", b"abc"]
    assert folder.has("a")
    assert not folder.has("b")


def test_what_cannot_be_reached_is_told_in_a_sentence(bucket, tmp_path):
    with pytest.raises(HuemanError, match="s3://elsewhere/x"):
        find_clips(["s3://elsewhere/x"])
    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(HuemanError, match="s3://elsewhere/x/a cannot be written"):
        RemoteFolder("s3://elsewhere/x").put(tmp_path / "a", "a")


def test_missing_credentials_are_told(bucket, monkeypatch, tmp_path):
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        (tmp_path / "a").write_bytes(b"a")
        with pytest.raises(HuemanError, match="your credentials"):
            RemoteFolder("s3://bucket/x").put(tmp_path / "a", "a")
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
