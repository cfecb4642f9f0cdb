#!/usr/bin/python3
"""Bitcoin Knots serves on the first request what it had when the session began, however new it is."""

import unittest

import fresh
import suite
from node import Node
from transactions import Chain


def setUpModule():
    global node, raw
    node = Node()
    unittest.addModuleCleanup(node.stop)
    raw = fresh.make(Chain(node))


class Fresh(unittest.TestCase):
    def test_served_at_once(self):
        fresh.check_served_at_once(self, node, raw)

    def test_absent_in_one_round_trip(self):
        fresh.check_absent_in_one_round_trip(self, node)


if __name__ == "__main__":
    suite.main()
