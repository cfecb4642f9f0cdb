"""Which kinds of nodes have it: the share by client, version, network, services, fee filter and chain."""

from collections.abc import Iterator
from dataclasses import dataclass

from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.records import Records
from txsurvey_report.statistics import large_groups, with_share


@dataclass(frozen=True)
class Grouping:
    name: str
    by: str  # SQL over `answer`: the group's name
    noun: str
    caveat: str


GROUPINGS = (
    Grouping(
        "client",
        "coalesce(client, 'unknown')",
        "client",
        "A user agent is free text: a node may say what it likes.",
    ),
    Grouping(
        "version",
        "coalesce(client || coalesce(' ' || client_version, ''), 'unknown')",
        "version",
        "A version that serves late has a lower share than it has of the transaction.",
    ),
    Grouping("network", "network", "network", "One node may be reachable over several networks, and count in each."),
)
QUERY = """
SELECT target, place, {by} AS grp, count(*) FILTER (asked) AS asked, count(*) FILTER (status = 'served') AS served
FROM answer GROUP BY ALL HAVING asked > 0 ORDER BY place
"""


def figures(records: Records) -> Iterator[Figure]:
    for grouping in GROUPINGS:
        rows = large_groups(
            records.rows(QUERY.format(by=grouping.by)), "grp", lambda row: row["asked"], ("asked", "served")
        )
        shares = [with_share(row) for row in rows]
        if not shares:
            continue
        yield Figure(
            grouping.name,
            f"By {grouping.noun}",
            grouping.caveat,
            (
                Column("grp", grouping.noun.capitalize()),
                Column("target", "Transaction"),
                Column("asked", "Asked", "count"),
                Column("served", "Have it", "count"),
                Column("share", "Share", "share"),
                Column("low", "At least", "share"),
                Column("high", "At most", "share"),
            ),
            shares,
            Picture("heat" if grouping.name == "client" else "shares", {"group": "grp", "series": "target"}),
        )
