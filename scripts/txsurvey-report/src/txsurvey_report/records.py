"""Records of surveys, read into tables that the figures ask.

    run          one a survey (a UUID): its first line, and its summary where it has one
    visit        one a `peer` record, of all runs
    peer         the latest visit of each node, which all figures but those over time count, with its latest
                 answer for each id of all its visits
    answer       one a peer and id, of `peer`; `asked` where the node was asked
    visit_answer the same of `visit`
    target       one an id, asked for or not: its name is its label, else the first 8 digits; where those
                 are not its alone, more
    seed         one a `seed` record
    spend        one an input of a decoded transaction: which id spends which output
    place        one a peer whose place is known, see places.py: country, AS

Types follow the manual of the records. What a record lacks, one of another schema for instance, is null."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from txsurvey_report import shards, words
from txsurvey_report.figure import visible

SCHEMA = 1  # of the records that this program was written for

ANSWER = {
    "txid": "VARCHAR",
    "label": "VARCHAR",
    "status": "VARCHAR",
    "via": "VARCHAR",
    "answered": "TIMESTAMP",
    "response_ms": "BIGINT",
    "bytes": "BIGINT",
    "requests": "BIGINT",
    "announced": "BOOLEAN",
    "announced_at": "TIMESTAMP",
    "wtxid": "VARCHAR",
    "strength": "VARCHAR",
    "hint": "VARCHAR",
}
PEER = {
    "survey": "VARCHAR",
    "address": "VARCHAR",
    "port": "BIGINT",
    "network": "VARCHAR",
    "source": "VARCHAR",
    "started": "TIMESTAMP",
    "duration_ms": "BIGINT",
    "attempts": "BIGINT",
    "outcome": "VARCHAR",
    "stage": "VARCHAR",
    "error": "VARCHAR",
    "suspect": "BOOLEAN",
    "connect_ms": "BIGINT",
    "handshake_ms": "BIGINT",
    "version": "BIGINT",
    "subver": "VARCHAR",
    "client": "VARCHAR",
    "client_version": "VARCHAR",
    "services": "VARCHAR",
    "servicesnames": ["VARCHAR"],
    "fork": "VARCHAR",
    "anchors": "JSON",
    "startingheight": "BIGINT",
    "relaytxes": "BOOLEAN",
    "timeoffset": "BIGINT",
    "features": ["VARCHAR"],
    "feefilter_sat_kvb": "BIGINT",
    "bytessent": "BIGINT",
    "bytesrecv": "BIGINT",
    "addresses": "BIGINT",
    "control": {"random": "VARCHAR", "announced": "VARCHAR", "passed": "BOOLEAN"},
    "transactions": [ANSWER],
}
SURVEY = {
    "survey": "VARCHAR",
    "schema": "BIGINT",
    "tool": "VARCHAR",
    "chain": "VARCHAR",
    "txids": ["VARCHAR"],
    "id_type": "VARCHAR",
    "started": "TIMESTAMP",
    "shard": "VARCHAR",
    "resumed": "BOOLEAN",
    "options": "JSON",
}
SUMMARY = {
    "survey": "VARCHAR",
    "finished": "TIMESTAMP",
    "duration_ms": "BIGINT",
    "complete": "BOOLEAN",
    "reason": "VARCHAR",
    "vantage_suspect": "BOOLEAN",
    "not_attempted": "BIGINT",
    "address_book": {"known": "BIGINT", "ignored": "JSON"},
}
SEED = {
    "survey": "VARCHAR",
    "host": "VARCHAR",
    "outcome": "VARCHAR",
    "addresses": "BIGINT",
    "new_addresses": ["VARCHAR"],
    "error": "VARCHAR",
    "duration_ms": "BIGINT",
}
TRANSACTION = {
    "survey": "VARCHAR",
    "txid": "VARCHAR",
    "hash": "VARCHAR",
    "size": "BIGINT",
    "vsize": "BIGINT",
    "vin": [{"txid": "VARCHAR", "vout": "BIGINT"}],
}

# A run that stands in two files counts once; files that are compared with each other keep their own.
ONCE = """
DELETE FROM visit WHERE id NOT IN (SELECT arg_max(id, started) FROM visit GROUP BY survey, address, port);
DELETE FROM seed WHERE id NOT IN (SELECT min(id) FROM seed GROUP BY survey, host);
"""
TABLES = """
CREATE TABLE run AS
    SELECT begun.* EXCLUDE (id), ended.* EXCLUDE (survey, id, file),
           (SELECT count(*) FROM visit WHERE visit.survey = begun.survey) AS visits
    FROM (SELECT * FROM survey_line
          QUALIFY row_number() OVER (PARTITION BY survey ORDER BY started) = 1) AS begun
    LEFT JOIN (SELECT * FROM summary_line
               QUALIFY row_number() OVER (PARTITION BY survey ORDER BY finished DESC) = 1) AS ended
    USING (survey) ORDER BY started;
