"""The table of peers: with `addresses` a row a peer; else a row a client, version and network, country and AS (where
databases tell of them), which tells of nobody alone."""

from collections.abc import Iterable, Sequence

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Row
from txsurvey_report.figures.columns import MOST
from txsurvey_report.figures.groupings import SYSTEM
from txsurvey_report.records import Records
from txsurvey_report.statistics import OTHERS, SMALL

COUNTS = ("tried", "reached", "asked")
PLACES = (Column("country", "Country"), Column("system", "Autonomous system"))
PLACED = f"""
(SELECT peer.* EXCLUDE (version), client_version AS version, country, {SYSTEM} AS system
 FROM peer LEFT JOIN place USING (id))
"""
GROUPS = """
SELECT {by}, count(*) AS tried, count(handshake_ms) AS reached, {asked} AS asked{served}
FROM (SELECT *, list_filter(transactions, lambda given: given.status <> 'unasked') AS given FROM {source})
GROUP BY ALL ORDER BY ALL
"""
PEERS = """
SELECT CASE WHEN contains(address, ':') THEN '[' || address || ']' ELSE address END || ':' || port AS address,
       client, version, network, outcome || coalesce(': ' || error, '') AS outcome,
       country, system, connect_ms, handshake_ms{statuses}
FROM {source} ORDER BY handshake_ms IS NULL, started
"""


def _targets(records: Records) -> list[Row]:
    """The ids that have a column of their own: as many as the tables of figures have."""
    return records.rows("SELECT txid, name FROM target ORDER BY place, txid LIMIT ?", [MOST])


def _ids(targets: Sequence[Row]) -> list[str]:
    return [target["txid"] for target in targets]


def _left_out(records: Records, targets: Sequence[Row]) -> tuple[str, ...]:
    more = records.value("SELECT count(*) FROM target") - len(targets)
    return (f"{words.plural(more, 'more transaction')} have no column here.",) if more else ()


def _places(records: Records) -> tuple[Column, ...]:
    """What databases told of: none, where there were none."""
    told = records.row(f"SELECT count(country) AS country, count({SYSTEM}) AS system FROM place")
    return tuple(column for column in PLACES if told[column.name])


def _summed(rows: Iterable[Row], by: Sequence[str], counts: Sequence[str]) -> list[Row]:
    """Those that are alike in `by` are one."""
    result: dict[tuple[str, ...], Row] = {}
    for row in rows:
        into = result.setdefault(tuple(row[name] for name in by), row | dict.fromkeys(counts, 0))
        for name in counts:
            into[name] += row[name]
    return list(result.values())


def merged(rows: list[Row], by: Sequence[str], counts: Sequence[str]) -> list[Row]:
    """Groups of at least SMALL nodes tried: smaller ones lose what they are grouped by, the last of `by` first. What
    is still too small then takes the smallest of the large ones in."""
    for unnamed in reversed(by):
        rows = _summed((row | ({unnamed: OTHERS} if row["tried"] < SMALL else {}) for row in rows), by, counts)
    rows.sort(key=lambda row: row["tried"])
    if rows and rows[0]["tried"] < SMALL:
        rows[:2] = _summed((row | dict.fromkeys(by, OTHERS) for row in rows[:2]), by, counts)
    rows.sort(key=lambda row: (-row["reached"], -row["tried"]))
    return rows


def _groups(records: Records) -> Figure:
    targets, places = _targets(records), _places(records)
    names = [f"served{place}" for place in range(len(targets))]
    served = "".join(
        f", count(*) FILTER (len(list_filter(given, lambda g: g.txid = ? AND g.status = 'served')) > 0) AS {name}"
        for name in names
    )
    by = ("network", "client", *(column.name for column in places), "version")
    unknown = {"client": "unknown"}
    query = GROUPS.format(
        by=", ".join(f"coalesce({name}, '{unknown.get(name, '–')}') AS {name}" for name in by),
        asked="count(*) FILTER (len(given) > 0)",
        served=served,
        source=PLACED,
    )
    rows = merged(records.rows(query, _ids(targets)), by, (*COUNTS, *names))
    return Figure(
        "peers",
        f"{words.plural(sum(row['tried'] for row in rows), 'node')}, by "
        + ", ".join(["client", "version", *(column.label.lower() for column in places)])
        + " and network",
        f"Groups of fewer than {SMALL} nodes are merged. Addresses are personal data, so they are not in this page.",
        (
            Column("client", "Client"),
            Column("version", "Version"),
            Column("network", "Network"),
            *places,
            Column("tried", "Tried", "count"),
            Column("reached", "Said hello", "count"),
            Column("asked", "Asked", "count"),
            *(Column(name, f"Have {target['name']}", "count") for name, target in zip(names, targets, strict=True)),
        ),
        rows,
        notes=_left_out(records, targets),
    )


def _peers(records: Records) -> Figure:
    targets, places = _targets(records), _places(records)
    names = [f"status{place}" for place in range(len(targets))]
    statuses = "".join(f", list_filter(transactions, lambda one: one.txid = ?)[1].status AS {name}" for name in names)
    times = ", list_max(list_transform(transactions, lambda one: one.response_ms)) AS response_ms"
    rows = records.rows(PEERS.format(statuses=statuses + times, source=PLACED), _ids(targets))
    return Figure(
        "peers",
        f"{words.plural(len(rows), 'node')}, one by one",
        "Addresses are personal data: this page is for your own eyes.",
        (
            Column("address", "Address"),
            Column("client", "Client"),
            Column("version", "Version"),
            Column("network", "Network"),
            *places,
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
