"""Finding the clips to prepare, and their names, in files, folders and manifests."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hueman.clips.names import safe_name
from hueman.clips.pictures import list_pictures
from hueman.clips.remote import RemoteClip, find_remote_clips
from hueman.clips.video import VIDEO_SUFFIXES
from hueman.errors import HuemanError
from hueman.files import exists, read_text
from hueman.storage.remote import place_of

MANIFEST_COLUMNS = ("path", "actor", "action")


@dataclass(frozen=True)
class ClipSource:
    """Where one clip comes from, and what it is called."""

    actor: str
    action: str
    path: Path
    """A video file, or a folder of pictures."""


def find_clips(
    sources: Sequence[Path | str],
    manifest: Path | str | None = None,
    exclude: Sequence[str] = (),
) -> list[ClipSource | RemoteClip]:
    """Find all clips in `sources` and in `manifest`, sorted by actor and action.

    A clip is a video file, or a folder with pictures and no videos in it. It is named after its
    place: its actor is the folder it is in, its action its own name (ACTOR/ACTION.mp4 or
    ACTOR/ACTION/0001.png), with every character that is not a letter, a digit or one of "-_."
    replaced by "_". Hidden files and files of other kinds are skipped.

    Args:
        sources: video files, and folders that are searched through all their levels; or addresses
            of such, as s3://bucket/videos.
        manifest: a CSV file with the columns path, actor, action; relative paths start at the
            manifest's folder.
        exclude: patterns of paths to leave out, matched from the right as by `Path.match`:
            `*.recolored.mp4` any such file, `plaid/*` all clips of one actor.

    Raises:
        HuemanError: a path is missing or no video, nothing is found, the manifest is wrong, or two
            clips have the same actor and action.
    """
    clips: list[ClipSource | RemoteClip] = []
    for source in sources:
        place = place_of(source)
        local = isinstance(place, Path)
        clips += _clips_below(place) if local else find_remote_clips(place)
    if manifest is not None:
        clips += _read_manifest(Path(manifest))
    clips = [clip for clip in clips if not any(clip.path.match(pattern) for pattern in exclude)]
    if not clips:
        places = ", ".join(str(place) for place in (*sources, *([manifest] if manifest else [])))
        raise HuemanError(
            f"No clips were found in {places or 'nothing'}; name video files "
            f"({' '.join(VIDEO_SUFFIXES)}) or folders of them, as ACTOR/ACTION.mp4."
        )
    _refuse_duplicates(clips)
    return sorted(clips, key=lambda clip: (clip.actor, clip.action))


def _clips_below(source: Path) -> list[ClipSource]:
    """Return the clip that `source` is, or all clips in it."""
    if not exists(source):
        raise HuemanError(f"{source} does not exist; check the path.")
    if source.is_file():
        if source.suffix.lower() not in VIDEO_SUFFIXES:
            raise HuemanError(
                f"{source} is not a video; its name must end in one of {' '.join(VIDEO_SUFFIXES)}."
            )
        return [_named_by_place(source)]
    clips = []
    for folder, subfolders, files in os.walk(source):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        videos = [
            Path(folder, name)
            for name in files
            if Path(name).suffix.lower() in VIDEO_SUFFIXES and not name.startswith(".")
        ]
        clips += [_named_by_place(video) for video in videos]
        if not videos and list_pictures(Path(folder)):
            clips.append(_named_by_place(Path(folder)))
    return clips


def _named_by_place(path: Path) -> ClipSource:
    place = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    action = place.name if path.is_dir() else place.stem
    return ClipSource(safe_name(place.parent.name, path), safe_name(action, path), path)


def _read_manifest(manifest: Path) -> list[ClipSource]:
    try:
        reader = csv.DictReader(io.StringIO(read_text(manifest), newline=""))
        columns, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HuemanError(f"The manifest {manifest} cannot be read: {error}.") from error
    if sorted(columns) != sorted(MANIFEST_COLUMNS):
        raise HuemanError(
            f"The manifest {manifest} has the columns {columns}; it needs a first line "
            f"with {','.join(MANIFEST_COLUMNS)}, no more and no less."
        )
    return [
        _manifest_clip(row, f"{manifest}, line {line}", manifest.parent)
        for line, row in enumerate(rows, start=2)
    ]


def _manifest_clip(row: dict[str, str | None], place: str, folder: Path) -> ClipSource:
    values = [(row[column] or "").strip() for column in MANIFEST_COLUMNS]
    if not all(values) or None in row:
        raise HuemanError(f"{place}: needs {','.join(MANIFEST_COLUMNS)}, got {list(row.values())}.")
    path = folder / values[0]
    if not exists(path):
        raise HuemanError(f"{place}: {path} does not exist; paths start at the manifest's folder.")
    for name in values[1:]:
        if safe_name(name, path) != name:
            raise HuemanError(
                f"{place}: {name!r} cannot name a file; use letters, digits and '-_.' only."
            )
    return ClipSource(values[1], values[2], path)


def _refuse_duplicates(clips: Sequence[ClipSource | RemoteClip]) -> None:
    """Raise if two clips would be written to the same file, on any system."""
    seen: dict[tuple[str, str], ClipSource | RemoteClip] = {}
    for clip in clips:
        key = (clip.actor.casefold(), clip.action.casefold())
        if key in seen:
            raise HuemanError(
                f"{seen[key].path} and {clip.path} are both clip {clip.actor}/{clip.action}; "
                "rename or exclude one of them."
            )
        seen[key] = clip
