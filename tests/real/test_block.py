#!/usr/bin/python3
"""Confirmed transactions, taken from their block: every way of asking, at real nodes of one chain.

What was seen, on Bitcoin Knots 29.4.3: a block that a node does not have is met with silence, the ping
behind it with a pong; getblocktxn is answered by a blocktxn down to ten blocks below the tip.
"""

import tempfile
import time
import unittest
from pathlib import Path

import suite
import survey
from node import Node
from transactions import Chain, CTransaction, x

UNKNOWN = "5" * 64
NO_BLOCK = "6" * 64
WITNESS_FIELDS = ("hash", "size", "vsize", "weight")


def setUpModule():
    global nodes, chain
    nodes = {"full": Node()}
    unittest.addModuleCleanup(lambda: [node.stop() for node in nodes.values()])
    chain = Chain(nodes["full"])
    for name, option in (("other", "-listen=1"), ("bloom", "-peerbloomfilters=1"),
                         ("pruned", "-prune=550")):
        nodes[name] = Node(option)
    share_blocks()


def share_blocks():
    """All nodes have what the full one has."""
    for node in nodes.values():
        node.follow(nodes["full"])


def deepen(depth):
    """The funding block is at least so many blocks below the tip."""
    block = nodes["full"].rpc("getblock", chain.funding_block)
    if block["confirmations"] - 1 < depth:
        chain.mine(depth - block["confirmations"] + 1)
        share_blocks()
    return block["height"]


