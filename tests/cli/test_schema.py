#!/usr/bin/python3
"""The published schema: that it is one, that it forbids what is no record, and what it leaves open. That every
line of every run is as it says, survey.py checks where it reads them."""

import copy
import json
import os
import re
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import schema  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID  # noqa: E402

BUILD = Path(os.environ["TXSURVEY_BUILD"])
WRONG = {"boolean": True, "integer": 7, "number": 1.5, "string": "?", "array": [], "object": {}, "null": None}
TEXTS = ["text", TXID, "00", "2026-11-20T14:34:45.563Z", "100b8288-0000-4000-8000-000000000000", "0" * 16, "1/1",
         "dns:x", "1.2.3.4:8333"]


def types_of(part):
    found = part.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def example(part):
    """A value that the schema allows, with all that it may hold."""
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return part["enum"][0]
    if "x-values" in part:
        return next(iter(part["x-values"]))
    kind = next(iter(types_of(part) - {"null"}))
    if kind == "object" and "properties" in part:
        return {name: example(member) for name, member in part["properties"].items()}
    if kind == "object":
        return {"label": example(part["additionalProperties"])}
    if kind == "array":
        return [example(part["items"])] * part.get("minItems", 1)
    if kind == "string":
        return next(text for text in TEXTS if re.search(part.get("pattern", ""), text))
    return True if kind == "boolean" else max(part.get("minimum", 0), 0)


def places(part, way=()):
    """Every value in an example, with what is said of it: (the way there, the part of the schema, must it be)."""
    for name, member in part.get("properties", {}).items():
        yield (*way, name), member, name in part["required"]
        yield from places(member, (*way, name))
    if "items" in part:
        yield (*way, 0), part["items"], False
        yield from places(part["items"], (*way, 0))
    if isinstance(part.get("additionalProperties"), dict):
        yield (*way, "label"), part["additionalProperties"], False
        yield from places(part["additionalProperties"], (*way, "label"))


def wrong_values(part):
    """What must not stand there."""
    allowed = types_of(part)
    for kind, value in WRONG.items():
        if allowed and kind not in allowed and not (kind == "integer" and "number" in allowed):
            yield value
    if "enum" in part or "const" in part:
        yield "never_a_word"
    if "pattern" in part:
        yield "Never a code"
    for bound, step in (("minimum", -1), ("maximum", 1)):
        if bound in part:
            yield part[bound] + step
    if "minItems" in part:
        yield [example(part["items"])] * (part["minItems"] + 1)
    if "propertyNames" in part:
        yield {"Not a label": example(part["additionalProperties"])}


def changed(record, way, change):
    copied = copy.deepcopy(record)
    at = copied
    for step in way[:-1]:
        at = at[step]
    change(at, way[-1])
    return copied


