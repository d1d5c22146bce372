"""The paper's Table 1 beside what is measured here."""

import math

from hueman.evaluation.protocol import Judgement
from hueman.evaluation.result import Evaluation, MethodResult
from hueman.evaluation.table_one import PAPER, table_one


def result(name, values):
    rows = [
        {"actor": "plaid", "action": str(number), "ms_ssim": a, "lpips": b}
        for number, (a, b) in enumerate(values)
    ]
    return MethodResult(name, name.upper(), Judgement(rows, {}))


def test_figures_of_the_paper_are_as_published():
    """Table 1 of "Disentangled Human Action Video Generation via Decoupled Learning"."""
    assert PAPER == {"deformable_gan": (0.8975, 0.0706), "proposed": (0.9146, 0.0590)}


def test_both_are_in_the_row_of_their_method():
    methods = [
        result("proposed", [(0.9, 0.1), (0.8, 0.2)]),
        result("deformable_gan", [(0.75, 0.3), (0.75, 0.3)]),
        result("copy", [(0.5, 0.25), (0.5, math.nan)]),
    ]
    table = table_one(Evaluation({}, methods))
    assert table.head[1:3] == ["MS-SSIM", "LPIPS"]
    assert table.rows == [
        ["PROPOSED", "0.8500 ± 0.0500", "0.1500 ± 0.0500", "0.9146", "0.0590"],
        ["DEFORMABLE_GAN", "0.7500 ± 0.0000", "0.3000 ± 0.0000", "0.8975", "0.0706"],
        ["COPY", "0.5000 ± 0.0000", "0.2500 ± 0.0000", "-", "-"],
    ]


def test_only_what_was_measured_here_is_ranked():
    methods = [result("proposed", [(0.5, 0.1)]), result("copy", [(0.9, 0.2)])]
    marks = table_one(Evaluation({}, methods)).marks()
    assert marks == [[False, False, True, False, False], [False, True, False, False, False]]
