#!/usr/bin/python3
"""--resume: however often and wherever a run is cut short, what comes of it in the end is what an
uninterrupted run would have found; and a file that is no such run stays as it is."""

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import harness
import survey
from case import Case
from fakepeer import TXID, UNKNOWN, addr, address_of, mute, serve, unhelpful

LIMIT = 30 * harness.SLOWNESS
PEERS = 40
STAGE = 6 if harness.SLOWNESS > 1 else 2  # seconds, of which a busy machine may need one
OPTIONS = ["--patience=0", f"--handshake-timeout={STAGE}", f"--response-timeout={STAGE}"]


# Runs a program, and says last how much memory it took, in KiB. This process itself, from which a
# child takes over its peak, may have had more.
MEASURE = """import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)"""


def setUpModule():
    harness.ip("link set lo up")


def fault_at(path, call, number, fault):
    """The words that let the n-th such call on a file fail."""
    return ["strace", "-f", "-qq", "-P", path, "-e", f"trace={call}", "-e",
            f"inject={call}:{fault}:when={number}", "-o", "/dev/null"]


def kill_at(path, call, number):
    """The words that end the program as it is about to make that call for the n-th time."""
    return fault_at(path, call, number, "signal=SIGKILL")


def verdicts(result):
    """What was found out, whenever it was."""
    return {survey.endpoint(peer): (peer["outcome"], peer["stage"], peer["source"],
                                    [entry["status"] for entry in peer["transactions"]])
            for peer in result.peers}


class ResumeCase(Case):
    maxDiff = None

    def mixed(self):
        """A network of all kinds, and the words that survey it."""
        kinds = {1: lambda peer: peer.reset(), 2: mute, 3: unhelpful}
        scripts = {address_of(number): kinds[number % 8] for number in range(1, PEERS)
                   if number % 8 in kinds}
        network = self.network(scripts=scripts)
        return network, [*OPTIONS, *network.connect(PEERS - 1), "--connect=127.9.9.9:1"]

    def whole(self, words):
        """What a run that nothing interrupts finds."""
        return verdicts(self.survey([*words, UNKNOWN]))

    def part(self, words, prefix=(), **kw):
        """One part of a run, which may end in any way."""
        return survey.run(["-o", self.output, "--resume", *words, UNKNOWN, TXID], prefix=prefix,
                          timeout=LIMIT, **kw)

    def assert_whole_lines(self):
        content = self.output.read_bytes() if self.output.exists() else b""
        self.assertTrue(not content or content.endswith(b"\n"), content[-200:])

    def last_part(self, words, expected):
        """The part that comes to its end, and with it the whole."""
        done = self.part(words)
        self.assertEqual((done.code, done.stdout), (0, b""), done.explain())
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(verdicts(result), expected)
        self.assertEqual(result.summary["reason"], "finished")
        return result

    def file(self, words=None, stop=0.15):
        """The bytes of a file that a signal has interrupted, and the words of its run."""
        if words is None:
            words = self.mixed()[1]
        process = survey.start(["-o", self.output, "--rate=100", *words, UNKNOWN, TXID])
        end = time.monotonic() + LIMIT
        while self.output.stat().st_size < 10000 if self.output.exists() else True:
            assert time.monotonic() < end and process.poll() is None, "it ended before its time"
            time.sleep(0.01)
        time.sleep(stop)
        process.terminate()
        self.assertEqual(survey.finish(process).code, 128 + signal.SIGTERM)
        return self.output.read_bytes(), words

    def file_with_a_gap(self, words):
        """The same, with an interrupted peer before good lines."""
        lines = self.file(words)[0].splitlines(keepends=True)
        interrupted = next(line for line in lines if b'"interrupted"' in line)
        lines.remove(interrupted)
        lines.insert(3, interrupted)
        return b"".join(lines)


