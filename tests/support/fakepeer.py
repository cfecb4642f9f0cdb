"""A small Bitcoin network of mainnet for the Python tests: as many peers as there are addresses.

One `FakeNetwork` listens on every address of the loopback, on one port. What a peer does is its
script, a function of a `Peer`, chosen by the address that was called; it runs in a thread of its
own and may end at any time.
"""

import ipaddress
import socket
import struct
import threading
import time
from contextlib import contextmanager
from hashlib import sha256

MAGIC = bytes.fromhex("f9beb4d9")

# The first payment ever made (block 170).
TX = bytes.fromhex(
    "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd37040000000048473044022"
    "04e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4ac"
    "dd12909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b139"
    "05f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5"
    "c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b"
    "148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000")
TXID = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
UNKNOWN = "7" * 64  # a txid that no peer here has


def double_sha256(data):
    return sha256(sha256(data).digest()).digest()


def frame(command, payload=b""):
    header = struct.pack("<4s12sI4s", MAGIC, command, len(payload), double_sha256(payload)[:4])
    return header + payload


def addr(endpoints):
    """The payload of an addr message, of (address, port) pairs."""
    return bytes([len(endpoints)]) + b"".join(
        struct.pack("<IQ", int(time.time()), 0x409) + mapped(address) + struct.pack(">H", port)
        for address, port in endpoints)


def mapped(address):
    ip = ipaddress.ip_address(address)
    return ip.packed if ip.version == 6 else bytes(10) + b"\xff\xff" + ip.packed


def version_payload(subver=b"/fake/", services=0x409, relay=True):
    """`subver` has at most 252 bytes: its length is one byte here."""
    return (struct.pack("<iQq", 70016, services, int(time.time())) + bytes(52)
            + struct.pack("<Q", 1) + bytes([len(subver)]) + subver
            + struct.pack("<i?", 800_000, relay))


class Peer:
    """A connection that a survey made to one of our addresses."""

    def __init__(self, network, connection):
        self.network = network
        self.socket = connection
        self.address = connection.getsockname()[0]
        self.stream = connection.makefile("rb")

    def send(self, command, payload=b""):
        self.socket.sendall(frame(command, payload))

    def receive(self):
        """The next (command, payload), or None when the survey has closed."""
        header = self.stream.read(24)
        if len(header) < 24:
            return None
        magic, command, length, _ = struct.unpack("<4s12sI4s", header)
        assert magic == MAGIC, magic
        return command.rstrip(b"\0"), self.stream.read(length)

    def wait_for(self, wanted):
        """Answers nothing until that command comes; False when the survey closes before."""
        while message := self.receive():
            if message[0] == wanted:
                return True
        return False

    def handshake(self, **version):
        """As Bitcoin Core answers a call."""
        self.wait_for(b"version")
        self.send(b"version", version_payload(**version))
        for command in (b"wtxidrelay", b"sendaddrv2", b"verack"):
            self.send(command)
        self.wait_for(b"verack")

    def reset(self):
        """Closes so that the other side sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()
        self.socket.close()

    def getdata(self, payload):
        """As Bitcoin Core: what there is, each in a message, then one list of the rest."""
        assert payload[0] < 0xfd and len(payload) == 1 + 36 * payload[0], payload
        transactions = self.network.transactions
        items = [payload[at:at + 36] for at in range(1, len(payload), 36)]
        for item in items:
            if item[4:] in transactions:
                self.send(b"tx", transactions[item[4:]])
        missing = [item for item in items if item[4:] not in transactions]
        if missing:
            self.send(b"notfound", bytes([len(missing)]) + b"".join(missing))


def serve(peer, **others):
    """Pongs and answers until the survey closes; `others` has functions of the payload, for commands
    that are met otherwise."""
    reactions = {"ping": lambda payload: peer.send(b"pong", payload), "getdata": peer.getdata,
                 **others}
    while message := peer.receive():
        command, payload = message
        if reaction := reactions.get(command.decode()):
            reaction(payload)


def honest(peer, **version):
    """Handshake, then pongs and answers until the survey closes."""
    peer.handshake(**version)
    serve(peer)


def mute(peer):
    """Accepts, listens, never says a word."""
    while peer.receive():
        pass


def unhelpful(peer):
    """A handshake, and not one word more."""
    peer.handshake()
    mute(peer)


class FakeNetwork:
    """`contacts` tells which addresses were called, `closed` when each call ended.

    `transactions` maps a hash in wire order to the bytes of what is served; `scripts` maps an
    address to a script that is not `script`.
    """

    def __init__(self, script=honest, scripts=None, transactions=None, port=0, ipv6=False):
        self.script = script
        self.scripts = scripts or {}
        self.transactions = {double_sha256(TX): TX} if transactions is None else transactions
        self.contacts = []
        self.closed = {}
        self.servers = [socket.create_server(("0.0.0.0", port), backlog=1000)]
        self.port = self.servers[0].getsockname()[1]
        if ipv6:
            self.servers.append(socket.create_server(("::", self.port), family=socket.AF_INET6,
                                                     backlog=1000))
        self.accepting = [threading.Thread(target=self._accept, args=[server], daemon=True)
                          for server in self.servers]
        for thread in self.accepting:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A thread that is still in accept() when the descriptor is closed goes on with whatever has its
        number next, should the system call be restarted: after a stop, or when a container was frozen."""
        for server, thread in zip(self.servers, self.accepting):
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.close()

    def at(self, number):
        """The ADDR:PORT of the peer of that number."""
        return f"{address_of(number)}:{self.port}"

    def connect(self, count, first=1):
        """The options that survey `count` peers."""
        return [word for number in range(first, first + count)
                for word in ("--connect", self.at(number))]

    def _accept(self, server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            peer = Peer(self, connection)
            self.contacts.append(peer.address)
            threading.Thread(target=self._serve, args=[peer], daemon=True).start()

    def _serve(self, peer):
        with peer.socket, peer.stream:
            try:
                self.scripts.get(peer.address, self.script)(peer)
            except (OSError, ValueError):
                pass  # The survey closes as soon as it knows enough.
        self.closed[peer.address] = time.monotonic()


def address_of(number):
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@contextmanager
def black_hole():
    """The ADDR:PORT of a listener whose queue is full: a connection is never made."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        callers = []
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
            callers.append(caller)
        time.sleep(0.1)
        yield "127.0.0.1:%d" % server.getsockname()[1]
        for caller in callers:
            caller.close()
