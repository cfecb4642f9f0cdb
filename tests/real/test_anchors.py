#!/usr/bin/python3
"""Which chain a node has, by proof: nodes on both sides of a split, and others that cannot or do not say.

What was seen, on Bitcoin Knots 29.4.3, that is not in every description of the protocol:

- A block that was in the active chain less than a month ago, and was left for a longer branch, is
  shown like one of the active chain: such a node has both. One of a branch that was never active is
  not, nor one that was invalidated.
- What is pruned still has its header.
- Initial block download by age changes nothing; while the chain has too little work, the node answers
  with headers without any.
- On regtest, too, it sets the service bit of a chain that has split off (28), for it has the rules.
"""

import re
import unittest

import kinds
import suite
from kinds import ABSENT, HELD, UNKNOWN
from node import Node, RPCError
from split import Split
from traced import ANCHORS, READY, REQUEST, VERSION, run_all

# Its options; what it says of the branches by RPC; what is recorded of their first blocks.
KINDS = {
    "left": ([], {"a": "active", "b": "invalid"}, {"a": "has", "b": "lacks"}),
    "right": ([], {"a": "invalid", "b": "active"}, {"a": "lacks", "b": "has"}),
    "reorganised": ([], {"a": "valid-fork", "b": "active"}, {"a": "has", "b": "has"}),
    "beside": ([], {"a": "valid-headers", "b": "active"}, {"a": "lacks", "b": "has"}),
    "ibd": (["-maxtipage=60"], {"a": "active"}, {"a": "has", "b": "lacks"}),
    "loading": (["-minimumchainwork=0xffffffff"], {"a": "active"}, {"a": None, "b": None}),
    "pruned": (["-prune=1", "-fastprune"], {}, {"a": "has", "b": "lacks"}),
}
HOLDERS = {"left", "right", "ibd"}  # of the transaction


def setUpModule():
    global nodes, story, runs
    nodes = {"right": Node()}
    unittest.addModuleCleanup(nodes["right"].stop)
    story = Split(nodes["right"])
    for name in set(KINDS) - set(nodes):
        nodes[name] = Node(*KINDS[name][0])
        unittest.addModuleCleanup(nodes[name].stop)
        story.tell(nodes[name])
    show_branches()
    for name in HOLDERS:
        assert story.offer(nodes[name], "cheap")
    by_txid, by_wtxid = ([story.id("cheap", kind), UNKNOWN] for kind in ("txid", "hash"))
    runs = run_all({"by txid": (nodes, *story.anchors("a", "b"), *by_txid),
                    "by wtxid": (nodes, "--wtxid", *story.anchors("b", "a"), *by_wtxid),
                    "census": (nodes, "--census", *story.anchors("a", "b")),
                    "without": (nodes, *by_txid),
                    "block": ({name: nodes[name] for name in ("left", "ibd", "beside")},
                              *story.anchors("a"), "--block", story.hashes["a"][0],
                              story.id("tip"), UNKNOWN)})


def show_branches():
    for name in ("left", "reorganised", "ibd", "loading", "pruned"):
        story.show(nodes[name], "a")
    story.show(nodes["left"], "b", 1)
    nodes["left"].rpc("invalidateblock", story.hashes["b"][0])
    story.show(nodes["left"], "b")
    for name in ("reorganised", "beside"):
        story.show(nodes[name], "b")
    story.show(nodes["beside"], "a")
    # Block files are pruned whole, and those of the last 288 blocks not at all.
    nodes["pruned"].rpc("generatetoaddress", 700, story.chain.reward)
    nodes["pruned"].rpc("pruneblockchain", nodes["pruned"].rpc("getblockcount") - 288)