class Ends(ResumeCase):
    """Each way in which a run may end early."""

    def test_kill_at_random(self):
        seed = random.randrange(2**32)
        rng = random.Random(seed)
        words = self.mixed()[1]
        expected = self.whole(words)
        for _ in range(4):
            self.output.unlink(missing_ok=True)
            for _ in range(rng.randrange(1, 5)):
                process = survey.start(["-o", self.output, "--resume", "--rate=100", *words,
                                        UNKNOWN, TXID])
                time.sleep(rng.random() * 0.5 * harness.SLOWNESS)
                process.kill()
                survey.finish(process)
                self.assert_whole_lines()
            with self.subTest(seed=seed):
                self.last_part(words, expected)

    def test_kill_at_each_write(self):
        """The next part is killed as well, somewhere else."""
        words = self.mixed()[1]
        expected = self.whole(words)
        for number in (1, 2, 3, 5, 8, 13, 21):
            self.output.unlink(missing_ok=True)
            parts = []
            for when in (number, 2, 1):
                self.part(["--rate=100", *words], kill_at(self.output, "write", when),
                          env=harness.traced())
                self.assert_whole_lines()
                parts.append(self.output.read_bytes())
            self.assertTrue(parts[1].startswith(parts[0]))
            with self.subTest(number=number):
                self.last_part(words, expected)

    def test_kill_as_the_file_is_made_ready(self):
        """Before the cut, after it, and when some of the lines behind it are back."""
        words = self.mixed()[1]
        expected = self.whole(words)
        content = self.file_with_a_gap(words)
        for call, number in (("ftruncate", 1), ("write", 1), ("write", 2), ("write", 3)):
            self.output.write_bytes(content)
            self.part(words, kill_at(self.output, call, number), env=harness.traced())
            self.assert_whole_lines()
            if (call, number) == ("ftruncate", 1):
                self.assertEqual(self.output.read_bytes(), content)
            with self.subTest(call=call, number=number):
                self.last_part(words, expected)

    def test_faults_as_the_file_is_made_ready(self):
        """Reading that fails changes nothing; writing that fails leaves whole lines."""
        words = self.mixed()[1]
        expected = self.whole(words)
        content = self.file_with_a_gap(words)
        for call, number, fault in (("read", 1, "error=EIO"), ("read", 2, "error=EIO"),
                                    ("pread64", 1, "error=EIO"), ("ftruncate", 1, "error=EIO"),
                                    ("lseek", 2, "error=EINVAL"), ("write", 1, "error=ENOSPC"),
                                    ("write", 2, "error=EIO")):
            with self.subTest(call=call, number=number, fault=fault):
                self.output.write_bytes(content)
                done = self.part(words, fault_at(self.output, call, number, fault),
                                 env=harness.traced())
                self.assertEqual(done.code, 4, done.explain())
                self.assert_whole_lines()
                if call in ("read", "pread64", "ftruncate"):
                    self.assertEqual(self.output.read_bytes(), content)
        self.last_part(words, expected)

    def test_signals_again_and_again(self):
        words = self.mixed()[1]
        expected = self.whole(words)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            process = survey.start(["-o", self.output, "--resume", "--rate=50", *words, UNKNOWN,
                                    TXID])
            time.sleep(0.15 * harness.SLOWNESS)
            process.send_signal(number)
            code = survey.finish(process).code
            if code == -number:
                continue  # before it was ready for signals
            self.assertEqual(code, 128 + number)
            result = survey.load(self.output, code)
            survey.check_invariants(result)
            self.assertEqual(result.summary["reason"], "signal")
        result = self.last_part(words, expected)
        resumed = [line["resumed"] for line in result.of("survey")]
        self.assertEqual(resumed, [False] + [True] * (len(resumed) - 1))

    def test_deadline(self):
        words = self.mixed()[1]
        expected = self.whole(words)
        done = self.part(["--deadline=0.5", "--rate=40", *words])
        self.assertEqual(done.code, 0, done.explain())
        first = survey.load(self.output, 0)
        survey.check_invariants(first)
        self.assertEqual(first.summary["reason"], "deadline")
        self.assertGreater(first.summary["peers"]["interrupted"], 0)
        self.assertGreater(first.summary["not_attempted"], 0)
        result = self.last_part(words, expected)
        self.assertEqual(result.survey["survey"], first.survey["survey"])
        self.assertEqual(result.survey["started"], first.survey["started"])

    def test_full_disk(self):
        words = self.mixed()[1]
        expected = self.whole(words)
        with harness.mounted("size=16k") as folder:
            self.output = folder / "records"
            for _ in range(3):
                self.assertEqual(self.part(["--rate=200", *words]).code, 4)
                self.assert_whole_lines()
            subprocess.run(["mount", "-o", "remount,size=10m", folder], check=True)
            self.last_part(words, expected)

    def test_what_was_answered_is_not_asked_again(self):
        network, words = self.mixed()
        self.file(words)
        done = {peer["address"] for peer in survey.load(self.output).peers
                if peer["outcome"] != "interrupted"}
        self.assertGreater(len(done), 3)
        network.contacts.clear()
        self.part(words)
        self.assertFalse(done & set(network.contacts))
        self.assertTrue(network.contacts)


