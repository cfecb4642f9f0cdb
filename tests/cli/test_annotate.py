"""scripts/annotate, and the page beside it: its blocks are what the program prints.

`test_annotate.py record` makes annotate.trace anew, from surveys of peers on port 8333.
"""
import importlib.machinery
import importlib.util
import io
import json
import random
import re
import shlex
import struct
import subprocess
import sys
import unittest
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TX, TXID, FakeNetwork, frame, version_payload  # noqa: E402

SCRIPT = harness.REPOSITORY / "scripts/annotate"
PAGE = harness.REPOSITORY / "scripts/annotate.md"
TRACE = Path(__file__).resolve().parent / "annotate.trace"
VECTORS = harness.REPOSITORY / "tests/vectors"
TUTORIAL_TXID = "fc57704eff327aecfadb2cf3774edc919ba69aba624b836461ce2be9c00a0c20"
PRINTABLE = re.compile(r"[\x20-\x7e\n]*")
HASH = "77" * 32

loader = importlib.machinery.SourceFileLoader("annotate", str(SCRIPT))
sys.dont_write_bytecode = True
annotate = importlib.util.module_from_spec(importlib.util.spec_from_loader("annotate", loader))
loader.exec_module(annotate)


def run(*words, code=0, stdin=b""):
    done = subprocess.run([SCRIPT, *words], input=stdin, capture_output=True, check=False,
                          cwd=harness.REPOSITORY)
    assert done.returncode == code, (done.returncode, done.stderr)
    return done.stdout.decode("ascii"), done.stderr.decode()


def render(data, everything=False):
    """(rows, size, what is printed), without a process of its own."""
    rows, size = annotate.read_message(data, everything)
    with redirect_stdout(io.StringIO()) as out:
        annotate.write_message("message", rows, everything)
    return rows, size, out.getvalue()


def printed_bytes(text):
    """The bytes in the second column."""
    return bytes.fromhex("".join(re.findall(r"^ *\d+  ((?:[0-9a-f]{2} ?)+)(?: |$)", text, re.M)))


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def messages(name):
    content = vectors(name)
    return content if isinstance(content, list) else next(
        value for value in content.values() if isinstance(value, list))


# The exchange of the page

def core(peer):
    """A node until it has been asked: its greeting in one piece, as Bitcoin Core sends it."""
    peer.wait_for(b"version")
    greeting = version_payload(b"/Satoshi:29.1.0/", 0xc09)
    peer.socket.sendall(frame(b"version", greeting) + frame(b"wtxidrelay") + frame(b"sendaddrv2")
                        + frame(b"verack"))
    peer.wait_for(b"verack")
    peer.send(b"sendcmpct", struct.pack("<?Q", False, 2))
    peer.send(b"feefilter", struct.pack("<Q", 1000))
    while message := peer.receive():
        if message[0] == b"getdata":
            return message[1]
    return None


def answering(peer):
    """An answer and nothing after it, so that no trace depends on who is quicker."""
    if request := core(peer):
        peer.getdata(request)
    while peer.receive():
        pass


def ignoring(peer):
    core(peer)
    while message := peer.receive():
        if message[0] == b"ping":
            peer.send(b"pong", message[1])


def silent(peer):
    core(peer)
    while peer.receive():
        pass


def exchange(network, folder):
    """The lines of two surveys: three peers for the tutorial's transaction, one for another."""
    lines, statuses = [], []
    for number, (peers, txid) in enumerate((((1, 3, 4), TUTORIAL_TXID), ((2,), TXID))):
        trace = Path(folder, f"trace{number}")
        result = survey.run(["--user-agent", "/txsurvey:0.1.0/", "--patience", "0",
                             "--response-timeout", 2 * harness.SLOWNESS, "--trace", trace,
                             *[word for peer in peers for word in network.connect(1, peer)], txid])
        survey.check_invariants(result)
        survey.load_trace(trace)
        lines += trace.read_text("ascii").splitlines()
        statuses += [(peer["address"], peer["transactions"][0]["status"]) for peer in result.peers]
    return sorted(lines, key=lambda line: json.loads(line)["address"]), sorted(statuses)


def new_network(port=0):
    return FakeNetwork(answering, {"127.0.0.3": ignoring, "127.0.0.4": silent}, port=port)


def record():
    import tempfile
    with tempfile.TemporaryDirectory() as folder, new_network(8333) as network:
        TRACE.write_text("\n".join(exchange(network, folder)[0]) + "\n")


