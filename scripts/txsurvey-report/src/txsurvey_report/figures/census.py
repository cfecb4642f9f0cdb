"""What nodes are, where they were asked for no transaction: counts by client, version, chain and so on; full ones."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.causes import cause
from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.figures.groupings import GROUPINGS, Grouping, grouped
from txsurvey_report.records import Records
from txsurvey_report.statistics import SHARE_COLUMNS, with_share

QUERY = """
SELECT {group}, count(DISTINCT id) AS nodes FROM {source} WHERE handshake_ms IS NOT NULL GROUP BY ALL
"""
HELLO = "SELECT count(*) FROM peer WHERE handshake_ms IS NOT NULL"
FULL = """
SELECT error, count(*) AS nodes, (SELECT count(connect_ms) FROM peer) AS of FROM peer
WHERE outcome = 'closed' AND error IN ('refused', 'no_tx_slot') GROUP BY error ORDER BY nodes DESC
"""
COUNTED_ALREADY = {"fee_filter"}  # by the fee floors
PARTS = (
    Column("nodes", "Nodes", "count"),
    *SHARE_COLUMNS,
)


def _counts(records: Records, grouping: Grouping, hello: int) -> Iterator[Figure]:
    rows = [row | {"of": hello} for row in grouped(records, grouping, QUERY, "peer", ("nodes",))]
    if not rows:
        return
    most = max(rows, key=lambda row: row["nodes"])
    yield Figure(
        f"census_{grouping.name}",
        f"By {grouping.noun}: “{most['grp']}” is the most frequent, {words.of(most['nodes'], hello)}",
        grouping.caveat,
        (Column("grp", grouping.noun.capitalize()), Column("of", "Of those that said hello", "count"), *PARTS),
        [with_share(row, "nodes", "of") for row in rows],
        Picture("bars", {"group": "grp", "count": "nodes"}),
    )


def _full(records: Records) -> Iterator[Figure]:
    rows = [
        {"how": cause("closed", row["error"]), "error": row["error"]}
        | with_share({"nodes": row["nodes"], "of": row["of"]}, "nodes", "of")
        for row in records.rows(FULL)
    ]
    if not rows:
        return
    full = sum(row["nodes"] for row in rows)
    yield Figure(
        "full",
        f"{words.of(full, rows[0]['of'])} that took the call had no place left",
        "Who hangs up before a word may have another reason than being full.",
        (
            Column("how", "The node"),
            Column("error", "Recorded as"),
            Column("of", "Of those connected", "count"),
            *PARTS,
        ),
        rows,
        Picture("bars", {"group": "how", "count": "nodes"}),
    )


def figures(records: Records) -> Iterator[Figure]:
    hello = records.value(HELLO)
    for grouping in GROUPINGS:
        if grouping.name not in COUNTED_ALREADY and hello:
            yield from _counts(records, grouping, hello)
    yield from _full(records)
