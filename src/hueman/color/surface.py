"""What a person is covered with, and what a network's view of a pixel says of it."""

from enum import IntEnum

import numpy as np

from hueman.perception.base import SeenClass

ERROR = 0.02
"""How often a network sees anything whatever: so much doubt stays, however sure it is."""


class Surface(IntEnum):
    """What a pixel on or near the person shows."""

    UPPER = 0
    LOWER = 1
    SKIN = 2
    HAIR = 3
    SHOE = 4
    BACKGROUND = 5


# A network sees clothes, not which garment; and it may count shoes to either.
SEEN_AS = {
    Surface.UPPER: (SeenClass.CLOTHES,),
    Surface.LOWER: (SeenClass.CLOTHES,),
    Surface.SKIN: (SeenClass.BODY_SKIN, SeenClass.FACE_SKIN),
    Surface.HAIR: (SeenClass.HAIR,),
    Surface.SHOE: (SeenClass.CLOTHES, SeenClass.OTHERS),
    Surface.BACKGROUND: (SeenClass.BACKGROUND,),
}


def log_evidence(classes: np.ndarray) -> np.ndarray:
    """Log likelihood, up to a constant, of what a network saw under each surface.

    Args:
        classes: float (n, 6), probability of each `SeenClass`.

    Returns:
        float (6, n), one row for each `Surface`, within log(ERROR)..0.
    """
    shares = np.stack([classes[:, SEEN_AS[surface]].sum(axis=1) for surface in Surface])
    return np.log(ERROR + (1 - ERROR) * shares)