def constant(line):
    """A message without what differs from run to run: ports, times, nonces, their checksums."""
    data = bytearray.fromhex(line["hex"])
    if line["command"] in ("version", "ping", "pong"):
        data[20:24] = bytes(4)
    if line["command"] == "version":
        data[36:44], data[68:70], data[96:104] = bytes(8), bytes(2), bytes(8)
    elif line["command"] in ("ping", "pong"):
        data[24:32] = bytes(8)
    return line["command"], line["length"], bytes(data)


def streams(lines):
    """What each side said, in its order. How the two interleave is chance."""
    found = {}
    for line in map(json.loads, lines):
        found.setdefault((line["address"], line["direction"]), []).append(constant(line))
    return found


class Page(Case):
    def blocks(self):
        """(the words of the command, what the page says that it prints)"""
        found = re.findall(r"^```\n\$ scripts/annotate (.+)\n((?:.*\n)+?)```$",
                           PAGE.read_text("ascii"), re.M)
        return [(shlex.split(words), text) for words, text in found]

    def test_blocks(self):
        blocks = self.blocks()
        self.assertGreaterEqual(len(blocks), 6)
        self.assertEqual(len(blocks), PAGE.read_text().count("$ scripts/annotate "))
        for words, text in blocks:
            with self.subTest(words=words):
                self.assertEqual(run(*words)[0].rstrip("\n"), text.rstrip("\n"))

    def test_linked(self):
        readme = (harness.REPOSITORY / "README.md").read_text()
        self.assertEqual(readme.count("(scripts/annotate.md)"), 1)

    def test_live(self):
        """Today's survey says what the page's trace says, and renders without leftovers."""
        lines, statuses = exchange(self.live(), self.folder)
        self.assertEqual(statuses, [("127.0.0.1", "notfound"), ("127.0.0.2", "served"),
                                    ("127.0.0.3", "ignored"), ("127.0.0.4", "timeout")])
        self.assertEqual(streams(lines), streams(TRACE.read_text("ascii").splitlines()))
        content = "\n".join(lines).encode()
        text, _ = run("--all", stdin=content)
        self.assertNotRegex(text, r"(?m)^ +!|  \?")
        self.assertEqual(printed_bytes(text),
                         b"".join(bytes.fromhex(json.loads(line)["hex"]) for line in lines))
        self.assertEqual(text.count("checksum        right"), len(lines))

    def live(self):
        network = new_network()
        self.addCleanup(network.__exit__)
        return network


class Tutorial(unittest.TestCase):
    payload = b"\1\1" + bytes.fromhex(TUTORIAL_TXID)

    def test_malformed(self):
        """Every fault is named at its byte."""
        text, _ = run("--hex", frame(b"getdata", self.payload).hex())
        self.assertRegex(text, r"\n +25  01 fc 57 70 +0: type +0x7057fc01, unknown\n")
        self.assertRegex(text, r"\n +29  4e ff 32 7a ec fa db 2c  0: hash +only 29 bytes of 32\n")
        self.assertIn("At byte 58: the bytes end within \"0: hash\", 3 too early.", text)
        self.assertIn("drops such a message", text)
        self.assertRegex(text, r"\n +25  01 +0: type +MSG_TX")
        self.assertIn("A type has four bytes: 01 00 00 00.", text)
        self.assertIn(f"If {TUTORIAL_TXID} was meant", text)
        self.assertIn("the wrong way round", text)

    def test_other_lists_get_no_such_hint(self):
        right = b"\1\1\0\0\0" + bytes.fromhex(TUTORIAL_TXID)
        for payload in (right, right[:-1], self.payload[:-1], b"\1\7" + self.payload[2:], b"",
                        b"\0"):
            with self.subTest(payload=payload):
                self.assertNotIn("one byte", render(frame(b"getdata", payload))[2])

    def test_many_types_of_one_byte(self):
        payload = bytes([9]) + (b"\5" + bytes(32)) * 9
        text = render(frame(b"inv", payload))[2]
        self.assertIn("MSG_WTX", text)
        self.assertIn("6 more items, 198 bytes, with 12 remarks (--all shows all)", text)

    def test_header_of_a_64_bit_machine(self):
        words = frame(b"getdata", self.payload)
        wide = words[:4] + bytes(4) + words[4:16] + bytes(4) + words[16:20] + bytes(4) + words[20:]
        text, _ = run("--hex", wide.hex())
        self.assertRegex(text, r'if the magic is read as eight\s+!?\s*bytes')
        self.assertIn('"getdata" begins', text)
        self.assertIn("the magic is that of no chain", text)


