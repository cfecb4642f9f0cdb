"""Two files: the nodes that changed their answer between them."""

from collections.abc import Iterator
from pathlib import Path

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure
from txsurvey_report.records import Records

# Of each node and id the latest answer in either file.
BOTH = """
CREATE OR REPLACE TEMP TABLE pair AS
WITH latest AS (
    SELECT * FROM visit_answer WHERE asked
    QUALIFY row_number() OVER (PARTITION BY file, address, port, txid ORDER BY started DESC) = 1)
SELECT target.name AS target, target.place, b.network, coalesce(b.client, 'unknown') AS client, address, port,
       a.status AS before, b.status AS after
FROM (SELECT * FROM latest WHERE file = ?) AS a JOIN (SELECT * FROM latest WHERE file = ?) AS b
USING (address, port, txid) JOIN target USING (txid)
"""
COUNTS = """
SELECT target, before, after, count(*) AS nodes FROM pair GROUP BY ALL ORDER BY min(place), before, after
"""
NODES = """
SELECT address, port, network, client, target, before, after FROM pair WHERE before <> after
ORDER BY place, before, after, network, address, port
"""
ANSWERS = (Column("target", "Transaction"), Column("before", "First"), Column("after", "Then"))


def figures(records: Records, before: Path, after: Path, addresses: bool) -> Iterator[Figure]:
    """What the nodes that both files asked for the same id said in the one and in the other."""
    records.database.execute(BOTH, [str(before), str(after)])
    rows = records.rows(COUNTS)
    changed = sum(row["nodes"] for row in rows if row["before"] != row["after"])
    yield Figure(
        "difference",
        f"{words.of(changed, sum(row['nodes'] for row in rows), 'answers')} are not what they were",
        "Nodes that only one of the files asked are not here. One that may have it and not tell yet says `notfound`, "
        "too: not every change is one of its mempool.",
        (*ANSWERS, Column("nodes", "Nodes", "count")),
        rows,
    )
    if addresses:
        yield Figure(
            "changed_nodes",
            f"{words.plural(changed, 'answer')} that changed",
            "Addresses are personal data: this list is for you, not for publication.",
            (
                Column("address", "Address"),
                Column("port", "Port"),
                Column("network", "Network"),
                Column("client", "Client"),
                *ANSWERS,
            ),
            records.rows(NODES),
        )
