"""Pictures of people in the box, to try things with: rendered by hueman, CC0."""

from pathlib import Path


def example_people() -> dict[str, Path]:
    """Return a picture of each, 384 high and 256 wide, by name."""
    folder = Path(__file__).parent / "people"
    return {file.stem: file for file in sorted(folder.glob("*.jpg"))}
