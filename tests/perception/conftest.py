from pathlib import Path

import numpy as np
import pytest

from hueman.clips.video import Video


@pytest.fixture(scope="session")
def wave(clips_folder: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Every fourth frame of a bundled clip, uint8 (12, 384, 256, 3), and the renderer's truth."""
    folder = clips_folder / "plaid"
    truth = np.load(folder / "wave_both.truth.npz")
    frames = Video(folder / "wave_both.mp4").read()
    return frames[::4], {name: truth[name][::4] for name in ("pose", "person")}
