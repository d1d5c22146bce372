"""Tables for the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Printed

from hueman.evaluation.result import Evaluation
from hueman.evaluation.table_one import table_one


def show_table_one(evaluation: Evaluation) -> None:
    """Print the paper's Table 1 for all methods of an evaluation, best values in bold."""
    table = table_one(evaluation, intervals=False)
    printed = Printed(title="Table 1", caption=table.caption, box=SIMPLE_HEAD)
    for column in table.head:
        # Broken by hand, so that rows fit 80 columns unbroken.
        head = column.replace(" in the ", "\nin the\n")
        justify = "left" if column == table.head[0] else "right"
        printed.add_column(head, justify=justify, no_wrap=True)
    for row, marks in zip(table.rows, table.marks(), strict=True):
        printed.add_row(
            *(
                f"[bold]{cell}[/bold]" if best else cell
                for cell, best in zip(row, marks, strict=True)
            )
        )
    Console().print(printed)
