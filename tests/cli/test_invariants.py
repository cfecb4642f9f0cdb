#!/usr/bin/python3
"""What is held of every run's records can fail: records of a run, each with one thing wrong."""

import copy
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID

LABEL = ["--anchor", "9" * 64]


class Types(Case):
    """A name has one type in all record types."""

    def records(self):
        network = self.network()
        return self.survey([*network.connect(1), "--control", "--patience", "0", "--crawl",
                            "--response-timeout", "0.5", *LABEL]).records

    def test_records_as_they_are(self):
        records = self.records()
        self.assertEqual({record["type"] for record in records},
                         {"survey", "peer", "transaction", "summary"})
        survey.check_types(records)

    def test_wrong_ones(self):
        records = self.records()
        for kind, path, value in (
                ("summary", ["addresses"], {"known": 1}), ("summary", ["transactions"], {}),
                ("summary", ["control"], 1), ("peer", ["shares"], 1), ("peer", ["attempts"], "1"),
                ("peer", ["transactions", 0, "bytes"], "1"), ("peer", ["timeoffset"], 2 ** 53 + 1),
                ("peer", ["timeoffset"], -2 ** 63), ("summary", ["peers", "closed"], 2 ** 53 + 1)):
            with self.subTest(kind=kind, path=path):
                wrong = copy.deepcopy(records)
                # Somebody else's record of the right kind stands beside it.
                at = next(record for record in copy.deepcopy(records) if record["type"] == kind)
                wrong.append(at)
                *way, name = path
                for step in way:
                    at = at[step]
                at[name] = value
                self.assertRaises(AssertionError, survey.check_types, wrong)

    def test_a_whole_run(self):
        network = self.network()
        result = self.survey(network.connect(2) + ["--patience", "0", *LABEL])
        for change in (lambda summary: summary.update(attempts={}),
                       lambda summary: summary["anchors"]["anchor"].update(has=1),
                       lambda summary: summary["full"].update(refused=1),
                       lambda summary: summary["shares"][0]["anchored"].update(asked=2)):
            lines = result.stdout.splitlines(keepends=True)
            summary = json.loads(lines[-1])
            change(summary)
            lines[-1] = json.dumps(summary).encode() + b"\n"
            with self.assertRaises(AssertionError):
                survey.check_invariants(survey.Result(0, b"".join(lines), result.stderr))
        self.assertEqual(result.totals(TXID)["served"], 2)


if __name__ == "__main__":
    harness.main()
