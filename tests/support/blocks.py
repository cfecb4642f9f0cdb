"""Made blocks, and peers that give them out."""

import struct

from fakepeer import double_sha256, version_payload

MSG_BLOCKS = (2, 0x40000002)


def compact(number):
    if number < 0xfd:
        return bytes([number])
    return b"\xfd" + struct.pack("<H", number) if number < 0x10000 else b"\xfe" + struct.pack("<I", number)


def made_tx(number, size=0, coinbase=None):
    """A transaction without witness; with an output script of `size` bytes, or a coinbase of that height."""
    prevout = bytes(32) + b"\xff" * 4 if coinbase else struct.pack("<Q", number + 1) * 4 + bytes(4)
    script = b"\3" + struct.pack("<I", coinbase)[:3] if coinbase else b""
    return (b"\1\0\0\0\1" + prevout + compact(len(script)) + script + b"\xff" * 4
            + b"\1" + bytes(8) + compact(size) + bytes(size) + bytes(4))


def txid(tx):
    return double_sha256(tx)[::-1].hex()


def merkle_root(hashes):
    while len(hashes) > 1:
        hashes += hashes[-1:] if len(hashes) % 2 else []
        hashes = [double_sha256(a + b) for a, b in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Block:
    """`height` of three bytes; `txs` follow the coinbase."""

    def __init__(self, height, txs):
        txs = [made_tx(0, coinbase=height), *txs]
        root = merkle_root([double_sha256(tx) for tx in txs])
        header = struct.pack("<I", 0x20000000) + bytes(32) + root + bytes(12)
        self.height = height
        self.wire_hash = double_sha256(header)
        self.hash = self.wire_hash[::-1].hex()
        self.payload = header + compact(len(txs)) + b"".join(txs)
        self.txs = txs

    def blocktxn(self, getblocktxn):
        """The answer to that payload, which asks for few and near ones (BIP152)."""
        assert getblocktxn[:32] == self.wire_hash and len(getblocktxn) == 33 + getblocktxn[32]
        at, found = -1, []
        for skipped in getblocktxn[33:]:
            at += 1 + skipped
            found.append(self.txs[at])
        return self.wire_hash + compact(len(found)) + b"".join(found)

    def script(self, send=lambda peer, payload: peer.send(b"block", payload), parts=False, **version):
        """A peer that has this block and nothing else; `send` sends it. With `parts` it knows compact
        blocks."""
        def run(peer):
            peer.wait_for(b"version")
            peer.send(b"version", version_payload(**version))
            peer.send(b"verack")
            if parts:
                peer.send(b"sendcmpct", struct.pack("<?Q", False, 2))
            while message := peer.receive():
                command, payload = message
                if command == b"ping":
                    peer.send(b"pong", payload)
                elif command == b"getdata" and struct.unpack("<I", payload[1:5])[0] in MSG_BLOCKS:
                    assert payload[5:] == self.wire_hash
                    send(peer, self.payload)
                elif command == b"getdata":
                    peer.send(b"notfound", payload)
                elif command == b"getblocktxn" and parts:
                    peer.send(b"blocktxn", self.blocktxn(payload))
        return run
