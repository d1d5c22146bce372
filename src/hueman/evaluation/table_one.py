"""The paper's Table 1, with the paper's own figures beside those measured here."""

import math

from hueman.evaluation.report import Table
from hueman.evaluation.result import Evaluation
from hueman.evaluation.tables import number, with_interval

PAPER = {"deformable_gan": (0.8975, 0.0706), "proposed": (0.9146, 0.0590)}
"""MS-SSIM and LPIPS of the paper's Table 1: its own clips, of 384x256, which are not public."""


def table_one(evaluation: Evaluation, intervals: bool = True) -> Table:
    """Return MS-SSIM and LPIPS of all methods, background masked out, and the paper's figures.

    Args:
        evaluation: of the methods.
        intervals: half of each interval stands beside the number.
    """
    rows = []
    for method in evaluation.methods:
        means = (method.means["ms_ssim"], method.means["lpips"])
        theirs = PAPER.get(method.name, (math.nan, math.nan))
        rows.append(
            [
                method.title,
                *(with_interval(x, 4) if intervals else number(x.mean, 4) for x in means),
                *(number(value, 4) for value in theirs),
            ]
        )
    head = ["method", "MS-SSIM", "LPIPS", "MS-SSIM in the paper", "LPIPS in the paper"]
    caption = (
        "Held-out clips, from the first frame alone, background masked out. The paper's figures "
        "are of other clips at another size: compare the order of methods, not the numbers."
    )
    return Table(head, rows, caption, ["", "highest", "lowest", "", ""])
