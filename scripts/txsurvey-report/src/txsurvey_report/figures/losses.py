"""How many nodes came how far, and why the others did not: the waterfall from known to served."""

import json
from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.causes import IGNORED, cause
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.records import Records

# How far each node came: it has reached the step with this number, and all before it.
TRIED, CONNECTED, HANDSHAKE, ASKED, ANSWERED, SERVED = range(6)
REACHED = """
SELECT CASE WHEN list_contains(statuses, 'served') THEN 5
            WHEN list_contains(statuses, 'notfound') THEN 4
            WHEN len(list_filter(statuses, lambda s: s <> 'unasked')) > 0 THEN 3
            WHEN handshake_ms IS NOT NULL THEN 2
            WHEN connect_ms IS NOT NULL THEN 1 ELSE 0 END AS step, outcome, error, count(*) AS nodes
FROM (SELECT *, coalesce(list_transform(transactions, lambda t: t.status), []) AS statuses FROM peer)
GROUP BY ALL
"""
STEPS = {
    TRIED: "tried",
    CONNECTED: "connected",
    HANDSHAKE: "said hello",
    ASKED: "asked",
    ANSWERED: "answered",
    SERVED: "have it",
}
BOOK = "SELECT not_attempted, address_book.known AS known, address_book.ignored AS ignored FROM run"
LACKS = "said no"


def _step(step: str, nodes: int) -> Row:
    return {"step": step, "kind": "step", "nodes": nodes}


def _losses(causes: dict[str, int], kind: str = "loss") -> Iterator[Row]:
    for text, nodes in sorted(causes.items(), key=lambda item: (-item[1], item[0])):
        if nodes:
            yield {"step": text, "kind": kind, "nodes": nodes}


def _known(records: Records) -> Iterator[Row]:
    """What the address book holds. Of several runs there are several, which have much in common."""
    books = records.rows(BOOK)
    if len(books) > 1 or books[0]["known"] is None:
        return
    ignored = json.loads(books[0]["ignored"] or "{}")
    counts = ignored.items() if isinstance(ignored, dict) else ()
    reasons = {IGNORED.get(reason, str(reason)): nodes for reason, nodes in counts if isinstance(nodes, int)}
    if sum(reasons.values()):
        yield _step("heard of", books[0]["known"] + sum(reasons.values()))
        yield from _losses(reasons, "left out")
    yield _step("known", books[0]["known"])
    yield from _losses({"not tried before the survey ended": books[0]["not_attempted"] or 0})


def _steps(records: Records, last: int) -> Iterator[Row]:
    found = records.rows(REACHED)
    for step, name in STEPS.items():
        yield _step(name, sum(row["nodes"] for row in found if row["step"] >= step))
        if step == last:
            return
        causes: dict[str, int] = {}
        for row in found:
            if row["step"] == step:
                text = LACKS if step == ANSWERED else cause(row["outcome"], row["error"], step >= HANDSHAKE)
                causes[text] = causes.get(text, 0) + row["nodes"]
        yield from _losses(causes)


def figures(records: Records) -> Iterator[Figure]:
    ids = records.value("SELECT count(*) FROM target")
    steps = list(_steps(records, SERVED if ids else HANDSHAKE))
    nodes = {row["step"]: row["nodes"] for row in steps if row["kind"] == "step"}
    losses = [row for row in steps if row["kind"] == "loss" and row["step"] != LACKS]
    most = max(losses, key=lambda row: row["nodes"], default=None)
    why = f"; {words.count(most['nodes'])} {most['step']}" if most else ""
    yield Figure(
        "losses",
        f"{words.of(nodes['said hello'], nodes['tried'])} tried said hello{why}",
        "Who could not be reached from here may be well reachable from elsewhere. "
        + ("Of several ids one answer is enough to count as answered, and one transaction to have it." * (ids > 1)),
        (
            Column("nodes", "Nodes", "count"),
            Column("step", "Came so far, or why not"),
            Column("kind", "What it is"),
            Column("share", "Of those tried", "share"),
        ),
        [
            row
            | {"share": row["nodes"] / nodes["tried"] if nodes["tried"] and row["nodes"] <= nodes["tried"] else None}
            for row in [*_known(records), *steps]
        ],
        Picture("losses", {"step": "step", "nodes": "nodes"}),
    )