class Messages(unittest.TestCase):
    def test_vectors(self):
        """Each to its last byte, and with the values that the vector names."""
        for vector in messages("messages.json"):
            data = bytes.fromhex(vector["hex"])
            with self.subTest(name=vector["name"]):
                _, size, text = render(data, True)
                self.assertEqual(size, len(data))
                self.assertEqual(printed_bytes(text), data)
                self.assertNotRegex(text, r"(?m)^ +!|  \?|  payload")
                self.assertIn(f'"{vector["command"]}"', text)
                self.assertIn(f"{vector['payload_length']} byte", text)
                self.assertRegex(text, "checksum +right")
                for words in self.expected(vector["decoded"]):
                    self.assertIn(words, text)

    def expected(self, decoded):
        """What of the decoded fields must be read in the text."""
        if isinstance(decoded, list):
            for item in decoded:
                yield from self.expected(item)
        if not isinstance(decoded, dict):
            return
        for name in ("txid", "wtxid", "hash", "block_hash", "user_agent", "type_name",
                     "feerate_sat_per_kvB", "time", "timestamp", "host", "start_height", "port"):
            # Addresses of Tor version 2 have no text here: nobody can reach them.
            if decoded.get(name) is not None and decoded.get("network") != "torv2":
                yield str(decoded[name])
        for index in decoded.get("indexes_absolute", ()):
            yield f"transaction {index} of"
        yield from self.expected(list(decoded.values()))

    def test_malformed_vectors(self):
        """Each with a remark, of all its bytes."""
        for vector in messages("malformed.json"):
            data = bytes.fromhex(vector["hex"])
            with self.subTest(name=vector["name"]):
                text = render(data, True)[2]
                # That magic is right, on another chain.
                self.assertRegex(text, "chain regtest" if vector["name"] == "wrong magic"
                                 else r"(?m)^ +!  ")
                self.assertEqual(printed_bytes(text), data)

    def test_other_messages(self):
        header = bytes(80)
        script = bytes.fromhex("76a914" + "11" * 20 + "88ac")
        for command, payload, words in (
            (b"reject", b"\2tx\x42\3fee" + bytes.fromhex(HASH),
             ["insufficient fee", '"fee"', HASH]),
            (b"filterload", b"\2\xab\xcd" + struct.pack("<IIB", 11, 7, 1), ["11", "0x00000007"]),
            (b"headers", b"\2" + (header + b"\0") * 2, ["block hash"]),
            (b"sendcmpct", b"\1" + struct.pack("<Q", 2), ["yes"]),
            (b"ping", b"", []), (b"sendheaders", b"", []),
            (b"tx", TX[:-4] + bytes(4), [TXID, "10.00000000 BTC", "pay to public key"]),
            (b"tx", b"\1\0\0\0\1" + bytes(32) + b"\xff" * 4 + b"\0" + b"\xff" * 4 + b"\1"
             + struct.pack("<q", -1) + bytes([len(script)]) + script + bytes(4),
             ["coinbase", "-0.00000001 BTC", "pay to public key hash"]),
            (b"version", struct.pack("<iQq", -1, 1 << 63 | 2, -2**63) + bytes(26),
             ["UNKNOWN[2^1] UNKNOWN[2^63]", "beyond all calendars", "counts as 1"]),
        ):
            with self.subTest(command=command):
                data = frame(command, payload)
                text = render(data, True)[2]
                self.assertEqual(printed_bytes(text), data)
                self.assertNotRegex(text, r"(?m)^ +!|  \?")
                for word in words:
                    self.assertIn(word, text)

    def test_unknown_and_trailing(self):
        self.assertRegex(render(frame(b"newthing", b"\x1b[2J"))[2], r"24  1b 5b 32 4a +payload")
        self.assertRegex(render(frame(b"verack", b"\7"))[2], r"24  07 +more +beyond the end")

    def test_wrong_checksum(self):
        data = bytearray(frame(b"ping", bytes(8)))
        right = data[20:24].hex(" ")
        data[20] ^= 1
        text = render(bytes(data))[2]
        self.assertRegex(text, "checksum +wrong")
        self.assertIn(f"For this payload it must be {right}. A node drops the message.", text)

    def test_shortened(self):
        """A list of 50,000 in a few lines; --all gives every one."""
        items = b"".join(struct.pack("<I32s", 5, number.to_bytes(32)) for number in range(50_000))
        data = frame(b"inv", b"\xfd" + struct.pack("<H", 50_000) + items)
        text = render(data)[2]
        self.assertLess(len(text.splitlines()), 30)
        self.assertIn("   135  ", text)
        self.assertIn("49997 more items, 1799892 bytes", text)
        self.assertEqual(printed_bytes(render(data, True)[2]), data)
        witness = b"\xfe" + struct.pack("<I", 300_000) + bytes(300_000)
        tx = b"\2\0\0\0\0\1\1" + bytes(41) + b"\1" + bytes(9) + witness + bytes(4)
        self.assertIn("299997 more witness items, 299997 bytes", render(frame(b"tx", tx))[2])
        cut = render(frame(b"inv", b"\xfd" + struct.pack("<H", 50_000) + items[:-1]))[2]
        self.assertIn("49996 more items", cut)
        self.assertRegex(cut, "49999: hash +only 31 bytes of 32")

    def test_limits(self):
        """At the limit nothing is said of it, beyond it is."""
        def header(length):
            return frame(b"block")[:16] + struct.pack("<I", length) + bytes(4)

        def inventory(count, kind=1):
            item = struct.pack("<I", kind) + bytes(32)
            return frame(b"getdata", b"\xfd" + struct.pack("<H", count) + item * count)

        def agent(size):
            length = b"\xfd" + struct.pack("<H", size)
            return frame(b"version", bytes(80) + length + bytes(size + 5))

        for good, bad, words in (
            (header(4_000_000), header(4_000_001), "More than 4000000 bytes"),
            (inventory(50_000), inventory(50_001), "More than 50000 items"),
            (inventory(253), inventory(253, 6), "No type that nodes know"),
            (agent(256), agent(257), "nodes accept no more than 256"),
            (frame(b"headers", b"\xfe\0\0\0\2"), frame(b"headers", b"\xfe\1\0\0\2"),
             "no number over 33554432"),
        ):
            with self.subTest(words=words):
                self.assertNotIn(words, render(good, True)[2])
                self.assertIn(words, render(bad, True)[2])

    def test_text_is_escaped(self):
        for text in (b"\x1b]0;owned\x07", b'"\\x\xe2\x80\xae', b"\n\r\t\0"):
            data = frame(b"version", version_payload(text))
            out = render(data)[2]
            self.assertTrue(PRINTABLE.fullmatch(out), out)
            self.assertRegex(out, r"user agent +\"")


