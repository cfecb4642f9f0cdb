#!/usr/bin/python3
"""--block at a node that shares no code with Core: filtered, whole, and a block that it has not.

What was seen, on btcd 0.26.2: it offers BLOOM and answers filtered blocks as Core does; where that is
switched off it sends the whole block; a block that it does not have is met with notfound, at once.
"""

import unittest

import kinds
import suite
import survey
from btcd import Btcd
from node import Node

NO_BLOCK = "6" * 64


def setUpModule():
    global story, bloom, plain
    with Node() as author:
        story = kinds.Story(author)
        bloom, plain = Btcd(story.chain.reward), Btcd(story.chain.reward, "--nopeerbloomfilters")
        for node in (bloom, plain):
            unittest.addModuleCleanup(node.stop)
            story.tell(node)


class OfBtcd(unittest.TestCase):
    def survey(self, node, block):
        deep = story.decoded["deep"]["txid"]
        result = survey.run(["--chain", "regtest", "--patience", "0", "--block", block,
                             "--connect", f"127.0.0.1:{node.port}", deep],
                            timeout=120 * suite.SLOWNESS)
        survey.check_invariants(result)
        self.assertEqual(result.code, 0, result.explain())
        return result, result.entry(deep)

    def test_filtered(self):
        result, entry = self.survey(bloom, story.chain.funding_block)
        self.assertEqual((entry["status"], entry["via"], entry["position"], entry["wtxid"]),
                         ("served", "merkleblock", 1, None))
        self.assertEqual(result.peers[0]["block_asked"], "merkleblock")

    def test_whole(self):
        result, entry = self.survey(plain, story.chain.funding_block)
        self.assertEqual((entry["status"], entry["via"], entry["position"], entry["wtxid"]),
                         ("served", "block", 1, story.decoded["deep"]["hash"]))
        self.assertEqual(result.summary["block"]["served"], 1)

    def test_unknown_block(self):
        for node in (bloom, plain):
            result, entry = self.survey(node, NO_BLOCK)
            self.assertEqual(entry["status"], "notfound")
            self.assertEqual(result.peers[0]["outcome"], "answered")
            self.assertLess(result.peers[0]["duration_ms"], 10_000 * suite.SLOWNESS)


if __name__ == "__main__":
    suite.main()
