"""The fee floors of the network: the least fee that each node wants to be told of, by network."""

from collections.abc import Iterator, Sequence
from math import ceil

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture, Row
from txsurvey_report.figures.fee_bands import BAND, LOADING, NAMES
from txsurvey_report.records import Records
from txsurvey_report.statistics import large_groups

QUERY = f"""
SELECT network, {BAND} AS band, feefilter_sat_kvb AS floor, count(*) AS nodes
FROM peer WHERE handshake_ms IS NOT NULL GROUP BY ALL ORDER BY floor
"""
QUANTILES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
NONE = "none named"
CAVEAT = (
    "A filter is what a node wants to be told of, not what it holds; Core makes it a little inexact on purpose, and "
    "raises it while its mempool is full."
)


def quantile(floors: Sequence[tuple[int, int]], share: float) -> float | None:
    """The least floor, in sat/vB, that at least this share of the nodes is not above; floors in sat/kvB, ascending,
    each with its nodes."""
    rest = ceil(share * sum(nodes for _, nodes in floors))
    for floor, nodes in floors:
        rest -= nodes
        if rest <= 0:
            return floor / 1000
    return None


def _floors(rows: Sequence[Row], network: str | None = None) -> list[tuple[int, int]]:
    """Of nodes that have loaded the chain and named one."""
    return [
        (row["floor"], row["nodes"])
        for row in rows
        if network in (None, row["network"]) and row["band"] not in (NONE, LOADING)
    ]


def _read(records: Records) -> list[Row]:
    """A row a network and floor, small networks merged."""
    rows = [
        row | {"network": words.network(row["network"]), "band": row["band"] or NONE} for row in records.rows(QUERY)
    ]
    said_hello: dict[str, int] = {}
    for row in rows:
        said_hello[row["network"]] = said_hello.get(row["network"], 0) + row["nodes"]
    return large_groups(rows, "network", lambda row: said_hello[row["network"]], ("nodes",))


def _histogram(rows: Sequence[Row], networks: Sequence[str]) -> Iterator[Row]:
    """From the first band that anybody is in to the last, in all networks."""
    nodes = {(band, network): 0 for band in (*NAMES, NONE) for network in networks}
    for row in rows:
        nodes[row["band"], row["network"]] += row["nodes"]
    of = {network: sum(nodes[band, network] for band in (*NAMES, NONE)) for network in networks}
    bands = [band for band in NAMES if any(nodes[band, network] for network in networks) and band != LOADING]
    fees = list(NAMES[NAMES.index(bands[0]) : NAMES.index(bands[-1]) + 1]) if bands else []
    for band in (*fees, LOADING, NONE):
        for network in networks:
            yield {"band": band, "network": network, "nodes": nodes[band, network], "of": of[network]}


def figures(records: Records) -> Iterator[Figure]:
    rows = _read(records)
    floors = _floors(rows)
    if not floors:
        return
    networks = list(dict.fromkeys(row["network"] for row in rows))
    named = sum(nodes for _, nodes in floors)
    median = quantile(sorted(floors), 0.5)
    yield Figure(
        "fee_floors",
        f"Half of the {words.plural(named, 'node')} that named a fee floor want {median:g} sat/vB or less",
        CAVEAT,
        (
            Column("band", "sat/vB"),
            Column("network", "Network"),
            Column("nodes", "Nodes", "count"),
            Column("of", "Of those that said hello", "count"),
        ),
        list(_histogram(rows, networks)),
        Picture("histogram", {"group": "band", "count": "nodes", "series": "network"}),
    )
    quantiles = [
        {"network": network, "nodes": sum(nodes for _, nodes in of)}
        | {name: quantile(of, share) for name, share in QUANTILES.items()}
        for network in networks
        if (of := sorted(_floors(rows, network)))
    ]
    yield Figure(
        "fee_quantiles",
        "Fee floors by network: what a transaction must pay to be told to a part of the nodes",
        CAVEAT + " Nodes that named none, or are still loading the chain, are left out.",
        (
            Column("network", "Network"),
            Column("nodes", "Nodes", "count"),
            *(Column(name, f"{words.share(share)} want no more than", "sat/vB") for name, share in QUANTILES.items()),
        ),
        quantiles,
    )
