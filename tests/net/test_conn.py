"""Connections that do not take at once what is written, in a network whose send buffers are small."""
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TXID, address_of, honest, serve  # noqa: E402
from oom import Refuser  # noqa: E402

IDS = [f"{number:064x}" for number in range(1, 1000)]  # with TXID, a request of 36 kB
SMALL = 4096  # the least that the kernel takes for a buffer


def small_buffers():
    """Of all connections that are made from now on; both namespaces are this test's own."""
    for name in ("tcp_wmem", "tcp_rmem"):
        Path(f"/proc/sys/net/ipv4/{name}").write_text(f"{SMALL} {SMALL} {SMALL}")


def slowly(peer):
    """Reads a little at a time, and answers in full."""
    peer.stream = Slow(peer.socket)
    peer.handshake()
    serve(peer, getdata=lambda payload: answer(peer, payload))


class Slow:
    def __init__(self, connection):
        self.connection = connection

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.connection.recv(min(1000, size - len(data)))
            if not piece:
                break
            data += piece
            time.sleep(0.001)
        return data

    def close(self):
        pass


def answer(peer, payload):
    """Of as many as there are; the last one is served."""
    count, = struct.unpack("<H", payload[1:3])
    items = [payload[at:at + 36] for at in range(3, 3 + 36 * count, 36)]
    have = [item for item in items if item[4:] in peer.network.transactions]
    missing = [item for item in items if item not in have]
    for item in have:
        peer.send(b"tx", peer.network.transactions[item[4:]])
    peer.send(b"notfound", b"\xfd" + struct.pack("<H", len(missing)) + b"".join(missing))


def stops_reading(peer):
    """Behind the handshake. The end is seen all the same: what is written waits for ever."""
    peer.handshake()
    peer.network.stopped.wait()


def pings_and_stops_reading(peer):
    peer.handshake()
    for number in range(2000):
        peer.send(b"ping", struct.pack("<Q", number))
    peer.network.stopped.wait()


def resets_what_waits(peer):
    peer.handshake()
    time.sleep(0.2)
    peer.reset()


def closes_what_waits(peer):
    """Orderly, and what waits is never read: to us that is a reset, or an end."""
    peer.handshake()
    time.sleep(0.2)
    peer.socket.shutdown(socket.SHUT_WR)
    peer.network.stopped.wait()


class Conn(Case):
    def survey_of(self, network, peers, *more, ids=IDS, code=0):
        result = survey.run(["--patience=0", *network.connect(peers), *more, *ids, TXID])
        self.assertEqual(result.code, code, result.explain())
        survey.check_invariants(result)
        return result

    def network(self, *args, **kw):
        network = super().network(*args, **kw)
        network.stopped = threading.Event()
        self.addCleanup(network.stopped.set)
        return network

    def test_a_slow_reader_is_asked_for_all(self):
        result = self.survey_of(self.network(slowly), 20)
        for peer in result.peers:
            self.assertEqual(peer["outcome"], "answered")
            self.assertEqual([entry["status"] for entry in peer["transactions"]],
                             ["notfound"] * len(IDS) + ["served"])

    def test_who_stops_reading_waits_for_itself(self):
        """The others are asked; it ends by its own deadline, whatever of ours it has not read."""
        scripts = {address_of(1): stops_reading, address_of(2): pings_and_stops_reading,
                   address_of(3): resets_what_waits, address_of(4): closes_what_waits}
        network = self.network(slowly, scripts)
        result = self.survey_of(network, 8, f"--response-timeout={5 * harness.SLOWNESS}")
        self.assertEqual([result.peer(address_of(number))["outcome"] for number in (1, 2)],
                         ["silent", "silent"])
        self.assertEqual([result.peer(address_of(number))["outcome"] for number in (3, 4)],
                         ["closed", "closed"])
        for number in range(5, 9):
            self.assertEqual(result.peer(address_of(number))["outcome"], "answered")
        asked = result.peer(address_of(1))
        self.assertEqual({entry["status"] for entry in asked["transactions"]}, {"timeout"})

    def test_a_signal_ends_what_waits(self):
        network = self.network(stops_reading)
        process = survey.start(["-o", self.output, "--patience=0", *network.connect(1), *IDS, TXID])
        while not network.contacts and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(survey.finish(process).code, 128 + signal.SIGTERM)
        result = survey.load(self.output)
        survey.check_invariants(result)
        self.assertEqual({peer["outcome"] for peer in result.peers}, {"interrupted"})

    def test_no_memory_for_what_waits(self):
        """The places that only a run with waiting writes comes to, refused: the peer is not blamed, and
        its record is written."""
        refuser = Refuser(self.folder)
        network = self.network(slowly, {address_of(1): honest})
        words = ["--patience=0", *IDS, TXID, "--connect"]
        before = set(refuser.places(["--patience=0", TXID, "--connect", network.at(1)]))
        places = [place for place in refuser.places([*words, network.at(2)]) if place not in before]
        self.assertTrue(places)
        outcomes = set()
        for place in places:
            done = refuser.run([*words, network.at(2)], OOM_PLACE=place, OOM_ALWAYS="1")
            result = survey.Result(done.returncode, done.stdout, done.stderr.decode())
            self.assertIn(result.code, (survey.usual_code(result), 4), result.explain())
            outcomes |= {(peer["outcome"], peer["error"]) for peer in result.peers}
        self.assertIn(("local_error", "no_memory"), outcomes)


if __name__ == "__main__":
    harness.enter_namespaces()
    harness.ip("link set lo up")
    small_buffers()
    harness.main()
