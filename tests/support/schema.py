"""The records' schema, as the build has printed it (TXSURVEY_BUILD), and what holds lines against it."""

import functools
import json
import os
from pathlib import Path

import fastjsonschema


@functools.lru_cache(maxsize=None)
def published():
    return json.loads((Path(os.environ["TXSURVEY_BUILD"]) / "records.schema.json").read_text())


def strict(schema):
    """With all closed that the published one leaves open for later versions: fields, and codes."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    if "properties" in schema and "required" in schema:
        closed["additionalProperties"] = False
    if "x-values" in schema and "enum" not in schema:
        closed["enum"] = [*schema["x-values"], None]
    return closed


@functools.lru_cache(maxsize=None)
def validator(kind):
    """Compiled, since there are many lines. fastjsonschema knows draft 7 at most, by which what the records'
    definitions use means the same; cli/test_schema.py compares it with jsonschema."""
    return fastjsonschema.compile({"$schema": "http://json-schema.org/draft-07/schema#",
                                   **strict(published()["$defs"][kind])},
                                  formats={"uuid": ""})  # its pattern says the rest


def check(record):
    """Asserts that a line of records, or of a trace, is as the strict schema says."""
    kind = record.get("type", "trace")
    assert kind in published()["$defs"], f"no such type of record: {kind}"
    try:
        validator(kind)(record)
    except fastjsonschema.JsonSchemaValueException as error:
        raise AssertionError(f"{kind}: {error.name} is {error.value!r:.500}, against {error.rule!r} of the schema") from error
