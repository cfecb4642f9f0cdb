#!/usr/bin/python3
"""Each place of the program that allocates, refused: first it is found out which there are, then each
fails, once or always. Whatever comes of it, no crash, no leak, whole lines; and a file of records can
be gone on with."""

import json
import os
import random
import struct
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import exposition  # noqa: E402
import harness  # noqa: E402
import survey  # noqa: E402
from blocks import MSG_BLOCKS, Block, made_tx, txid  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TX, TXID, UNKNOWN, addr, address_of, double_sha256, serve  # noqa: E402
from oom import Refuser  # noqa: E402
from sam_server import Destination, SamServer  # noqa: E402
from socks_server import SocksServer, onion_of  # noqa: E402

AT_ONCE = 4
SAMPLE = int(os.environ.get("TXSURVEY_PLACES", "50"))  # so many of a survey's places, chosen at random
LIBUV_GIVES_UP = -6  # where its loop cannot be made, or a handle of it cannot grow
IN_BLOCK = made_tx(1)
BLOCK = Block(800_000, [made_tx(2), IN_BLOCK])
COINBASE = txid(BLOCK.txs[0])


def tell(peer):
    peer.send(b"addr", addr([(address_of(100 + number), 8333) for number in range(12)]))


def helpful(peer):
    """Has TX and another one, which it announces."""
    peer.handshake()
    peer.send(b"inv", bytes([1]) + b"\1\0\0\0" + double_sha256(IN_BLOCK))
    serve(peer, getaddr=lambda _: tell(peer))


def has_block(peer):
    def give(payload):
        if struct.unpack("<I", payload[1:5])[0] in MSG_BLOCKS:
            peer.send(b"block", BLOCK.payload)
        else:
            peer.send(b"notfound", payload)

    peer.handshake()
    peer.send(b"sendcmpct", struct.pack("<?Q", False, 2))
    serve(peer, getdata=give, getaddr=lambda _: tell(peer),
          getblocktxn=lambda payload: peer.send(b"blocktxn", BLOCK.blocktxn(payload)))


def strange(peer):
    peer.wait_for(b"version")
    peer.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 4)


