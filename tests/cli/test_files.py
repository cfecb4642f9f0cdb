#!/usr/bin/python3
"""Files, pipes and sockets that refuse a call, or are interrupted in one (strace): what can be tried
again is; else the run says so, and its lines are whole."""

import json
import os
import socket
import struct
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
import survey  # noqa: E402
from case import Case  # noqa: E402
from fakepeer import TX, TXID, double_sha256  # noqa: E402

PEERS = 12


def refusing(call, effect, when="1+", path=None):
    """The words that run the program so that these calls, on this file, end so."""
    at = ["-P", str(path)] if path else []
    return ["strace", "-f", "-qq", *at, "-e", f"trace={call}", "-e", f"inject={call}:{effect}:when={when}",
            "-o", "/dev/null"]


class Files(Case):
    def run_so(self, prefix, *words, **kw):
        return survey.run(["--patience=0", "--rate=500", *self.network().connect(PEERS), *words, TXID],
                          prefix=prefix, env=harness.traced(), **kw)

    def whole(self, result, content=None):
        self.assertEqual(result.code, 0, result.explain())
        result = survey.Result(0, result.stdout if content is None else content)
        survey.check_invariants(result)
        self.assertEqual(len(result.peers), PEERS)

    def broken(self, result, text, code=4):
        self.assertEqual(result.code, code, result.explain())
        self.assertIn(text, result.stderr)

    def test_interrupted_writes_go_on(self):
        self.output.touch()
        self.whole(self.run_so(refusing("write", "error=EINTR", "1..3", self.output), "-o", self.output),
                   self.output.read_bytes())
        reader, writer = os.pipe()
        done = []
        thread = threading.Thread(target=lambda: done.append(drain(reader)))
        thread.start()
        words = refusing("write", "error=EINTR", "2+5", f"/proc/self/fd/{writer}")
        result = self.run_so(words, stdout=writer)
        os.close(writer)
        thread.join()
        self.whole(result, done[0])

    def test_a_write_that_takes_nothing(self):
        self.output.touch()
        result = self.run_so(refusing("write", "retval=0", "3+", self.output), "-o", self.output)
        self.broken(result, "No space left")
        self.assert_whole(self.output.read_bytes())

    def test_no_lock(self):
        """One that others have is another matter (exit status 5)."""
        result = self.run_so(refusing("flock", "error=ENOLCK"), "-o", self.output)
        self.broken(result, "cannot lock it")

    def test_the_end_of_a_file(self):
        """What the disk did not take shows at the end at the latest; a file system without fsync() has
        taken it."""
        for call, error in (("fsync", "EIO"), ("close", "EIO")):
            self.output.write_bytes(b"")
            result = self.run_so(refusing(call, f"error={error}", path=self.output), "-o", self.output)
            self.broken(result, "Input/output error")
            self.assert_whole(self.output.read_bytes())
            self.output.unlink()
        for error in ("EINVAL", "EROFS"):
            self.output.write_bytes(b"")
            result = self.run_so(refusing("fsync", f"error={error}", path=self.output), "-o", self.output)
            self.whole(result, self.output.read_bytes())
            self.output.unlink()

    def test_a_socket(self):
        """Its other users find it as it was."""
        ours, theirs = socket.socketpair()
        done = []
        thread = threading.Thread(target=lambda: done.append(drain(ours.fileno())))
        thread.start()
        result = survey.run(["--patience=0", *self.network().connect(PEERS), TXID], stdout=theirs)
        self.assertTrue(os.get_blocking(theirs.fileno()))
        theirs.close()
        thread.join()
        ours.close()
        self.whole(result, done[0])

    def test_a_pipe_that_cannot_be_opened_again(self):
        """As where /proc is missing: it does not block while the run lasts, and then is as it was."""
        reader, writer = os.pipe()
        done = []
        thread = threading.Thread(target=lambda: done.append(drain(reader)))
        thread.start()
        result = self.run_so(refusing("openat", "error=ENOENT", path="/proc/self/fd/1"), stdout=writer)
        self.assertTrue(os.get_blocking(writer))
        os.close(writer)
        thread.join()
        self.whole(result, done[0])

    def test_resuming_what_cannot_be_read(self):
        self.whole(survey.run(["--patience=0", *self.network().connect(PEERS), "-o", self.output, TXID]),
                   self.output.read_bytes())
        before = self.output.read_bytes()
        result = self.run_so(refusing("read", "error=EIO", path=self.output), "-o", self.output, "--resume")
        self.broken(result, "Input/output error")
        self.assertEqual(self.output.read_bytes(), before)

    def test_traces_are_gone_on_with(self):
        """Behind the last whole line, wherever that ends."""
        trace = self.folder / "trace"
        line = b'{"time":"then","address":"127.0.0.1","port":1,"direction":"sent"}\n'
        for torn in (b"", line, line + b"{", line[:9], line + b"x" * 10_000):
            trace.write_bytes(torn)
            self.output.unlink(missing_ok=True)
            first = ["--patience=0", *self.network().connect(2), f"--trace={trace}", "--resume",
                     "-o", self.output, TXID]
            self.assertEqual(survey.run(first).code, 0)
            content = trace.read_bytes()
            self.assertTrue(content.startswith(torn[:torn.rfind(b"\n") + 1] + b'{"time"'), content[:100])
        for call, text in (("pread64", "cannot be read"), ("ftruncate", "Input/output error")):
            self.output.unlink()
            result = self.run_so(refusing(call, "error=EIO", path=trace), f"--trace={trace}", "--resume",
                                 "-o", self.output)
            self.broken(result, text)
            self.output.touch()

    def test_what_is_somebodys(self):
        """A file that does not begin as ours do stays as it is; a list of words misses a `-o` easily."""
        words = ["--patience=0", *self.network().connect(2)]
        for content in (b"hello\n", b"x", b"{}\n", b"[]\n", TXID.encode(), b"\n", b" ", b"\0x", b'{"type":"x"}\n',
                        b'{"type":"peer"}\n', b'{"time":"x"}\n', b"127.0.0.1\n", b"\x7fELF", b"#!/bin/sh\n",
                        bytes(32768) + b"CD001", bytes(8192), b'{"type":"survey","title":"Customers"}',
                        b'{"type":"survey","title":"' + b"x" * 40_000 + b'"}', b'{"time":"noon","address":"home"}',
                        b'{"time":"2026-01-01T00:00:00.000Z","temperature":20}'):
            for option in ("--output", "--trace"):
                with self.subTest(content=content[:40], option=option):
                    file = self.folder / "file"
                    file.write_bytes(content)
                    result = survey.run([*words, f"{option}={file}", TXID])
                    self.assertEqual((result.code, result.stdout), (2, b""), result.explain())
                    self.assertIn(str(file), result.stderr)
                    self.assertEqual(file.read_bytes(), content)

    def test_what_is_ours(self):
        """Empty, torn, of another run, rewritten by jq -S: it gives way. What is no file is used as ever."""
        words = ["--patience=0", *self.network().connect(2), TXID]
        trace = self.folder / "trace"
        first = survey.run(["-o", self.output, f"--trace={trace}", *words])
        self.assertEqual(first.code, 0, first.explain())
        whole, traced = self.output.read_bytes(), trace.read_bytes()
        peer = next(line for line in whole.splitlines(keepends=True) if b'"type":"peer"' in line)
        a_survey = json.dumps(json.loads(whole.splitlines()[0]), sort_keys=True).encode() + b"\n"
        for content in (whole, whole[:5], whole[:300], bytes(100), b"", peer, a_survey):
            with self.subTest(content=content[:100]):
                self.output.write_bytes(content)
                trace.write_bytes(traced[:len(content)])
                again = survey.run(["-o", self.output, f"--trace={trace}", *words])
                self.assertEqual(again.code, 0, again.explain())
                self.assertEqual(len(survey.load(self.output, 0).peers), 2)
        for special in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            self.assertEqual(survey.run(["-o", special, *words]).code, 0)

    def test_a_saved_list(self):
        """The one of before, or the new one."""
        saved = self.folder / "saved"
        for call, effect, code in (("write", "error=EINTR", 0), ("fsync", "error=EIO", 4)):
            saved.write_text("# txsurvey old\n")
            for when in ("1", "2", "3"):
                result = self.run_so(refusing(call, effect, when), f"--save-peers={saved}")
                self.assertIn(result.code, (0, code), result.explain())
                content = saved.read_text()
                self.assertIn(content.count("\n"), (1, PEERS + content.count("#")), content)


