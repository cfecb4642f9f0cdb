"""Shares with their intervals, and groups that are large enough to be shown."""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt

from txsurvey_report.figure import Column, Row

Z95 = 1.959963984540054  # of the standard normal distribution
SMALL = 5  # nodes: groups of fewer are merged, so that nobody is singled out
OTHERS = "others"
# What with_share() adds.
SHARE_COLUMNS = (
    Column("share", "Share", "share"),
    Column("low", "At least", "share"),
    Column("high", "At most", "share"),
)


def wilson(part: int, whole: int) -> tuple[float, float] | tuple[None, None]:
    """The 95 % interval of a share (Wilson's score interval, without continuity correction), as in the
    records' `ci95`; of nothing, none."""
    if not whole:
        return None, None
    share, square = part / whole, Z95 * Z95
    centre = (share + square / (2 * whole)) / (1 + square / whole)
    half = Z95 / (1 + square / whole) * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return max(0.0, centre - half), min(1.0, centre + half)


def with_share(row: Row, part: str = "served", whole: str = "asked") -> Row:
    """The row, with `share`, `low` and `high`."""
    low, high = wilson(row[part], row[whole])
    return row | {"share": row[part] / row[whole] if row[whole] else None, "low": low, "high": high}


def without(row: Row, *names: str) -> Row:
    """The row, without what only put it into its place."""
    return {name: value for name, value in row.items() if name not in names}


def large_groups(
    rows: Iterable[Row], key: str, size: Callable[[Row], int], counts: Sequence[str], most: int = 20
) -> list[Row]:
    """Rows of groups, the largest first; groups of fewer than SMALL nodes, and those after the first `most`, are
    merged into one named OTHERS. Where that is itself too small, the smallest of the large ones joins it.
    `size` gives a row's nodes; a group may have several rows, one for each value of the columns that are neither
    `key` nor counts."""
    rows = list(rows)
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row[key]] = max(sizes.get(row[key], 0), size(row))
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    kept = [name for name in ranked[:most] if sizes[name] >= SMALL]
    merged = ranked[len(kept) :]
    while merged and kept and sum(sizes[name] for name in merged) < SMALL:
        merged.append(kept.pop())
    place = {name: number for number, name in enumerate(kept)}
    result: dict[tuple[object, ...], Row] = {}
    for row in rows:
        name = row[key] if row[key] in place else OTHERS
        rest = tuple((k, v) for k, v in row.items() if k != key and k not in counts)
        into = result.setdefault((place.get(name, most), rest), {**row, key: name} | dict.fromkeys(counts, 0))
        for column in counts:
            into[column] += row[column]
    return [row for _, row in sorted(result.items(), key=lambda item: item[0][0])]  # type: ignore[arg-type, return-value]
