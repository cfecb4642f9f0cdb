"""Surveys of the simulated network, scored against its ground truth: every pair of a peer and a
transaction right, no peer missing, none twice, and no rule of the protocol broken on the way."""
import os
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import survey  # noqa: E402
from simnet import LIMITS, Network  # noqa: E402

SLOW = bool(os.environ.get("TXSURVEY_WRAPPER"))  # under valgrind: fewer nodes, longer limits


class Simulated(unittest.TestCase):
    def check(self, nodes, seed, patience_s, *options, by="txid", latency_ms=200, block=False):
        scale = 10 if SLOW else 1
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            network = Network(folder, "--nodes", str(nodes // scale), "--seed", str(seed), "--by", by,
                              "--patience-ms", str(patience_s * scale * 1000), "--max-latency",
                              str(latency_ms), *(["--block"] if block else []),
                              *(["--eager"] if "--eager" in options else []))
            records = folder / "records"
            try:
                ids = ["--wtxid", *network.wtxids] if by == "wtxid" else network.ids
                if block:
                    ids = ["--block", network.block, "--block-peers", "100000", *ids]
                result = survey.run(
                    ["--chain", "regtest", "--peers", network.list, "-o", records, *LIMITS,
                     "--patience", str(patience_s * scale),
                     # Late nodes begin to serve in the time of patience, whatever they are.
                     "--keep-asking", *options, *ids], timeout=600)
            finally:
                code, manners = network.stop()
            self.assertEqual(result.code, 0, result.stderr)
            self.assertEqual((code, manners), (0, ""), "the survey broke a rule of the protocol")
            survey.check_invariants(survey.load(records))
            print(network.score(records))

    def test_ten_thousand_nodes_of_every_behaviour(self):
        # Floods of 7 MB come to 50 of them at 16 KiB a turn, and each turn has thousands of others.
        self.check(10000, 1, 6, "--concurrency", "4000", "--rate", "1000", "--response-timeout", "90")

    def test_by_wtxid(self):
        self.check(3000, 2, 6, "--rate", "500", by="wtxid")

    def test_first_answers_without_patience(self):
        self.check(3000, 3, 0, "--rate", "500")

    def test_from_a_block(self):
        self.check(3000, 5, 0, "--rate", "500", block=True)

    def test_from_a_block_by_wtxid(self):
        self.check(1500, 6, 1, "--rate", "500", by="wtxid", block=True)

    def test_eager(self):
        self.check(2000, 7, 1, "--rate", "500", "--eager", "--control", block=True)

    def test_a_narrow_window(self):
        self.check(500, 4, 1, "--concurrency", "50")


if __name__ == "__main__":
    unittest.main(verbosity=2)
