"""Clips at an address such as s3://bucket/videos, fetched one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from hueman.clips.names import safe_name
from hueman.clips.pictures import is_picture
from hueman.clips.video import VIDEO_SUFFIXES
from hueman.errors import HuemanError
from hueman.storage.names import below
from hueman.storage.remote import RemoteFile, RemoteFolder, fetched


@dataclass(frozen=True)
class RemoteClip:
    """Where one clip comes from, and what it is called."""

    actor: str
    action: str
    path: PurePosixPath
    """Of the video, or of the folder of pictures, for people to read and patterns to match."""
    files: tuple[RemoteFile, ...]
    """The video, or the pictures."""
    is_video: bool


def find_remote_clips(source: RemoteFolder) -> list[RemoteClip]:
    """Find all clips at an address, of a video or of a folder; named as by `find_clips`.

    Raises:
        HuemanError: the address cannot be reached or holds no files, or a name leads elsewhere.
    """
    if PurePosixPath(source.url).suffix.lower() in VIDEO_SUFFIXES:
        files = [file for file in source.parent.files() if file.name == source.name]
    else:
        files = source.files()
    if not files:
        raise HuemanError(f"{source} holds no files; check the address.")
    shown = [file for file in files if not any(p.startswith(".") for p in file.name.split("/"))]
    shown.sort(key=_folder_of)
    return [clip for _, group in groupby(shown, key=_folder_of) for clip in _clips_of(tuple(group))]


@contextmanager
def local_copy(clip: RemoteClip) -> Iterator[Path]:
    """Yield the path of a temporary copy of a clip; errors inside name the clip, not the copy."""
    with fetched(clip.files) as folder:
        last = clip.files[0].name if clip.is_video else _folder_of(clip.files[0])
        path = below(folder, last) if last else folder
        try:
            yield path
        except HuemanError as error:
            raise HuemanError(str(error).replace(str(path), str(clip.path))) from error


def _clips_of(files: tuple[RemoteFile, ...]) -> list[RemoteClip]:
    """Return the clips in one folder: its videos, or its pictures."""
    videos = [f for f in files if PurePosixPath(f.name).suffix.lower() in VIDEO_SUFFIXES]
    if videos:
        return [_clip(_path_of(video), (video,), is_video=True) for video in videos]
    pictures = tuple(file for file in files if is_picture(Path(file.name)))
    if not pictures:
        return []
    return [_clip(_path_of(pictures[0]).parent, pictures, is_video=False)]


def _clip(path: PurePosixPath, files: tuple[RemoteFile, ...], is_video: bool) -> RemoteClip:
    action = path.stem if is_video else path.name
    names = safe_name(path.parent.name, path), safe_name(action, path)
    return RemoteClip(*names, path, files, is_video)


def _path_of(file: RemoteFile) -> PurePosixPath:
    return PurePosixPath(f"{file.folder.url}/{file.name}".split("://", 1)[1])


def _folder_of(file: RemoteFile) -> str:
    return file.name.rpartition("/")[0]
