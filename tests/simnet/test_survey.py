"""Surveys of the simulated network, scored against its ground truth: every pair of a peer and a
transaction right, no peer missing, none twice, and no rule of the protocol broken on the way."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import survey  # noqa: E402

SLOW = bool(os.environ.get("TXSURVEY_WRAPPER"))  # under valgrind: fewer nodes, longer limits
PORT = 18555


class Network:
    """A running simnet; its files are in `folder`."""

    def __init__(self, folder, *options):
        self.truth, self.list = folder / "truth", folder / "list"
        ready = folder / "ready"
        self.process = subprocess.Popen(
            [os.environ["TXSURVEY_SIMNET"], "--port", str(PORT), "--truth", self.truth, "--list",
             self.list, "--ready-file", ready, "--stats", folder / "stats", "--strict", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(600):
            if ready.exists() or self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.ids, self.wtxids = [], []
        while (line := self.process.stdout.readline()).startswith("tx "):
            _, txid, wtxid = line.split()
            self.ids.append(txid)
            self.wtxids.append(wtxid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        output = self.process.communicate(timeout=60)[1]
        return self.process.returncode, output


class Simulated(unittest.TestCase):
    def check(self, nodes, seed, patience_s, *options, by="txid", latency_ms=200):
        scale = 10 if SLOW else 1
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            network = Network(folder, "--nodes", str(nodes // scale), "--seed", str(seed), "--by", by,
                              "--patience-ms", str(patience_s * scale * 1000), "--max-latency",
                              str(latency_ms))
            records = folder / "records"
            try:
                ids = ["--wtxid", *network.wtxids] if by == "wtxid" else network.ids
                result = survey.run(
                    ["--chain", "regtest", "--peers", network.list, "-o", records, "--connect-timeout",
                     str(3 * scale), "--handshake-timeout", str(4 * scale), "--response-timeout",
                     str(4 * scale), "--patience", str(patience_s * scale), *options, *ids])
            finally:
                code, manners = network.stop()
            self.assertEqual(result.code, 0, result.stderr)
            self.assertEqual((code, manners), (0, ""), "the survey broke a rule of the protocol")
            survey.check_invariants(survey.load(records))
            score = subprocess.run([sys.executable, "-B", HERE / "score.py", "--truth", network.truth,
                                    "--records", records], capture_output=True, text=True)
            print(score.stdout.splitlines()[-1] if score.returncode == 0 else score.stdout)
            self.assertEqual(score.returncode, 0)

    def test_ten_thousand_nodes_of_every_behaviour(self):
        self.check(10000, 1, 6, "--concurrency", "4000", "--rate", "4000")

    def test_by_wtxid(self):
        self.check(3000, 2, 6, "--rate", "3000", by="wtxid")

    def test_first_answers_without_patience(self):
        self.check(3000, 3, 0, "--rate", "3000")

    def test_a_narrow_window(self):
        self.check(500, 4, 1, "--concurrency", "50")


if __name__ == "__main__":
    unittest.main(verbosity=2)
