"""Which kinds of nodes have it: the share by client, version, network, services, fee filter, chain and place."""

from collections.abc import Iterable, Iterator
from typing import Literal

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.figures.columns import Columns, choose
from txsurvey_report.figures.groupings import GROUPINGS, Grouping, grouped
from txsurvey_report.records import Records
from txsurvey_report.statistics import OTHERS, SHARE_COLUMNS, with_share, without

QUERY = """
SELECT {group}, shown AS target, shown.rank AS place, count(DISTINCT id) AS nodes, count(*) AS asked,
       count(*) FILTER (status = 'served') AS served
FROM {source} JOIN shown USING (txid) WHERE asked GROUP BY ALL ORDER BY place
"""
COUNTS = ("nodes", "asked", "served")
WHISKERS = 4  # ids that a picture with whiskers can tell apart; of more it is a heat table
ENOUGH = 10  # nodes that a group must have to be compared in words
MIXED = {OTHERS, *(grouping.unknown for grouping in GROUPINGS)}


def _compared(rows: Iterable[Row]) -> list[Row]:
    """Groups of one kind, and large enough to be compared in words; who has it least is the first."""
    named = (row for row in rows if row["nodes"] >= ENOUGH and row["grp"] not in MIXED)
    return sorted(named, key=lambda row: (row["share"], row["grp"]))


def _contrast(rows: Iterable[Row]) -> tuple[float, Row, Row] | None:
    """Of one id the groups that differ most, beyond what chance makes of their sizes, and by how much."""
    compared = _compared(rows)
    if len(compared) < 2 or compared[0]["high"] is None or compared[0]["high"] >= compared[-1]["low"]:
        return None
    return compared[-1]["share"] - compared[0]["share"], compared[-1], compared[0]


def title(rows: list[Row], noun: str) -> str:
    """What the shares of groups have to say, in a sentence."""
    names = {row["grp"] for row in rows}
    if len(names) == 1:
        return f"By {noun}: all nodes asked are of one group, “{names.pop()}”"
    by_target: dict[str, list[Row]] = {}
    for row in rows:
        by_target.setdefault(row["target"], []).append(row)
    contrasts = [contrast for rows in by_target.values() if (contrast := _contrast(rows))]
    if not contrasts:
        return f"By {noun}: no difference beyond chance"
    _, most, least = max(contrasts, key=lambda contrast: contrast[0])
    lead = f"{most['target']}, by {noun}" if len(by_target) > 1 else f"By {noun}"
    return (
        f"{lead}: {words.share(most['share'])} of the nodes of “{most['grp']}” have it, "
        f"{words.share(least['share'])} of “{least['grp']}”"
    )


def heat_title(rows: list[Row], noun: str) -> str:
    """The same of a table by group and id."""
    compared = _compared(rows)
    if len({row["target"] for row in rows}) == 1 or len(compared) < 2:
        return title(rows, noun)
    most, least = (
        f"{words.share(row['share'])} ({row['target']}, “{row['grp']}”)" for row in (compared[-1], compared[0])
    )
    return f"Between {least} and {most} have it, by {noun}"


def _figure(
    grouping: Grouping, name: str, kind: Literal["heat", "shares"], rows: list[Row], shown: Columns
) -> Figure:
    return Figure(
        name,
        (heat_title if kind == "heat" else title)(rows, grouping.noun),
        grouping.caveat,
        (
            Column("grp", grouping.noun.capitalize()),
            Column("target", "Label" if shown.by_label else "Transaction"),
            Column("nodes", "Nodes", "count"),
            Column("asked", "Answers" if shown.by_label else "Asked", "count"),
            Column("served", "Have it", "count"),
            *SHARE_COLUMNS,
        ),
        [without(row, "place") for row in rows],
        Picture(kind, {"group": "grp", "series": "target"}),
        shown.notes,
    )


def _with_share(row: Row, shown: Columns) -> Row:
    """Several answers of one node are not independent of each other: then there is no interval."""
    return with_share(row) | ({"low": None, "high": None} if shown.by_label else {})


def figures(records: Records) -> Iterator[Figure]:
    shown = choose(records)
    for grouping in GROUPINGS:
        rows = [_with_share(row, shown) for row in grouped(records, grouping, QUERY, "answer", COUNTS)]
        if not rows:
            continue
        whiskers = shown.count <= WHISKERS and not shown.by_label
        if grouping.name == "client":
            yield _figure(grouping, "clients", "heat", rows, shown)
            if not whiskers:
                continue
        yield _figure(grouping, grouping.name, "shares" if whiskers else "heat", rows, shown)
