#!/usr/bin/python3
"""No peer speaks for another: beside liars, what is recorded of the honest stays what it is without them."""

import socket
import struct
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from blocks import Block, made_tx, txid  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import MAGIC, UNKNOWN, address_of, double_sha256, frame, serve, version_payload  # noqa: E402


def with_witness(tx, item):
    """The transaction, of one input, with a witness of one item."""
    return tx[:4] + b"\0\1" + tx[4:-4] + b"\1" + bytes([len(item)]) + item + tx[-4:]


PLAIN = made_tx(1)
TX = with_witness(PLAIN, b"signature")
OTHER_FORM = with_witness(PLAIN, b"forged")
TXID = txid(PLAIN)
WIRE_ID, WIRE_WTXID = double_sha256(PLAIN), double_sha256(TX)


def inv(name, kind):
    return b"\1" + struct.pack("<I", kind) + name


class CoreNode:
    """As Core announces: by wtxid to whom has sent wtxidrelay, else by txid. `answers` are what it says to
    each request in turn: "notfound", "inv" (notfound, and it announces), "tx"."""

    def __init__(self, *answers, tx=TX, agent=b"/Satoshi:27.0.0/"):
        self.answers, self.tx, self.agent = answers, tx, agent

    def __call__(self, peer):
        left = list(self.answers)
        by_wtxid = False

        def getdata(payload):
            items = {payload[at + 4:at + 36]: payload[at:at + 36] for at in range(1, len(payload), 36)}
            asked = [name for name in (WIRE_ID, WIRE_WTXID) if name in items]
            answer = left.pop(0) if asked and left else ("tx" if asked and "tx" in self.answers else "notfound")
            missing = [item for name, item in items.items() if answer != "tx" or name not in asked]
            if answer == "tx":
                peer.send(b"tx", self.tx)
            if missing:
                peer.send(b"notfound", bytes([len(missing)]) + b"".join(missing))
            if answer == "inv":
                peer.send(b"inv", inv(WIRE_WTXID, 5) if by_wtxid else inv(WIRE_ID, 1))

        peer.wait_for(b"version")
        peer.send(b"version", version_payload(subver=self.agent))
        for command in (b"wtxidrelay", b"sendaddrv2", b"verack"):
            peer.send(command)
        while message := peer.receive():
            by_wtxid |= message[0] == b"wtxidrelay"
            if message[0] == b"verack":
                break
        serve(peer, getdata=getdata)


class Copies(Case):
    def run_survey(self, network, peers, *args, first=1, tx=TXID):
        result = survey.run([*network.connect(peers, first), *args, tx])
        self.assertEqual(result.code, 0, result.explain())
        survey.check_invariants(result)
        return result

    def test_an_announcement_counts_behind_a_liar(self):
        """The liar serves another witness first. Then the others announce, and say notfound all the same."""
        liar_served = threading.Event()

        def liar(peer):
            CoreNode("tx", tx=OTHER_FORM)(peer)
            liar_served.set()

        def patient(peer):
            liar_served.wait(20)
            CoreNode("notfound", "inv")(peer)

        network = self.network(patient, {address_of(1): liar})
        result = self.run_survey(network, 6, "--patience=4", "--keep-asking",
                                 "--handshake-timeout=25")
        self.assertEqual(result.entry(TXID, address_of(1))["status"], "served")
        for number in range(2, 7):
            entry = result.entry(TXID, address_of(number))
            self.assertEqual((entry["status"], entry["announced"], entry["strength"]),
                             ("notfound", True, "weak"), entry)

    def test_news_that_are_the_target_pass_the_control(self):
        """Honest peers whose news is the very transaction, alone and behind a liar."""
        liar = {address_of(1): CoreNode("tx", tx=OTHER_FORM)}
        network = self.network(CoreNode("inv", "tx"), liar)
        for first in (1, 2):
            result = self.run_survey(network, 10, "--control", "--patience=4", "--keep-asking",
                                     first=first)
            for number in range(2, 11):
                peer = result.peer(address_of(number))
                self.assertEqual((peer["transactions"][0]["status"], peer["control"]["passed"]),
                                 ("served", True), peer)


class Allowances(Case):
    def test_headers_of_blocks_charge_nothing(self):
        """One that begins nineteen blocks and ends none, in place of the one part that it is asked for, leaves
        the whole blocks to those that send them."""
        target = made_tx(1)
        block = Block(800_000, [made_tx(2), target, made_tx(3)])
        read, attacked = threading.Event(), threading.Event()

        def first(peer, payload):
            peer.send(b"block", payload)
            peer.wait_for(b"nothing more")  # the survey closes when it has read it
            read.set()

        def attacker(peer):
            read.wait(20)
            peer.handshake()
            peer.send(b"sendcmpct", struct.pack("<?Q", False, 2))

            def getblocktxn(_):
                broken = struct.pack("<4s12sI4s", MAGIC, b"block", 0, bytes(4))
                peer.socket.sendall(broken * 19)
                peer.socket.shutdown(socket.SHUT_RDWR)
            try:
                serve(peer, getblocktxn=getblocktxn)
            finally:
                attacked.set()

        def honest(peer):
            attacked.wait(20)
            block.script()(peer)

        scripts = {address_of(1): block.script(first), address_of(2): attacker}
        network = self.network(honest, scripts)
        result = survey.run([*network.connect(12), f"--block={block.hash}", "--patience=0",
                             "--handshake-timeout=25", txid(target)])
        survey.check_invariants(result)
        served = [peer["address"] for peer in result.peers if peer["transactions"][0]["status"] == "served"]
        self.assertEqual(len(served), 11, result.explain())
        self.assertNotIn(address_of(2), served)

    def test_names_of_answers_do_not_escape_the_budget(self):
        """Messages that are called block, and are none, count as what they are."""
        target = made_tx(1)
        block = Block(800_000, [target])
        broken = frame(b"block", bytes(1000))[:20] + bytes(4) + bytes(1000)

        def flood(peer, _):
            while True:
                peer.socket.sendall(broken * 100)

        network = self.network(block.script(flood))
        result = survey.run([*network.connect(1), f"--block={block.hash}", "--patience=0",
                             f"--response-timeout={15 * harness.SLOWNESS}", txid(target)])
        survey.check_invariants(result)
        peer = result.peers[0]
        self.assertEqual((peer["outcome"], peer["error"]), ("protocol_error", "budget"))
        self.assertLess(peer["bytesrecv"], 10 << 20)


if __name__ == "__main__":
    harness.main()