class Anchors(unittest.TestCase):
    maxDiff = None

    def test_state(self):
        """The nodes are what they are meant to be, by their RPC."""
        for name, (_, states, _) in KINDS.items():
            with self.subTest(name):
                self.assertEqual(story.states(nodes[name]), states)
        for name in ("ibd", "loading"):
            self.assertIs(nodes[name].rpc("getblockchaininfo")["initialblockdownload"], True)
        with self.assertRaisesRegex(RPCError, "pruned"):
            nodes["pruned"].rpc("getblock", story.hashes["a"][0])

    def test_anchors(self):
        expected = {name: anchors for name, (_, _, anchors) in KINDS.items()}
        for run in ("by txid", "by wtxid", "census"):
            self.assertEqual(runs[run].of_each("anchors"), expected)
        self.assertEqual(runs["without"].of_each("anchors"), dict.fromkeys(KINDS))

    def test_counts(self):
        a, b = {"has": 4, "lacks": 2, "unknown": 1}, {"has": 3, "lacks": 3, "unknown": 1}
        for run in ("by txid", "by wtxid", "census"):
            self.assertEqual(runs[run].result.summary["anchors"], {"a": a, "b": b})

    def test_shares(self):
        """`anchored` counts those that have the first one."""
        for run, kind, asked, served in (("by txid", "txid", 4, 2), ("by wtxid", "hash", 3, 1)):
            totals = runs[run].result.totals(story.id("cheap", kind))
            self.assertEqual((totals["asked"], totals["served"]), (7, 3))
            anchored = totals["anchored"]
            self.assertEqual((anchored["asked"], anchored["served"]), (asked, served))
        self.assertIsNone(runs["without"].result.totals(UNKNOWN)["anchored"])

    def test_answers(self):
        """The anchors change nothing of them."""
        for name, node in nodes.items():
            for run, kind in (("by txid", "txid"), ("by wtxid", "hash"), ("without", "txid")):
                kinds.assert_entries(self, runs[run].result, node, story, kind, {
                    "cheap": HELD if name in HOLDERS else ABSENT,
                    "unknown": {**ABSENT, "requests": 1}})

    def test_hints(self):
        """The first anchor decides; without one nothing does, on regtest."""
        usual = {**dict.fromkeys(KINDS), "ibd": "ibd", "loading": "ibd"}
        for first, run in (("a", "by txid"), ("b", "by wtxid"), (None, "without")):
            lacking = {name: "other_chain" for name, (_, _, anchors) in KINDS.items()
                       if anchors.get(first) == "lacks"}
            hints = {name: runs[run].result.entry(UNKNOWN, port=node.port)["hint"]
                     for name, node in nodes.items()}
            self.assertEqual(hints, {**usual, **lacking})

    def test_fork(self):
        """Shown; that it makes no other chain of regtest, the hints tell."""
        for run in runs.values():
            self.assertEqual(run.of_each("fork"), dict.fromkeys(run.nodes, "blake2b"))

    def test_no_further_round_trip(self):
        for run, questions in (("by txid", ANCHORS), ("without", [])):
            self.assertEqual(runs[run].sent(), dict.fromkeys(
                KINDS, [VERSION, READY + questions + REQUEST]))

    def test_order_of_answers(self):
        """Each comes before its fence's pong; the last pong ends the talk."""
        expected = {}
        for name, (_, _, anchors) in KINDS.items():
            a, b = (["headers"] if said == "has" or name == "loading" else []
                    for said in anchors.values())
            served = ["tx"] if name in HOLDERS else []
            expected[name] = [*a, "pong", *b, *served, "notfound", "pong"]
        self.assertEqual(runs["by txid"].answers(), expected)


    def test_block(self):
        """Who lacks the first anchor, though it has the block, is not asked for it nor counted."""
        run = runs["block"]
        self.assertEqual({name for name, asked in run.of_each("block_asked").items() if asked},
                         {"left", "ibd"})
        for name, node in run.nodes.items():
            kinds.assert_entries(self, run.result, node, story, "txid", {
                "tip": {**ABSENT, "hint": "other_chain"} if name == "beside" else
                       {"status": "served", "via": "block", "strength": "proven"}})
        counts = {"can_serve": 2, "asked": 2, "served": 2}
        self.assertEqual(run.result.summary["block"], {**run.result.summary["block"], **counts})


class Census(unittest.TestCase):
    """What nodes say of themselves, and nothing asked of their mempools."""

    maxDiff = None

    def test_record(self):
        for name, peer in runs["census"].peers().items():
            kinds.assert_beside_rpc(self, peer, nodes[name])
            self.assertEqual(peer["transactions"], [])
            self.assertIsNotNone(peer["feefilter_sat_kvb"])
            known = re.fullmatch(r"/Satoshi:[\d.]+/Knots:([^/]+)/", peer["subver"])
            self.assertEqual((peer["client"], peer["client_version"]), ("Knots", known[1]))

    def test_talk(self):
        self.assertEqual(runs["census"].sent(), dict.fromkeys(
            KINDS, [VERSION, READY + ANCHORS + ["ping"]]))
        for said in runs["census"].answers().values():
            self.assertLessEqual(set(said), {"headers", "pong"})


if __name__ == "__main__":
    suite.main()
