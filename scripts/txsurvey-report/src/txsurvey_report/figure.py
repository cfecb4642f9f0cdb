"""A figure: rows of numbers with their denominators, and words on what they mean and do not.

Every output shows the same figures: the page draws them, `--json` writes them, `--text` tells them.
Nothing here knows how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Unit = Literal["text", "count", "share", "ms", "sat/vB", "time"]
Row = dict[str, Any]


def visible(text: str) -> str:
    """What others wrote, in one line that is what it seems to be: controls, and what hides or reorders text, are
    written as escapes."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


@dataclass(frozen=True)
class Column:
    name: str  # in rows, and in the JSON
    label: str  # for people
    unit: Unit = "text"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", visible(self.label))


@dataclass(frozen=True)
class Picture:
    """How a figure is drawn: a kind that charts.py knows, and which column plays which part in it."""

    kind: Literal["shares", "heat", "losses", "bars", "curves", "histogram", "over_time"]
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Figure:
    name: str  # a key: in the JSON, of its place in the page, of its files
    title: str  # what is to be seen, not what was plotted
    caveat: str  # what it does not mean
    columns: tuple[Column, ...]
    rows: list[Row]
    picture: Picture | None = None
    notes: tuple[str, ...] = field(default=())  # more sentences, for people
    brief: Callable[[Row], bool] | None = None  # the rows that do where there is little room

    def __post_init__(self) -> None:
        """All text of a figure is visible, whoever wrote it."""
        for name in ("title", "caveat"):
            object.__setattr__(self, name, visible(getattr(self, name)))
        object.__setattr__(self, "notes", tuple(map(visible, self.notes)))
        for row in self.rows:
            for name, value in row.items():
                if isinstance(value, str):
                    row[name] = visible(value)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "caveat": self.caveat,
            "notes": list(self.notes),
            "columns": [{"name": c.name, "label": c.label, "unit": c.unit} for c in self.columns],
            "rows": self.rows,
        }
