"""Transactions that spend the same output, of which a node can have but one: who has which."""

from collections.abc import Iterator, Sequence

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.records import Records
from txsurvey_report.statistics import large_groups

MOST = 10  # sets of ids that are shown
NAMED = 3  # of which a node has more is said by their number alone
SETS = """
SELECT DISTINCT ids FROM (SELECT list(DISTINCT txid ORDER BY txid) AS ids FROM spend GROUP BY output)
WHERE len(ids) > 1 ORDER BY ids
"""
# Of the nodes that were asked for all ids of a set, by client: which of them they served.
HOLDERS = """
SELECT coalesce(client, 'another client') AS grp, has, count(*) AS nodes,
       sum(count(*)) OVER (PARTITION BY has)::BIGINT AS all
FROM (SELECT id, any_value(client) AS client,
             coalesce(list(DISTINCT target ORDER BY target) FILTER (status = 'served'), []) AS has
      FROM answer WHERE asked AND list_contains(?, txid) GROUP BY id HAVING count(DISTINCT txid) = ?)
GROUP BY coalesce(client, 'another client'), has
"""
NAMES = "SELECT name FROM target WHERE list_contains(?, txid) ORDER BY name"
UNKNOWN = "SELECT count(*) FROM target WHERE txid NOT IN (SELECT txid FROM spend)"
PAIR = "SELECT list(txid ORDER BY txid) AS ids FROM target HAVING count(*) = 2"
SAME = "spend the same output"
PERHAPS = "may spend the same output, or not, since nobody served what would tell"


def held(has: Sequence[str], names: Sequence[str]) -> str:
    """Which of the ids a node has, in words."""
    if not has:
        return "neither" if len(names) == 2 else "none"
    if len(has) == len(names):
        return "both" if len(names) == 2 else "all"
    return f"{words.listed(has)} only" if len(has) <= NAMED else f"{words.count(len(has))} of them"


def _holders(records: Records, ids: Sequence[str], names: Sequence[str]) -> list[Row]:
    """A row a client and selection of the ids; of two ids all selections, also those that nobody has."""
    found = records.rows(HOLDERS, [ids, len(ids)])
    selections = [list(names), *([name] for name in names), []] if len(names) == 2 else []
    if not selections:
        selections = [row["has"] for row in sorted(found, key=lambda row: (-row["all"], row["has"]))]
    counts = {(row["grp"], held(row["has"], names)): 0 for row in found}
    for row in found:
        counts[row["grp"], held(row["has"], names)] += row["nodes"]
    groups = {row["grp"]: None for row in found}
    every = {held(selection, names): None for selection in selections}
    return [{"grp": grp, "holds": holds, "nodes": counts.get((grp, holds), 0)} for grp in groups for holds in every]


def _title(names: Sequence[str], what: str, rows: Sequence[Row]) -> str:
    """Of two ids all selections, of more the most frequent ones."""
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["holds"]] = totals.get(row["holds"], 0) + row["nodes"]
    who = words.listed(names) if len(names) <= NAMED else f"{words.count(len(names))} transactions"
    told = [f"{words.count(nodes)} {holds}" for holds, nodes in list(totals.items())[:4]]
    return f"{who} {what}: of {words.plural(sum(totals.values()), 'node')} {', '.join(told)}"


def _figure(records: Records, name: str, ids: Sequence[str], what: str, notes: tuple[str, ...]) -> Figure | None:
    names = [row["name"] for row in records.rows(NAMES, [ids])]
    found = _holders(records, ids, names)
    if not found:
        return None
    sizes: dict[str, int] = {}
    for row in found:
        sizes[row["grp"]] = sizes.get(row["grp"], 0) + row["nodes"]
    rows = large_groups(found, "grp", lambda row: sizes[row["grp"]], ("nodes",))
    of = {grp: sum(row["nodes"] for row in rows if row["grp"] == grp) for grp in {row["grp"] for row in rows}}
    rows = [row | {"of": of[row["grp"]], "share": row["nodes"] / of[row["grp"]]} for row in rows]
    return Figure(
        name,
        _title(names, what, rows),
        "A mempool holds one of them at most: who serves both has changed its mind in between, or keeps what it "
        "dropped. Who serves none may have one and not tell.",
        (
            Column("grp", "Client"),
            Column("holds", "Has"),
            Column("nodes", "Nodes", "count"),
            Column("of", "Of", "count"),
            Column("share", "Share", "share"),
        ),
        rows,
        Picture("bars", {"group": "grp", "count": "nodes", "series": "holds"}),
        notes,
    )


def figures(records: Records) -> Iterator[Figure]:
    """Of each set of ids that spend the same output; of two ids also where that is not known."""
    sets = [(row["ids"], SAME) for row in records.rows(SETS)]
    unknown = records.value(UNKNOWN)
    if unknown and not sets:
        sets = [(row["ids"], PERHAPS) for row in records.rows(PAIR)]
    notes: tuple[str, ...] = ()
    if unknown:
        notes += (f"{words.plural(unknown, 'id')} served by nobody: what they spend is not known.",)
    if len(sets) > MOST:
        notes += (f"{words.count(len(sets) - MOST)} more sets of conflicting transactions are left out.",)
    for number, (ids, what) in enumerate(sets[:MOST], 1):
        figure = _figure(records, f"conflict_{number}", ids, what, notes)
        if figure:
            yield figure
