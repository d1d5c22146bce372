"""The latent colour space as a picture (paper, section 4.5 and figure 5)."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from sklearn.decomposition import PCA
from torch import Tensor

from hueman.color.lab import uint8_from_lab
from hueman.evaluation.latent_space import CodeSample, without_actor_means
from hueman.files import atomic_file
from hueman.training.architecture import Region

WIDTH = 9.0
"""Inches. Text is 10 to 13 points high, so it can be read where the picture is 900 pixels wide."""
RESOLUTION = 160
"""Pixels an inch."""
INK = 14_000
"""Points are as large as this many square points of ink in a panel allow, within limits."""
POINT_LIMITS = (4.0, 20.0)
"""Square points."""


def draw_latent_space(samples: Mapping[str, CodeSample], region: Region, path: Path) -> None:
    """Draw the codes of several methods side by side, each point in its garment's colour.

    Codes are seen along the first two principal components of each panel. The upper row shows
    them as they are, as the paper does; there the first component often tells actors apart, so
    the lower row shows them after each actor's mean code has been subtracted. A point has the
    (a, b) that the garment was given and the L it had before. The signs of components, which mean
    nothing, are chosen so that a grows to the right and b upwards, as in the chroma plane.

    Args:
        samples: the codes of each method by its name, from left to right.
        region: whose codes.
        path: of the picture; its suffix says in what format.

    Raises:
        ValueError: there is no method, or one has fewer than 3 codes.
        HuemanError: the picture cannot be written.
    """
    lengths = {name: len(sample) for name, sample in samples.items()}
    if not lengths or min(lengths.values()) < 3:
        raise ValueError(f"expected methods with at least 3 codes each, got {lengths}")
    # Panels get narrower, down to 3 inches, before the picture gets wider.
    width = max(WIDTH, 3 * len(samples))
    side = min(width / len(samples), 4.5)
    figure = Figure(figsize=(width, 2 * side + 1), layout=ConstrainedLayoutEngine(w_pad=0.1))
    FigureCanvasAgg(figure)
    rows = figure.add_gridspec(2, 1)
    for number, title in enumerate(("as they are", "each actor's mean subtracted")):
        row = figure.add_subfigure(rows[number])
        row.suptitle(f"Codes of the {region} garment, {title}", fontsize=13)
        for column, (name, sample) in enumerate(samples.items(), start=1):
            axes = row.add_subplot(1, len(samples), column)
            codes = sample.mean(region)
            if number == 1:
                codes = without_actor_means(codes, sample.actors)
            _draw_panel(axes, codes, sample.lab(region))
            axes.set_title(name, fontsize=12)
    with atomic_file(path) as temporary:
        figure.savefig(temporary, dpi=RESOLUTION)


def principal_components(codes: Tensor, chroma: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Bring codes to the plane in which they vary most.

    Args:
        codes: (N, code), of at least two numbers.
        chroma: (N, 2), the (a, b) to which the signs of the components are matched.

    Returns:
        Positions (N, 2) around 0, and the shares (2,) of the codes' variance that they have: 0
        where all codes are one.
    """
    with np.errstate(invalid="ignore"):  # PCA's own shares, 0 / 0 when all codes are one
        places = PCA(2, svd_solver="full").fit_transform(codes.double().numpy())
    like = (places * (chroma - chroma.mean(dim=0)).double().numpy()).sum(axis=0)
    total = max(float(codes.double().var(dim=0).sum()), np.finfo(float).tiny)
    return places * np.where(like < 0, -1, 1), places.var(axis=0, ddof=1) / total


def _draw_panel(axes: Axes, codes: Tensor, lab: Tensor) -> None:
    places, shares = principal_components(codes, lab[:, 1:])
    colors = uint8_from_lab(lab.numpy()) / 255
    area = float(np.clip(INK / len(places), *POINT_LIMITS))
    axes.scatter(*places.T, c=colors, s=area, alpha=0.8, linewidths=0)
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    # A square panel with the same span along both axes, also when all codes are one.
    reach = max(float(np.ptp(places, axis=0).max()) * 0.54, 1e-6)
    axes.set_xlim(middle[0] - reach, middle[0] + reach)
    axes.set_ylim(middle[1] - reach, middle[1] + reach)
    axes.set_aspect("equal")
    axes.set_facecolor("0.95")
    axes.set_axisbelow(True)
    axes.grid(color="white", lw=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for axis, number in ((axes.xaxis, 1), (axes.yaxis, 2)):
        label = f"component {number} ({shares[number - 1]:.0%} of variance)"
        axis.set_label_text(label, fontsize=10)
        axis.set_major_locator(MaxNLocator(4))
        axis.set_tick_params(labelsize=10, length=0)
