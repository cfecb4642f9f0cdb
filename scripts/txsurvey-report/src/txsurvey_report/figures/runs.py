"""The card of the runs: what was asked, when, with what, and of which files all this was read."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from txsurvey_report import words
from txsurvey_report.figure import Column, Figure
from txsurvey_report.records import Records

RUNS = """
SELECT started, finished, duration_ms, visits, complete, reason, vantage_suspect, chain, id_type,
       len(txids) AS ids, shard, tool, schema, options, survey
FROM run ORDER BY started, survey
"""
LINES = "SELECT count(*) AS lines, count(DISTINCT json->>'survey') AS runs FROM line WHERE file = ?"


def _options(options: str | None) -> str | None:
    """Those that were given, or are no switch: what is null, off or 1 of 1 says nothing."""
    if options is None:
        return None
    given: Any = json.loads(options)
    if not isinstance(given, dict):
        return None
    return " ".join(
        name if value is True else f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in given.items()
        if value not in (None, False, [])
    )


def _digest(path: Any) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def figures(records: Records) -> Iterator[Figure]:
    runs = [row | {"options": _options(row["options"])} for row in records.rows(RUNS)]
    yield Figure(
        "runs",
        words.plural(len(runs), "run"),
        "Of a node that several runs visited, its latest record counts in everything but the pictures over time.",
        (
            Column("started", "Started", "time"),
            Column("finished", "Finished", "time"),
            Column("duration_ms", "Took", "ms"),
            Column("visits", "Nodes", "count"),
            Column("complete", "Complete"),
            Column("reason", "Ended by"),
            Column("vantage_suspect", "Own link suspect"),
            Column("chain", "Chain"),
            Column("ids", "Ids", "count"),
            Column("id_type", "Kind of id"),
            Column("shard", "Shard"),
            Column("tool", "Program"),
            Column("schema", "Schema"),
            Column("options", "Options"),
            Column("survey", "UUID"),
        ),
        runs,
    )
    yield Figure(
        "files",
        words.plural(len(records.files), "file"),
        "The digest is of the file as it was read, before it was unpacked.",
        (
            Column("file", "File"),
            Column("lines", "Lines", "count"),
            Column("runs", "Runs", "count"),
            Column("sha256", "SHA-256"),
        ),
        [{"file": path.name, **records.row(LINES, [str(path)]), "sha256": _digest(path)} for path in records.files],
    )