class Transactions(Case):
    """What anybody may serve for an id that is right, in a record."""

    def record_of(self, tx):
        txid = double_sha256(tx)[::-1].hex()
        network = self.network(transactions={double_sha256(tx): tx})
        result = survey.run(["--patience=0", *network.connect(2), txid])
        self.assertEqual(result.code, 0, result.explain())
        self.assertEqual(result.totals(txid)["served"], 2)
        return result.transactions[0]

    def test_amounts_that_cannot_be(self):
        """Read back they are the same numbers, whatever their size."""
        at = TX.index(struct.pack("<q", 10**9))
        for sat in (-1, 10**15, 2**63 - 1, -2**63, 123456789012345678):
            record = self.record_of(TX[:at] + struct.pack("<q", sat) + TX[at + 8:])
            self.assertEqual(float(record["vout"][0]["value"]), sat / 1e8)

    def test_a_coinbase(self):
        tx = (b"\1\0\0\0\1" + bytes(32) + b"\xff" * 4 + b"\3abc" + b"\xff" * 4 + b"\1" + bytes(8)
              + b"\1\x51" + bytes(4))
        self.assertEqual(self.record_of(tx)["vin"][0]["coinbase"], b"abc".hex())


def drain(fd):
    pieces = []
    while piece := os.read(fd, 65536):
        pieces.append(piece)
    return b"".join(pieces)


if __name__ == "__main__":
    harness.require_tools("strace")
    harness.main()
