"""Crawls of simulated networks of awkward shape against their ground truth: everybody whom gossip
leads to has a record, nobody else has, and what peers tell changes no answer."""
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import survey  # noqa: E402
from simnet import Network  # noqa: E402

SCALE = 10 if os.environ.get("TXSURVEY_WRAPPER") else 1  # under valgrind time is scarce
REGTEST_PORT = 18444
ANSWERING = ["--mix", "served=3,notfound=2,partial=1"]
HONEST = ["--gossip", "honest=20,late=1,self_first=1"]
FROM_ONE = ["--start", "1"]


def nodes(count):
    return ["--nodes", str(count // SCALE)]


class Crawl(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, *options, crawl=True):
        network = Network(self.folder, *options, "--patience-ms", str(1000 * SCALE),
                          *["--crawl"] * crawl)
        self.addCleanup(lambda: network.process.poll() is None and network.process.kill())
        return network

    def survey(self, network, *options, peers=None, crawl=True, chain="regtest"):
        """The records of a survey, once both it and the network have ended well."""
        records = self.folder / "records"
        result = survey.run(
            ["--chain", chain, "-o", records, "--connect-timeout", str(2 * SCALE),
             "--handshake-timeout", str(4 * SCALE), "--response-timeout", str(5 * SCALE),
             "--patience", str(SCALE), "--rate", "5000", *["--crawl"] * crawl,
             *(peers or ["--peers", network.list]), *options, *network.ids], timeout=600)
        code, manners = network.stop()
        self.assertEqual(result.code, 0, result.stderr)
        self.assertEqual((code, manners), (0, ""), "the survey broke a rule of the protocol")
        found = survey.load(records, 0)
        survey.check_invariants(found)
        self.assertIs(found.summary["vantage_suspect"], False, "dead addresses are the network's")
        return found

    def crawl(self, *network_options, options=(), score=(), peers=None):
        network = self.start(*network_options)
        found = self.survey(network, *options, peers=peers)
        print(network.score(self.folder / "records", *score))
        return found

    def test_a_chain_in_which_each_knows_one(self):
        self.crawl("--nodes", "200", "--topology", "chain", *FROM_ONE, *ANSWERING, *HONEST)

    def test_islands_joined_by_one_node(self):
        found = self.crawl("--nodes", "200", "--topology", "islands", "--islands", "8", *FROM_ONE,
                           *ANSWERING, *HONEST)
        self.assertEqual(len(found.peers), 200)

    def test_islands_whose_joints_may_be_broken(self):
        found = self.crawl("--nodes", "1000", "--seed", "5", "--topology", "islands", "--islands", "50",
                           "--dead", "20", *FROM_ONE)
        self.assertLess(len(found.peers), 500, "the third joint is broken")

    def test_every_behaviour_and_every_manner_among_dead_addresses(self):
        self.crawl(*nodes(2000), "--topology", "random", "--dead", "70", "--start", "5",
                   options=["--concurrency", "4000"])

    def test_self_announcement_first(self):
        self.crawl(*nodes(300), "--topology", "ring", "--gossip", "self_first=1", *FROM_ONE,
                   "--max-latency", "200")

    def test_what_must_be_dropped_or_left_out(self):
        found = self.crawl(*nodes(500), "--topology", "random", "--dead", "50", *FROM_ONE, "--gossip",
                           "odd=2,malformed=3,too_many=1,bad_checksum=1,mute=1")
        ignored = found.summary["addresses"]["ignored"]
        self.assertGreater(ignored["port"], 0)
        self.assertEqual(ignored["network"], 3, "an onion, an I2P and a CJDNS address")

    def test_from_a_seed(self):
        found = self.crawl("--port", str(REGTEST_PORT), "--localhost", *nodes(200), "--topology",
                           "random", *FROM_ONE, *ANSWERING,
                           peers=["--dnsseed", "localhost", "--onlynet", "ipv4"])
        self.assertEqual(found.peer("127.0.0.1")["source"], "dns:localhost")

    def test_liars_do_not_starve_the_honest(self):
        """A tenth of 300 nodes invent 1,000 fresh addresses each, a hundred for each that is real;
        honest gossip is older. With twice as many attempts as nodes, nine nodes in ten must be among
        them: a survey that took addresses as they come, or the freshest first, would hardly find
        any."""
        found = self.crawl("--nodes", "300", "--topology", "random", *FROM_ONE, *ANSWERING, "--gossip",
                           "honest=9,liar=1", options=["--max-peers", "600"], score=["--partial"])
        real = [peer for peer in found.peers if peer["version"]]
        self.assertEqual(len(found.peers), 600)
        self.assertGreaterEqual(len(real), 270)

    def test_ended_by_max_peers(self):
        found = self.crawl(*nodes(2000), "--topology", "random", "--dead", "70", *FROM_ONE, *ANSWERING,
                           options=["--max-peers", "150"], score=["--partial"])
        self.assertEqual(len(found.peers), 150)
        self.assertTrue(found.summary["complete"])
        self.assertGreater(found.summary["not_attempted"], 0)

    def test_ended_by_deadline(self):
        found = self.crawl("--nodes", "2000", "--topology", "random", "--dead", "70", *FROM_ONE,
                           *ANSWERING, options=["--deadline", str(3 * SCALE), "--rate", "200"],
                           score=["--partial"])
        self.assertEqual(found.summary["reason"], "deadline")
        self.assertFalse(found.summary["complete"])
        self.assertGreater(found.summary["not_attempted"], 0)

    def test_answers_do_not_depend_on_gossip(self):
        options = [*nodes(1000), "--topology", "random", "--gossip",
                   "honest=8,late=2,self_first=2,chatty=1,odd=2,malformed=1,too_many=1,mute=2"]
        answers = []
        for crawl in (False, True):
            network = self.start(*options, crawl=crawl)
            found = self.survey(network, crawl=crawl)
            network.score(self.folder / "records")
            answers.append({survey.endpoint(peer): (peer["outcome"], {
                entry["txid"]: entry["status"] for entry in peer["transactions"]})
                for peer in found.peers})
            (self.folder / "ready").unlink()
        self.assertEqual(*answers)

    def test_gossip_of_unroutable_addresses(self):
        """On the main chain loopback is nowhere, unless --allow-local says otherwise."""
        options = ["--chain", "main", *nodes(200), "--topology", "ring", "--start", "5", *ANSWERING,
                   "--gossip", "honest=1"]
        found = self.survey(self.start(*options), chain="main")
        self.assertEqual(len(found.peers), 5)
        self.assertGreater(found.summary["addresses"]["ignored"]["unroutable"], 5)
        (self.folder / "ready").unlink()
        network = self.start(*options)
        self.survey(network, "--allow-local", chain="main")
        network.score(self.folder / "records")


if __name__ == "__main__":
    unittest.main(verbosity=2)
