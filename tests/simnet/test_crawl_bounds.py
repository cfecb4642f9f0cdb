"""What bounds a crawl: addresses that are dropped or left out, liars, --max-peers, --deadline."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from crawl import (ANSWERING, FROM_ONE, HONEST, SCALE, CrawlCase, most_at_once, most_in_a_second,  # noqa: E402
                   nodes)


class Bounds(CrawlCase):
    def test_what_must_be_dropped_or_left_out(self):
        found = self.crawl(*nodes(500), "--topology", "random", "--dead", "50", *FROM_ONE, "--gossip",
                           "odd=2,malformed=3,too_many=1,bad_checksum=1,mute=1")
        ignored = found.summary["address_book"]["ignored"]
        self.assertGreater(ignored["port"], 0)
        self.assertEqual(ignored["network"], 5, "onion, I2P, CJDNS, OnionCat, Core's names")

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

    def test_silent_addresses_take_no_places(self):
        """Nobody is missed, no more conversations go on than may, and nobody is dialled sooner."""
        found = self.crawl("--nodes", "200", "--topology", "random", "--dead", "70", *FROM_ONE, "--mix",
                           "served=1", *HONEST, options=["--concurrency", "20", "--rate", "200"])
        self.assertEqual(len(found.peers), 666)
        silent = [peer for peer in found.peers if peer["outcome"] == "connect_timeout"]
        self.assertGreater(most_at_once(silent), 20)
        self.assertLessEqual(most_at_once(silent), 100)
        self.assertLessEqual(most_at_once([peer for peer in found.peers if peer["version"]]), 20)
        self.assertLessEqual(most_in_a_second(found.peers), 200 + 20, "a tenth of a second is saved up")

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

    def test_gossip_of_unroutable_addresses(self):
        """On the main chain loopback is nowhere, unless --allow-local says otherwise."""
        options = ["--chain", "main", *nodes(200), "--topology", "ring", "--start", "5", *ANSWERING,
                   "--gossip", "honest=1"]
        found = self.survey(self.start(*options), chain="main")
        self.assertEqual(len(found.peers), 5)
        self.assertGreater(found.summary["address_book"]["ignored"]["unroutable"], 5)
        network = self.start(*options)
        self.survey(network, "--allow-local", chain="main")
        network.score(self.folder / "records")


if __name__ == "__main__":
    unittest.main(verbosity=2)