class Finished(ResumeCase):
    def test_nothing_left_to_do(self):
        network = self.network()
        words = [*OPTIONS, *network.connect(5)]
        self.part(words)
        first = survey.load(self.output, 0)
        network.contacts.clear()
        for resumed in (1, 2):
            result = self.last_part(words, verdicts(first))
            self.assertEqual(network.contacts, [])
            self.assertEqual(len(result.of("survey")), 1 + resumed)
            for field in ("peers", "shares", "address_book", "not_attempted", "complete"):
                self.assertEqual(result.summary[field], first.summary[field])

    def test_nobody_could_be_asked(self):
        """Earlier handshakes count; and where nothing is left to do, nothing is wrong."""
        silent, network = self.network(mute), self.network()
        words = ["-o", self.output, "--handshake-timeout=0.3"]
        nobody, somebody = silent.connect(2), network.connect(1)
        for args, code in (([*nobody], 3), (["--resume", *nobody], 0),
                           (["--resume", *nobody, *somebody], 0),
                           (["--resume", *nobody, *somebody, *silent.connect(1, 3)], 0),
                           (["--resume", *nobody, *somebody, *silent.connect(1, 3)], 0)):
            done = survey.run([*words, *args, TXID])
            self.assertEqual(done.code, code, done.explain())
            survey.check_invariants(survey.load(self.output, code))

    def test_the_whole_file_counts(self):
        network = self.network()
        words = [*OPTIONS, *network.connect(5), "--connect=127.9.9.9:1"]
        survey.run(["-o", self.output, *words, TXID])
        for wanted, code in ((5, 0), (6, 1)):
            done = survey.run(["-o", self.output, "--resume", *words, TXID,
                               f"--require-served={wanted}"])
            self.assertEqual(done.code, code, done.explain())
            survey.check_invariants(survey.load(self.output, code))

    def test_a_part_without_peers_of_its_own(self):
        """Not 3: the file has peers."""
        network = self.network()
        words = [*OPTIONS, "--no-dnsseed"]
        survey.run(["-o", self.output, *words, *network.connect(5), TXID])
        done = survey.run(["-o", self.output, "--resume", *words, TXID])
        self.assertEqual(done.code, 0, done.explain())
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(len(result.peers), 5)

    def test_reading_is_no_part_of_the_survey(self):
        """A long file takes longer to read than the deadline allows."""
        network = self.network()
        words = ["-o", self.output, *OPTIONS, *network.connect(1)]
        survey.run([*words, TXID])
        content = self.output.read_bytes().splitlines(keepends=True)
        peer = next(line for line in content if b'"type":"peer"' in line)
        count = 5_000 if harness.SLOWNESS > 1 else 100_000
        self.output.write_bytes(b"".join(content[:-1]) + b"".join(
            peer.replace(b'"127.0.0.1"', f'"128.{number >> 16}.{number >> 8 & 255}.{number & 255}"'
                         .encode()) for number in range(count)))
        done = survey.run([*words, "--resume", *network.connect(2), TXID,
                           f"--deadline={harness.SLOWNESS}"])
        self.assertEqual(done.code, 0, done.explain())
        summary = json.loads(self.output.read_bytes().splitlines()[-1])
        self.assertEqual(summary["reason"], "finished")
        self.assertEqual(summary["peers"]["answered"], count + 2)
        self.assertLess(summary["duration_ms"], 1000 * harness.SLOWNESS)

    def test_more_peers(self):
        network = self.network()
        survey.run(["-o", self.output, *OPTIONS, *network.connect(5), TXID])
        survey.run(["-o", self.output, "--resume", *OPTIONS, *network.connect(9), TXID])
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(len(result.peers), 9)

    def test_ids_in_another_order_and_spelling(self):
        network = self.network()
        words = ["-o", self.output, *OPTIONS, *network.connect(3)]
        survey.run([*words, TXID, UNKNOWN])
        done = survey.run([*words, "--resume", UNKNOWN, TXID.upper()])
        self.assertEqual(done.code, 0, done.explain())
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual(result.totals(TXID)["served"], 3)
        self.assertEqual(result.totals(UNKNOWN)["notfound"], 3)

    def test_the_trace_goes_on(self):
        network, trace = self.network(), self.folder / "trace"
        words = ["-o", self.output, "--trace", trace, *OPTIONS]
        survey.run([*words, *network.connect(2), TXID])
        before = trace.read_bytes()
        trace.write_bytes(before + b'{"torn')
        done = survey.run([*words, "--resume", *network.connect(3), TXID])
        self.assertEqual(done.code, 0, done.explain())
        after = trace.read_bytes()
        self.assertTrue(after.startswith(before) and after.endswith(b"\n"))
        self.assertEqual({json.loads(line)["address"] for line in after.splitlines()},
                         {address_of(number) for number in range(1, 4)})

    def test_what_was_left_out_counts_once_more(self):
        """The counts of a summary that is cut off are not lost."""
        survey.run(["-o", self.output, "--dnsseed=localhost", TXID])
        first = survey.load(self.output, 3)
        ignored = first.summary["address_book"]["ignored"]
        self.assertGreater(ignored["unroutable"], 0)
        done = survey.run(["-o", self.output, "--resume", "--dnsseed=localhost", TXID])
        self.assertEqual(done.code, 3, done.explain())
        result = survey.load(self.output, 3)
        survey.check_invariants(result)
        self.assertEqual(result.summary["address_book"]["ignored"], ignored)
        self.assertEqual(len(result.seeds), 1)


