"""The table of peers: with `addresses` a row a peer; else a row a client, version and network, which tells of nobody
alone."""

from collections.abc import Sequence

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Row
from txsurvey_report.figures.columns import MOST
from txsurvey_report.records import Records
from txsurvey_report.statistics import OTHERS, SMALL

COUNTS = ("tried", "reached", "asked")
GROUPS = """
SELECT coalesce(client, 'unknown') AS client, coalesce(client_version, '–') AS version, network,
       count(*) AS tried, count(handshake_ms) AS reached, {asked} AS asked{served}
FROM (SELECT *, list_filter(transactions, lambda given: given.status <> 'unasked') AS given FROM peer)
GROUP BY ALL ORDER BY reached DESC, tried DESC, client, version, network
"""
PEERS = """
SELECT CASE WHEN contains(address, ':') THEN '[' || address || ']' ELSE address END || ':' || port AS address,
       client, client_version AS version, network, outcome || coalesce(': ' || error, '') AS outcome,
       connect_ms, handshake_ms{statuses}
FROM peer ORDER BY handshake_ms IS NULL, started
"""


def _targets(records: Records) -> list[Row]:
    """The ids that have a column of their own: as many as the tables of figures have."""
    return records.rows("SELECT txid, name FROM target ORDER BY place, txid LIMIT ?", [MOST])


def _ids(targets: Sequence[Row]) -> list[str]:
    return [target["txid"] for target in targets]


def _left_out(records: Records, targets: Sequence[Row]) -> tuple[str, ...]:
    more = records.value("SELECT count(*) FROM target") - len(targets)
    return (f"{words.plural(more, 'more transaction')} have no column here.",) if more else ()


def merged(rows: Sequence[Row], counts: Sequence[str]) -> list[Row]:
    """Groups of at least SMALL nodes tried: smaller ones lose their version, then their client, then their
    network."""
    for unnamed in ((), ("version",), ("client",), ("network",)):
        result: dict[tuple[str, ...], Row] = {}
        for row in rows:
            small = row["tried"] < SMALL
            row = row | dict.fromkeys(unnamed if small else (), OTHERS)
            into = result.setdefault((row["client"], row["version"], row["network"]), row | dict.fromkeys(counts, 0))
            for name in counts:
                into[name] += row[name]
        rows = list(result.values())
    return list(rows)


def _groups(records: Records) -> Figure:
    targets = _targets(records)
    names = [f"served{place}" for place in range(len(targets))]
    served = "".join(
        f", count(*) FILTER (len(list_filter(given, lambda g: g.txid = ? AND g.status = 'served')) > 0) AS {name}"
        for name in names
    )
    rows = records.rows(GROUPS.format(asked="count(*) FILTER (len(given) > 0)", served=served), _ids(targets))
    rows = merged(rows, (*COUNTS, *names))
    return Figure(
        "peers",
        f"{words.count(sum(row['tried'] for row in rows))} nodes, by client, version and network",
        f"Groups of fewer than {SMALL} nodes are merged. Addresses are personal data, so they are not in this page.",
        (
            Column("client", "Client"),
            Column("version", "Version"),
            Column("network", "Network"),
            Column("tried", "Tried", "count"),
            Column("reached", "Said hello", "count"),
            Column("asked", "Asked", "count"),
            *(Column(name, f"Have {target['name']}", "count") for name, target in zip(names, targets, strict=True)),
        ),
        rows,
        notes=_left_out(records, targets),
    )


def _peers(records: Records) -> Figure:
    targets = _targets(records)
    names = [f"status{place}" for place in range(len(targets))]
    statuses = "".join(f", list_filter(transactions, lambda one: one.txid = ?)[1].status AS {name}" for name in names)
    times = ", list_max(list_transform(transactions, lambda one: one.response_ms)) AS response_ms"
    rows = records.rows(PEERS.format(statuses=statuses + times), _ids(targets))
    return Figure(
        "peers",
        f"{words.plural(len(rows), 'node')}, one by one",
        "Addresses are personal data: this page is for your own eyes.",
        (
            Column("address", "Address"),
            Column("client", "Client"),
            Column("version", "Version"),
            Column("network", "Network"),
            Column("outcome", "Outcome"),
            *(Column(name, target["name"]) for name, target in zip(names, targets, strict=True)),
            Column("connect_ms", "Connection, ms", "count"),
            Column("handshake_ms", "Handshake, ms", "count"),
            Column("response_ms", "Longest answer, ms", "count"),
        ),
        rows,
        notes=_left_out(records, targets),
    )


def table(records: Records, addresses: bool) -> Figure:
    result = _peers(records) if addresses else _groups(records)
    for row in result.rows:
        row["network"] = words.network(row["network"])
    return result
