"""What can be chosen of who is shown, and of what they do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hueman.engines.settings import EngineName
from hueman.generation.settings import Precision


@dataclass(frozen=True)
class SceneSettings:
    """Who is shown, and what they do."""

    content: Path
    """Picture, video or prepared clip (.h5) of the person."""
    drive: str | None = None
    """What they do, as for 'hueman generate'; by default what they do in the content."""
    crop: Literal["centre", "person"] = "centre"
    """What to keep of a content video's frames: their middle, or around the person."""
    content_frames: int | None = None
    """How many frames of the content may show the person; see 'hueman generate'."""
    device: str = "auto"
    """auto, cpu or cuda."""
    precision: Precision = "auto"
    """Of the generator: bf16 is faster where processor or GPU is made for it (auto)."""
    steady: bool = True
    """Hold what hardly changes from frame to frame, so that nothing trembles; not in the paper."""
    engine: EngineName = "auto"
    """What makes the frames: torch, or openvino, by a graph from 'hueman export'."""
