#!/usr/bin/python3
"""Nodes of Core's family in several states: the survey's record beside what the node's RPC says.

What was seen, on Bitcoin Knots 29.4.3, that is not in every description of the protocol:

- A blocksonly node serves what it has in its mempool (its own wallet's, say) and the transactions
  of the newest block like any other; it says relay=0 and sends no feefilter.
- So does a node in initial block download; its feefilter says that it takes nothing from others.
- The newest block's transactions are served where that block came while the node was running and
  not in initial block download. After a restart they are notfound, until the next block.
- feefilter may be a tenth below the floor of a full mempool: see assert_feefilter.
- Default floors of 0.1 sat/vB (feefilter 100) are older than Core 30.
- A node with all its inbound slots taken closes the connection after accept(): EOF, or RST where
  our version came first. From 21 inbound peers on it evicts another one instead (SelectNodeToEvict
  protects 20 where all are in one group of addresses), and later perhaps us.
"""

import socket
import time
import unittest

import bitcoin
from bitcoin.messages import MsgSerializable, msg_pong, msg_verack, msg_version

import kinds
import suite
import survey
from kinds import ABSENT, HELD, WEAK
from node import Node

IBD_FEEFILTER = 9936506  # the last of the FeeFilterRounder's steps, for an incremental fee of 100

SERVING = {"cheap": HELD, "dear": HELD, "tip": HELD, "deep": ABSENT, "unknown": ABSENT}


def kind(*options, pool=("cheap", "dear"), ibd=False, services=(), peer=None, hint=None, **entries):
    """What is expected of a node with these options.

    pool      which of the transactions offered are in its mempool, by RPC
    ibd       whether it is in initial block download, by RPC
    services  the service names in which it differs from the default node
    peer      fields of its record, beside those that are compared with the RPC
    hint      what stands beside each notfound
    entries   by the transaction's name, fields of its entry
    """
    entries = {name: {**entry, "hint": hint if entry["status"] == "notfound" else None}
               for name, entry in {**SERVING, **entries}.items()}
    return {"options": options, "pool": set(pool), "ibd": ibd, "services": set(services),
            "peer": peer or {"relaytxes": True}, "entries": entries}


KINDS = {
    "default": kind(),
    "blocksonly": kind("-blocksonly", peer={"relaytxes": False, "feefilter_sat_kvb": None},
                       hint="blocksonly", deep=WEAK, unknown=WEAK),
    "bloom": kind("-peerbloomfilters=1", services=["BLOOM"]),
    "pruned": kind("-prune=550", services=["NETWORK"]),
    "v1": kind("-v2transport=0", services=["P2P_V2"]),
    "ibd": kind("-maxtipage=60", ibd=True, tip=ABSENT, hint="ibd",
                peer={"relaytxes": True, "feefilter_sat_kvb": IBD_FEEFILTER}),
    "restarted": kind(tip=ABSENT),
    "floor": kind("-minrelaytxfee=0.001", pool=["dear"], cheap=ABSENT),
    # Here `cheap` was taken, and then driven out.
    "full": kind("-maxmempool=5", pool=["dear"], cheap=ABSENT),
}


# By which ids they are asked, and how.
WAYS = ["txid"], ["hash"], ["txid", "--eager"]


def setUpModule():
    global nodes, story, runs
    nodes = {"default": Node()}
    unittest.addModuleCleanup(nodes["default"].stop)
    story = kinds.Story(nodes["default"])
    for name in set(KINDS) - {"default"}:
        nodes[name] = Node(*KINDS[name]["options"])
        unittest.addModuleCleanup(nodes[name].stop)
        story.tell(nodes[name])
    story.mine_tip()
    for node in nodes.values():
        story.tell(node, -1)
    prepare_mempools()
    nodes["restarted"].end()
    nodes["restarted"].start()
    # With the default patience; meanwhile there is the test of the full node.
    runs = {(kind, *words): kinds.start(kind, story, *nodes.values(), args=words)
            for kind, *words in WAYS}
    for run in runs.values():
        unittest.addModuleCleanup(run.kill)


def prepare_mempools():
    taken = {name: story.offer(node, "cheap", "dear") for name, node in nodes.items()}
    assert story.stuff(nodes["full"]) >= 10
    refusing = [name for name in taken if taken[name] != {"cheap", "dear"}]
    assert refusing == ["floor"] and taken["floor"] == {"dear"}, taken