class Tails(ResumeCase):
    def test_tails(self):
        """What a crash of the machine may leave behind the last whole line."""
        content, words = self.file()
        expected = self.whole(words)
        for tail in (b"{", b'{"type":"peer","survey":"', b"\0", bytes(5_000_000), b"x" * 2_000_000,
                     b'{"type":"pe' + bytes(4000), b"\xff\xfe", b"\r"):
            with self.subTest(tail=tail[:20]):
                self.output.write_bytes(content + tail)
                self.last_part(words, expected)

    def test_nothing_whole(self):
        """A file of that kind is a new run."""
        network = self.network()
        words = [*OPTIONS, *network.connect(3)]
        expected = self.whole(words)
        for content in (b"", b"{", bytes(10000), b'{"type":"survey","survey":"01234567-'):
            self.output.write_bytes(content)
            result = self.last_part(words, expected)
            self.assertEqual(len(result.of("survey")), 1)
        self.output.unlink()
        self.last_part(words, expected)

    def test_links_are_followed(self):
        words = self.mixed()[1]
        content, words = self.file(words)
        real = self.output.rename(self.folder / "real")
        self.output.symlink_to("real")
        self.last_part(words, self.whole(words))
        self.assertTrue(self.output.is_symlink())
        self.assertTrue(real.read_bytes().startswith(content[:1000]))


