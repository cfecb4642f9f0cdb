"""A SOCKS5 proxy for tests (RFC 1928, RFC 1929): it knows onion names, and can fail in every way.

What it does with a CONNECT is its script, a function of a `Client`, chosen by the host that is asked
for; the default makes the connection.
"""
import base64
import socket
import struct
from hashlib import sha3_256, sha256
from ipaddress import ip_address

from relay import Server, call, read_exactly, splice, wait_for_close

NO_AUTHENTICATION, PASSWORD, NO_ACCEPTABLE = 0, 2, 0xFF
IPV4, NAME, IPV6 = 1, 3, 4
BOUND_IPV4 = bytes([IPV4]) + bytes(6)


def onion_of(number):
    """The name of an onion service (Tor's rend-spec-v3, section 6) made of a number."""
    key = sha256(b"onion %d" % number).digest()
    checksum = sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + checksum + b"\x03").decode().lower() + ".onion"


class Client:
    """A connection that came as far as CONNECT."""

    def __init__(self, server, connection, kind, host, port):
        self.server = server
        self.socket = connection
        self.kind = kind
        self.host = host
        self.port = port

    def send(self, data):
        self.server.send(self.socket, data)

    def reply(self, code, bound=BOUND_IPV4):
        self.send(bytes([5, code, 0]) + bound)

    def connect(self, bound=BOUND_IPV4):
        """Passes on to where `names` says that the host is; else no further than this machine."""
        target = self.server.names.get(self.host)
        if target is None and self.kind != NAME and ip_address(self.host).is_loopback:
            target = (self.host, self.port)
        if target is None:
            self.reply(4)
            return
        try:
            peer = call(target)
        except OSError:
            self.reply(5)
            return
        self.reply(0, bound)
        splice(self.socket, peer)


def connect(client):
    client.connect()


def answer(code):
    """A script that gives this reply code."""
    return lambda client: client.reply(code)


def silent(client):
    wait_for_close(client.socket)


def close(client):
    pass


class SocksServer(Server):
    """`requests` are (address type, host, port) in the order they came, `credentials` the users and
    passwords, `offers` the methods that each client offered.

    `names` maps a name or an address to (host, port); `scripts` maps a host to a script that is not `script`;
    `method` is the one that is chosen, `verdict` the status of a log-in, `drip` sends every byte
    alone; `greet` is what to do in place of the method's choice.
    """

    def __init__(self, names=None, script=connect, scripts=None, method=PASSWORD, verdict=0,
                 drip=False, greet=None):
        self.names = names or {}
        self.script = script
        self.scripts = scripts or {}
        self.method = method
        self.verdict = verdict
        self.drip = drip
        self.greet = greet
        self.requests, self.credentials, self.offers = [], [], []
        super().__init__()

    def send(self, connection, data):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = 1 if self.drip else len(data)
        for at in range(0, len(data), step):
            connection.sendall(data[at:at + step])

    def serve(self, connection):
        version, count = read_exactly(connection, 2)
        assert version == 5, version
        self.offers.append(set(read_exactly(connection, count)))
        if self.greet:
            self.greet(connection)
            return
        self.send(connection, bytes([5, self.method]))
        if self.method == PASSWORD and not self.log_in(connection):
            return
        client = self.read_request(connection)
        self.requests.append((client.kind, client.host, client.port))
        self.scripts.get(client.host, self.script)(client)

    def log_in(self, connection):
        assert read_exactly(connection, 1) == b"\x01"
        user = read_exactly(connection, read_exactly(connection, 1)[0])
        password = read_exactly(connection, read_exactly(connection, 1)[0])
        self.credentials.append((user, password))
        self.send(connection, bytes([1, self.verdict]))
        return self.verdict == 0

    def read_request(self, connection):
        head = read_exactly(connection, 4)
        assert head[:3] == b"\x05\x01\x00", head
        if head[3] == IPV4:
            host = socket.inet_ntop(socket.AF_INET, read_exactly(connection, 4))
        elif head[3] == IPV6:
            host = socket.inet_ntop(socket.AF_INET6, read_exactly(connection, 16))
        else:
            assert head[3] == NAME, head
            host = read_exactly(connection, read_exactly(connection, 1)[0]).decode("ascii")
        port, = struct.unpack(">H", read_exactly(connection, 2))
        return Client(self, connection, head[3], host, port)
