"""Which ids the tables by id have a column for: all, or where they are too many their labels, or some."""

from dataclasses import dataclass

from txsurvey_report import words
from txsurvey_report.records import Records

MOST = 8

ALL = """
SELECT count(*) AS ids, count(label) AS labelled, count(DISTINCT label) AS labels FROM target
"""
# `shown`: the ids of each column. Where not all fit, those that most nodes were asked for.
BY_ID = f"""
CREATE OR REPLACE TEMP TABLE shown AS
SELECT txid, name AS shown, row_number() OVER (ORDER BY place, txid) AS rank
FROM (SELECT target.* FROM target LEFT JOIN (SELECT txid, count(*) AS nodes FROM answer WHERE asked GROUP BY txid)
      USING (txid) ORDER BY coalesce(nodes, 0) DESC, place, txid LIMIT {MOST})
"""
BY_LABEL = """
CREATE OR REPLACE TEMP TABLE shown AS
SELECT txid, label AS shown, min(place) OVER (PARTITION BY label) AS rank FROM target
"""


@dataclass(frozen=True)
class Columns:
    """The table `shown` has each column's ids."""

    count: int
    by_label: bool  # then a column counts answers, several of a node
    notes: tuple[str, ...]  # on what is left out


def choose(records: Records) -> Columns:
    every = records.row(ALL)
    if every["ids"] > MOST and every["labelled"] == every["ids"] and every["labels"] <= MOST:
        records.database.execute(BY_LABEL)
        note = f"{words.plural(every['ids'], 'transaction')} by their labels: of a node all its answers count."
        return Columns(every["labels"], True, (note,))
    records.database.execute(BY_ID)
    if every["ids"] <= MOST:
        return Columns(every["ids"], False, ())
    note = f"{words.count(MOST)} of {words.count(every['ids'])} transactions, those that most nodes were asked for."
    return Columns(MOST, False, (note,))
