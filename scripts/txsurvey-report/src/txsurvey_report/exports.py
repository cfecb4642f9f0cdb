"""The records as flat tables, and the pictures as files: for other tools."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from txsurvey_report.figure import Figure
from txsurvey_report.records import Records
from txsurvey_report.statistics import OTHERS, SMALL

Form = Literal["csv", "parquet"]
# What tells who a node is: its address, who told it, and its user agent, which may hold a name; so may the client
# that is read of that, where fewer than SMALL nodes have it.
PERSONAL = "address, port, source, cell(subver) AS subver, "
CLIENT = "cell(client) AS client, cell(client_version) AS client_version"
COMMON = "EXISTS (SELECT 1 FROM common WHERE common.id = row.id)"
COMMON_CLIENT = (
    f"CASE WHEN {COMMON} THEN cell(client) ELSE '{OTHERS}' END AS client, "
    f"CASE WHEN {COMMON} THEN cell(client_version) END AS client_version"
)
SET_UP = f"""
CREATE OR REPLACE TEMP TABLE common AS
    SELECT id FROM visit
    QUALIFY count(DISTINCT address || ' ' || port) OVER (PARTITION BY client, client_version) >= {SMALL};
"""
# Text of peers may begin as a formula, which spreadsheets carry out.
CELL: dict[Form, str] = {
    "csv": "CASE WHEN regexp_matches(x, '^[=+@\\t\\r-]') THEN chr(39) || x ELSE x END",
    "parquet": "x",
}
TABLES = {
    "peers": """
        SELECT survey, id AS visit, {personal} started, duration_ms, attempts, network, outcome, stage, error,
               suspect, connect_ms, handshake_ms, version, {client}, services,
               array_to_string(servicesnames, ' ') AS servicesnames, fork, anchors::VARCHAR AS anchors,
               startingheight, relaytxes, timeoffset, array_to_string(features, ' ') AS features, feefilter_sat_kvb,
               bytessent, bytesrecv, addresses, control.passed AS control_passed
        FROM visit AS row ORDER BY started, id""",
    "answers": """
        SELECT survey, id AS visit, {personal} started, network, {client}, outcome, txid, cell(label) AS label,
               status, via, answered, response_ms, bytes, requests, announced, announced_at, wtxid, strength, hint
        FROM visit_answer AS row ORDER BY started, id, txid""",
}
FORMATS: dict[Form, str] = {"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet, COMPRESSION zstd"}


def write_tables(records: Records, folder: Path, form: Form, addresses: bool) -> None:
    """peers.FORM, a row a peer and run, and answers.FORM, a row a peer, run and id; `visit` joins them. Times are
    UTC."""
    folder.mkdir(parents=True, exist_ok=True)
    records.database.execute(SET_UP + f"CREATE OR REPLACE TEMP MACRO cell(x) AS {CELL[form]};")
    parts = {"personal": PERSONAL, "client": CLIENT} if addresses else {"personal": "", "client": COMMON_CLIENT}
    for name, query in TABLES.items():
        file = str(folder / f"{name}.{form}").replace("'", "''")
        records.database.execute(f"COPY ({query.format(**parts)}) TO '{file}' ({FORMATS[form]})")


def write_pictures(figures: Iterable[Figure], vega: Path | None, png: Path | None) -> None:
    """Each figure that has one: NAME.vl.json, a Vega-Lite specification with its data, or NAME.png."""
    import vl_convert  # these two take a second to load

    from txsurvey_report import charts

    for folder in (vega, png):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        if not figure.picture:
            continue
        specification = charts.draw(figure)
        if vega:
            (vega / f"{figure.name}.vl.json").write_text(json.dumps(specification, indent=1), encoding="utf-8")
        if png:
            (png / f"{figure.name}.png").write_bytes(vl_convert.vegalite_to_png(specification, scale=2))
