"""What a visitor may ask of the studio: everything here costs memory, disk or time."""

from dataclasses import dataclass
from pathlib import Path

from hueman.clips.video import VideoInfo
from hueman.errors import HuemanError

UPLOAD_MB = (1, 4096)
SECONDS = (1.0, 600.0)
PEOPLE = (1, 1000)


@dataclass(frozen=True)
class Limits:
    """How much a visitor may ask for."""

    max_upload_mb: int = 64
    """Of each file that is uploaded, 1 to 4096."""
    max_seconds: float = 30.0
    """Of each clip that is uploaded, 1 to 600."""
    max_session_mb: int = 2048
    """Of all that one page has uploaded and made."""
    max_clips: int = 5
    """That one's own model is made from."""
    max_colors: int = 24
    """On one sheet of colourways."""
    max_minutes: float = 60.0
    """Of training one's own model."""
    max_visitors: int = 64
    """Open pages at once, 1 to 1000."""
    max_waiting: int = 32
    """Visitors who wait for a video or a sheet, or whose is being made, 1 to 1000."""
    max_uploads: int = 8
    """Requests that bring files, at once."""
    max_studio_mb: int = 16384
    """Of all files of all pages."""
    max_trainings: int = 1
    """At once: each wants the whole machine."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        if not UPLOAD_MB[0] <= self.max_upload_mb <= UPLOAD_MB[1]:
            raise HuemanError(
                f"max-upload-mb is {self.max_upload_mb}; choose {UPLOAD_MB[0]} to {UPLOAD_MB[1]}."
            )
        for name, value in (("visitors", self.max_visitors), ("waiting", self.max_waiting)):
            if not PEOPLE[0] <= value <= PEOPLE[1]:
                raise HuemanError(f"max-{name} is {value}; choose {PEOPLE[0]} to {PEOPLE[1]}.")
        if not SECONDS[0] <= self.max_seconds <= SECONDS[1]:
            raise HuemanError(
                f"max-seconds is {self.max_seconds:g}; choose {SECONDS[0]:g} to {SECONDS[1]:g}."
            )

    @property
    def max_upload_bytes(self) -> int:
        """Of each file that is uploaded."""
        return self.max_upload_mb * 1024 * 1024

    @property
    def max_session_bytes(self) -> int:
        """Of all that one page has uploaded and made."""
        return self.max_session_mb * 1024 * 1024

    @property
    def max_studio_bytes(self) -> int:
        """Of all files of all pages."""
        return self.max_studio_mb * 1024 * 1024

    def check_length(self, path: Path, info: VideoInfo) -> None:
        """Refuse, by HuemanError, a clip that says it is too long."""
        if info.duration > self.max_seconds:
            raise HuemanError(
                f"{path.name} is {info.duration:.0f} seconds long; choose at most "
                f"{self.max_seconds:g}."
            )
