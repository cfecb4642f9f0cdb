"""Crawls of simulated networks of awkward shape against their ground truth: everybody whom gossip
leads to has a record, nobody else has, and what peers tell changes no answer."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import survey  # noqa: E402
from crawl import ANSWERING, FROM_ONE, HONEST, CrawlCase, nodes  # noqa: E402

REGTEST_PORT = 18444  # a DNS seed names no port


class Crawl(CrawlCase):
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
                   options=["--concurrency", "4000", "--response-timeout", "90"])

    def test_self_announcement_first(self):
        self.crawl(*nodes(300), "--topology", "ring", "--gossip", "self_first=1", *FROM_ONE,
                   "--max-latency", "200")

    def test_from_a_seed(self):
        found = self.crawl("--localhost", *nodes(200), "--topology", "random", *FROM_ONE, *ANSWERING,
                           port=REGTEST_PORT, peers=["--dnsseed", "localhost", "--onlynet", "ipv4"])
        self.assertEqual(found.peer("127.0.0.1")["source"], "dns:localhost")

    def test_answers_do_not_depend_on_gossip(self):
        options = [*nodes(1000), "--topology", "random", "--gossip",
                   "honest=8,late=2,self_first=2,chatty=1,odd=2,malformed=1,too_many=1,mute=2"]
        answers = []
        for crawl in (False, True):
            network = self.start(*options, crawl=crawl)
            found = self.survey(network, crawl=crawl)
            network.score(self.folder / "records")
            answers.append({peer["address"]: (peer["outcome"], {
                entry["txid"]: entry["status"] for entry in peer["transactions"]})
                for peer in found.peers})
        self.assertEqual(*answers)


if __name__ == "__main__":
    unittest.main(verbosity=2)
