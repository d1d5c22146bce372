"""A rendered dataset as videos with the truth beside them, as a user's own clips would lie.

VIDEOS/ACTOR/ACTION.mp4               the frames
VIDEOS/ACTOR/ACTION.truth.npz         the truth as arrays, see `write_clip_videos`
VIDEOS/ACTOR/ACTION.recolored.mp4     the same frames in other colours; more: .recolored_2.mp4 ...
VIDEOS/videos.json                    from which files of the dataset each was written
"""

import io
import json
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hueman.choreography.truth import ClipTruth, read_entry_truth
from hueman.clips.encoding import write_video
from hueman.clips.store import ClipEntry, Dataset, PreparedClip
from hueman.files import atomic_file, read_json
from hueman.preparation.building import RefusedClip
from hueman.preparation.clip_jobs import run_clip_jobs
from hueman.preparation.workers import Failure

RECORD = "videos.json"

VIDEO_CRF = 20
"""Quality of the videos: as good as a camera's, half as large as near lossless ones."""

CERTAIN = 128
"""Mask values from here on are true in a truth file."""


def write_videos(
    dataset: Dataset, entries: Sequence[ClipEntry], videos: Path, jobs: int | None = None
) -> list[RefusedClip]:
    """Write clips of a dataset as videos; those that are there already stay as they are.

    Args:
        dataset: a rendered one.
        entries: its clips to write.
        videos: folder; made if need be.
        jobs: number of clips at once; as many as CPU cores if None.

    Returns:
        The clips of which no videos could be written, and why.
    """
    written = _read_record(videos)
    work = [entry for entry in entries if not _is_there(videos, entry, written)]
    if not work:
        return []
    refused = []
    make_writer = partial(VideoWriter, dataset.root, videos)
    for entry, outcome in run_clip_jobs("Writing videos", make_writer, work, jobs, threads=1):
        if isinstance(outcome, Failure):
            refused.append(RefusedClip(entry, outcome.reason))
        else:
            written[_name(entry)] = outcome
            _write_record(videos, written)
    return refused


class VideoWriter:
    """Writes clips of a dataset as videos, in one process."""

    def __init__(self, dataset: Path, videos: Path):
        self._dataset = Dataset(dataset)
        self._videos = videos

    def __call__(self, entry: ClipEntry) -> dict[str, Any]:
        """Write the videos of a clip and return what to remember of it."""
        clip, truth = self._dataset.read(entry), read_entry_truth(self._dataset, entry)
        files = write_clip_videos(self._videos / entry.actor, clip, truth)
        return {
            "files": [file.relative_to(self._videos).as_posix() for file in files],
            **_origin(entry),
        }


def write_clip_videos(folder: Path, clip: PreparedClip, truth: ClipTruth) -> list[Path]:
    """Write a clip of T frames as ACTION.mp4, its recolourings, and ACTION.truth.npz.

    The truth file holds `pose` float32 (T, 18, 2), x and y in pixels; `parts` uint8 (T, H, W);
    `person`, `upper` and `lower` bool (T, H, W); `upper_lab` and `lower_lab` float32 (K + 1, 3),
    the colours asked for in the clip and in its K recolourings.

    Returns:
        The files. Recolourings beyond them, of an earlier rendering, are removed.
    """
    names = [
        ".mp4",
        *(f".recolored{_suffix(number)}.mp4" for number in range(len(truth.recolored))),
    ]
    files = [folder / f"{clip.action}{name}" for name in names]
    for file, frames in zip(files, [clip.frames, *truth.recolored], strict=True):
        write_video(file, frames, clip.fps, reproducible=True, crf=VIDEO_CRF)
    for file in folder.glob(f"{clip.action}.recolored*.mp4"):
        if file not in files:
            file.unlink()
    truth_file = folder / f"{clip.action}.truth.npz"
    with atomic_file(truth_file) as temporary:
        arrays = {
            "pose": clip.pose[..., :2],
            "parts": clip.parts,
            **{name: getattr(clip, name) >= CERTAIN for name in ("person", "upper", "lower")},
            "upper_lab": truth.upper_lab,
            "lower_lab": truth.lower_lab,
        }
        _write_arrays(temporary, arrays)
    return [*files, truth_file]


def _write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays as `np.load` reads them; bzip2 takes less than half of what numpy's zip does."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            # The default date is fixed, so equal arrays give equal files.
            member = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(member, content.getvalue(), zipfile.ZIP_BZIP2, compresslevel=9)


def _suffix(number: int) -> str:
    return "" if number == 0 else f"_{number + 1}"


def _is_there(videos: Path, entry: ClipEntry, written: dict[str, dict[str, Any]]) -> bool:
    known = written.get(_name(entry))
    return (
        known is not None
        and all(known.get(key) == value for key, value in _origin(entry).items())
        and all((videos / str(file)).is_file() for file in known["files"])
    )


def _read_record(videos: Path) -> dict[str, dict[str, Any]]:
    """Return what is known of the videos there; nothing costs no more than writing them again."""
    try:
        record = read_json(videos / RECORD).items()
        return {name: known for name, known in record if isinstance(known.get("files"), list)}
    except (OSError, ValueError, AttributeError):
        return {}


def _write_record(videos: Path, written: dict[str, dict[str, Any]]) -> None:
    with atomic_file(videos / RECORD) as temporary:
        text = json.dumps(written, indent=1, sort_keys=True) + "\n"
        temporary.write_text(text, encoding="utf-8")


def _name(entry: ClipEntry) -> str:
    return f"{entry.actor}/{entry.action}"


def _origin(entry: ClipEntry) -> dict[str, Any]:
    return {"clip": entry.sha256, "truth": entry.truth_sha256}
