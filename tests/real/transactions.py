"""Transactions of every type of input and output, made with python3-bitcoinlib and the node."""

import os
from decimal import Decimal

import suite
from node import RPCError

try:
    import bitcoin
    from bitcoin.core import (
        CMutableTransaction, COutPoint, CTransaction, CTxIn, CTxInWitness, CTxOut, CTxWitness, lx, x)
    from bitcoin.core.script import (
        CScript, CScriptWitness, OP_1, OP_2, OP_CHECKMULTISIG, OP_CHECKSIG, OP_RETURN, OP_TRUE)
    from bitcoin.wallet import CBitcoinSecret
except ImportError:
    suite.skip("no python3-bitcoinlib for " + os.sys.executable)

bitcoin.SelectParams("regtest")

COIN = 100_000_000
WALLET = "w"
UNKNOWN = "".join(f"{byte:02x}" for byte in range(32))


class Chain:
    """A node's chain with coins of every spendable type, and what can be made of them."""

    def __init__(self, node):
        self.node = node
        node.rpc("createwallet", WALLET)
        self.keys = [CBitcoinSecret.from_secret_bytes(bytes([n]) * 32) for n in (1, 2)]
        self.lone = CBitcoinSecret.from_secret_bytes(bytes([3]) * 32, compressed=False)
        self.redeem = {}
        self.scripts = self._scripts()
        # One for all blocks: a wallet writes each to its disk.
        self.reward = node.rpc("getnewaddress", "", "bech32m", wallet=WALLET)
        self.mine(110)
        self.coins = {kind: [] for kind in self.spendable()}
        self.funding_block = None
        self.funding = self._fund(per_kind=6)

    def mine(self, blocks, raw=None):
        """Blocks with nothing in them, or one with these transactions and not the mempool's."""
        if raw is not None:
            return self.node.rpc("generateblock", self.reward, raw)["hash"]
        return [self.mine(1, []) for _ in range(blocks)][-1]

    @staticmethod
    def txid(raw):
        return CTransaction.deserialize(x(raw)).GetTxid()[::-1].hex()

    def _scripts(self):
        """The output script of each type by a name of ours."""
        first, second = (key.pub for key in self.keys)
        multisig = CScript([OP_1, first, second, OP_2, OP_CHECKMULTISIG])
        scripts = {
            "p2pk": CScript([first, OP_CHECKSIG]),
            "p2pk-uncompressed": CScript([self.lone.pub, OP_CHECKSIG]),
            "multisig": multisig,
            "nulldata": CScript([OP_RETURN, b"not a number"]),
            "nulldata-number": CScript([OP_RETURN, b"\x39\x05"]),
            "nulldata-empty": CScript([OP_RETURN]),
            "anchor": CScript([OP_1, x("4e73")]),
            "witness-unknown": CScript([OP_2, x(UNKNOWN)]),
            "witness-unknown-2": CScript(x("60020102")),
            "nonstandard": CScript([OP_TRUE, OP_TRUE]),
            "nonstandard-torn": CScript(x("514c05aabb")),
        }
        for name, kind in (("p2sh", "legacy"), ("p2sh-p2wsh", "p2sh-segwit"), ("p2wsh", "bech32")):
            made = self.node.rpc("createmultisig", 1, [first.hex(), second.hex()], kind)
            scripts[name] = self._script_of(made["address"])
            self.redeem[name] = made["redeemScript"]
        for name, kind in (("p2pkh", "legacy"), ("p2sh-p2wpkh", "p2sh-segwit"),
                           ("p2wpkh", "bech32"), ("p2tr", "bech32m")):
            address = self.node.rpc("getnewaddress", "", kind, wallet=WALLET)
            scripts[name] = self._script_of(address)
        return scripts

    def _script_of(self, address):
        return CScript(x(self.node.rpc("validateaddress", address)["scriptPubKey"]))

    def spendable(self):
        return ("p2pk", "p2pk-uncompressed", "p2pkh", "p2sh", "multisig", "p2sh-p2wpkh",
                "p2sh-p2wsh", "p2wpkh", "p2wsh", "p2tr", "anchor")

    def _fund(self, per_kind):
        """One confirmed transaction, blocks deep, that pays to every spendable type."""
        kinds = [kind for kind in self.spendable() for _ in range(per_kind)]
        outputs = [CTxOut(COIN // 10, self.scripts[kind]) for kind in kinds]
        txid, self.funding_block = self._pay(outputs)
        for n, kind in enumerate(kinds):
            self.coins[kind].append((txid, n))
        self.mine(3)
        return txid

    def _pay(self, outputs):
        """The txid of one that the wallet funds, in a block of its own, and that block."""
        made = self.node.rpc("fundrawtransaction", CMutableTransaction([], outputs).serialize().hex(),
                             {"changePosition": len(outputs)}, False, wallet=WALLET)
        signed = self.node.rpc("signrawtransactionwithwallet", made["hex"], wallet=WALLET)["hex"]
        return self.txid(signed), self.mine(1, [signed])

    def fan_out(self, count, value, script):
        """Confirmed coins of one transaction, all alike."""
        txid, _ = self._pay([CTxOut(value, script)] * count)
        return [COutPoint(lx(txid), n) for n in range(count)]

    def make(self, inputs, outputs, **fields):
        """A signed transaction (hex) that spends a coin of each type in `inputs`."""
        coins = [self.coins[kind].pop() for kind in inputs]
        share = (COIN // 10 * len(inputs) - fields.get("fee", 10_000)) // len(outputs)
        values = [0 if name.startswith("nulldata") else share for name in outputs]
        tx = CMutableTransaction(
            [CTxIn(COutPoint(lx(txid), n), nSequence=0xfffffffd) for txid, n in coins],
            [CTxOut(value, self.scripts[name]) for value, name in zip(values, outputs)],
            fields.get("locktime", 0), fields.get("version", 2))
        return self._sign(tx.serialize().hex(), inputs, coins)

    def _sign(self, raw, inputs, coins):
        signed = self.node.rpc("signrawtransactionwithwallet", raw, wallet=WALLET)
        if not signed["complete"]:
            keys = [str(key) for key in (*self.keys, self.lone)]
            spent = [self._spent(kind, *coin) for kind, coin in zip(inputs, coins)
                     if kind in self.redeem]
            signed = self.node.rpc("signrawtransactionwithkey", signed["hex"], keys, spent)
        # An anchor is spent by anybody, unsigned; some versions do not call that complete.
        assert signed["complete"] or "anchor" in inputs, signed
        return signed["hex"]

    def _spent(self, kind, txid, n):
        spent = {"txid": txid, "vout": n, "amount": str(Decimal("0.1")),
                 "scriptPubKey": self.scripts[kind].hex()}
        spent["redeemScript" if kind == "p2sh" else "witnessScript"] = self.redeem[kind]
        if kind == "p2sh-p2wsh":
            # The witness program of its script, which the P2SH output hashes.
            spent["redeemScript"] = self.node.rpc(
                "decodescript", self.redeem[kind])["segwit"]["hex"]
        return spent

    def send(self, raw):
        return self.node.rpc("sendrawtransaction", raw, 0)

    def offer(self):
        """Every type of input and of output, one by one and all together: {name: txid}.

        They are in the node's mempool, or, where its policy refuses them (Knots does so with
        output scripts of more than 34 bytes), in the newest block, which a node also serves.
        """
        kinds = self.spendable()
        raw = {f"spend-{kind}": self.make([kind], ["p2wpkh"]) for kind in kinds}
        for n, name in enumerate(self.scripts):
            inputs = [kinds[n % len(kinds)]]
            raw[f"pay-{name}"] = self.make(inputs, [name, "p2tr"], version=1 + n % 2)
        single = [name for name in self.scripts if not name.startswith("nulldata")]
        raw["everything"] = self.make(kinds, single + ["nulldata"], locktime=100)
        refused = []
        for signed in raw.values():
            try:
                self.send(signed)
            except RPCError:
                refused.append(signed)
        self.tip = self.mine(1, refused)
        return {name: self.txid(signed) for name, signed in raw.items()}
