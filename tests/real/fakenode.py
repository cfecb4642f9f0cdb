"""A tiny Bitcoin node of mainnet for the tests without a real one: handshake, getdata, ping."""

import socket
import struct
import threading
import time
from hashlib import sha256

MAGIC = bytes.fromhex("f9beb4d9")
PORT = 8333


def double_sha256(data):
    return sha256(sha256(data).digest()).digest()


def frame(command, payload=b""):
    header = struct.pack("<4s12sI4s", MAGIC, command, len(payload), double_sha256(payload)[:4])
    return header + payload


def version_payload():
    return (struct.pack("<iQq", 70016, 0x409, int(time.time())) + bytes(52)
            + struct.pack("<Q", 1) + b"\x06/fake/" + struct.pack("<i?", 800_000, True))


class FakeNode:
    """Listens on every address of this network namespace; `contacts` tells which were called.

    `transactions` maps a hash in wire order to the bytes of what is served.
    """

    def __init__(self, transactions):
        self.transactions = transactions
        self.contacts = []
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            server = socket.create_server((address, PORT), family=family, backlog=200)
            threading.Thread(target=self._accept, args=[server], daemon=True).start()

    def _accept(self, server):
        while True:
            connection, _ = server.accept()
            self.contacts.append(connection.getsockname()[0])
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            try:
                while header := stream.read(24):
                    magic, command, length, _ = struct.unpack("<4s12sI4s", header)
                    assert magic == MAGIC, magic
                    for answer in self._answers(command.rstrip(b"\0"), stream.read(length)):
                        connection.sendall(answer)
            except OSError:
                pass  # The survey closes as soon as it knows enough.

    def _answers(self, command, payload):
        if command == b"version":
            return [frame(b"version", version_payload()), frame(b"wtxidrelay"),
                    frame(b"sendaddrv2"), frame(b"verack")]
        if command == b"ping":
            return [frame(b"pong", payload)]
        if command == b"getdata":
            return self._getdata(payload)
        return []

    def _getdata(self, payload):
        """As Bitcoin Core: what there is, each in a message, then one list of the rest."""
        assert payload[0] < 0xfd and len(payload) == 1 + 36 * payload[0], payload
        items = [payload[at:at + 36] for at in range(1, len(payload), 36)]
        answers = [frame(b"tx", self.transactions[item[4:]])
                   for item in items if item[4:] in self.transactions]
        missing = [item for item in items if item[4:] not in self.transactions]
        if missing:
            answers.append(frame(b"notfound", bytes([len(missing)]) + b"".join(missing)))
        return answers
