"""The look of the page: calm, with the fonts of the visitor's system."""

from pathlib import Path

from gradio.themes import Base, Font

from hueman.studio.swatches import SWATCHES

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONOSPACED = ("ui-monospace", "Consolas", "monospace")


def theme() -> Base:
    """Return gradio's plain theme with few colours, and no fonts from elsewhere."""
    return Base(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="slate",
        radius_size="lg",
        font=[Font(name) for name in FONTS],
        font_mono=[Font(name) for name in MONOSPACED],
    )


def style() -> str:
    """Return the style sheet."""
    sheet = Path(__file__).with_name("studio.css").read_text("utf-8")
    # The first choice keeps a garment's own colour, and has no swatch.
    dots = [
        f".swatches label:nth-of-type({number}) {{ --swatch: {color}; }}"
        for number, color in enumerate(SWATCHES.values(), start=2)
    ]
    return "\n".join([sheet, *dots])
