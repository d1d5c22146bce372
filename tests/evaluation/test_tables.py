"""Tables of a report: their cells are the evaluation's numbers."""

import math

import pytest

from hueman.evaluation.protocol import Judgement
from hueman.evaluation.result import Evaluation, MethodResult
from hueman.evaluation.statistics import Estimate
from hueman.evaluation.tables import (
    CODES,
    COLOR,
    LATENT,
    LIKENESS,
    STABILITY,
    codes_table,
    color_table,
    difference_table,
    group_table,
    latent_table,
    likeness_table,
    number,
    stability_table,
    stage_notes,
    training_table,
    with_interval,
)

NAMES = [column.name for column in (*LIKENESS, *STABILITY, *COLOR)]


def row(actor, action, values=(), **changed):
    """A clip whose numbers are 0.01, 0.02, and so on, or those given."""
    numbers = {name: 0.01 * place for place, name in enumerate(NAMES, start=1)}
    return {"actor": actor, "action": action, **numbers, **dict(values), **changed}


def method(name, rows, codes=None, fvd=None, **rest):
    return MethodResult(name, f"the {name}", Judgement(rows, codes or {}, fvd), **rest)


@pytest.fixture
def evaluation() -> Evaluation:
    codes = {f"{column.name}_{garment}": 1.25 for column in CODES for garment in ("upper", "lower")}
    codes["straightness_lower"] = math.nan
    latent = {
        region: {column.name: 0.5 for column in LATENT} | {"leakage": math.nan}
        for region in ("upper", "lower")
    }
    model = method(
        "model",
        [row("plaid", "bow"), row("stripes", "bow", leak_hair=math.nan)],
        codes,
        1234.6,
        latent=latent,
        parameters=2_340_000,
        training={
            "stage_one": {
                "upper": {"updates": 800, "seconds": 60.0},
                "lower": {"updates": 700, "seconds": 90.0},
            },
            "stage_two": {"updates": 2000, "seconds": 300.0},
        },
    )
    copy = method("copy", [row("plaid", "bow", leak_hair=math.nan, ms_ssim=0.5)], fvd=math.nan)
    return Evaluation(
        {"untrained_latent_space": {"upper": {c.name: 0.25 for c in LATENT}}}, [model, copy]
    )


@pytest.mark.parametrize(("table", "columns"), [(color_table, COLOR), (stability_table, STABILITY)])
def test_cells_are_the_means(evaluation, table, columns):
    shown = table(evaluation)
    for result, cells in zip(evaluation.methods, shown.rows, strict=True):
        assert cells[0] == result.title
        for column, cell in zip(columns, cells[1:], strict=False):
            mean = result.mean(column.name)
            assert cell == ("-" if math.isnan(mean) else f"{mean:.{column.decimals}f}")
    assert shown.head[1 : 1 + len(columns)] == [column.title for column in columns]


def test_likeness_has_means_and_half_intervals():
    rows = [row("a", "bow", ms_ssim=0.5), row("b", "bow", ms_ssim=0.75)]
    shown = likeness_table(Evaluation({}, [method("model", rows)]))
    assert shown.rows[0][1] == "0.6250 ± 0.1250"
    assert shown.rows[0][2] == "0.0200 ± 0.0000"
    assert list(shown.best) == ["", "highest", "lowest", "highest", "highest", "highest", "lowest"]


def test_what_nobody_could_measure_is_a_dash(evaluation):
    place = [column.name for column in COLOR].index("leak_hair") + 1
    assert [cells[place] for cells in color_table(evaluation).rows] == [
        f"{evaluation.methods[0].mean('leak_hair'):.2f}",
        "-",
    ]
    assert [cells[-1] for cells in stability_table(evaluation).rows] == ["1235", "-"]
    without = Evaluation({}, [method("model", [{"actor": "a", "action": "b", "ms_ssim": 1.0}])])
    assert likeness_table(without).rows[0][1:3] == ["1.0000 ± 0.0000", "-"]


@pytest.mark.parametrize(
    ("value", "decimals", "cell"),
    [
        (0.12345, 2, "0.12"),
        (math.nan, 2, "-"),
        (None, 0, "-"),
        (1234.5, 0, "1234"),
        (-1.0, 1, "-1.0"),
    ],
)
def test_numbers(value, decimals, cell):
    assert number(value, decimals) == cell


