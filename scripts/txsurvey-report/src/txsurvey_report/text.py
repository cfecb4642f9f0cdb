"""The figures as text, of a terminal's width."""

import textwrap
from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Figure


def _table(figure: Figure) -> Iterator[str]:
    cells = [[column.label for column in figure.columns]]
    cells += [[words.written(row[c.name], c.unit) for c in figure.columns] for row in figure.rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(figure.columns))]
    for row in cells:
        yield "  ".join(
            cell.ljust(width) if column.unit == "text" else cell.rjust(width)
            for cell, width, column in zip(row, widths, figure.columns, strict=True)
        ).rstrip()


def text(figures: list[Figure], problems: tuple[str, ...], width: int) -> str:
    """Titles, notes and tables of all figures."""
    lines = [line for problem in problems for line in textwrap.wrap("Note: " + problem, width)]
    for figure in figures:
        lines += ["", *textwrap.wrap(figure.title, width), ""]
        for note in figure.notes:
            lines += textwrap.wrap(note, width, initial_indent="  ", subsequent_indent="    ")
        lines += _table(figure)
        lines += textwrap.wrap(figure.caveat, width, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines).lstrip("\n") + "\n"
