"""What each DNS seed named, how much of that could be reached, and which clients they were."""

from collections.abc import Iterator

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure, Picture
from txsurvey_report.records import Records
from txsurvey_report.statistics import SHARE_COLUMNS, SMALL, with_share

QUERY = f"""
WITH named AS (
    SELECT source[5:] AS host, count(*) AS tried, count(handshake_ms) AS reached FROM peer
    WHERE source LIKE 'dns:%' GROUP BY ALL),
clients AS (
    SELECT substr(source, 5) AS host, coalesce(client, 'unknown') AS client, count(*) AS nodes FROM peer
    WHERE source LIKE 'dns:%' AND handshake_ms IS NOT NULL GROUP BY source, client HAVING count(*) >= {SMALL}
    QUALIFY row_number() OVER (PARTITION BY host ORDER BY nodes DESC, client) <= 3)
SELECT host, outcome, addresses, coalesce(tried, 0) AS tried, coalesce(reached, 0) AS reached,
       (SELECT string_agg(client || ' ' || nodes, ', ' ORDER BY nodes DESC, client)
        FROM clients WHERE clients.host = asked.host) AS clients
FROM (SELECT * FROM seed QUALIFY row_number() OVER (PARTITION BY host ORDER BY id DESC) = 1) AS asked
LEFT JOIN named USING (host) ORDER BY tried DESC, host
"""


def figures(records: Records) -> Iterator[Figure]:
    rows = [with_share(row, "reached", "tried") for row in records.rows(QUERY)]
    answered = sum(row["outcome"] == "resolved" for row in rows)
    reached, tried = sum(row["reached"] for row in rows), sum(row["tried"] for row in rows)
    yield Figure(
        "seeds",
        f"{words.of(answered, len(rows), 'seeds')} answered; {words.of(reached, tried)} that they named were reached",
        "A node that several seeds know counts for the one that named it first, so that a seed which answers late "
        "seems to know fewer.",
        (
            Column("host", "Seed"),
            Column("outcome", "Outcome"),
            Column("addresses", "Named", "count"),
            Column("tried", "Named first, and tried", "count"),
            Column("reached", "Reached", "count"),
            Column("share", "Share reached", "share"),
            *SHARE_COLUMNS[1:],
            Column("clients", "Most frequent clients"),
        ),
        rows,
        Picture("shares", {"group": "host", "part": "reached", "whole": "tried", "axis": "reached, of those tried"}),
    )
