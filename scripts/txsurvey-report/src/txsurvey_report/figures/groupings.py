"""By what nodes are grouped: shared by the shares of those that have it, and by the counts of a census."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from txsurvey_report.figure import Row
from txsurvey_report.figures.fee_bands import BAND, RANK
from txsurvey_report.records import Records
from txsurvey_report.statistics import OTHERS, large_groups, without
from txsurvey_report.words import NETWORKS


def _named(column: str, names: Mapping[str, str]) -> str:
    """SQL that gives names for people."""
    cases = " ".join(f"WHEN '{value}' THEN '{name}'" for value, name in names.items())
    return f"CASE {column} {cases} ELSE {column} END"


@dataclass(frozen=True)
class Grouping:
    name: str
    noun: str
    by: str  # SQL over the columns of `peer`: the group, null where it is not known
    caveat: str
    unknown: str = "not known"
    rank: str = "NULL"  # SQL: where groups have an order of their own; else the largest is the first
    source: str = "{table}"  # SQL that gives more columns to what is grouped, `peer` or `answer`


# Core counted 0.8, 0.9, ... to 0.21; what follows is 22. A user agent may hold any text: digits are few.
MAJOR = r"regexp_extract(client_version, '^(0\.\d{1,3}|[1-9]\d{0,3})(\.|$)', 1)"
SYSTEM = "'AS' || asn || coalesce(' ' || organisation, '')"
ANCHOR = "anchors->>('/' || replace(replace(anchor, '~', '~0'), '/', '~1'))"

GROUPINGS = (
    Grouping(
        "client",
        "client",
        "client",
        "A user agent is free text: a node may say what it likes.",
        "another client",
    ),
    Grouping(
        "version",
        "version",
        f"client || ' ' || nullif({MAJOR}, '')",
        "A version that serves late has a lower share than it has of the transaction; a node may say what it likes.",
        "another client",
        f"lower(client) || ' ' || array_to_string(list_transform(string_split(nullif({MAJOR}, ''), '.'), "
        "lambda n: lpad(n, 4, '0')), '.')",
    ),
    Grouping(
        "network",
        "network",
        _named("network", NETWORKS),
        "One node may be reachable over several networks, and count in each.",
    ),
    Grouping(
        "services",
        "kind of node",
        "CASE WHEN servicesnames IS NULL THEN NULL WHEN list_contains(servicesnames, 'NETWORK') THEN 'full' "
        "WHEN list_contains(servicesnames, 'NETWORK_LIMITED') THEN 'pruned' ELSE 'neither' END",
        "By the services that it offers: full gives out all blocks, pruned the last 288, neither none.",
    ),
    Grouping(
        "fee_filter",
        "fee filter",
        BAND,
        "The lowest fee of what it wants to be told of, in sat/vB: it may hold cheaper transactions of its own, and "
        "rises when the mempool is full.",
        "none named",
        RANK,
    ),
    Grouping(
        "chain",
        "chain",
        f"'block ' || anchor || ': ' || CASE {ANCHOR} WHEN 'has' THEN 'has it' WHEN 'lacks' THEN 'lacks it' "
        f"WHEN 'claims' THEN 'claims it, unproven' ELSE 'not known' END",
        "A node counts once for each block that it was asked for. Who lacks one may be behind, not on another chain.",
        rank="anchor",
        source="(SELECT *, unnest(json_keys(anchors)) AS anchor FROM {table})",
    ),
    Grouping(
        "fork",
        "fork",
        "'says it follows ' || fork",
        "By a service bit that the node sets: it may say what it likes.",
        "says nothing of a fork",
    ),
    Grouping(
        "country",
        "country",
        "country",
        "Where databases place an address, which for hosters and VPNs may be far from the machine.",
        source="{table} LEFT JOIN place USING (id)",
    ),
    Grouping(
        "asn",
        "autonomous system",
        SYSTEM,
        "Who routes the address: nodes behind Tor, I2P and CJDNS have none.",
        source="{table} LEFT JOIN place USING (id)",
    ),
)


def grouped(records: Records, grouping: Grouping, query: str, table: str, counts: Sequence[str]) -> list[Row]:
    """What `query` gives of `{source}`, a row a group, `{group}`, and perhaps more, with `nodes` and other `counts`;
    small groups merged, in the groups' own order where they have one, those not known and others last. Nothing where
    no group is known, or none is large enough to be named."""
    group = f"{grouping.by} AS known, coalesce({grouping.by}, '{grouping.unknown}') AS grp, {grouping.rank} AS rank"
    found = records.rows(query.format(group=group, source=grouping.source.format(table=table)))
    if all(row["known"] is None for row in found):
        return []
    ranks = {row["grp"]: row["rank"] for row in found}
    rows = [without(row, "known", "rank") for row in found]
    merged = large_groups(rows, "grp", lambda row: row["nodes"], counts)
    if all(row["grp"] == OTHERS for row in merged):
        return []
    if grouping.rank == "NULL":
        return merged
    return sorted(merged, key=lambda row: _place(row["grp"], ranks.get(row["grp"])))


def _place(group: str, rank: int | str | None) -> tuple[bool, bool, int | str]:
    return group == OTHERS, rank is None, 0 if rank is None else rank