class Kinds(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.results = {way: survey.finish(run, timeout=120 * suite.SLOWNESS)
                       for way, run in runs.items()}

    def test_invariants(self):
        for result in self.results.values():
            survey.check_invariants(result)
            self.assertEqual(result.code, 0, result.explain())

    def for_each(self, check):
        for name, expected in KINDS.items():
            with self.subTest(name):
                check(nodes[name], expected)

    def test_state(self):
        """The nodes are what they are meant to be, by their RPC."""
        self.for_each(self.check_state)

    def check_state(self, node, expected):
        state, pool = node.rpc("getblockchaininfo"), node.rpc("getrawmempool")
        self.assertEqual(state["initialblockdownload"], expected["ibd"])
        self.assertEqual({name for name in story.decoded if story.id(name) in pool},
                         expected["pool"])
        newest = node.rpc("getblock", state["bestblockhash"])
        self.assertEqual(newest["height"], len(story.blocks))
        self.assertEqual(newest["tx"][1:], [story.id("tip")])

    def test_peer(self):
        self.for_each(self.check_peer)

    def check_peer(self, node, expected):
        usual = nodes["default"].rpc("getnetworkinfo")["localservicesnames"]
        for result in self.results.values():
            peer = result.peer("127.0.0.1", node.port)
            kinds.assert_beside_rpc(self, peer, node)
            self.assertEqual({field: peer[field] for field in expected["peer"]}, expected["peer"])
            self.assertEqual((peer["anchors"], peer["client"]), ({"anchor": "has"}, "Knots"))
            self.assertEqual(kinds.SERVICES & (set(peer["servicesnames"]) ^ set(usual)),
                             expected["services"])

    def test_entries(self):
        self.for_each(self.check_entries)

    def check_entries(self, node, expected):
        for (id_type, *_), result in self.results.items():
            kinds.assert_entries(self, result, node, story, id_type, expected["entries"])


class AllSlotsTaken(unittest.TestCase):
    """The test's own connections fill a node; 11 of -maxconnections are not for inbound peers."""

    def node_of(self, slots):
        node = Node(f"-maxconnections={slots + 11}")
        self.addCleanup(node.stop)
        return node

    def fill(self, node, count, pongs):
        """So many peers, `pongs` of which answer the node's first ping."""
        peers = [socket.create_connection(("127.0.0.1", node.port)) for _ in range(count)]
        for number, peer in enumerate(peers):
            self.addCleanup(peer.close)
            self.shake_hands(peer, number < pongs)
        return peers

    def shake_hands(self, peer, pong):
        version = msg_version(70015)
        version.nServices = 0
        peer.sendall(version.to_bytes())
        wait_for(peer, b"verack")
        peer.sendall(msg_verack().to_bytes())
        ping = wait_for(peer, b"ping")
        if pong:
            peer.sendall(msg_pong(70015, ping.nonce).to_bytes())

    def survey(self, node, *args):
        run = survey.start([*kinds.target(node), *args, kinds.UNKNOWN])
        self.addCleanup(run.kill)
        return run

    def finish(self, run, code=0):
        result = survey.finish(run, timeout=60 * suite.SLOWNESS)
        self.assertEqual(result.code, code, result.explain())
        survey.check_invariants(result)
        return result.peer("127.0.0.1")

    def eventually(self, condition, limit=20):
        end = time.monotonic() + limit * suite.SLOWNESS
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def surveyors(self, node):
        return [peer for peer in node.rpc("getpeerinfo") if "txsurvey" in peer["subver"]]

    def test_closed_at_once(self):
        node = self.node_of(slots=2)
        peers = self.fill(node, 2, pongs=0)
        record = self.finish(self.survey(node, "--patience", "0"), code=3)
        self.assertEqual(node.rpc("getnetworkinfo")["connections_in"], 2)
        self.assertEqual((record["outcome"], record["stage"]), ("closed", "handshake"))
        self.assertEqual(record["error"], "refused")
        self.assertEqual((record["bytesrecv"], record["version"]), (0, None))
        self.assertEqual(record["transactions"][0]["status"], "unasked")
        peers[0].close()
        self.eventually(lambda: node.rpc("getnetworkinfo")["connections_in"] == 1)
        record = self.finish(self.survey(node, "--patience", "0"))
        self.assertEqual(record["outcome"], "answered")

    def test_evicting_and_evicted(self):
        """The youngest goes, but for the 8 with the lowest pings: those while the clock stands still."""
        node = self.node_of(slots=34)
        node.rpc("setmocktime", int(time.time()) - 10)
        self.fill(node, 34, pongs=8)
        self.eventually(lambda: [0] * 8 == [
            peer["minping"] for peer in node.rpc("getpeerinfo") if "minping" in peer])
        node.rpc("setmocktime", 0)
        run = self.survey(node, "--keep-asking")
        self.eventually(lambda: any("notfound" in peer["bytessent_per_msg"]
                                    for peer in self.surveyors(node)))
        self.assertEqual(node.rpc("getnetworkinfo")["connections_in"], 34)
        self.fill(node, 1, pongs=0)
        record = self.finish(run)
        self.assertEqual(self.surveyors(node), [])
        # Evicted while it was asked on: what was said stands.
        self.assertEqual((record["outcome"], record["stage"]), ("answered", "done"))
        self.assertLess(record["duration_ms"], 25_000 * suite.SLOWNESS)
        entry = record["transactions"][0]
        self.assertEqual(entry, {**entry, **ABSENT})
        self.assertLess(entry["requests"], 4)


def wait_for(peer, command):
    """The next message of this name, which python3-bitcoinlib must know."""
    magic = bitcoin.params.MESSAGE_START
    while True:
        header = receive(peer, 24)
        assert header[:4] == magic, header
        payload = receive(peer, int.from_bytes(header[16:20], "little"))
        if header[4:16].rstrip(b"\0") == command:
            return MsgSerializable.from_bytes(header + payload)


def receive(peer, size):
    data = peer.recv(size, socket.MSG_WAITALL) if size else b""
    assert len(data) == size, "the node has closed the connection"
    return data


if __name__ == "__main__":
    suite.main()
