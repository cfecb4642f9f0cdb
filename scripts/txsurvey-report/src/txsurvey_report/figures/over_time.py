"""Where runs are several: the share by run, nodes that changed their answer, nodes that came and went."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.records import Records
from txsurvey_report.statistics import SHARE_COLUMNS, with_share

SHARES = """
SELECT run.started AS run, target.name AS target, count(*) FILTER (asked) AS asked,
       count(*) FILTER (status = 'served') AS served
FROM visit_answer JOIN target USING (txid) JOIN run USING (survey)
GROUP BY run.started, survey, target.name, target.place HAVING count(*) FILTER (asked) > 0
ORDER BY target.place, run.started
"""
# An answer is served or a no; a node that was not asked, or did not answer, has not changed its mind.
CHANGES = """
WITH answers AS (
    SELECT address, port, txid, started, (status = 'served')::INT AS has FROM visit_answer
    WHERE status IN ('served', 'notfound', 'ignored')),
turns AS (
    SELECT *, has <> lag(has) OVER (PARTITION BY address, port, txid ORDER BY started) AS turned FROM answers),
nodes AS (
    SELECT txid, count(*) FILTER (turned) AS turns, arg_max(has, started) AS last
    FROM turns GROUP BY address, port, txid HAVING count(*) > 1)
SELECT target.name AS target, count(*) AS nodes,
       count(*) FILTER (turns = 0 AND last = 1) AS had,
       count(*) FILTER (turns = 0 AND last = 0) AS lacked,
       count(*) FILTER (turns = 1 AND last = 1) AS came,
       count(*) FILTER (turns = 1 AND last = 0) AS went,
       count(*) FILTER (turns > 1) AS flapped
FROM nodes JOIN target USING (txid) GROUP BY target.name, target.place ORDER BY target.place
"""
# Of the nodes tried in two runs, one after the other: who was there in both, or in one.
CHURN = """
WITH tried AS (
    SELECT address, port, run.started AS run, handshake_ms IS NOT NULL AS up,
           lag(handshake_ms IS NOT NULL) OVER (PARTITION BY address, port ORDER BY run.started) AS before
    FROM visit JOIN run USING (survey))
SELECT run, count(*) AS nodes, count(*) FILTER (up AND before) AS stayed, count(*) FILTER (up AND NOT before) AS came,
       count(*) FILTER (before AND NOT up) AS went, count(*) FILTER (NOT up AND NOT before) AS away
FROM tried WHERE before IS NOT NULL GROUP BY run ORDER BY run
"""


def _shares(records: Records) -> Iterator[Figure]:
    rows = [with_share(row) for row in records.rows(SHARES)]
    first = [row for row in rows if row["target"] == rows[0]["target"]]
    if len({row["run"] for row in rows}) < 2:
        return
    yield Figure(
        "over_time",
        f"{first[0]['target']}: {words.share(first[0]['share'])} had it in the first run, "
        f"{words.share(first[-1]['share'])} in the last",
        "Runs that asked other nodes differ by chance, too: compare the intervals, not the dots.",
        (
            Column("run", "Run", "time"),
            Column("target", "Transaction"),
            Column("asked", "Asked", "count"),
            Column("served", "Have it", "count"),
            *SHARE_COLUMNS,
        ),
        rows,
        Picture("over_time", {"x": "run", "y": "share", "series": "target"}),
    )


def _changes(records: Records) -> Iterator[Figure]:
    rows = records.rows(CHANGES)
    if not rows:
        return
    changed = sum(row["came"] + row["went"] + row["flapped"] for row in rows)
    yield Figure(
        "changes",
        f"{words.of(changed, sum(row['nodes'] for row in rows), 'answers')} changed from run to run",
        "A node that may have it and not tell yet says no, too: not every change is one of its mempool.",
        (
            Column("target", "Transaction"),
            Column("nodes", "Nodes that answered more than once", "count"),
            Column("had", "Had it always", "count"),
            Column("lacked", "Never had it", "count"),
            Column("came", "Came to have it", "count"),
            Column("went", "Lost it", "count"),
            Column("flapped", "Changed more than once", "count"),
        ),
        rows,
    )


def _churn(records: Records) -> Iterator[Figure]:
    rows = records.rows(CHURN)
    if not rows:
        return
    stayed, went = (sum(row[name] for row in rows) for name in ("stayed", "went"))
    yield Figure(
        "churn",
        f"Of the nodes reached, {words.share(stayed / (stayed + went))} were reached in the next run as well"
        if stayed + went
        else "No node was reached in a run and tried in the next",
        "A node may be up and have no place for us: not reached is not gone.",
        (
            Column("run", "Run", "time"),
            Column("nodes", "Tried in this run and before", "count"),
            Column("stayed", "Reached in both", "count"),
            Column("came", "Reached in this alone", "count"),
            Column("went", "Reached before alone", "count"),
            Column("away", "In neither", "count"),
        ),
        rows,
    )


def figures(records: Records) -> Iterator[Figure]:
    yield from _shares(records)
    yield from _changes(records)
    yield from _churn(records)
