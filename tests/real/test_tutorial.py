#!/usr/bin/python3
"""What scripts/annotate.md says about the requests of a well-known tutorial, asked of a real node.

The messages are packed here as the tutorial packs them, not by txsurvey.
"""

import socket
import struct
import time
import unittest

import suite
from node import Node

import fakepeer

MAGIC = bytes.fromhex("fabfb5da")
NONCE = struct.pack("<Q", 0x1122334455667788)
AS_ON_64_BITS = "<8s12s4xQ4s"  # where "L" has eight bytes, and is aligned to them
ANSWERS = ("tx", "notfound")


def setUpModule():
    global node, txid
    node = Node()
    unittest.addModuleCleanup(node.stop)
    node.rpc("createwallet", "w")
    own = node.rpc("getnewaddress", wallet="w")
    node.rpc("generatetoaddress", 101, own)
    txid = node.rpc("sendtoaddress", own, 1, wallet="w")


def header(command, payload, form="<4s12sI4s"):
    return struct.pack(form, MAGIC, command, len(payload), fakepeer.double_sha256(payload)[:4])


def frame(command, payload=b""):
    return header(command, payload) + payload


def address():
    return (struct.pack(">8s", b"\1") + bytes(10) + b"\xff\xff" + bytes([127, 0, 0, 1])
            + struct.pack(">H", 8333))


def version():
    return (struct.pack("<iQQ", 60002, 1, int(time.time())) + address() + address() + NONCE
            + b"\x0f/Satoshi:0.7.2/" + bytes(4))


class Call:
    """A connection to the node."""

    def __init__(self, to=None):
        self.socket = socket.create_connection(("127.0.0.1", (to or node).port), timeout=60)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        magic, command, length, _ = struct.unpack("<4s12sI4s", self.stream.read(24))
        assert magic == MAGIC, magic
        return command.rstrip(b"\0").decode(), self.stream.read(length)

    def until(self, wanted):
        """Every message to the first of that command, which is the last."""
        messages = [self.receive()]
        while messages[-1][0] != wanted:
            messages.append(self.receive())
        return messages

    def answers(self, getdata):
        """What comes for this request, before the pong for the ping behind it."""
        self.send(frame(b"getdata", getdata) + frame(b"ping", NONCE))
        messages = self.until("pong")
        assert messages[-1][1] == NONCE
        return [message for message in messages if message[0] in ANSWERS]


def greeted():
    call = Call()
    call.send(frame(b"version", version()))
    call.until("verack")
    call.send(frame(b"verack"))
    return call


class Tutorial(unittest.TestCase):
    def test_malformed(self):
        """A type of one byte gets silence, though the node has the transaction."""
        with greeted() as call:
            for name in (bytes.fromhex(txid), bytes.fromhex(txid)[::-1]):
                self.assertEqual(call.answers(struct.pack("<bb32s", 1, 1, name)), [])
                self.assertEqual(self.ask(call, txid), ["tx"])

    def test_the_wrong_way_round(self):
        """Four bytes of type, and the hash as it is printed: another transaction is asked for."""
        with greeted() as call:
            request = struct.pack("<bI32s", 1, 1, bytes.fromhex(txid))
            self.assertEqual(call.answers(request), [("notfound", request)])

    def ask(self, call, txid):
        request = struct.pack("<BI", 1, 0x40000001) + bytes.fromhex(txid)[::-1]
        return [command for command, _ in call.answers(request)]

    def test_confirmed(self):
        """The newest block's transactions are served, those below it are not."""
        own = node.rpc("getnewaddress", wallet="w")
        old = node.rpc("sendtoaddress", own, 1, wallet="w")
        node.rpc("generatetoaddress", 1, own)
        self.addCleanup(self.refill)
        with greeted() as call:
            self.assertEqual(self.ask(call, old), ["tx"])
        node.rpc("generatetoaddress", 1, own)
        with greeted() as call:
            self.assertEqual(self.ask(call, old), ["notfound"])

    def refill(self):
        global txid
        txid = node.rpc("sendtoaddress", node.rpc("getnewaddress", wallet="w"), 1, wallet="w")

    def test_header_of_a_64_bit_machine(self):
        """Taken for an encrypted greeting, so what comes back is none of the messages."""
        payload = version()
        words = header(b"version", payload, AS_ON_64_BITS) + payload
        with Call() as call:
            call.send(words)
            answer = call.stream.read(64)  # the public key that begins an encrypted connection
            self.assertEqual(len(answer), 64)
            self.assertNotIn(MAGIC, answer)
        with Node("-v2transport=0") as plain, Call(plain) as call:
            call.send(words)
            self.assertEqual(call.socket.recv(4096), b"")


if __name__ == "__main__":
    suite.main()