class FromBlock(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        full = nodes["full"]
        cls.raw = full.rpc("getrawtransaction", chain.funding, False, chain.funding_block)
        cls.decoded = full.rpc("decoderawtransaction", cls.raw)
        txids = full.rpc("getblock", chain.funding_block)["tx"]
        cls.position = txids.index(chain.funding)

    def survey(self, names, *args, block=None):
        words = []
        for name in names:
            words += ["--connect", f"127.0.0.1:{nodes[name].port}"]
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        result = survey.run(["--chain", "regtest", "--patience", "0", "--concurrency", "1", "--raw",
                             "--block", block or chain.funding_block, *words,
                             "--trace", folder / "trace", *(args or [chain.funding])],
                            timeout=120 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, 0, result.explain())
        self.sent = [message["command"] for message in suite.trace(folder / "trace")
                     if message["direction"] == "sent"]
        return result

    def entry(self, result, name, txid=None):
        return result.entry(txid or chain.funding, port=nodes[name].port)

    def asked(self, result, name):
        return result.peer("127.0.0.1", nodes[name].port)["block_asked"]

    def check_served(self, result, name, via):
        entry = self.entry(result, name)
        size = self.decoded["size"] if via == "block" else len(self.stripped())
        self.assertEqual(
            {field: entry[field] for field in ("status", "via", "strength", "position", "wtxid",
                                               "bytes", "requests")},
            {"status": "served", "via": via, "strength": "proven", "position": self.position,
             "wtxid": self.decoded["hash"] if via == "block" else None, "bytes": size,
             "requests": 1})
        self.assertEqual(result.peer("127.0.0.1", nodes[name].port)["outcome"], "answered")

    def stripped(self):
        tx = CTransaction.deserialize(x(self.raw))
        return CTransaction(tx.vin, tx.vout, tx.nLockTime, tx.nVersion).serialize()

    def check_record(self, result, unknown=()):
        self.assertEqual(len(result.transactions), 1)
        record = result.transactions[0]
        for field in ("txid", "version", "locktime", *WITNESS_FIELDS):
            wanted = None if field in unknown else self.decoded[field]
            self.assertEqual(record[field], wanted, field)
        self.assertEqual(len(record["vin"]), len(self.decoded["vin"]))
        self.assertEqual(record["hex"], self.stripped().hex() if unknown else self.raw)

    def check_block(self, result, **wanted):
        block = result.summary["block"]
        self.assertEqual({field: block[field] for field in ("hash", *wanted)},
                         {"hash": chain.funding_block, **wanted})

    def test_whole(self):
        result = self.survey(["full"], chain.funding, UNKNOWN)
        height = nodes["full"].rpc("getblock", chain.funding_block)["height"]
        self.check_served(result, "full", "block")
        self.assertEqual(self.entry(result, "full", UNKNOWN)["status"], "notfound")
        self.assertEqual(self.asked(result, "full"), "block")
        self.check_record(result)
        self.check_block(result, height=height, can_serve=1, asked=1, served=1)

    def test_whole_by_wtxid(self):
        """Also where a filtered block could be had: that proves no wtxid."""
        for name in ("full", "bloom"):
            result = self.survey([name], "--wtxid", self.decoded["hash"])
            entry = self.entry(result, name, self.decoded["hash"])
            self.assertEqual((entry["status"], entry["via"]), ("served", "block"))
            self.check_record(result)

    def test_filtered(self):
        result = self.survey(["bloom"], chain.funding, UNKNOWN)
        self.check_served(result, "bloom", "merkleblock")
        self.assertEqual(self.entry(result, "bloom", UNKNOWN)["status"], "notfound")
        self.assertEqual(self.asked(result, "bloom"), "merkleblock")
        self.assertIn("filterload", self.sent)
        self.check_record(result, WITNESS_FIELDS)
        self.check_block(result, height=None, can_serve=1, asked=1, served=1)

    def test_filtered_block_that_has_it_not(self):
        tip = nodes["full"].rpc("getbestblockhash")
        result = self.survey(["bloom"], block=tip)
        self.assertEqual(self.entry(result, "bloom")["status"], "notfound")
        self.assertLess(result.peer("127.0.0.1")["duration_ms"], 10_000 * suite.SLOWNESS)

    def test_1_recent(self):
        """The second peer is asked for the transaction alone."""
        result = self.survey(["full", "other"])
        for name in ("full", "other"):
            self.check_served(result, name, "block")
        self.assertEqual(sorted(self.asked(result, name) for name in ("full", "other")),
                         ["block", "blocktxn"])
        self.assertEqual(self.sent.count("getblocktxn"), 1)
        self.check_record(result)
        self.check_block(result, can_serve=2, asked=2, served=2)

    def test_2_ten_deep(self):
        deepen(10)
        result = self.survey(["full", "other"])
        self.assertEqual(self.sent.count("getblocktxn"), 1)
        self.check_served(result, "full", "block")
        self.check_served(result, "other", "block")

    def test_3_eleven_deep(self):
        deepen(11)
        result = self.survey(["full", "other"])
        self.assertEqual(self.sent.count("getblocktxn"), 0)
        for name in ("full", "other"):
            self.check_served(result, name, "block")
            self.assertEqual(self.asked(result, name), "block")

    def test_3_no_more_than_so_many(self):
        deepen(11)
        result = self.survey(["full", "other"], "--block-peers", "1", chain.funding)
        self.assertEqual({self.asked(result, name) for name in ("full", "other")}, {"block", None})
        self.check_block(result, can_serve=2, asked=1, served=1)
        self.assertEqual(result.totals(chain.funding)["served"], 1)
        hints = {self.asked(result, name): self.entry(result, name)["hint"]
                 for name in ("full", "other")}
        self.assertEqual(hints, {"block": None, None: "confirmed"})

    def test_3_pruned_in_range(self):
        """Asked once the height is known: the order of peers is random, so it may take some runs."""
        deepen(11)
        for _ in range(12):
            result = self.survey(["full", "pruned"])
            self.check_served(result, "full", "block")
            self.check_block(result, can_serve=2)
            if self.asked(result, "pruned"):
                self.check_served(result, "pruned", "block")
                return
            self.assertEqual(self.entry(result, "pruned")["status"], "notfound")
        self.fail("the pruned node always came first")

    def test_4_pruned_beyond(self):
        deepen(289)
        for _ in range(4):
            result = self.survey(["full", "pruned"])
            self.check_served(result, "full", "block")
            self.assertIsNone(self.asked(result, "pruned"))
            self.assertEqual(self.entry(result, "pruned")["status"], "notfound")
            self.assertEqual(result.peer("127.0.0.1", nodes["pruned"].port)["outcome"], "answered")
            self.check_block(result, can_serve=1, asked=1, served=1)

    def test_unknown_block(self):
        begin = time.monotonic()
        result = self.survey(["full"], block=NO_BLOCK)
        self.assertLess(time.monotonic() - begin, 6 * suite.SLOWNESS)
        self.assertEqual(self.asked(result, "full"), "block")
        self.assertEqual(self.entry(result, "full")["status"], "notfound")
        self.assertEqual(result.peer("127.0.0.1")["outcome"], "answered")
        self.assertEqual(result.summary["block"],
                         {"hash": NO_BLOCK, "height": None, "can_serve": 1, "asked": 1, "served": 0})

    def test_unknown_block_filtered(self):
        result = self.survey(["bloom"], block=NO_BLOCK)
        self.assertEqual(self.asked(result, "bloom"), "merkleblock")
        self.assertEqual(self.entry(result, "bloom")["status"], "notfound")

    def test_block_that_has_it_not(self):
        """Once one peer has given all of the block, no other one is asked for what is not in it."""
        result = self.survey(["full", "other"], UNKNOWN)
        for name in ("full", "other"):
            self.assertEqual(self.entry(result, name, UNKNOWN)["status"], "notfound")
        self.check_block(result, asked=1, served=0)

    def test_coinbase(self):
        """Its place is 0, and it has no inputs that spend anything."""
        coinbase = nodes["full"].rpc("getblock", chain.funding_block)["tx"][0]
        result = self.survey(["full"], coinbase, chain.funding)
        entry = self.entry(result, "full", coinbase)
        self.assertEqual((entry["status"], entry["position"]), ("served", 0))
        self.check_served(result, "full", "block")
        record = next(tx for tx in result.transactions if tx["txid"] == coinbase)
        self.assertIn("coinbase", record["vin"][0])

    def test_what_is_in_the_mempool_needs_no_block(self):
        raw = chain.make(["p2wpkh"], ["p2tr"])
        chain.send(raw)
        result = self.survey(["full"], chain.txid(raw))
        entry = self.entry(result, "full", chain.txid(raw))
        self.assertEqual((entry["status"], entry["via"], entry["position"]), ("served", "tx", None))
        self.assertIsNone(self.asked(result, "full"))


if __name__ == "__main__":
    suite.main()
