"""The palette of a visitor: typed, or from a file and maybe changed by typing."""

from pathlib import Path

from hueman.color.palette import NamedColor, read_palette


class PaletteChoice:
    """Remembers the names of colours that came from a file."""

    def __init__(self):
        self.text = ""
        """The colours of the file, as a visitor would type them."""
        self._from_file: list[NamedColor] = []

    def read_file(self, path: Path) -> None:
        """Take the colours of a file.

        Raises:
            HuemanError: it is no palette.
        """
        self._from_file = read_palette(path)
        self.text = ", ".join(color.text for color in self._from_file)

    def read(self, text: str) -> list[NamedColor]:
        """Return the colours that were typed, or those of the file if they were left as they are.

        Raises:
            HuemanError: one of them is no colour.
        """
        if self._from_file and text == self.text:
            return self._from_file
        # With a space at its end, no text is taken for the path of a file.
        return read_palette(f"{text} ")