UPDATE visit SET network = 'unknown' WHERE network IS NULL;
ALTER TABLE visit ADD COLUMN anchored BOOLEAN;
UPDATE visit SET anchored = anchors->>('/' || replace(replace(json_keys(anchors)[1], '~', '~0'), '/', '~1')) = 'has'
    WHERE anchors IS NOT NULL;
CREATE TABLE peer AS
    SELECT latest.* REPLACE (coalesce(latest_of_each, transactions) AS transactions)
    FROM (SELECT * FROM visit
          QUALIFY row_number() OVER (PARTITION BY address, port ORDER BY started DESC) = 1) AS latest
    LEFT JOIN (SELECT address, port, list(given) AS latest_of_each
               FROM (SELECT * FROM (SELECT address, port, started, unnest(transactions) AS given FROM visit)
                     QUALIFY row_number() OVER (PARTITION BY address, port, given.txid ORDER BY started DESC) = 1)
               GROUP BY address, port) USING (address, port);
CREATE TABLE visit_answer AS
    SELECT * EXCLUDE (given, control), control.passed AS control_passed, given.*, given.status <> 'unasked' AS asked
    FROM (SELECT * EXCLUDE (transactions), unnest(transactions) AS given FROM visit);
CREATE TABLE target AS
    SELECT txid, CASE WHEN count(*) OVER (PARTITION BY short) = 1 THEN short
                      ELSE coalesce(label || ' ', '') || txid END AS name, label, place
    FROM (SELECT *, CASE WHEN label IS NULL THEN txid[:8] WHEN count(*) OVER (PARTITION BY label) = 1 THEN label
                         ELSE label || ' ' || txid[:8] END AS short
          FROM (SELECT txid, max(label) AS label, min(place) AS place
                FROM (SELECT unnest(txids) AS txid, NULL AS label, unnest(range(len(txids))) AS place FROM run
                      UNION ALL SELECT DISTINCT txid, label, NULL FROM visit_answer)
                WHERE txid IS NOT NULL GROUP BY txid));
CREATE TABLE answer AS
    SELECT visit_answer.*, target.name AS target, target.place
    FROM visit_answer JOIN target USING (txid)
    QUALIFY row_number() OVER (PARTITION BY address, port, txid ORDER BY started DESC) = 1;
CREATE TABLE spend AS
    SELECT DISTINCT id AS txid, spent.txid || ':' || spent.vout AS output
    FROM (SELECT CASE id_type WHEN 'wtxid' THEN hash ELSE txid END AS id, unnest(vin) AS spent
          FROM transaction_line LEFT JOIN run USING (survey)) WHERE spent.txid IS NOT NULL;
CREATE TABLE place (id BIGINT, country VARCHAR, asn BIGINT, organisation VARCHAR);
"""


class UnreadableError(Exception):
    """Nothing can be shown of the files; says why, for people."""


def _plain(value: Any) -> Any:
    """SQL's sums and its constants may be decimal numbers, which neither JSON nor pictures know."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


