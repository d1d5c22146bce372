"""Small real data for all tests: bundled clips with the renderer's truth."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import settings

from hueman.clips.store import ClipEntry, Dataset, PreparedClip, write_clip, write_index
from hueman.perception.base import edge_detector

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("hueman", deadline=None)
settings.load_profile("hueman")

ROOT = Path(__file__).parents[1]
CLIPS = ROOT / "examples" / "clips"
HEIGHT, WIDTH = 96, 64
EVERY = 6
SLOW = (
    "benchmark/test_run.py",
    "training/test_fitting.py",
    "training/test_killed.py",
    "test_demo.py",
    "benchmark/test_training.py",
    "training/test_code_has_effect.py",
    "training/test_devices.py",
    "choreography/test_actions.py",
    "training/test_interruption.py",
    "training/test_run.py",
    "engines/test_export.py",
    "choreography/test_render.py",
    "test_examples.py",
    "training/test_methods.py",
    "training/test_loop.py",
)
"""The files that take longest, in seconds, the slowest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let both processes of `make test` begin with slow files and end with quick tests.

    xdist gives each of them one half of the list, and what is left in the end to whoever is idle:
    the shorter that is, the less one waits for the other. Files stay in one piece, since what their
    tests share would be made once more in the other process.
    """
    files = {file: [] for file in SLOW}
    quick = []
    for item in items:
        file = item.path.relative_to(ROOT / "tests").as_posix()
        files.get(file, quick).append(item)
    slow = [file for file in files.values() if file]
    first, second = ([item for file in slow[start::2] for item in file] for start in (0, 1))
    middle = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *quick[:middle], *second, *quick[middle:]]


@pytest.fixture(scope="session")
def clips_folder() -> Path:
    return CLIPS


@pytest.fixture(scope="session")
def truth_dataset(tmp_path_factory) -> Dataset:
    """Two actors, three actions, eight frames each at 96x64, labelled by the renderer."""
    root = tmp_path_factory.mktemp("truth")
    entries = []
    for actor in ("plaid", "mustard"):
        for action in ("wave_right", "march", "salute"):
            clip = truth_clip(actor, action)
            file = f"clips/{actor}/{action}.h5"
            digest = write_clip(root / file, clip)
            entries.append(
                ClipEntry(actor, action, file, digest, len(clip), HEIGHT, WIDTH, clip.fps, "truth")
            )
    write_index(root, entries)
    return Dataset(root)


def truth_clip(actor: str, action: str) -> PreparedClip:
    """A bundled clip at 96x64 with true pose, masks and parts, and HED edges."""
    with av.open(str(CLIPS / actor / f"{action}.mp4")) as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    frames = np.stack([shrink(frame) for frame in decoded[::EVERY]])
    truth = np.load(CLIPS / actor / f"{action}.truth.npz")
    masks = {
        name: np.stack([shrink(mask.astype(np.uint8) * 255) for mask in truth[name][::EVERY]])
        for name in ("person", "upper", "lower")
    }
    step = truth["parts"].shape[1] // HEIGHT
    pose = (truth["pose"][::EVERY] + 0.5) / step - 0.5
    edges = edge_detector("hed", "fine")(frames)
    return PreparedClip(
        actor=actor,
        action=action,
        fps=25.0 / EVERY,
        frames=frames,
        pose=np.dstack([pose, np.ones(pose.shape[:2])]).astype(np.float32),
        edges=np.where(masks["person"] > 0, edges, 0).astype(np.uint8),
        parts=np.ascontiguousarray(truth["parts"][::EVERY, step // 2 :: step, step // 2 :: step]),
        **masks,
    )


def shrink(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