class Hostile(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(20261120)
        self.seeds = [bytes.fromhex(vector["hex"]) for name in ("messages.json", "malformed.json")
                      for vector in messages(name)]

    def check(self, data):
        """Every byte is printed once; a second reading may follow the remark that begins it."""
        _, size, text = render(data, True)
        self.assertTrue(PRINTABLE.fullmatch(text))
        self.assertEqual(printed_bytes(text.split("It fits, if each type")[0]), data[:size])
        short = render(data)[2]
        self.assertTrue(PRINTABLE.fullmatch(short))
        self.assertLessEqual(len(short), len(text))

    def test_truncated(self):
        for seed in self.seeds:
            for size in {*range(1, min(len(seed), 130)), len(seed) - 1, len(seed) // 2} - {0}:
                self.check(seed[:size])

    def test_truncated_payload_with_a_right_checksum(self):
        for seed in self.seeds[:70]:
            command, payload = seed[4:16].rstrip(b"\0"), seed[24:]
            for size in range(min(len(payload), 120)):
                self.check(frame(command, payload[:size]))

    def test_mutated(self):
        for seed in self.seeds:
            for _ in range(15):
                data = bytearray(seed)
                for _ in range(self.random.randint(1, 4)):
                    at = self.random.randrange(24 if len(data) > 24 else 0, len(data))
                    data[at] = self.random.choice((0, 1, 0x1b, 0x7f, 0xfc, 0xfd, 0xfe, 0xff,
                                                   self.random.randrange(256)))
                self.check(bytes(data))

    def test_any_bytes_under_any_command(self):
        for command in annotate.PAYLOADS:
            for _ in range(40):
                payload = self.random.randbytes(self.random.randrange(200))
                self.check(frame(command.encode(), payload))
                self.check(frame(command.encode(), bytes([self.random.randrange(4)]) + payload))


class Program(Case):
    def line(self, data, command="ping", **other):
        return json.dumps({"time": "T", "address": "127.0.0.1", "port": 8333, "direction": "sent",
                           "command": command, "length": len(data), "hex": data.hex(),
                           **other}).encode() + b"\n"

    ping = frame(b"ping", bytes(8))

    def test_peer(self):
        lines = (self.line(self.ping) + self.line(self.ping, port=8334)
                 + self.line(self.ping, address="::1", direction="received"))
        for peer, heading in (("127.0.0.1:8333", "sent ping to 127.0.0.1:8333, T, 32 bytes"),
                              ("[::1]:8333", "received ping from [::1]:8333, T, 32 bytes")):
            text, _ = run("--peer", peer, stdin=lines)
            self.assertEqual(text.count("magic"), 1)
            self.assertEqual(text.splitlines()[0], heading)
        self.assertEqual(run(stdin=lines)[0].count("magic"), 3)
        self.assertEqual(run(stdin=lines), run(stdin=lines))
        self.assertIn("no message", run("--peer", "127.0.0.2:8333", code=1, stdin=lines)[1])

    def test_command(self):
        lines = self.line(self.ping) + self.line(frame(b"verack"), "verack")
        self.assertNotIn("verack", run("--command", "ping", stdin=lines)[0])
        self.assertIn("verack", run("--command", "ping", "--command", "verack", stdin=lines)[0])

    def test_file(self):
        path = self.folder / "trace"
        path.write_bytes(self.line(self.ping))
        self.assertEqual(run(path)[0], run(stdin=self.line(self.ping))[0])
        self.assertIn("No such file", run(self.folder / "none", code=2)[1])

    def test_lines_that_are_none(self):
        """Each is named, and the rest is rendered."""
        wrong = [b"\n", b"{\n", b"[]\n", b"7\n", b"{}\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n",
                 self.line(self.ping, hex="0"), self.line(self.ping, hex=7),
                 self.line(self.ping, direction="up"), self.line(self.ping, direction=[]),
                 self.line(self.ping, address=None), self.line(self.ping, command=7),
                 self.line(self.ping)[:-20]]
        text, errors = run(code=1, stdin=b"".join(
            line.rstrip(b"\n") + b"\n" for line in [*wrong, self.line(self.ping)]))
        self.assertEqual(text.count("magic"), 1)
        self.assertEqual(errors.splitlines(), [f"annotate: line {number} is no line of a trace"
                                               for number in range(1, len(wrong) + 1)])

    def test_hostile_trace(self):
        """Whatever stands in its texts, the terminal sees printable ASCII."""
        text, _ = run(stdin=self.line(self.ping, command="\x1b[2J\u202e", time="\x07\x9b",
                                      address="\x1b]0;x\x07", port="\x85\udfff"))
        self.assertTrue(PRINTABLE.fullmatch(text), text)

    def test_unfinished(self):
        """What the trace keeps of a message that did not arrive whole."""
        text, _ = run(stdin=self.line(self.ping[:28], None, length=None))
        self.assertIn("sent something", text)
        self.assertIn("4 of 8 bytes are here", text)
        self.assertIn("only 4 bytes of 8", text)
        self.assertNotIn("drops", text)
        self.assertIn("only 3 bytes of 4", run(stdin=self.line(self.ping[:19], None))[0])
        run(stdin=self.line(b"", None))

    def test_hex(self):
        text, _ = run("--hex", (self.ping + frame(b"verack") + b"\1").hex())
        self.assertEqual((text.count("magic  "), text.count("magic is")), (2, 1))
        for wrong in ("", "0", "zz"):
            self.assertIn("hexadecimal", run("--hex", wrong, code=2)[1])
        for other in (["trace"], ["--peer", "[::1]:1"], ["--command", "ping"]):
            self.assertIn("the place of a trace", run("--hex", "00", *other, code=2)[1])

    def test_reader_that_leaves(self):
        path = self.folder / "trace"
        path.write_bytes(self.line(self.ping) * 20_000)
        done = subprocess.run(f"{shlex.quote(str(SCRIPT))} {shlex.quote(str(path))} | head -n 1",
                              shell=True, capture_output=True, check=True)
        self.assertEqual((done.stdout.count(b"\n"), done.stderr), (1, b""))

    def test_help(self):
        text, _ = run("--help")
        for word in ("--peer", "--hex", "--all", "--command", "TRACE", "exit status"):
            self.assertIn(word, text)


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
    else:
        harness.main()
