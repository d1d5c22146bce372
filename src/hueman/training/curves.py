"""Learning curves of a stage, drawn from its log."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hueman.files import atomic_file
from hueman.training.log import read_log

COLUMNS = 3
WIDTH, HEIGHT = 4.0, 2.4
"""Of a panel, in inches."""
LEFT, RIGHT, BOTTOM, TOP = 0.65, 0.1, 0.3, 0.3
"""Of a panel's inches, room for the labels of its ticks and for its title."""
SMOOTHING = 40
"""A curve is averaged over this share (1 / 40) of its length."""

MOST = 100
"""Curves in a picture; a damaged log may name any number."""


def draw_curves(log: Path, picture: Path) -> None:
    """Draw every value of a stage's log.jsonl over the updates, each in a panel of its own.

    Losses are noisy: the pale line is the log, the dark one its moving average.
    """
    rows = [row for _, row in read_log(log)]
    names = sorted({name for row in rows for name in row} - {"step"})[:MOST]
    if not names:
        return
    lines = -(-len(names) // COLUMNS)
    figure = _figure(lines)
    for index, name in enumerate(names):
        points = [(row["step"], row[name]) for row in rows if name in row]
        steps, values = (np.array(column, float) for column in zip(*points, strict=True))
        axes = figure.add_subplot(lines, COLUMNS, index + 1)
        few = len(values) < 2 * SMOOTHING
        axes.plot(steps, values, color="tab:blue", alpha=1 if few else 0.25, lw=1)
        if few:
            axes.plot(steps, values, ".", color="tab:blue")
        else:
            axes.plot(steps, _smooth(values), color="tab:blue", lw=1.5)
        axes.set_title(name, fontsize=10)
        axes.grid(alpha=0.3)
    with atomic_file(picture) as temporary:
        figure.savefig(temporary, dpi=80)


def _figure(lines: int) -> Figure:
    """Make a figure for lines of panels, with fixed margins: fitting them takes as long again."""
    width, height = WIDTH * COLUMNS, HEIGHT * lines
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(
        left=LEFT / width,
        right=1 - RIGHT / width,
        bottom=BOTTOM / height,
        top=1 - TOP / height,
        wspace=(LEFT + RIGHT) / (WIDTH - LEFT - RIGHT),
        hspace=(BOTTOM + TOP) / (HEIGHT - BOTTOM - TOP),
    )
    FigureCanvasAgg(figure)
    return figure


def _smooth(values: np.ndarray) -> np.ndarray:
    """Return the moving average of values (T,), with shorter windows at both ends."""
    width = max(1, len(values) // SMOOTHING)
    window = np.ones(width)
    return np.convolve(values, window, "same") / np.convolve(np.ones(len(values)), window, "same")
