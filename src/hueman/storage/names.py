"""Names that come from elsewhere and must stay below the folder they are put in."""

import re
from pathlib import Path

from hueman.errors import HuemanError

# A backslash and a colon lead elsewhere on some systems; control characters lead people astray.
_UNSAFE = re.compile(r"[\\:\x00-\x1f]")


def below(root: Path, name: str) -> Path:
    """Return the path of `name` below a local folder.

    Args:
        root: the folder.
        name: a relative path with slashes, from a listing or an index that others wrote.

    Raises:
        HuemanError: the name leads out of the folder, or could on another system.
    """
    if any(part in ("", ".", "..") for part in name.split("/")) or _UNSAFE.search(name):
        raise HuemanError(
            f"The name {name!r} could lead out of its folder, so it is not read; rename the file."
        )
    return root.joinpath(*name.split("/"))