class OutOfMemory(Case):
    """Peers of all kinds, reached in all ways."""

    def setUp(self):
        super().setUp()
        self.refuser = Refuser(self.folder)
        self.chance = random.Random(seed := random.randrange(1 << 32))
        print(f"seed {seed}", flush=True)

    def survey_words(self):
        """The words of a survey that does all that it can do."""
        network = self.network(helpful, {
            address_of(2): has_block, address_of(3): has_block, address_of(4): strange},
            {double_sha256(tx): tx for tx in (TX, IN_BLOCK)})
        at = ("127.0.0.1", network.port)
        friend = Destination(1)
        proxy = SocksServer({onion_of(1): at})
        bridge = SamServer({friend: at})
        self.addCleanup(proxy.__exit__, None, None, None)
        self.addCleanup(bridge.__exit__, None, None, None)
        self.write("ids", f"{COINBASE} coinbase\n{UNKNOWN}\n")
        self.write("mempool", json.dumps({"txids": [COINBASE, UNKNOWN], "mempool_sequence": 1}, indent=2))
        self.write("peers", f"{network.at(2)}\n{network.at(3)}\n{network.at(4)}\n")
        self.write("exclude", "198.51.100.0/24\n")
        return ["--patience=0", "--crawl", "--control", "--allow-local", "--raw", "--rate=19000",
                f"--block={BLOCK.hash}", "--fee-rate=1.5", f"--txid-file={self.folder / 'ids'}",
                f"--txid-file={self.folder / 'mempool'}",
                f"--peers={self.folder / 'peers'}", f"--exclude={self.folder / 'exclude'}",
                f"--onion={proxy.at}", f"--i2psam={bridge.at}", "--dnsseed=localhost",
                "--connect", network.at(1), "--connect=127.0.0.1:1",
                f"--connect={onion_of(1)}", f"--connect={friend.name}", TXID]

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def places(self, words):
        """All of them, or as many as there is time for."""
        found = self.refuser.places(words)
        self.assertGreater(len(found), 50)
        print(f"{len(found)} places", flush=True)
        return self.chance.sample(found, min(SAMPLE, len(found)))

    def sweep(self, words, check):
        """`words` and `check` are functions of a number, for files of its own."""
        jobs = [(number, {"OOM_PLACE": place, **always})
                for number, place in enumerate(self.places(words(0)), 1)
                for always in ({}, {"OOM_ALWAYS": "1"})]

        def one(job):
            number, env = job
            number = 2 * number + len(env) % 2
            return check(number, self.refuser.run(words(number), **env), env)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            codes = set(pool.map(one, jobs))
        self.assertIn(4, codes)

    def check(self, done, stdout, what):
        what = f"{what}: {done.returncode} {done.stderr}"
        self.assertIn(done.returncode, (0, 3, 4, LIBUV_GIVES_UP), what)
        self.assertNotIn(b"Sanitizer", done.stderr, what)
        self.assertTrue(not stdout or stdout.endswith(b"\n"), what)
        types = [json.loads(line)["type"] for line in stdout.splitlines()]
        self.assertEqual(types[:1], ["survey"] if types else [], what)
        if done.returncode == 0:
            self.assertEqual(types[-1], "summary", what)
        elif done.returncode == LIBUV_GIVES_UP and types:
            self.assertNotIn("summary", types, what)
        return done.returncode

    def test_records_on_a_pipe(self):
        words = self.survey_words()
        self.sweep(lambda _: words, lambda _, done, what: self.check(done, done.stdout, what))

    def test_schema(self):
        """All of it, or none."""
        whole = self.refuser.run(["--schema"]).stdout

        def check(_, done, what):
            self.assertIn(done.returncode, (0, 4), f"{what}: {done.stderr}")
            self.assertEqual((done.stdout, done.stderr), (whole, b"") if done.returncode == 0 else
                             (b"", b"txsurvey: out of memory\n"), what)
            return done.returncode

        self.sweep(lambda _: ["--schema"], check)

    def test_all_from_one_on(self):
        """Names are left out: glibc's look-ups do not stand it."""
        words = [word for word in self.survey_words() if not word.startswith("--dnsseed")]
        numbers = [number * 11 + self.chance.randrange(11) for number in range(2 * SAMPLE // 3)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            codes = set(pool.map(lambda number: self.check(done := self.refuser.run(
                [*words, "--no-dnsseed"], OOM_FROM=str(number), OOM_TO=str(1 << 40)), done.stdout, number),
                numbers))
        self.assertIn(4, codes)

    def test_files(self):
        """Records, trace, metrics and saved list."""
        words = self.survey_words()

        def with_files(number):
            at = self.folder / str(number)
            return [*words, f"--output={at}", f"--trace={at}.trace", f"--metrics={at}.prom",
                    f"--save-peers={at}.peers"]

        def check(number, done, what):
            at = self.folder / str(number)
            for path in (Path(f"{at}.trace"), Path(f"{at}.peers")):
                content = path.read_bytes() if path.exists() else b""
                self.assertTrue(not content or content.endswith(b"\n"), what)
            metrics = Path(f"{at}.prom")
            if metrics.exists():
                exposition.parse(metrics.read_text())
            return self.check(done, at.read_bytes() if at.exists() else b"", what)

        self.sweep(with_files, check)

    def test_resuming(self):
        """Refused or done; what is left can be resumed, and then nothing is missing."""
        words = [*self.survey_words(), "--resume"]
        whole = survey.run([*words, f"--output={self.output}"])
        self.assertEqual(whole.code, 0, whole.explain())
        lines = self.output.read_bytes().splitlines(keepends=True)
        begun = b"".join(lines[:-3]) + lines[-2].replace(
            b'"answered","stage":"done"', b'"interrupted","stage":"request"', 1)

        def at(number):
            path = self.folder / str(number)
            path.write_bytes(begun)
            return [*words, f"--output={path}"]

        def check(number, done, what):
            path = self.folder / str(number)
            code = self.check(done, path.read_bytes(), what)
            if code != 0 and number % 4 == 0:
                again = survey.run([*words, f"--output={path}"])
                self.assertEqual(again.code, 0, f"{what}: {again.explain()}")
            return code

        self.sweep(at, check)


if __name__ == "__main__":
    harness.main()