@dataclass(frozen=True)
class Records:
    """The tables, and what is to be said of the files. Owns its connection."""

    database: duckdb.DuckDBPyConnection
    files: tuple[Path, ...]
    problems: tuple[str, ...] = field(default=())

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """What a query gives, one dictionary a row."""
        cursor = self.database.execute(query, list(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]

    def row(self, query: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """The same where there is just one."""
        (only,) = self.rows(query, parameters)
        return only

    def value(self, query: str) -> Any:
        return next(iter(self.row(query).values()))


def literally(path: Path) -> str:
    """A file's name as DuckDB takes it, which reads `*`, `?` and `[` as patterns."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def load(paths: Sequence[Path], compared: bool = False) -> Records:
    """Reads files of records, plain, gzip or zstd; of torn or foreign lines it tells. What stands in two files counts
    once, unless they are to be compared. Raises UnreadableError."""
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for path in paths:
        if not path.is_file():
            raise UnreadableError(f"{path}: {'is a folder' if path.is_dir() else 'there is no such file'}")
    try:
        database.execute(
            "CREATE TABLE line AS SELECT filename AS file, json, json->>'type' AS type FROM read_ndjson_objects("
            "?, ignore_errors = true, filename = true, maximum_object_size = 268435456)",
            [[literally(path) for path in paths]],
        )
    except duckdb.Error as error:
        raise UnreadableError(str(error).splitlines()[0]) from error
    for type_, name, kind in (
        ("survey", "survey_line", SURVEY),
        ("peer", "visit", PEER),
        ("summary", "summary_line", SUMMARY),
        ("seed", "seed", SEED),
        ("transaction", "transaction_line", TRANSACTION),
    ):
        database.execute(
            f"CREATE TABLE {name} AS SELECT record.*, file, row_number() OVER () AS id FROM "
            f"(SELECT file, from_json(json, '{json.dumps(kind)}') AS record FROM line WHERE type = '{type_}')"
        )
    if not compared:
        database.execute(ONCE)
    database.execute(TABLES)
    records = Records(database, tuple(paths))
    if not records.value("SELECT count(*) FROM run"):
        raise UnreadableError(f"{', '.join(map(str, paths))}: no records of a survey")
    chains = [row["chain"] for row in records.rows("SELECT DISTINCT chain FROM run ORDER BY chain")]
    if len(chains) > 1:
        raise UnreadableError(f"records of {' and '.join(map(str, chains))} together: make one report a chain")
    return replace(records, problems=tuple(map(visible, problems_of(records))))


def problems_of(records: Records) -> Iterator[str]:
    """What is wrong with the files, as sentences for people."""
    for row in records.rows(
        "SELECT file, count(*) FILTER (json IS NULL) AS torn, count(*) FILTER (json IS NOT NULL AND type IS NULL OR "
        "type NOT IN ('survey', 'peer', 'summary', 'seed', 'transaction')) AS foreign_lines FROM line "
        "GROUP BY file ORDER BY file"
    ):
        if row["torn"]:
            yield f"{row['file']}: {words.plural(row['torn'], 'line')} cut short or no JSON, left out"
        if row["foreign_lines"]:
            yield f"{row['file']}: {words.plural(row['foreign_lines'], 'line')} of no kind known here, left out"
    for row in records.rows("SELECT DISTINCT schema FROM run WHERE schema IS DISTINCT FROM ?", [SCHEMA]):
        yield f"records of schema {row['schema']}, of which this program, made for {SCHEMA}, shows what it knows"
    for path in records.files:
        if not records.rows("SELECT 1 FROM line WHERE file = ? AND type = 'survey' LIMIT 1", [str(path)]):
            yield f"{path}: no survey begins here; its peers are counted, its run is not known"
    yield from shards.problems_of(records.rows)
    suspects = records.value("SELECT count(*) FROM run WHERE vantage_suspect")
    if suspects:
        yield f"{words.plural(suspects, 'run')} of which this end's own link may have failed (vantage_suspect)"
    without_end = records.value("SELECT count(*) FROM run WHERE finished IS NULL")
    if without_end:
        yield f"{words.plural(without_end, 'run')} without an end: killed, or still going on"
