"""The tables of a result.json in Markdown, as the docs show them.

python benchmarks/result_tables.py BENCHMARK/result.json
"""

import argparse
from pathlib import Path

from hueman.evaluation.report import Table
from hueman.evaluation.result import read_evaluation
from hueman.evaluation.table_one import table_one
from hueman.evaluation.tables import (
    codes_table,
    color_table,
    difference_table,
    group_table,
    latent_table,
    likeness_table,
    stability_table,
    training_table,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    evaluation = read_evaluation(parser.parse_args().result)
    print_table(table_one(evaluation))
    for make in (likeness_table, difference_table, color_table, stability_table, codes_table):
        print_table(make(evaluation))
    for region in ("upper", "lower"):
        print_table(latent_table(evaluation, region))
    for method in evaluation.methods:
        print_table(group_table(method, "action"))
    print_table(training_table(evaluation))


def print_table(table: Table | None) -> None:
    if table is None:
        return
    print(f"{table.caption}\n")
    print(f"| {' | '.join(table.head)} |")
    print("|---" + "|---:" * (len(table.head) - 1) + "|")
    for row, marks in zip(table.rows, table.marks(), strict=True):
        cells = (f"**{cell}**" if best else cell for cell, best in zip(row, marks, strict=True))
        print(f"| {' | '.join(cells)} |")
    print()


if __name__ == "__main__":
    main()
