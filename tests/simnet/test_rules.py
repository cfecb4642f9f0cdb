"""Every rule of every version, played in real time: what a node had when the session began is never
called a strong `notfound`, and what it sends is never called one at all.

TXSURVEY_RULES_PATIENCE=905 makes it the run that proves the rules of two minutes and of a quarter of
an hour, which takes as long. It prints the table by rule, as cost.py does."""
import json
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import survey  # noqa: E402
from simnet import LIMITS, TXS, Network  # noqa: E402

SLOW = bool(os.environ.get("TXSURVEY_WRAPPER"))  # under valgrind: fewer nodes
PATIENCE_S = int(os.environ.get("TXSURVEY_RULES_PATIENCE", "30"))
NODES = 400 if SLOW else 4000
PAIRS = NODES * 5  # at least
# Rules by which a notfound is never strong, and those by which some must be, whatever the patience.
NEVER = {"core_0_13", "bcoin", "bcoin_selfish", "blocksonly"}
ALWAYS = {"core_0_12", "core_26", "core_31_99", "core_32", "knots", "btcd"}
AFTER_S = {"core_0_21": 125, "core_0_20": 905}
# Those whose first answer is final.
AT_ONCE = {"core_0_12", "core_26", "knots", "btcd"}


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def rows_of(output):
    """{rule: {column: text}} of the table that score.py prints."""
    lines = [[word.strip("` ") for word in line.strip("|").split("|")]
             for line in output.splitlines() if line.startswith("|")]
    return {line[0]: dict(zip(lines[0], line)) for line in lines[2:]}


class Rules(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.records, self.played = self.folder / "records", self.folder / "played"

    def play(self, patience_s, *options, survey_options=()):
        """The network that was surveyed, and the rows of the table."""
        network = Network(self.folder, "--nodes", str(NODES), "--mix", "rule=1", "--patience-ms",
                          str(patience_s * 1000), "--max-latency", "200", "--played", self.played, *TXS,
                          *options)
        try:
            result = survey.run(
                ["--chain", "regtest", "--peers", network.list, "-o", self.records, *LIMITS, "--patience",
                 str(patience_s), "--concurrency", str(NODES), "--rate", "100", *survey_options,
                 *network.ids],
                timeout=patience_s + 600)
        finally:
            code, manners = network.stop()
        self.assertEqual(result.code, 0, result.stderr)
        self.assertEqual((code, manners), (0, ""), "the survey broke a rule of the protocol")
        survey.check_invariants(survey.load(self.records))
        score = network.judge(self.records, "--played", self.played, "--table")
        print(score.stdout, flush=True)
        self.assertEqual(score.returncode, 0, score.stderr)
        return network, rows_of(score.stdout)

    def check_strengths(self, rows, patience_s):
        self.assertGreaterEqual(int(rows["all"]["pairs"]), PAIRS)
        for rule in NEVER:
            self.assertEqual(rows[rule]["strong"], "0", rule)
        for rule in ALWAYS:
            self.assertGreater(int(rows[rule]["strong"]), 0, rule)
        for rule, after_s in AFTER_S.items():
            self.assertEqual(int(rows[rule]["strong"]) > 0, patience_s >= after_s, rule)
        for rule in AT_ONCE | {"bcoin"}:
            self.assertEqual(rows[rule]["weak, yet had it"], "0", f"{rule} serves what it had")

    def check_costs(self, rows, **others):
        for rule in AT_ONCE:
            self.assertEqual(rows[rule]["requests"], others.get(rule, "1.0"),
                             f"{rule} has said all after the first")

    def check_that_a_false_one_is_found(self, network):
        """The same records, but for one weak notfound of a transaction that was there."""
        had = {(line["address"], tx["id"]) for line in lines_of(self.played)
               for tx in line["transactions"]
               if line["rule"] == "core_0_13" and tx["withheld"] and tx["entered_ms"] <= 0}
        records = lines_of(self.records)
        entry = next(entry for peer in records if peer["type"] == "peer"
                     for entry in peer["transactions"] if (peer["address"], entry["txid"]) in had)
        self.assertEqual(entry["strength"], "weak")
        entry["strength"] = "strong"
        self.records.write_text("".join(json.dumps(record) + "\n" for record in records))
        score = network.judge(self.records, "--played", self.played)
        self.assertEqual(score.returncode, 1)
        self.assertIn("(core_0_13): strong, but had", score.stdout)

    def test_with_patience(self):
        network, rows = self.play(PATIENCE_S)
        self.check_strengths(rows, PATIENCE_S)
        self.check_costs(rows)
        self.check_that_a_false_one_is_found(network)

    def test_announcements_alone(self):
        """With little patience only an announcement that was seen makes a tick sure."""
        self.check_strengths(self.play(8, "--seed", "8")[1], 8)

    def test_eager(self):
        """Asked before they have said a word. Who knows no witnesses has not heard the first request."""
        _, rows = self.play(8, "--eager", "--seed", "10", survey_options=["--eager"])
        self.check_strengths(rows, 8)
        self.check_costs(rows, core_0_12="2.0")

    def test_control_finds_the_selfish(self):
        """Who announces and does not serve fails its control, and its notfounds are weak. Nobody else
        fails. Of a selfish node that announces nothing while we are patient nobody can tell."""
        _, rows = self.play(8, "--seed", "9", survey_options=["--control"])
        self.check_strengths(rows, 8)
        truth = {(node["address"], node["port"]): node.get("rule") for node in lines_of(
            self.folder / "truth")[1:]}
        failed = [peer for peer in lines_of(self.records)
                  if peer["type"] == "peer" and peer["control"]["passed"] is False]
        self.assertTrue(failed)
        self.assertEqual([peer for peer in failed if truth[peer["address"], peer["port"]] != "selfish"], [])
        for peer in failed:
            self.assertNotIn("strong", {entry["strength"] for entry in peer["transactions"]})


if __name__ == "__main__":
    unittest.main(verbosity=2)
