#!/usr/bin/python3
"""Whom gossip may make the survey call, on the main chain, and what is told of it in the records."""

import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from fakepeer import TXID, FakeNetwork, addr, honest, serve

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"


def gossiping(endpoints, delay=0.0, first=()):
    """A script: honest, and tells these addresses when it is asked."""
    def script(peer):
        def getaddr(_):
            if first:
                peer.send(b"addr", addr(first))
            time.sleep(delay)
            peer.send(b"addr", addr(endpoints))
        peer.handshake()
        serve(peer, getaddr=getaddr)
    return script


class Gossip(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.network = FakeNetwork(honest)
        self.addCleanup(self.network.__exit__)
        self.port = self.network.port

    def tells(self, *endpoints, **kw):
        """Peer 1 tells these and, so that it is no short answer, ten that nobody may call."""
        filler = [(f"10.0.0.{number}", 8333) for number in range(10)]
        self.network.scripts["127.0.0.1"] = gossiping([*endpoints, *filler], **kw)

    def crawl(self, *args, code=0):
        result = survey.run(["--connect", self.network.at(1), "--crawl", "--patience", "0",
                             "--connect-timeout", "1", "--response-timeout", "2", *args, TXID])
        survey.check_invariants(result)
        self.assertEqual(result.code, code, result.explain())
        return result

    def ignored(self, result, **expected):
        counts = result.summary["address_book"]["ignored"]
        self.assertEqual({reason: counts[reason] for reason in expected}, expected)

    def test_local_addresses(self):
        self.tells(("127.0.0.2", self.port), ("192.168.1.1", 8333), ("224.0.0.1", 8333),
                   ("::1", 8333), ("fc00::1", 8333), ("2001:db8::1", 8333), ("0.0.0.0", 8333),
                   ("fd87:d87e:eb43::1", 8333), ("fd60:db4d:ddb5::1", 8333))
        result = self.crawl()
        self.assertEqual(self.network.contacts, ["127.0.0.1"])
        self.ignored(result, unroutable=16, network=3, port=0)
        self.assertEqual(result.peers[0]["addresses"], 19)
        self.assertEqual(result.peers[0]["new_addresses"], [])

    def test_allow_local(self):
        self.tells(("127.0.0.2", self.port), ("127.0.0.3", self.port), ("127.0.0.2", self.port))
        excluded = self.folder / "excluded"
        excluded.write_text("10.0.0.0/8 # not ours\n")
        result = self.crawl("--allow-local", "--exclude", excluded)
        self.assertEqual(sorted(self.network.contacts), ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
        self.ignored(result, unroutable=0, excluded=10)
        self.assertEqual(result.peer("127.0.0.2")["source"], f"gossip:127.0.0.1:{self.port}")
        self.assertEqual(set(result.peer("127.0.0.1")["new_addresses"]),
                         {f"127.0.0.2:{self.port}", f"127.0.0.3:{self.port}"})
        self.assertEqual(result.peer("127.0.0.1")["addresses"], 13)

    def test_exclude_holds_whoever_names_it(self):
        self.tells(("127.0.0.2", self.port), ("127.0.1.1", self.port))
        excluded = self.folder / "excluded"
        excluded.write_text(f"127.0.0.2\n10.0.0.0/8\n::ffff:127.0.1.0/120\n{ONION}\n")
        result = self.crawl("--allow-local", "--exclude", excluded,
                            "--connect", self.network.at(2), "--connect", "127.0.1.7:1")
        self.assertEqual(self.network.contacts, ["127.0.0.1"])
        self.ignored(result, excluded=13)
        result = survey.run(["--connect", self.network.at(2), "--exclude", excluded, TXID])
        self.assertEqual(result.code, 3, "all are left out")
        self.ignored(result, excluded=1)

    def test_ports_of_other_services(self):
        endpoints = [("127.0.0.2", port) for port in (0, 22, 25, 80, 443)]
        self.tells(*endpoints)
        excluded = self.folder / "excluded"
        excluded.write_text("10.0.0.0/8\n")
        options = ["--allow-local", "--exclude", excluded]
        result = self.crawl(*options)
        self.assertEqual(len(result.peers), 1)
        self.ignored(result, port=5)
        result = self.crawl(*options, "--any-port")
        self.assertEqual({peer["port"] for peer in result.peers},
                         {self.port, 22, 25, 80, 443})
        self.ignored(result, port=1)
        result = self.crawl(*options, "--connect", "127.0.0.9:22")
        self.assertIn(22, {peer["port"] for peer in result.peers}, "named by the user")

    def test_the_rest_is_waited_for(self):
        excluded = self.folder / "excluded"
        excluded.write_text("10.0.0.0/8\n")
        self.tells(("127.0.0.2", self.port), first=[("127.0.0.3", self.port)], delay=0.7)
        result = self.crawl("--allow-local", "--exclude", excluded)
        self.assertEqual({peer["address"] for peer in result.peers},
                         {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
        first = result.peer("127.0.0.1")
        self.assertEqual(first["addresses"], 12)
        self.assertGreater(first["duration_ms"], 699)
        self.assertLess(first["transactions"][0]["response_ms"], 699)

    def test_other_networks(self):
        """Without a way out they are counted, and nobody is called."""
        result = survey.run(["--connect", ONION, "--connect", self.network.at(1), TXID])
        survey.check_invariants(result)
        self.ignored(result, network=1)
        self.assertEqual(len(result.peers), 1)

    def test_max_peers_leaves_out_the_least_likely(self):
        """What the user named comes before what a stranger says."""
        self.tells(*[("127.0.1.%d" % number, self.port) for number in range(1, 100)])
        result = self.crawl("--allow-local", "--max-peers", "5", *self.network.connect(4, 2),
                            "--concurrency", "1")
        self.assertEqual({peer["source"] for peer in result.peers}, {"connect"})
        self.assertEqual(result.summary["not_attempted"], 109)

    def test_one_teller_counts_once(self):
        """Two that agree on what they invent name each address sixteen times in a list."""
        invented = [("127.0.66.%d" % number, self.port) for number in range(1, 13)]
        real = [("127.0.8.%d" % number, self.port) for number in range(1, 41)]
        tellers = [("127.0.0.%d" % number, self.port) for number in range(1, 13)]
        self.network.script = gossiping(tellers)
        self.network.scripts["127.0.0.1"] = gossiping(invented * 16)
        self.network.scripts["127.0.0.2"] = gossiping(invented * 16)
        for number in range(3, 13):
            self.network.scripts[f"127.0.0.{number}"] = gossiping(real[number % 2::2])
        result = self.crawl("--allow-local", *self.network.connect(11, 2), "--max-peers", "24",
                            "--concurrency", "1")
        told = [peer["address"] for peer in result.peers if peer["source"] != "connect"]
        self.assertEqual(len(told), 12)
        self.assertLessEqual(sum(address.startswith("127.0.66.") for address in told), 4)


if __name__ == "__main__":
    harness.main()
