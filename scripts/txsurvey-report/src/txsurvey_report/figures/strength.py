"""How far each no can be trusted: what was said instead of the transaction, and the likeliest reason why."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.causes import HINTS
from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.figures.columns import choose
from txsurvey_report.records import Records
from txsurvey_report.statistics import without

SAID = """
WITH said AS (
    SELECT shown, rank, CASE WHEN status = 'notfound' AND strength = 'strong' THEN 1 WHEN status = 'notfound' THEN 2
                             WHEN status = 'ignored' THEN 3 ELSE 4 END AS said
    FROM answer JOIN shown USING (txid) WHERE asked AND status <> 'served')
SELECT shown AS target, said, count(*) AS answers, sum(count(*)) OVER (PARTITION BY shown)::BIGINT AS of
FROM said GROUP BY shown, rank, said ORDER BY rank, said
"""
KINDS = {
    1: "reliable no",
    2: "no, but may have it",
    3: "ignored the question",
    4: "no answer in time",
}
HINTED = """
SELECT shown AS target, coalesce(hint, '') AS hint, count(*) AS answers,
       sum(count(*)) OVER (PARTITION BY shown)::BIGINT AS of, rank
FROM answer JOIN shown USING (txid) WHERE status = 'notfound' GROUP BY shown, rank, coalesce(hint, '')
ORDER BY rank, answers DESC, hint
"""


def _said(records: Records, notes: tuple[str, ...]) -> Iterator[Figure]:
    rows = [row | {"said": KINDS[row["said"]]} for row in records.rows(SAID)]
    if not rows:
        return
    every = sum(row["answers"] for row in rows)
    strong = sum(row["answers"] for row in rows if row["said"] == KINDS[1])
    yield Figure(
        "strength",
        f"{words.of(strong, every, 'answers')} other than the transaction are a reliable no",
        "Reliable is a no by which the node, if its software is what it says, did not have the transaction when the "
        "session began. A node that lies is not found out by this.",
        (
            Column("target", "Transaction"),
            Column("said", "Said"),
            Column("answers", "Nodes", "count"),
            Column("of", "Of those that did not serve it", "count"),
        ),
        rows,
        Picture("bars", {"group": "target", "count": "answers", "series": "said"}),
        notes,
    )


def _hinted(records: Records, notes: tuple[str, ...]) -> Iterator[Figure]:
    rows = [without(row, "rank") | {"hint": HINTS.get(row["hint"], row["hint"])} for row in records.rows(HINTED)]
    explained = sum(row["answers"] for row in rows if row["hint"] != HINTS[""])
    if not explained:
        return
    yield Figure(
        "hints",
        f"For {words.of(explained, sum(row['answers'] for row in rows), 'answers of no')} there is a likely reason",
        "The likeliest reason by what the node said of itself; it may be another.",
        (
            Column("target", "Transaction"),
            Column("hint", "The node"),
            Column("answers", "Nodes", "count"),
            Column("of", "Of those that said no", "count"),
        ),
        rows,
        Picture("bars", {"group": "hint", "count": "answers", "series": "target"}),
        notes,
    )


def figures(records: Records) -> Iterator[Figure]:
    notes = choose(records).notes
    yield from _said(records, notes)
    yield from _hinted(records, notes)
