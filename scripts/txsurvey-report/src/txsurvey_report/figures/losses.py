"""How many nodes came how far, and why the others did not: the waterfall from known to served."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.records import Records

REACHED = """
SELECT count(*) AS attempted, count(connect_ms) AS connected, count(handshake_ms) AS handshake,
       count(*) FILTER (asked) AS asked, count(*) FILTER (outcome = 'answered') AS answered,
       count(*) FILTER (served) AS served, (SELECT sum(address_book.known) FROM run) AS known
FROM (SELECT *, list_contains(statuses, 'served') AS served,
             len(list_filter(statuses, lambda s: s <> 'unasked')) > 0 AS asked
      FROM (SELECT *, list_transform(transactions, lambda t: t.status) AS statuses FROM peer))
"""
STEPS = {
    "known": "known",
    "attempted": "tried",
    "connected": "connected",
    "handshake": "said hello",
    "asked": "asked",
    "answered": "answered in full",
    "served": "have one of them",
}


def figures(records: Records) -> Iterator[Figure]:
    reached = records.row(REACHED)
    rows: list[Row] = [
        {"step": label, "nodes": reached[step]} for step, label in STEPS.items() if reached[step] is not None
    ]
    yield Figure(
        "losses",
        f"{words.count(reached['handshake'])} of {words.count(reached['attempted'])} nodes tried said hello",
        "Who could not be reached from here may be well reachable from elsewhere.",
        (Column("step", "Step"), Column("nodes", "Nodes", "count")),
        rows,
        Picture("losses", {"step": "step", "nodes": "nodes"}),
    )
