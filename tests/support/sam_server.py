"""An I2P router's SAM 3.1 bridge for tests, as far as streams of one's own go.

After the specification: https://geti2p.net/en/docs/api/samv3. A session lives as long as the
connection that created it; every other connection makes one stream of it.
"""
import base64
import re
import time
from hashlib import sha256

from relay import Server, call, splice, wait_for_close


def i2p_base64(data):
    return base64.b64encode(data, b"-~").decode()


class Destination:
    """An I2P destination made of a number: its keys, a certificate that says Ed25519, and its name,
    the hash of both."""

    def __init__(self, number):
        keys = b"".join(sha256(b"i2p %d %d" % (number, i)).digest() for i in range(12))
        data = keys + b"\x05\x00\x04\x00\x07\x00\x00"
        self.base64 = i2p_base64(data)
        self.name = base64.b32encode(sha256(data).digest()).decode().lower().rstrip("=") + ".b32.i2p"


class SamServer(Server):
    """`peers` maps a Destination to (host, port). `lines` are all requests that came.

    `answers` maps the first two words of a request, those and a DESTINATION, or a whole request, to what
    is done in place of the right answer: a text is sent as a line, a number is waited before it (seconds), None is
    silence, and a function gets the connection. A list holds such answers for the first requests.
    """

    def __init__(self, peers=None, answers=None):
        self.peers = {peer.name: (peer, target) for peer, target in (peers or {}).items()}
        self.answers = answers or {}
        self.lines = []
        self.sessions = {}
        super().__init__()

    def created(self):
        """How many sessions were asked for."""
        return sum(line.startswith("SESSION CREATE") for line in self.lines)

    def end_sessions(self):
        for connection in list(self.sessions.values()):
            connection.shutdown(2)

    def serve(self, connection):
        stream = connection.makefile("rb")
        created = []
        try:
            while line := stream.readline():
                request = line.decode("ascii").rstrip("\n")
                self.lines.append(request)
                words = request.split(" ")
                assert line.endswith(b"\n"), line
                if not self.answer(connection, request, words, created):
                    return
        finally:
            for session in created:
                del self.sessions[session]

    def answer(self, connection, request, words, created):
        """False when the connection has no more requests."""
        verb = " ".join(words[:2])
        pairs = dict(word.split("=", 1) for word in words[2:])
        to = f"{verb} {pairs.get('DESTINATION')}"
        instead = next((self.answers[key] for key in (request, to, verb) if key in self.answers), "")
        if isinstance(instead, list):
            instead = instead.pop(0) if instead else ""
        if instead is None:
            wait_for_close(connection)
            return False
        if callable(instead):
            return instead(connection)
        if isinstance(instead, str) and instead:
            connection.sendall(instead.encode() + b"\n")
            return True
        if instead:
            time.sleep(instead)
        handler = {"HELLO VERSION": self.hello, "SESSION CREATE": self.create,
                   "NAMING LOOKUP": self.lookup, "STREAM CONNECT": self.connect}[verb]
        return handler(connection, pairs, created)

    @staticmethod
    def say(connection, text):
        connection.sendall(text.encode("ascii") + b"\n")

    def hello(self, connection, pairs, _):
        if not float(pairs["MIN"]) <= 3.1 <= float(pairs["MAX"]):
            self.say(connection, "HELLO REPLY RESULT=NOVERSION")
            return False
        self.say(connection, "HELLO REPLY RESULT=OK VERSION=3.1")
        return True

    def create(self, connection, pairs, created):
        assert pairs["STYLE"] == "STREAM" and pairs["DESTINATION"] == "TRANSIENT", pairs
        session = pairs["ID"]
        if session in self.sessions:
            self.say(connection, "SESSION STATUS RESULT=DUPLICATED_ID")
            return False
        self.sessions[session] = connection
        created.append(session)
        self.say(connection, f"SESSION STATUS RESULT=OK DESTINATION={i2p_base64(bytes(679))}")
        return True

    def lookup(self, connection, pairs, _):
        name = pairs["NAME"]
        if not re.fullmatch(r"[a-z2-7]{52}\.b32\.i2p", name):
            self.say(connection, f"NAMING REPLY RESULT=INVALID_KEY NAME={name}")
        elif name not in self.peers:
            self.say(connection, f"NAMING REPLY RESULT=KEY_NOT_FOUND NAME={name}")
        else:
            self.say(connection,
                     f"NAMING REPLY RESULT=OK NAME={name} VALUE={self.peers[name][0].base64}")
        return True

    def connect(self, connection, pairs, _):
        assert pairs["SILENT"] == "false", pairs
        target = next((target for peer, target in self.peers.values()
                       if peer.base64 == pairs["DESTINATION"]), None)
        if pairs["ID"] not in self.sessions:
            self.say(connection, 'STREAM STATUS RESULT=INVALID_ID MESSAGE="no such session"')
        elif target is None:
            self.say(connection, 'STREAM STATUS RESULT=INVALID_KEY')
        else:
            self.pass_on(connection, target)
        return False

    def pass_on(self, connection, target):
        try:
            peer = call(target)
        except OSError:
            self.say(connection, 'STREAM STATUS RESULT=CANT_REACH_PEER MESSAGE="RESULT=OK"')
            return
        self.say(connection, "STREAM STATUS RESULT=OK")
        splice(connection, peer)
