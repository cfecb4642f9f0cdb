"""Who has it? For each id the share of the nodes asked, and how sure the others' no is."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.records import Records
from txsurvey_report.statistics import wilson, with_share

QUERY = """
SELECT any_value(target) AS target, txid,
       count(*) FILTER (asked) AS asked,
       count(*) FILTER (status = 'served') AS served,
       count(*) FILTER (status = 'notfound' AND strength = 'strong') AS strong,
       count(*) FILTER (status = 'notfound' AND strength IS DISTINCT FROM 'strong') AS weak,
       count(*) FILTER (asked AND status NOT IN ('served', 'notfound')) AS unanswered,
       count(*) FILTER (asked AND control_passed IS DISTINCT FROM false) AS controlled_asked,
       count(*) FILTER (status = 'served' AND control_passed IS DISTINCT FROM false) AS controlled_served,
       count(*) FILTER (asked AND anchored) AS anchored_asked,
       count(*) FILTER (status = 'served' AND anchored) AS anchored_served
FROM answer GROUP BY txid, place ORDER BY place, txid
"""
COLUMNS = (
    Column("target", "Transaction"),
    Column("asked", "Asked", "count"),
    Column("served", "Have it", "count"),
    Column("share", "Share", "share"),
    Column("low", "At least", "share"),
    Column("high", "At most", "share"),
    Column("strong", "Reliable no", "count"),
    Column("weak", "May have it", "count"),
    Column("unanswered", "No answer", "count"),
    Column("controlled_asked", "Asked, control not failed", "count"),
    Column("controlled_served", "Have it, control not failed", "count"),
    Column("anchored_asked", "Asked, on the anchor's chain", "count"),
    Column("anchored_served", "Have it, on the anchor's chain", "count"),
    Column("txid", "Id"),
)


def sentence(row: Row) -> str:
    """The verdict on one id."""
    if not row["asked"]:
        return f"{row['target']}: nobody could be asked."
    low, high = wilson(row["served"], row["asked"])
    return (
        f"{row['target']}: {words.of(row['served'], row['asked'])} asked have it, {words.share(row['share'])} "
        f"({words.share(low or 0)} to {words.share(high or 0)}). {words.count(row['strong'])} said no reliably, "
        f"{words.count(row['weak'])} may have it and not tell yet, {words.count(row['unanswered'])} gave no answer."
    )


def figures(records: Records) -> Iterator[Figure]:
    rows = [with_share(row) for row in records.rows(QUERY)]
    if not rows:
        return
    asked = max(row["asked"] for row in rows)
    best = max(rows, key=lambda row: row["share"] or 0)
    title = (
        f"{words.share(best['share'] or 0)} of {words.plural(asked, 'node')} asked have it"
        if len(rows) == 1
        else f"Of up to {words.plural(asked, 'node')} asked, {words.share(best['share'] or 0)} have {best['target']}"
    )
    yield Figure(
        "verdict",
        title,
        "The share is of the nodes that could be asked from here, not of all; the interval says how far it may be "
        "off because only some were asked, not whether those are like the others.",
        COLUMNS,
        rows,
        Picture("shares", {"group": "target"}),
        tuple(sentence(row) for row in rows),
    )