class Schema(Case):
    def setUp(self):
        super().setUp()
        self.schema = schema.published()
        self.published = jsonschema.Draft202012Validator(self.schema)
        self.records = {kind: example(part) for kind, part in self.schema["$defs"].items()}

    def strictly(self, record):
        try:
            schema.check(record)
        except AssertionError:
            return False
        return True

    def refuse(self, record):
        self.assertFalse(self.published.is_valid(record), record)
        self.assertFalse(self.strictly(record), record)

    def test_it_is_one(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.assertEqual(self.schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.assertEqual(set(self.records), set(survey.FIELDS) | {"trace"})
        for record in self.records.values():
            self.published.validate(record)
            schema.check(record)

    def test_what_is_no_record(self):
        """A value of the wrong type, an unknown word, a number out of range, a field that is not there."""
        tried = 0
        for kind, record in self.records.items():
            for way, part, must_be in places(self.schema["$defs"][kind]):
                for value in wrong_values(part):
                    with self.subTest(kind=kind, way=way, value=value):
                        self.refuse(changed(record, way, lambda at, name: at.__setitem__(name, value)))
                        tried += 1
                if must_be:
                    with self.subTest(kind=kind, way=way):
                        self.refuse(changed(record, way, lambda at, name: at.__delitem__(name)))
        self.assertGreater(tried, 500)
        self.refuse({**self.records["peer"], "type": "pear"})

    def test_nulls(self):
        """Where they are allowed, they are nothing else's business."""
        for kind, record in self.records.items():
            for way, part, _ in places(self.schema["$defs"][kind]):
                if "null" in types_of(part):
                    with self.subTest(kind=kind, way=way):
                        unknown = changed(record, way, lambda at, name: at.__setitem__(name, None))
                        self.published.validate(unknown)
                        schema.check(unknown)

    def test_what_later_versions_add(self):
        """Is allowed by the published schema, and no test's run may have it."""
        for kind, record in self.records.items():
            objects = [((), self.schema["$defs"][kind])]
            objects += [(way, part) for way, part, _ in places(self.schema["$defs"][kind]) if "properties" in part]
            for way, part in objects:
                with self.subTest(kind=kind, way=way):
                    self.assertNotIn("additionalProperties", part)
                    later = changed(record, (*way, "later"), lambda at, name: at.__setitem__(name, 1))
                    self.published.validate(later)
                    self.assertFalse(self.strictly(later))
        later = {**self.records["peer"], "error": "later_error"}
        self.published.validate(later)
        self.assertFalse(self.strictly(later))

    def test_a_test_that_sees_such_a_record_fails(self):
        result = self.survey(["--patience", "0", *self.network().connect(1)])
        for field, value in (("later", 1), ("error", "later_error"), ("port", "8333"), ("stage", None)):
            lines = result.stdout.splitlines(keepends=True)
            at = next(i for i, record in enumerate(result.records) if record["type"] == "peer")
            lines[at] = json.dumps({**json.loads(lines[at]), field: value}).encode() + b"\n"
            self.assertRaises(AssertionError, survey.Result, 0, b"".join(lines))
        trace = self.folder / "trace"
        trace.write_text(json.dumps({**self.records["trace"], "later": 1}) + "\n")
        self.assertRaises(AssertionError, survey.load_trace, trace)

    def test_all_that_a_run_can_have(self):
        """One with nearly every option: its records are as both say, and hold what is null elsewhere."""
        network, trace = self.network(), self.folder / "trace"
        result = self.survey([*network.connect(2), "--control", "--crawl", "--raw", "--anchor", "9" * 64, "--trace",
                              trace, "--response-timeout", str(harness.SLOWNESS)])
        for record in [*result.records, *survey.load_trace(trace)]:
            self.published.validate(record)
        for kind, name in (("peer", "control"), ("peer", "anchors"), ("transaction", "hex"),
                           ("summary", "controls"), ("summary", "anchors")):
            self.assertIsNotNone(result.of(kind)[0][name], name)
        self.assertIs(type(result.transactions[0]["vout"][0]["value"]), Decimal)

    def test_its_words_are_those_of_the_contract(self):
        peer, summary = (self.schema["$defs"][kind]["properties"] for kind in ("peer", "summary"))
        entry = peer["transactions"]["items"]["properties"]
        for part, words in ((peer["outcome"], survey.OUTCOMES), (peer["network"], survey.NETWORKS),
                            (peer["stage"], set(survey.STAGES)), (entry["status"], survey.STATUSES),
                            (entry["hint"], survey.HINTS), (summary["reason"], survey.REASONS),
                            (self.schema["$defs"]["survey"]["properties"]["chain"], survey.CHAINS)):
            self.assertEqual(set(part["enum"]), words)
        for kind, fields in survey.FIELDS.items():
            self.assertLessEqual(set(fields.split()), set(self.schema["$defs"][kind]["required"]))
        self.assertLessEqual(set(survey.ENTRY_FIELDS), set(entry))

    def test_every_field_is_explained(self):
        """And has the unit that its name tells."""
        for kind, definition in self.schema["$defs"].items():
            for way, part, _ in places(definition):
                name = way[-1]
                if way[-1] in (0, "label"):
                    continue
                with self.subTest(kind=kind, way=way):
                    self.assertTrue(part["description"])
                    unit = "ms" if name.endswith("_ms") else "sat/kvB" if name.endswith("sat_kvb") else None
                    if unit or name == "size" or name.startswith("bytes"):
                        self.assertEqual(part["x-unit"], unit or "B")


class Printed(Case):
    def test_by_the_program(self):
        """As it was by the build, whatever else stands there, and with nobody asked."""
        for words in (["--schema"], ["--connect", "127.0.0.1:1", "--schema", "-o", self.output, TXID]):
            done = subprocess.run(survey.command(words), capture_output=True, check=True)
            self.assertEqual(done.stdout, (BUILD / "records.schema.json").read_bytes())
            self.assertEqual(done.stderr, b"")
        self.assertFalse(self.output.exists())

    def test_to_where_there_is_no_room(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(survey.command(["--schema"]), stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)


class Page(Case):
    """txsurvey-records(5)"""

    def page(self):
        done = subprocess.run(["mandoc", "-Tutf8", BUILD / "txsurvey-records.5"], capture_output=True, text=True,
                              check=True)
        return re.sub(".\b", "", done.stdout)

    def test_it_is_well_formed(self):
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", BUILD / "txsurvey-records.5"], capture_output=True,
                              text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout), (0, ""))

    def test_it_has_every_field_and_word(self):
        page = self.page()
        for definition in schema.published()["$defs"].values():
            for way, part, _ in places(definition):
                if way[-1] not in (0, "label", "type", "survey"):
                    self.assertRegex(page, rf"(?m)^     {re.escape(way[-1])}\b")
                for word in part.get("x-values", {}):
                    self.assertRegex(page, rf"(?m)^     {re.escape(word)}\b")

    def test_its_examples(self):
        records = self.survey(["--patience", "0", *self.network().connect(1)]).stdout
        (self.folder / "records.jsonl").write_bytes(records)
        section = re.search(r"(?ms)^EXAMPLES\n(.*?)^\S", self.page()).group(1)
        commands = [textwrap.dedent(block) for block in re.split(r"\n\n", section) if block.startswith(" " * 11)]
        self.assertEqual(len(commands), 3)
        program = self.folder / "txsurvey"
        program.write_text(f"#!/bin/sh\nexec {' '.join(survey.command([]))} \"$@\"\n")
        program.chmod(0o755)
        for command in commands:
            done = subprocess.run(["sh", "-e", "-c", command], cwd=self.folder, capture_output=True, text=True,
                                  env={**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin"}, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertTrue(done.stdout or "python3" in command, command)


if __name__ == "__main__":
    harness.require_tools("mandoc", "jq")
    harness.main()
