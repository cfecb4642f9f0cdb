"""This machine's link breaks in the middle of a survey."""
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID  # noqa: E402

RATE = 20
LINE = "is this machine's own link in order?"


class Link(Case):
    def start(self, network, peers, *more, rate=RATE):
        words = [*network.connect(peers), "--patience=0", f"--rate={rate}", *more]
        return survey.start(["-o", self.output, "--resume", *words, TXID])

    def finish(self, process, code=0):
        result = survey.finish(process)
        self.assertEqual(result.code, code, result.stderr)
        self.addCleanup(harness.ip, "link set lo up")
        whole = survey.load(self.output, code)
        survey.check_invariants(whole)
        return result.stderr, whole

    def test_in_order(self):
        stderr, result = self.finish(self.start(self.network(), 12 * RATE, "--connect=127.0.0.1:1"))
        self.assertIs(result.summary["vantage_suspect"], False)
        self.assertNotIn(LINE, stderr)

    def test_lost(self):
        """Nobody can tell it from peers that are not there, one by one. A later part of the run asks all
        again that were tried then; where it finds nothing wrong the survey stays suspect."""
        network = self.network()
        process = self.start(network, 30 * RATE)
        while len(network.contacts) < 3 * RATE and process.poll() is None:
            time.sleep(0.1)
        harness.ip("link set lo down")
        time.sleep(13)
        process.send_signal(signal.SIGTERM)
        stderr, result = self.finish(process, 128 + signal.SIGTERM)
        self.assertGreater(result.summary["peers"]["answered"], RATE)
        self.assertIs(result.summary["vantage_suspect"], True, stderr)
        self.assertEqual(stderr.count(LINE), 1, stderr)
        harness.ip("link set lo up")
        stderr, result = self.finish(self.start(network, 30 * RATE, rate=500))
        self.assertIs(result.summary["vantage_suspect"], True)
        self.assertNotIn(LINE, stderr)
        self.assertEqual(result.summary["peers"]["answered"], 30 * RATE)

    def test_down_from_the_start(self):
        """Nobody was asked, whatever the records say: all are asked once it is up."""
        network = self.network()
        self.addCleanup(harness.ip, "link set lo up")
        harness.ip("link set lo down")
        _, result = self.finish(self.start(network, 5, "--connect-timeout=0.5"), 3)
        self.assertEqual([peer["suspect"] for peer in result.peers], [True] * 5)
        harness.ip("link set lo up")
        _, result = self.finish(self.start(network, 5))
        self.assertEqual(result.summary["peers"]["answered"], 5)


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.ip("link set lo up")
    harness.main()