class Refused(ResumeCase):
    def refused(self, content, words, wanted, code=2):
        self.output.write_bytes(content)
        done = survey.run(["-o", self.output, "--resume", *words])
        self.assertEqual(done.code, code, done.explain())
        self.assertEqual(done.stdout, b"")
        self.assertIn(wanted, done.stderr)
        self.assertIn(str(self.output), done.stderr)
        self.assertEqual(self.output.read_bytes(), content)

    def test_another_run(self):
        content, words = self.file()
        for other in ([TXID], [UNKNOWN], [TXID, UNKNOWN, "8" * 64], [TXID, "8" * 64],
                      [TXID, UNKNOWN, "--wtxid"], [TXID, UNKNOWN, "--chain=test"],
                      [TXID, UNKNOWN, "--shard=1/2"], ["--census"],
                      [TXID, UNKNOWN, "--anchor=" + "8" * 64]):
            with self.subTest(other=other):
                self.refused(content, [*words, *other], "line 1")
        self.refused(content, [*words, TXID, UNKNOWN, "--chain=test"], "chain main, this one is of test")

    def test_damage(self):
        content, words = self.file()
        words = [*words, TXID, UNKNOWN]
        lines = content.splitlines(keepends=True)
        peer = next(line for line in lines if b'"type":"peer"' in line)
        at = lines.index(peer)
        survey_line = lines[0]

        def put(line, at=at):
            return b"".join([*lines[:at], line, *lines[at:]])
        other = json.loads(survey_line)
        other["survey"] = "0" * 8 + other["survey"][8:]
        damaged = {
            "garbage": (put(b"garbage\n"), at + 1),
            "blank": (put(b"\n"), at + 1),
            "zeros": (put(bytes(100) + b"\n"), at + 1),
            "half": (put(peer[:100] + b"\n"), at + 1),
            "duplicate": (put(peer, at + 2), at + 3),
            "another run": (put((json.dumps(other) + "\n").encode()), at + 1),
            "the run once more": (put(survey_line), at + 1),
            "two summaries": (content + lines[-1], len(lines) + 1),
            "behind a summary": (content + peer, len(lines) + 1),
            "carriage returns": (content.replace(b"\n", b"\r\n"), 1),
            "byte order mark": (b"\xef\xbb\xbf" + content, 1),
            "no beginning": (b"".join(lines[1:]), 1),
            "text": (b"127.0.0.1:8333\n", 1),
        }
        for name, (damaged_content, line) in damaged.items():
            with self.subTest(name=name):
                self.refused(damaged_content, words, f"line {line}:")

    def test_long_line(self):
        """Of 100 MB, in little memory."""
        content, words = self.file()
        with open(self.output, "ab") as file:
            for _ in range(100):
                file.write(b"x" * 1_000_000)
            file.write(b"\n")
        line = content.count(b"\n") + 1
        done = survey.run(["-o", self.output, "--resume", *words, TXID, UNKNOWN], timeout=LIMIT,
                          prefix=[sys.executable, "-c", MEASURE])
        self.assertEqual(done.code, 2, done.explain())
        self.assertIn(f"line {line}:", done.stderr)
        peak_kib = int(done.stderr.split()[-1])
        self.assertLess(peak_kib, 1024 * (400 if harness.SLOWNESS > 1 else 100))
        self.assertEqual(self.output.stat().st_size, len(content) + 100_000_001)

    def test_no_regular_file(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for path in (fifo, "/dev/null", "/dev/stdout", self.folder):
            done = survey.run(["-o", path, "--resume", "--no-dnsseed", TXID], timeout=LIMIT)
            self.assertEqual((done.code, done.stdout), (2, b""), done.explain())
            self.assertIn("--resume", done.stderr)
        done = survey.run(["--resume", "--no-dnsseed", TXID])
        self.assertEqual(done.code, 2)
        self.assertIn("--output", done.stderr)

    def test_read_as_well(self):
        content, _ = self.file()
        self.refused(content, [f"--peers={self.output}", TXID, UNKNOWN], "--output")

    def test_locked(self):
        content, words = self.file()
        with open(self.output, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.refused(content, [*words, TXID, UNKNOWN], "another run", 5)

    def test_read_only(self):
        content, words = self.file()
        self.folder.chmod(0o755)
        self.output.chmod(0o444)
        with harness.unprivileged() as prefix:
            done = survey.run(["-o", self.output, "--resume", *words, TXID, UNKNOWN], prefix=prefix)
        self.assertEqual(done.code, 4, done.explain())
        self.assertEqual(self.output.read_bytes(), content)

    def test_nothing_is_made(self):
        """Where the run is refused for another reason, no file is left behind."""
        done = survey.run(["-o", self.output, "--resume", "--no-dnsseed", TXID,
                           "--save-peers=/proc/none"])
        self.assertEqual(done.code, 4, done.explain())
        self.assertFalse(self.output.exists())

    def test_trace_is_left_alone(self):
        content, words = self.file()
        trace = self.folder / "trace"
        old = '{"time":"old","address":"127.0.0.1","direction":"sent"}\n'
        trace.write_text(old)
        self.refused(content, [*words, TXID, f"--trace={trace}"], "line 1")
        self.assertEqual(trace.read_text(), old)


class Crawl(ResumeCase):
    def chain(self, length):
        """Each peer knows the next one alone."""
        def script(peer):
            def getaddr(_):
                if following <= length:
                    peer.send(b"addr", addr([(address_of(number), network.port)
                                             for number in (following - 1, following)]))
            peer.handshake()
            following = int(peer.address.rpartition(".")[2]) + 1
            serve(peer, getaddr=getaddr)
        network = self.network(script)
        return network

    def test_chain(self):
        """Killed in the middle of a chain of which only the first peer is named."""
        length = 30
        network = self.chain(length)
        words = [*OPTIONS, "--crawl", "--allow-local", *network.connect(1)]
        expected = self.whole(words)
        self.assertEqual(len(expected), length)
        for wanted in (1, 5, 12, 13, 20):
            process = survey.start(["-o", self.output, "--resume", *words, UNKNOWN, TXID])
            end = time.monotonic() + LIMIT
            while (self.output.read_bytes() if self.output.exists() else b"").count(
                    b'"type":"peer"') < wanted:
                self.assertLess(time.monotonic(), end)
                self.assertIsNone(process.poll())
                time.sleep(0.002)
            process.send_signal(random.choice((signal.SIGKILL, signal.SIGTERM)))
            survey.finish(process)
        network.contacts.clear()
        self.last_part(words, expected)
        self.assertNotIn(address_of(1), network.contacts)

    def test_addresses_that_were_awaited(self):
        """A peer that had answered, and whose addresses were still to come, is asked again."""
        release = threading.Event()

        def script(peer):
            def getaddr(_):
                if peer.address == address_of(1):
                    release.wait(LIMIT)
                    peer.send(b"addr", addr([(address_of(number), network.port)
                                             for number in range(1, 13)]))
            peer.handshake()
            serve(peer, getaddr=getaddr)
        network = self.network(script)
        words = [*OPTIONS, "--crawl", "--allow-local", "--response-timeout=2", *network.connect(1)]
        done = survey.run(["-o", self.output, *words, "--deadline=1", TXID])
        self.assertEqual(done.code, 0, done.explain())
        first = survey.load(self.output, 0)
        survey.check_invariants(first)
        self.assertEqual([(peer["outcome"], peer["addresses"]) for peer in first.peers],
                         [("answered", None)])
        release.set()
        done = survey.run(["-o", self.output, "--resume", *words, TXID])
        self.assertEqual(done.code, 0, done.explain())
        result = survey.load(self.output, 0)
        survey.check_invariants(result)
        self.assertEqual({peer["address"] for peer in result.peers},
                         set(map(address_of, range(1, 13))))


if __name__ == "__main__":
    harness.enter_namespaces("strace")
    harness.main()
