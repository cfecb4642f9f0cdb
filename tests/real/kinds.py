"""A small chain with transactions of every fate, told to nodes of several kinds; their records."""

import time
from decimal import Decimal

import suite  # noqa: F401, the path to survey
import survey
from node import Node, RPCError
from transactions import COIN, Chain, CMutableTransaction, CTxIn, CTxOut

UNKNOWN = "5" * 64
# The names that Bitcoin Core gives; for other bits forks have names of their own.
SERVICES = {"NETWORK", "BLOOM", "WITNESS", "COMPACT_FILTERS", "NETWORK_LIMITED", "P2P_V2"}

# What an entry of a record says of an id that the node has; that it has not; that it has not, with
# little weight.
HELD = {"status": "served", "via": "tx", "strength": "proven", "requests": 1}
ABSENT = {"status": "notfound", "strength": "strong", "announced": False}
WEAK = {**ABSENT, "strength": "weak"}


def target(*nodes):
    return ["--chain", "regtest",
            *(word for node in nodes for word in ("--connect", f"127.0.0.1:{node.port}"))]


class Story:
    """Transactions by name: `cheap` (82 sat/vB) and `dear` (820 sat/vB) are there to be offered to
    mempools, `tip` is in the newest block, `deep` in an older one.

    The blocks are an hour old, so that -maxtipage makes of them an initial block download.
    """

    def __init__(self, node):
        self.node = node
        node.rpc("setmocktime", int(time.time()) - 3600)
        self.chain = Chain(node)
        # Anybody may spend them.
        self.stuffing = self.chain.fan_out(20, COIN // 8, self.chain.scripts["anchor"])
        self.raw = {"cheap": self.chain.make(["p2wpkh"], ["p2tr"]),
                    "dear": self.chain.make(["p2wpkh"], ["p2tr"], fee=100_000),
                    "tip": self.chain.make(["p2wpkh"], ["p2tr"])}
        self.decoded = {name: node.rpc("decoderawtransaction", raw)
                        for name, raw in self.raw.items()}
        self.decoded["deep"] = node.rpc("getrawtransaction", self.chain.funding, True,
                                        self.chain.funding_block)
        self.blocks = [self._block(node.rpc("getblockhash", height))
                       for height in range(1, node.rpc("getblockcount") + 1)]

    def _block(self, block):
        return self.node.rpc("getblock", block, 0)

    def id(self, name, kind="txid"):
        """Its txid, or its wtxid (`hash`)."""
        return self.decoded[name][kind] if name in self.decoded else UNKNOWN

    def ids(self, kind):
        return [self.id(name, kind) for name in (*self.decoded, "unknown")]

    def mine_tip(self):
        self.blocks.append(self._block(self.chain.mine(1, [self.raw["tip"]])))
        self.node.rpc("setmocktime", 0)

    def tell(self, node, begin=0, end=None):
        for block in self.blocks[begin:end]:
            refused = node.rpc("submitblock", block)
            assert refused in (None, "duplicate"), refused

    def offer(self, node, *names):
        """The names of those that it took."""
        return {name for name in names if takes(node, self.raw[name])}

    def stuff(self, node):
        """Fills a mempool of 5 MB with 112 sat/vB: small outputs take thrice their size there."""
        outputs = [CTxOut(330, self.chain.scripts["anchor"])] * 7000
        return [takes(node, CMutableTransaction([CTxIn(coin)], outputs).serialize().hex())
                for coin in self.stuffing].count(True)


def takes(node, raw):
    """Whether it takes the transaction, whatever the fee."""
    try:
        node.rpc("sendrawtransaction", raw, *([0] if isinstance(node, Node) else []))
    except RPCError:
        return False
    return True


def assert_entries(test, result, node, story, kind, expected):
    """`expected` has some fields of the entry of each name."""
    for name, fields in expected.items():
        entry = result.entry(story.id(name, kind), port=node.port)
        test.assertEqual(entry, {**entry, **fields}, f"{name}, asked for by {kind}")
        if entry["status"] == "served":
            test.assertEqual(entry["wtxid"], story.id(name, "hash"))


def assert_beside_rpc(test, peer, node):
    """A peer record against the own description of a node of Core's family."""
    info, chain = node.rpc("getnetworkinfo"), node.rpc("getblockchaininfo")
    test.assertEqual((peer["outcome"], peer["stage"], peer["error"], peer["attempts"]),
                     ("answered", "done", None, 1))
    test.assertEqual((peer["network"], peer["source"]), ("ipv4", "connect"))
    test.assertEqual(peer["version"], info["protocolversion"])
    test.assertEqual(peer["subver"], info["subversion"])
    test.assertEqual(peer["services"], info["localservices"])
    test.assertEqual(SERVICES & set(peer["servicesnames"]),
                     SERVICES & set(info["localservicesnames"]))
    test.assertEqual(len(peer["servicesnames"]), len(info["localservicesnames"]))
    test.assertIs("NETWORK" in peer["servicesnames"], not chain["pruned"])
    test.assertEqual(peer["startingheight"], chain["blocks"])
    test.assertIs(peer["relaytxes"], info["localrelay"])
    test.assertLessEqual(abs(peer["timeoffset"]), 2)
    test.assertLessEqual({"wtxidrelay", "sendaddrv2", "sendcmpct"}, set(peer["features"]))
    if not info["localrelay"]:
        test.assertIsNone(peer["feefilter_sat_kvb"])
    elif not chain["initialblockdownload"]:
        assert_feefilter(test, peer["feefilter_sat_kvb"], node.rpc("getmempoolinfo"))


def assert_feefilter(test, value, pool):
    """BIP133 with Core's FeeFilterRounder: the mempool's floor, blurred by at most a tenth.

    Two times in three it is blurred downwards, though never below -minrelaytxfee: a full mempool
    refuses transactions that its feefilter asks for.
    """
    satoshis = {name: pool[name] * 100_000_000 for name in ("mempoolminfee", "minrelaytxfee")}
    test.assertGreaterEqual(value, satoshis["minrelaytxfee"])
    test.assertGreaterEqual(value, satoshis["mempoolminfee"] / Decimal("1.1") - 1)
    test.assertLessEqual(value, max(satoshis.values()) * Decimal("1.1") + 1)


def start(kind, story, *nodes, args=()):
    """A survey of `nodes` for all of the story, by `kind` of id: the process."""
    flags = ["--wtxid"] if kind == "hash" else []
    flags += ["--anchor", story.chain.funding_block]
    return survey.start([*target(*nodes), *flags, *args, *story.ids(kind)])
