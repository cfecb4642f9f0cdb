"""How fast: connection, handshake and the transaction itself, as cumulative curves by network."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.records import Records
from txsurvey_report.statistics import SMALL

STEPS = tuple(n / 50 for n in range(1, 51))  # of the cumulative share: so few points draw a curve
QUERY = f"""
WITH timed AS (
    SELECT 1 AS place, 'connection' AS what, network, id, connect_ms AS ms FROM peer
    UNION ALL SELECT 2, 'handshake', network, id, handshake_ms FROM peer
    UNION ALL SELECT 3, 'transaction', network, id, response_ms FROM answer
              WHERE status = 'served' AND requests = 1
    UNION ALL SELECT 4, 'transaction, asked again', network, id, response_ms FROM answer
              WHERE status = 'served' AND requests > 1),
curve AS (
    SELECT place, what, network, count(ms) AS times, quantile_disc(ms, {list(STEPS)}) AS quantiles
    FROM timed GROUP BY place, what, network
    HAVING count(DISTINCT id) FILTER (ms IS NOT NULL) >= {SMALL})
SELECT what, network, times, unnest({list(STEPS)}) AS share, unnest(quantiles) AS ms
FROM curve ORDER BY place, network, share
"""
MEDIANS = """
SELECT median(response_ms)::BIGINT AS ms, count(*) AS times,
       count(*) FILTER (requests > 1) AS again FROM answer WHERE status = 'served'
"""


def figures(records: Records) -> Iterator[Figure]:
    served = records.row(MEDIANS)
    title = (
        f"Half of the transactions came within {words.milliseconds(served['ms'])} of the first request"
        if served["times"]
        else "How long connection and handshake took"
    )
    notes = (
        (f"{words.of(served['again'], served['times'], 'answers')} came only when the node was asked again.",)
        if served["again"]
        else ()
    )
    yield Figure(
        "timing",
        title,
        "These are times from here, with the way there and back; through Tor they say more of Tor than of the node. "
        f"Of fewer than {SMALL} nodes no curve is drawn.",
        (
            Column("what", "What"),
            Column("network", "Network"),
            Column("times", "Measured", "count"),
            Column("share", "Share of them", "share"),
            Column("ms", "Within", "ms"),
        ),
        [row | {"network": words.network(row["network"])} for row in records.rows(QUERY)],
        Picture("curves", {"x": "ms", "y": "share", "series": "network", "facet": "what"}),
        notes,
        lambda row: row["share"] in (0.5, 0.9, 1.0),
    )
