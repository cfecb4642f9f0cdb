#!/usr/bin/python3
"""A real node's address table, filled by RPC, and what a survey that crawls records of its gossip."""

import base64
import hashlib
import random
import tempfile
import unittest
from pathlib import Path

import suite
import survey
from node import Node

EACH = 900


def onion(key):
    checksum = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + checksum + b"\x03").decode().lower() + ".onion"


def i2p(key):
    return base64.b32encode(key).decode().lower().rstrip("=") + ".b32.i2p"


def invented(rng):
    """Addresses of all networks, each in a group of its own, so that the table has room for them."""
    for number in range(EACH):
        group = rng.sample(range(1, 255), 2)
        yield f"{rng.randrange(11, 100)}.{group[0]}.{number % 250 + 1}.{group[1]}", 8333
        yield f"2a0{number % 10}:{rng.randrange(1, 65536):x}::{number + 1:x}:{group[0]:x}", 8333
        yield f"fc{rng.randrange(256):02x}:{rng.randrange(65536):x}::{number + 1:x}", 8333
        yield onion(rng.randbytes(32)), 8333
        yield i2p(rng.randbytes(32)), 0


def fill(node, rng):
    for address, port in invented(rng):
        node.rpc("addpeeraddress", address, port)
    return node.rpc("getnodeaddresses", 0)


class Gossip(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node("-cjdnsreachable")
        cls.addClassCleanup(cls.node.stop)
        cls.known = fill(cls.node, random.Random(7))

    def crawl(self, *args):
        result = survey.run(["--chain", "regtest", "--connect", f"127.0.0.1:{self.node.port}",
                             "--crawl", "--max-peers", "1", *args, "5" * 64],
                            timeout=120 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, 0, result.explain())
        return result

    def test_all_networks_in_the_nodes_own_spelling(self):
        with tempfile.TemporaryDirectory() as folder:
            # Nobody is there: these say only that a way exists.
            result = self.crawl("--patience", "0", "--onion", "127.0.0.1:1", "--cjdnsreachable",
                                "--i2psam", "127.0.0.1:1", "--trace", str(Path(folder) / "trace"))
        record = result.peers[0]
        network_of = {survey.endpoint(entry): entry["network"] for entry in self.known}
        told = record["new_addresses"]
        self.assertEqual(record["addresses"], min(1000, len(self.known) * 23 // 100))
        self.assertEqual(len(told), record["addresses"])
        self.assertEqual(set(told) - set(network_of), set(), "spelt otherwise, or never known")
        self.assertEqual({network_of[text] for text in told},
                         {"ipv4", "ipv6", "onion", "i2p", "cjdns"})
        self.assertEqual(result.summary["address_book"]["known"], 1 + len(told))
        self.assertEqual(result.summary["not_attempted"], len(told))

    def test_networks_without_a_way_are_left_out_and_counted(self):
        record = (result := self.crawl("--patience", "0")).peers[0]
        network_of = {survey.endpoint(entry): entry["network"] for entry in self.known}
        self.assertEqual({network_of[text] for text in record["new_addresses"]} - {"ipv6"}, {"ipv4"})
        ignored = result.summary["address_book"]["ignored"]["network"]
        self.assertGreater(ignored, 100)
        self.assertEqual(len(record["new_addresses"]) + ignored, record["addresses"])

    def test_the_answer_is_the_same(self):
        entry = self.crawl("--patience", "0").peers[0]["transactions"][0]
        self.assertEqual((entry["status"], entry["requests"]), ("notfound", 1))

    def test_nobody_is_asked_without_crawl(self):
        result = survey.run(["--chain", "regtest", "--connect", f"127.0.0.1:{self.node.port}",
                             "--patience", "0", "5" * 64], timeout=120 * suite.SLOWNESS)
        self.assertIsNone(result.peers[0]["addresses"])


if __name__ == "__main__":
    suite.main()