def test_intervals():
    assert with_interval(Estimate(0.5, 0.4, 0.8, 3), 2) == "0.50 ± 0.20"
    assert with_interval(Estimate(math.nan, math.nan, math.nan, 0), 2) == "-"


def test_differences_are_told_in_words():
    """Clips of which a method is always, never, or sometimes better."""
    base = [row("a", str(n), ms_ssim=0.5 + 0.01 * n, lpips=0.2) for n in range(6)]

    def other(ms_ssim, lpips):
        changed = zip(base, ms_ssim, lpips, strict=True)
        return [dict(r, ms_ssim=r["ms_ssim"] + a, lpips=r["lpips"] + b) for r, a, b in changed]

    always, mixed = [0.1, 0.11, 0.12, 0.1, 0.11, 0.12], [0.1, -0.12, 0.1, -0.1, 0.1, -0.1]
    never = [-each for each in always]
    methods = [
        method("first", base),
        method("weaker", other(never, always)),
        method("stronger", other(always, never)),
        method("alike", other(mixed, mixed)),
        method("same", base),
        method("blind", [dict(r, lpips=math.nan) for r in other(never, always)]),
    ]
    shown = difference_table(Evaluation({}, methods))
    assert shown is not None
    verdicts = {cells[0]: (cells[2], cells[4]) for cells in shown.rows}
    assert verdicts == {
        "the weaker": ("better", "better"),
        "the stronger": ("worse", "worse"),
        "the alike": ("better, not clearly", "worse, not clearly"),
        "the same": ("equal", "equal"),
        "the blind": ("better", "-"),
    }
    assert shown.rows[0][1].startswith("+0.1100 [+0.10")
    assert shown.rows[0][3].startswith("-0.1100 [-0.1")


def test_one_method_differs_from_none():
    assert difference_table(Evaluation({}, [method("first", [row("a", "b")])])) is None


def test_codes_have_a_row_for_each_garment(evaluation):
    shown = codes_table(evaluation)
    assert shown is not None
    assert [cells[0] for cells in shown.rows] == ["the model, upper", "the model, lower"]
    assert shown.rows[0][1:5] == ["1.25", "1.25", "1.25", "1.2"]
    assert shown.rows[1][2] == "-"
    assert codes_table(Evaluation({}, evaluation.methods[1:])) is None


def test_latent_spaces_begin_with_the_untrained_one(evaluation):
    shown = latent_table(evaluation, "upper")
    assert shown is not None
    assert [cells[:2] for cells in shown.rows] == [
        ["random initialisation", "0.250"],
        ["the model", "0.500"],
    ]
    assert shown.rows[1][-1] == "-"
    lower = latent_table(evaluation, "lower")
    assert lower is not None
    assert [cells[0] for cells in lower.rows] == ["the model"]
    assert latent_table(Evaluation({}, evaluation.methods[1:]), "upper") is None


def test_groups_are_means_of_their_clips():
    rows = [
        row("a", "bow", ms_ssim=0.2),
        row("a", "wave", ms_ssim=0.4),
        row("b", "bow", ms_ssim=0.8, leak_skin=math.nan),
    ]
    by_actor, by_action = (group_table(method("model", rows), key) for key in ("actor", "action"))
    assert by_actor.head[:2] == ["the model, by actor", "MS-SSIM"]
    assert [cells[:2] for cells in by_actor.rows] == [["a", "0.3000"], ["b", "0.8000"]]
    assert by_actor.rows[1][-1] == "-"
    assert [cells[:2] for cells in by_action.rows] == [["bow", "0.5000"], ["wave", "0.4000"]]


def test_trainings_are_told_stage_by_stage(evaluation):
    notes = evaluation.methods[0].training
    assert stage_notes(notes) == [*notes["stage_one"].values(), notes["stage_two"]]
    gan = {"updates": 3}
    assert stage_notes({"method": "deformable_gan", "deformable_gan": gan}) == [gan]
    shown = training_table(evaluation)
    assert shown is not None
    assert shown.rows == [["the model", "2.34 M", "800 + 700 + 2000", "7.5"]]
    assert training_table(Evaluation({}, evaluation.methods[1:])) is None
