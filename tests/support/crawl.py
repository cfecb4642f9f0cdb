"""A crawl of a simulated network of any shape, scored against its ground truth."""
import os
import shutil
import tempfile
import unittest
from bisect import bisect_left
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import survey
from simnet import LIMITS, Network

SCALE = 10 if os.environ.get("TXSURVEY_WRAPPER") else 1  # under valgrind time is scarce
PATIENCE_S = 4 * SCALE
ANSWERING = ["--mix", "served=3,notfound=2,partial=1"]
HONEST = ["--gossip", "honest=20,late=1,self_first=1"]
FROM_ONE = ["--start", "1"]


def nodes(count):
    return ["--nodes", str(count // SCALE)]


def began_s(peer):
    return datetime.fromisoformat(peer["started"]).timestamp()


def ended_s(peer):
    return began_s(peer) + peer["duration_ms"] / 1000


def most_at_once(peers):
    """In progress; whoever ends makes room for who begins in the same moment."""
    steps = [(round(began_s(peer), 3), 1) for peer in peers]
    steps += [(round(ended_s(peer), 3), -1) for peer in peers]
    return max(accumulate(step for _, step in sorted(steps)))


def most_in_a_second(peers):
    """How many peers were dialled in the busiest second."""
    times = sorted(began_s(peer) for peer in peers)
    return max(bisect_left(times, time + 0.9995) - number for number, time in enumerate(times))


class CrawlCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, *options, crawl=True, port=None):
        network = Network(self.folder, *options, "--patience-ms", str(PATIENCE_S * 1000),
                          *["--crawl"] * crawl, port=port)
        self.addCleanup(lambda: network.process.poll() is None and network.process.kill())
        return network

    def survey(self, network, *options, peers=None, crawl=True, chain="regtest"):
        """The records of a survey, once both it and the network have ended well."""
        records = self.folder / "records"
        result = survey.run(
            ["--chain", chain, "-o", records, *LIMITS, "--patience", str(PATIENCE_S), "--keep-asking", "--rate", "500",
             *["--crawl"] * crawl,
             *(peers or ["--peers", network.list]), *options, *network.ids], timeout=600)
        code, manners = network.stop()
        self.assertEqual(result.code, 0, result.stderr)
        self.assertEqual((code, manners), (0, ""), "the survey broke a rule of the protocol")
        found = survey.load(records, 0)
        survey.check_invariants(found)
        self.assertIs(found.summary["vantage_suspect"], False, "dead addresses are the network's")
        return found

    def crawl(self, *network_options, options=(), score=(), peers=None, port=None):
        network = self.start(*network_options, port=port)
        found = self.survey(network, *options, peers=peers)
        print(network.score(self.folder / "records", *score))
        return found
