"""Who has it? For each id the share of the nodes asked, and how sure the others' no is."""

from collections.abc import Iterator, Sequence

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.figures.columns import MOST
from txsurvey_report.records import Records
from txsurvey_report.statistics import SHARE_COLUMNS, with_share

# Each id among all nodes, those that did not fail their control question, and those on the anchor's chain.
ALL, CONTROLLED, ANCHORED = range(3)
QUERY = """
SELECT target.name AS target, among, count(*) FILTER (asked) AS asked, count(*) FILTER (status = 'served') AS served,
       count(*) FILTER (status = 'notfound' AND strength = 'strong') AS strong,
       count(*) FILTER (status = 'notfound' AND strength IS DISTINCT FROM 'strong') AS weak,
       count(*) FILTER (asked AND status NOT IN ('served', 'notfound')) AS unanswered,
       count(*) FILTER (error = 'wtxid_unsupported' AND NOT asked) AS unaskable, target.txid AS txid
FROM target CROSS JOIN (SELECT unnest(range(3)) AS among)
LEFT JOIN answer ON answer.txid = target.txid AND
     CASE among WHEN 1 THEN control_passed IS DISTINCT FROM false WHEN 2 THEN anchored ELSE true END
GROUP BY target.name, target.txid, target.place, among ORDER BY target.place, target.txid, among
"""
USED = """
SELECT count(control.passed) > 0 AS controlled, count(*) FILTER (NOT control.passed) AS failed,
       mode(json_keys(anchors)[1]) AS anchor FROM peer
"""
COLUMNS = (
    Column("target", "Transaction"),
    Column("among", "Among"),
    Column("asked", "Asked", "count"),
    Column("served", "Have it", "count"),
    *SHARE_COLUMNS,
    Column("strong", "Reliable no", "count"),
    Column("weak", "May have it", "count"),
    Column("unanswered", "No answer", "count"),
    Column("unaskable", "Cannot be asked", "count"),
    Column("txid", "Id"),
)
CAVEAT = (
    "The share is of the nodes that could be asked from here, not of all; the interval says how far it may be "
    "off because only some were asked, not whether those are like the others."
)

CONTROL_FAILED = "{} failed the control: said to have what nobody can have, or kept back what it had just announced."


def _share(row: Row) -> str:
    return (
        f"{words.share(row['share'])} ({words.share(row['low'])} to {words.share(row['high'])})"
        if row["asked"]
        else "nobody was asked"
    )


def sentence(rows: Sequence[Row]) -> str:
    """The verdict on one id, by its rows."""
    row, *others = rows
    if not row["asked"]:
        return f"{row['target']}: nobody could be asked."
    told = [f"{row['target']}: {words.of(row['served'], row['asked'])} asked have it, {_share(row)}."]
    noes = [
        f"{words.count(row[name])} {text}"
        for name, text in (
            ("strong", "said no reliably"),
            ("weak", "may have it and not tell yet"),
            ("unanswered", "gave no answer"),
            ("unaskable", "cannot be asked for a wtxid"),
        )
        if row[name]
    ]
    told += [f"{', '.join(noes)}."] if noes else []
    told += [f"Of the {words.count(other['asked'])} that {other['among']}: {_share(other)}." for other in others]
    return " ".join(told)


def _title(rows: Sequence[Row]) -> str:
    asked = max(row["asked"] for row in rows)
    if not asked:
        return "Nobody could be asked"
    best = max(rows, key=lambda row: row["share"] or 0)
    has = f"{words.share(best['share'])} of {words.plural(best['asked'], 'node')} asked have"
    if len(rows) == 1:
        return f"{has} it"
    found = sum(row["served"] > 0 for row in rows)
    return f"{words.of(found, len(rows), 'transactions')} were found; {has} {best['target']}"


def _rows(records: Records) -> list[list[Row]]:
    """Of each id those that there is something for, the one among all nodes first."""
    used = records.row(USED)
    among = {ALL: "were asked"}
    if used["controlled"]:
        among[CONTROLLED] = "did not fail their control"
    if used["anchor"] is not None:
        among[ANCHORED] = f"have block '{used['anchor']}'"
    by_id: dict[str, list[Row]] = {}
    for row in records.rows(QUERY):
        if row["among"] in among:
            by_id.setdefault(row["txid"], []).append(with_share(row) | {"among": among[row["among"]]})
    return list(by_id.values())


def _spread(rows: Sequence[Row]) -> Figure:
    """Where ids are many: how many of them are how widely spread."""
    asked = [row for row in rows if row["asked"]]
    bins = [{"having": "nobody", "ids": sum(row["served"] == 0 for row in asked)}]
    for low in range(0, 100, 10):
        ids = sum(low < 100 * row["share"] <= low + 10 for row in asked)
        bins.append({"having": f"over {low} to {low + 10} %", "ids": ids})
    return Figure(
        "spread",
        f"{words.of(len(asked) - bins[0]['ids'], len(asked), 'transactions')} were found on at least one node",
        CAVEAT,
        (Column("having", "Nodes that have it"), Column("ids", "Transactions", "count")),
        [row | {"of": len(asked)} for row in bins],
        Picture("histogram", {"group": "having", "count": "ids"}),
    )


def figures(records: Records) -> Iterator[Figure]:
    by_id = _rows(records)
    if not by_id:
        return
    firsts = [rows[0] for rows in by_id]
    found_first = sorted(by_id, key=lambda rows: rows[0]["served"] == 0)[:MOST]
    notes = tuple(sentence(rows) for rows in found_first)
    if len(by_id) > MOST:
        notes += (f"{words.count(len(by_id) - MOST)} more are in the table of all.",)
    failed = records.row(USED)["failed"]
    if failed:
        notes += (CONTROL_FAILED.format(words.plural(failed, "node")),)
    rows = [row for rows in found_first for row in rows]
    parts = {"group": "target"} | ({"series": "among"} if len(by_id[0]) > 1 else {})
    yield Figure("verdict", _title(firsts), CAVEAT, COLUMNS, rows, Picture("shares", parts), notes)
    if len(by_id) > MOST:
        yield _spread(firsts)
        title = f"All {words.count(len(by_id))} transactions"
        yield Figure("transactions", title, CAVEAT, COLUMNS, [row for rows in by_id for row in rows])
