"""The figures as text, of a terminal's width: for cron mails, too."""

import textwrap
from collections.abc import Iterator, Sequence

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure

GAP = "  "
MOST_ROWS = 20


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> int:
    """How many columns, from the left, there is room for."""
    room, fitting = width, 0
    while fitting < len(columns) and widths[fitting] <= room:
        room -= widths[fitting] + len(GAP)
        fitting += 1
    return max(fitting, 1)


def _table(figure: Figure, width: int) -> Iterator[str]:
    rows = [row for row in figure.rows if figure.brief is None or figure.brief(row)]
    cells = [[column.label for column in figure.columns]]
    cells += [[words.written(row[c.name], c.unit) for c in figure.columns] for row in rows[:MOST_ROWS]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(figure.columns))]
    fitting = _fitting(figure.columns, widths, width)
    for row in cells:
        yield GAP.join(
            cell.ljust(size) if column.unit == "text" else cell.rjust(size)
            for cell, size, column in zip(row[:fitting], widths, figure.columns, strict=False)
        ).rstrip()[:width]
    left_out = [f"{words.plural(len(rows) - MOST_ROWS, 'row')}"] if len(rows) > MOST_ROWS else []
    left_out += [f"{words.plural(len(figure.columns) - fitting, 'column')}"] if fitting < len(figure.columns) else []
    if left_out:
        yield f"({' and '.join(left_out)} more: --json)"


def text(figures: Sequence[Figure], problems: Sequence[str], width: int) -> str:
    """Titles, notes and tables of all figures."""
    lines = [line for problem in problems for line in textwrap.wrap("Note: " + problem, width)]
    for figure in figures:
        lines += ["", *textwrap.wrap(figure.title, width), ""]
        for note in figure.notes:
            lines += textwrap.wrap(note, width, initial_indent="  ", subsequent_indent="    ")
        lines += ["", *_table(figure, width), ""]
        lines += textwrap.wrap(figure.caveat, width, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines).lstrip("\n") + "\n"
